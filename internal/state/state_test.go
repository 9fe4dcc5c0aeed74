package state

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123, time.UTC)

// sample writes a state of several frames.
func sample(t testing.TB) []byte {
	var out bytes.Buffer
	w := NewWriter(&out)
	w.Int(-7)
	w.Uint(1 << 63)
	w.Word(0xdeadbeef)
	w.Bool(true)
	w.Text("a\x00b")
	w.Bytes(bytes.Repeat([]byte("x"), 3*frameSize))
	w.Time(noon)
	w.Time(time.Time{})
	w.Len(100_000)
	for i := range 100_000 {
		w.Int(int64(i))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read reads a sample and says whether it is one.
func read(text []byte) (same bool, err error) {
	s := NewReader(bytes.NewReader(text))
	same = s.Int() == -7 && s.Uint() == 1<<63 && s.Word() == 0xdeadbeef && s.Bool() && s.Text() == "a\x00b"
	same = same && len(s.Bytes()) == 3*frameSize && s.Time().Equal(noon) && s.Time().IsZero()
	n := s.Len()
	for i := 0; i < n && s.Err() == nil; i++ {
		same = s.Int() == int64(i) && same
	}
	return same, s.Close()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	if same, err := read(sample(t)); !same || err != nil {
		t.Errorf("same: %t, %v", same, err)
	}
}

// One bit that is wrong, and one byte that is missing or too much, are found
// wherever they are.
func TestDamageIsFound(t *testing.T) {
	whole := sample(t)
	for at := len(magic); at < len(whole); at += 997 {
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << (at % 8)
		for name, text := range map[string][]byte{"changed": bad, "cut": whole[:at], "gap": append(bytes.Clone(whole[:at]), whole[at+1:]...)} {
			if _, err := read(text); !errors.Is(err, ErrDamaged) {
				t.Fatalf("%s at %d: %v", name, at, err)
			}
		}
	}
	if _, err := read(append(bytes.Clone(whole), 0)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a byte too much: %v", err)
	}
}

func TestOtherFormatsAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "no state of dogwatch",
		"{\"kind\":\"Event\"}":    "no state of dogwatch",
		"dogwatch state 99\nxxxx": `format "99", and this dogwatch reads format "2"`,
		magic:                     "ends too early",
	} {
		s := NewReader(strings.NewReader(text))
		if s.Int(); s.Err() == nil || !strings.Contains(s.Err().Error(), want) {
			t.Errorf("%q: %v", text, s.Err())
		}
	}
}

// Whatever the bytes are, reading them ends, and takes no more memory than
// there is text.
func FuzzReader(f *testing.F) {
	f.Add(sample(f)[:2000])
	f.Add([]byte(magic + "\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte(magic + "\xff\xff\xff\xff\x00\x00\x00\x00abc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s := NewReader(bytes.NewReader(text))
		read := 0
		for s.Err() == nil {
			read += len(s.Text()) + len(s.Bytes())
			s.Int()
			s.Word()
		}
		if read > len(text) || s.body.Cap() > 2*len(text)+1024 {
			t.Errorf("%d bytes of fields, %d of memory, out of %d bytes", read, s.body.Cap(), len(text))
		}
	})
}
