package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
)

// filled is a folder with a store of several segments and something in the
// log.
func filled(t *testing.T) string {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		storetest.Append(t, s, storetest.Batch("a", 400*i, 400))
		flush(t, s)
	}
	storetest.Append(t, s, storetest.Batch("a", 1200, 100))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func segments(t *testing.T, dir, end string) []string {
	names, err := filepath.Glob(filepath.Join(dir, dataFolder, "*"+end))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	slices.Sort(names)
	return names
}

// count is how many records a scan gives, and what it says is wrong.
func count(t *testing.T, s store.Store, req store.Request) (n int, problems []error) {
	t.Helper()
	scanned, err := s.Scan(context.Background(), req, func(b store.Block) error {
		for _, r := range b.Rows() {
			if _, _, err := b.Text(r); err != nil {
				return nil // told by the scan or by verify
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, scanned.Problems
}

func verify(t *testing.T, s store.Store) []string {
	t.Helper()
	p, err := s.Verify(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.Wrong
}

// TestNoFlippedBitGoesUnseen flips bits all over the files of a segment. The
// other segments answer, and verify names the one that is damaged.
func TestNoFlippedBitGoesUnseen(t *testing.T) {
	for _, end := range []string{fileEnd, indexEnd} {
		dir := filled(t)
		name := segments(t, dir, end)[1]
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(data)/60)
		for at := 0; at < len(data); at += step {
			bad := slices.Clone(data)
			bad[at] ^= 0x10
			if err := os.WriteFile(name, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			s := openReadOnly(t, dir)
			n, problems := count(t, s, store.Request{Columns: []string{"Verb", "Code"}, Where: store.Words("nowhere", true, true)})
			if len(problems) == 0 && n > 0 && n < 100 {
				t.Errorf("%s, byte %d: %d records", end, at, n)
			}
			if n, _ := count(t, s, store.Request{Columns: []string{"Verb"}}); n < 900 {
				t.Errorf("%s, byte %d: only %d records", end, at, n)
			}
			wrong := verify(t, s)
			if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, strings.TrimSuffix(filepath.Base(name), end)) }) {
				t.Errorf("%s, byte %d: verify says %q", end, at, wrong)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestVerifyTellsItsRangeOfDamagedRecordsToo damages the last segment.
func TestVerifyTellsItsRangeOfDamagedRecordsToo(t *testing.T) {
	dir := filled(t)
	w := open(t, Options{Dir: dir})
	if err := errors.Join(w.Flush(context.Background()), w.Close()); err != nil {
		t.Fatal(err)
	}
	files := segments(t, dir, fileEnd)
	if err := os.Truncate(files[len(files)-1], 100); err != nil {
		t.Fatal(err)
	}
	s := openReadOnly(t, dir)
	defer s.Close()
	proof, err := s.Verify(context.Background(), nil, nil)
	if err != nil || proof.FirstSeq != 1 || proof.LastSeq != 1300 || len(proof.Wrong) == 0 {
		t.Errorf("%d to %d, %q, %v", proof.FirstSeq, proof.LastSeq, proof.Wrong, err)
	}
}

func openReadOnly(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDamagedSegmentIsPutAside checks that a writer notes the damage.
func TestDamagedSegmentIsPutAside(t *testing.T) {
	dir := filled(t)
	name := segments(t, dir, fileEnd)[0]
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir})
	n, problems := count(t, s, store.Request{})
	if n != 900 || len(problems) != 1 {
		t.Errorf("%d records, problems %v", n, problems)
	}
	st, err := s.Status(context.Background())
	if err != nil || len(st.Quarantined) != 1 {
		t.Errorf("%+v, %v", st, err)
	}
	compact(t, s) // the others are joined without it
	if n, problems := count(t, s, store.Request{}); n != 900 || len(problems) != 1 {
		t.Errorf("compacted: %d records, problems %v", n, problems)
	}
}

func TestDeletedSegmentIsNamed(t *testing.T) {
	dir := filled(t)
	name := segments(t, dir, fileEnd)[1]
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir})
	if n, problems := count(t, s, store.Request{}); n != 900 || len(problems) != 1 {
		t.Errorf("%d records, problems %v", n, problems)
	}
	base := strings.TrimSuffix(filepath.Base(name), fileEnd)
	if wrong := verify(t, s); !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, base) }) {
		t.Errorf("verify says %q", wrong)
	}
}

