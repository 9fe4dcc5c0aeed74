package embedded

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
)

// firstFormat is a store of 60 records that was written before the format was
// changed: two segments, and a log with the last 20. heads are what it said of
// itself after each 20.
func firstFormat(t *testing.T) (dir string, heads []store.Head) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "format1"))); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "heads.json"))
	if err == nil {
		err = json.Unmarshal(data, &heads)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, heads
}

// mustProve checks that a store has n records, all as they were, and that heads
// hold.
func mustProve(t *testing.T, s *Store, n int, heads []store.Head) {
	t.Helper()
	rows := storetest.Rows(t, s, store.Request{})
	want := storetest.Batch("a", 0, n).Records
	for i, r := range rows {
		if i >= n || r.Seq != int64(i+1) || r.Raw != want[i].Raw || r.Position != want[i].Position {
			t.Fatalf("record %d is %+v", i+1, r)
		}
	}
	proof, err := s.Verify(context.Background(), heads, nil)
	if err != nil || len(proof.Wrong) > 0 || proof.Records != int64(n) || len(rows) != n || proof.Heads != len(heads) {
		t.Fatalf("%d records, %+v, %v", len(rows), proof, err)
	}
}

// TestFirstFormat goes on with a store of the first format: what it held is
// proven, before and after it is joined with what comes.
func TestFirstFormat(t *testing.T) {
	dir, heads := firstFormat(t)
	readOnly := openReadOnly(t, dir)
	mustProve(t, readOnly, 60, heads)
	if err := readOnly.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Dir: dir})
	mustProve(t, s, 60, heads)
	for at := 60; at < 140; at += 20 {
		storetest.Append(t, s, storetest.Batch("a", at, 20))
		if at == 80 {
			flush(t, s)
		}
		st, err := s.Status(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, st.Head)
	}
	mustProve(t, s, 140, heads)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Options{Dir: dir})
	mustProve(t, s, 140, heads)
	compact(t, s)
	mustProve(t, s, 140, heads)
	if n := len(s.man.Segments); n != 1 || s.man.Format != manifestFormat {
		t.Errorf("%d segments, format %d", n, s.man.Format)
	}
}

// TestAlteredFirstFormat alters files whose digests are of the whole.
func TestAlteredFirstFormat(t *testing.T) {
	for _, end := range []string{fileEnd, indexEnd} {
		dir, _ := firstFormat(t)
		name := segments(t, dir, end)[1]
		alter(t, name)
		wrong := verify(t, openReadOnly(t, dir))
		if !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, filepath.Base(name)) }) {
			t.Errorf("verify says %q", wrong)
		}
	}
}
