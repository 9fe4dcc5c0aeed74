package wal

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func written(t testing.TB, payloads ...string) []byte {
	name := filepath.Join(t.TempDir(), "log")
	w, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range payloads {
		if err := w.Write(FrameOf([]byte(p))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if w.Size() != int64(len(data)) {
		t.Errorf("size %d of %d bytes", w.Size(), len(data))
	}
	return data
}

func payloadsOf(t testing.TB, data []byte) ([]string, Reading) {
	var got []string
	r, err := Read(data, func(p []byte) error { got = append(got, string(p)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got, r
}

func TestEveryTornEndIsCutOff(t *testing.T) {
	data := written(t, "first", "second", "")
	two := int64(len(header) + 2*frameHead + len("firstsecond"))
	for n := len(data); n >= 0; n-- {
		got, r := payloadsOf(t, data[:n])
		want := []string{"first", "second", ""}
		switch {
		case n == len(data):
		case int64(n) >= two:
			want = want[:2]
		case n >= len(header)+frameHead+len("first"):
			want = want[:1]
		default:
			want = nil
		}
		if !slices.Equal(got, want) || len(r.Damages) > 0 {
			t.Fatalf("of %d bytes: got %q, damages %v", n, got, r.Damages)
		}
		if r.End > int64(n) || r.Size != int64(n) {
			t.Fatalf("of %d bytes: end %d of %d", n, r.End, r.Size)
		}
	}
}

func TestAFlippedBitIsTold(t *testing.T) {
	data := written(t, "first", "second", "third")
	for i := len(header); i < len(header)+frameHead+len("first"); i++ {
		bad := slices.Clone(data)
		bad[i] ^= 4
		got, r := payloadsOf(t, bad)
		if !slices.Equal(got, []string{"second", "third"}) {
			t.Fatalf("byte %d: got %q", i, got)
		}
		want := []Damage{{int64(len(header)), int64(len(header) + frameHead + len("first"))}}
		if !slices.Equal(r.Damages, want) {
			t.Fatalf("byte %d: damages %v, want %v", i, r.Damages, want)
		}
	}
}

func TestAnotherFileIsNoLog(t *testing.T) {
	if _, err := Read([]byte("PAR1 and more than a header"), nil); !errors.Is(err, ErrNoLog) {
		t.Errorf("error %v", err)
	}
}

// A sick file takes so many bytes before it fails.
type sick struct {
	bytes.Buffer
	room   int
	noSync bool
	synced int
}

var errFull = errors.New("no space left")

func (s *sick) WriteAt(p []byte, at int64) (int, error) {
	if at != int64(s.Len()) {
		return 0, errors.New("bytes are left out")
	}
	n := min(len(p), s.room)
	s.Write(p[:n])
	s.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func (s *sick) Sync() error {
	if s.noSync {
		return io.ErrUnexpectedEOF
	}
	s.synced = s.Len()
	return nil
}
func (s *sick) Truncate(n int64) error { s.Buffer.Truncate(int(n)); return nil }
func (s *sick) Close() error           { return nil }

func TestAFullDiskLosesNothingThatWasTaken(t *testing.T) {
	f := &sick{room: 100}
	w, err := NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(FrameOf([]byte("kept"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(FrameOf(make([]byte, 200))); !errors.Is(err, errFull) {
		t.Fatalf("error %v", err)
	}
	f.room = 1000
	if err := w.Write(FrameOf([]byte("later"))); err != nil {
		t.Fatal(err)
	}
	got, r := payloadsOf(t, f.Bytes())
	if !slices.Equal(got, []string{"kept", "later"}) || len(r.Damages) > 0 {
		t.Errorf("got %q, damages %v", got, r.Damages)
	}
}

func framesOf(payloads [][]byte) (frames []*Frame) {
	for _, p := range payloads {
		frames = append(frames, FrameOf(p))
	}
	return frames
}

// TestLargeAndSmallFrames writes frames together, on disks that are full at any
// moment meanwhile: all of them are there, or none.
func TestLargeAndSmallFrames(t *testing.T) {
	payloads := [][]byte{
		bytes.Repeat([]byte("a"), 10), bytes.Repeat([]byte("b"), large), nil, bytes.Repeat([]byte("c"), large-1),
		bytes.Repeat([]byte("d"), 3*large), bytes.Repeat([]byte("e"), 20),
	}
	size := 0
	for _, p := range payloads {
		size += frameHead + len(p)
	}
	for room := len(header) + 17; room < len(header)+17+size; room += 997 {
		f := &sick{room: room}
		w, err := NewWriter(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(FrameOf([]byte("first"))); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(framesOf(payloads)...); !errors.Is(err, errFull) {
			t.Fatalf("room for %d bytes: error %v", room, err)
		}
		f.room = 2 * size
		if err := w.Write(framesOf(payloads)...); err != nil {
			t.Fatal(err)
		}
		got, r := payloadsOf(t, f.Bytes())
		if len(got) != 1+len(payloads) || len(r.Damages) > 0 || r.End != w.Size() {
			t.Fatalf("room for %d bytes: %d frames, %+v", room, len(got), r)
		}
		for i, p := range payloads {
			if got[i+1] != string(p) {
				t.Fatalf("room for %d bytes: frame %d is another", room, i)
			}
		}
	}
}

// TestPastTheCache writes frames that go past the system's cache, where the disk
// lets them, among others.
func TestPastTheCache(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	w, err := Create(name)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var want [][]byte
	var ends []int64
	for range 30 {
		size := []int{rng.IntN(200), large + rng.IntN(1000), past + rng.IntN(3*sector), past - frameHead}[rng.IntN(4)]
		want = append(want, bytes.Repeat([]byte{byte(rng.Uint32())}, size))
		if err := w.Write(FrameOf(want[len(want)-1])); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, w.Size())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for n, end := range ends {
		got, r := payloadsOf(t, data[:end])
		if len(got) != n+1 || len(r.Damages) > 0 {
			t.Fatalf("up to %d: %d frames of %d, %+v", end, len(got), n+1, r)
		}
		if got[n] != string(want[n]) {
			t.Fatalf("frame %d is another", n)
		}
	}
	t.Logf("past the cache: %t", w.past != nil)
}

// TestZerosAreNoFrames wipes out sectors of a log: what stood there is told.
func TestZerosAreNoFrames(t *testing.T) {
	var data []byte
	texts := []string{strings.Repeat("a", 3*sector), strings.Repeat("b", 3*sector), "c"}
	data = written(t, texts...)
	clear(data[sector : 5*sector])
	got, r := payloadsOf(t, data)
	if !slices.Equal(got, texts[2:]) || len(r.Damages) != 1 {
		t.Errorf("%d frames, damages %v", len(got), r.Damages)
	}
}

func TestAfterAFailedSyncNothingIsTaken(t *testing.T) {
	f := &sick{room: 1000}
	w, err := NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	f.noSync = true
	if err := w.Write(FrameOf([]byte("unsure"))); err == nil {
		t.Fatal("no error")
	}
	f.noSync = false
	if err := w.Write(FrameOf([]byte("later"))); err == nil {
		t.Error("the log takes more although it is not known what the disk holds")
	}
	if got, _ := payloadsOf(t, f.Bytes()); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func FuzzRead(f *testing.F) {
	whole := written(f, "first", "second", "third")
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add(append(slices.Clone(whole[:30]), whole[25:]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		end := int64(0)
		r, err := Read(data, func(p []byte) error { end += int64(len(p)); return nil })
		if err != nil {
			return
		}
		if r.End > r.Size || end > r.Size {
			t.Fatalf("%+v of %d bytes", r, len(data))
		}
		// What was read is read again when the torn end is cut off.
		again, err := Read(data[:r.End], func([]byte) error { return nil })
		if err != nil && r.End > 0 || again.Frames != r.Frames || len(again.Damages) != len(r.Damages) {
			t.Fatalf("%+v, then %+v, %v", r, again, err)
		}
	})
}