// TestForgedManifestIsSeen takes a segment out of the manifest and makes its
// checksum anew.
func TestForgedManifestIsSeen(t *testing.T) {
	dir := filled(t)
	m, err := loadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	m.Segments = slices.Delete(m.Segments, 1, 2)
	if err := m.save(dir); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir})
	if wrong := verify(t, s); !slices.Contains(wrong, "records 401 to 800 are missing") {
		t.Errorf("verify says %q", wrong)
	}
}

// alter flips a bit in the middle of a file.
func alter(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedManifestIsRefused(t *testing.T) {
	dir := filled(t)
	names, _ := filepath.Glob(filepath.Join(dir, "manifest-*"))
	slices.Sort(names)
	name := names[len(names)-1]
	alter(t, name)
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, errManifest) {
		t.Errorf("error %v", err)
	}
}

func TestTornLogIsCutOff(t *testing.T) {
	dir := filled(t)
	logs, _ := filepath.Glob(filepath.Join(dir, logFolder, "*"+logEnd))
	slices.Sort(logs)
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 100 {
			if err := os.WriteFile(name, append(data, data[len(data)-50:]...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := open(t, Options{Dir: dir})
	if n, _ := count(t, s, store.Request{}); n != 1300 {
		t.Errorf("%d records", n)
	}
	if wrong := verify(t, s); len(wrong) > 0 {
		t.Errorf("verify says %q", wrong)
	}
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir})
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a second writer: %v", err)
	}
	if _, err := Open(Options{Dir: dir, ReadOnly: true}); !errors.Is(err, ErrInUse) {
		t.Errorf("a reader beside a writer: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first, second := openReadOnly(t, dir), openReadOnly(t, dir)
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("a writer beside readers: %v", err)
	}
	if _, err := first.Append(context.Background(), storetest.Batch("a", 0, 1)); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("append: %v", err)
	}
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Error(err)
	}
}

// TestFullDisk has every kind of write fail once. Nothing that was said to be
// kept is lost, and when there is room again all goes on.
func TestFullDisk(t *testing.T) {
	for _, point := range []string{"append", "create", "segment", "manifest", "log"} {
		t.Run(point, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, Options{Dir: dir, SealBytes: 60 << 10})
			full := true
			guard := make(chan struct{}, 1)
			failpoint = func(name string) error {
				guard <- struct{}{}
				defer func() { <-guard }()
				if full && name == point {
					return syscall.ENOSPC
				}
				return nil
			}
			defer func() { failpoint = func(string) error { return nil } }()
			kept, failed := 0, false
			for at := 0; at < 4000; at += 200 {
				r, err := s.Append(context.Background(), storetest.Batch("a", at, 200))
				if err != nil {
					if failed = true; !errors.Is(err, syscall.ENOSPC) {
						t.Fatalf("error %v", err)
					}
					break
				}
				kept += r.Kept
			}
			if !failed {
				t.Error("nothing failed")
			}
			if n, problems := count(t, s, store.Request{}); n != kept || len(problems) > 0 {
				t.Errorf("%d records of %d, problems %v", n, kept, problems)
			}
			guard <- struct{}{}
			full = false
			<-guard
			for tries := 0; ; tries++ {
				_, err := s.Append(context.Background(), storetest.Batch("a", 0, 4000))
				if err == nil {
					break
				}
				if tries == 50 {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond) // the sealer tries once a second
			}
			flush(t, s)
			if n, _ := count(t, s, store.Request{}); n != 4000 {
				t.Errorf("%d records", n)
			}
			if wrong := verify(t, s); len(wrong) > 0 {
				t.Errorf("verify says %q", wrong)
			}
		})
	}
}

func TestReadOnlyDisk(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root may write everywhere: the folder is only opened for reading")
	}
	dir := filled(t)
	before := listing(t, dir)
	for _, name := range append(segments(t, dir, fileEnd), dir, filepath.Join(dir, dataFolder), filepath.Join(dir, logFolder)) {
		if err := os.Chmod(name, 0o500); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(name, 0o700)
	}
	s := openReadOnly(t, dir)
	if n, problems := count(t, s, store.Request{}); n != 1300 || len(problems) > 0 {
		t.Errorf("%d records, problems %v", n, problems)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("files are\n%s\nthey were\n%s", after, before)
	}
}

func listing(t *testing.T, dir string) string {
	var all []string
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		all = append(all, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// TestClockGoesBack checks that the order of records is that of their numbers,
// whatever the clock says.
func TestClockGoesBack(t *testing.T) {
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var hours atomic.Int64 // the store asks for the time on its own, too
	s := open(t, Options{Dir: t.TempDir(), Now: func() time.Time { return begin.Add(-time.Duration(hours.Load()) * time.Hour) }})
	for i := range 5 {
		storetest.Append(t, s, storetest.Batch("a", 100*i, 100))
		hours.Add(1)
		flush(t, s)
	}
	last := int64(0)
	for _, r := range storetest.Rows(t, s, store.Request{}) {
		if r.Received < last {
			t.Fatalf("record %d was received before the one before it", r.Seq)
		}
		last = r.Received
	}
	if wrong := verify(t, s); len(wrong) > 0 {
		t.Errorf("verify says %q", wrong)
	}
}

func TestRetention(t *testing.T) {
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var days atomic.Int64 // the store asks for the time on its own, too
	opt := Options{Dir: t.TempDir(), Now: func() time.Time { return begin.Add(time.Duration(days.Load()) * 24 * time.Hour) }, MaxAge: 36 * time.Hour}
	s, err := Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	var heads []store.Head
	for i := range 5 {
		storetest.Append(t, s, storetest.Batch("a", 100*i, 100))
		flush(t, s)
		st, err := s.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, st.Head)
		days.Add(1)
	}
	if err := s.Maintain(context.Background()); err != nil {
		t.Fatal(err)
	}
	rows := storetest.Rows(t, s, store.Request{})
	if len(rows) != 100 || rows[0].Seq != 401 {
		t.Errorf("%d records from %d on", len(rows), rows[0].Seq)
	}
	p, err := s.Verify(context.Background(), heads[3:], nil)
	if err != nil || len(p.Wrong) > 0 || p.Heads != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	r, err := s.Append(context.Background(), storetest.Batch("a", 0, 500))
	if err != nil || r.Known != 500 {
		t.Errorf("what was dropped comes again: %+v, %v", r, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	opt.MaxAge, opt.MaxBytes = 0, 1
	s = open(t, opt)
	storetest.Append(t, s, storetest.Batch("a", 500, 100))
	flush(t, s)
	if err := s.Maintain(context.Background()); err != nil {
		t.Fatal(err)
	}
	if rows := storetest.Rows(t, s, store.Request{}); len(rows) != 100 || rows[0].Seq != 501 {
		t.Errorf("%d records", len(rows))
	}
	if wrong := verify(t, s); len(wrong) > 0 {
		t.Errorf("verify says %q", wrong)
	}
}

// TestScanOutlivesCompaction checks that a scan reads the files of its moment
// after they were put aside.
func TestScanOutlivesCompaction(t *testing.T) {
	dir := filled(t)
	s := open(t, Options{Dir: dir})
	n, first := 0, true
	_, err := s.Scan(context.Background(), store.Request{}, func(b store.Block) error {
		if first {
			first = false
			compact(t, s)
		}
		n += len(b.Rows())
		return nil
	})
	if err != nil || n != 1300 {
		t.Errorf("%d records, %v", n, err)
	}
	if left := segments(t, dir, fileEnd); len(left) != 1 {
		t.Errorf("files are left: %q", left)
	}
}

func frameOnly(b *store.Batch, skip int, first, received int64) []byte {
	frame, _ := frameOf(nil, b, skip, first, received)
	return frame.Payload()
}

func FuzzParseFrame(f *testing.F) {
	f.Add(frameOnly(storetest.Batch("a", 0, 5), 0, 1, storetest.Base))
	f.Add(frameOnly(storetest.Batch("a", 13, 90), 2, 9, storetest.Base))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseFrame(data)
		if err != nil {
			return
		}
		p.chain(store.Chain{}, &store.Hasher{})
		for _, r := range p.Rows() {
			for i := range p.batch.Columns {
				p.batch.Columns[i].At(int(r))
			}
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	m := &manifest{Format: manifestFormat, Store: "ab", Version: 3, Chain: hexOf(store.Chain{})}
	m.Segments = []entry{{Name: "x", First: 1, Last: 3, Records: 3, Before: hexOf(store.Chain{}), After: hexOf(store.Chain{})}}
	m.Sealed = 3
	text, err := m.text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil {
			return
		}
		for _, e := range m.Segments {
			if filepath.Dir(filepath.Join("/x", e.Name)) != "/x" {
				t.Errorf("a segment named %q", e.Name)
			}
		}
	})
}
