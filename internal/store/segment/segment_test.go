package segment

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/memory"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// written is the files of a segment of n records.
func written(t testing.TB, n int) (file, index []byte) {
	m := memory.New()
	storetest.Append(t, m, storetest.Batch("a", 0, n))
	var fileOut, indexOut bytes.Buffer
	w, err := NewWriter(&fileOut, &indexOut, []Field{{"Verb", value.String}, {"Code", value.Int}, {"Deed", value.Bool}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Scan(t.Context(), store.Request{}, func(b store.Block) error {
		var refs []Ref
		times, err := b.Times()
		if err != nil {
			return err
		}
		for _, r := range b.Rows() {
			refs = append(refs, Ref{Row: r, Time: times[r], Seq: int64(r)})
		}
		SortRefs(refs)
		return w.Unit([]store.Block{b}, refs)
	})
	if err != nil {
		t.Fatal(err)
	}
	stats, err := w.Close()
	if err != nil || stats.Records != int64(n) || stats.FirstSeq != 1 || stats.LastSeq != int64(n) {
		t.Fatalf("%+v, %v", stats, err)
	}
	return fileOut.Bytes(), indexOut.Bytes()
}

// readAll reads everything of a segment; what is damaged is an error and
// nothing else.
func readAll(t testing.TB, dir string, file, index []byte) (rows int, err error) {
	a, b := filepath.Join(dir, "x.parquet"), filepath.Join(dir, "x.index")
	for name, data := range map[string][]byte{a: file, b: index} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Open(a, b)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for i := range r.Units() {
		n, err := readUnit(r, i)
		if rows += n; err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func readUnit(r *Reader, i int) (rows int, err error) {
	u := r.Unit(i)
	defer u.Close()
	if err := u.Blocks(store.Parts("xmrig"), func(int, int64, int64, bool) {}); err != nil {
		return 0, err
	}
	for _, f := range r.Fields() {
		if err := u.Load(f.Name); err != nil {
			return 0, err
		}
	}
	for _, row := range u.Rows() {
		if _, _, err := u.Text(row); err != nil {
			return rows, err
		}
		if _, err := u.Place(row); err != nil {
			return rows, err
		}
		for _, f := range r.Fields() {
			if c, ok := u.Column(f.Name); ok {
				c.At(int(row))
			}
		}
		rows++
	}
	return rows, nil
}

func TestEveryByteMatters(t *testing.T) {
	file, index := written(t, 700)
	dir := t.TempDir()
	if n, err := readAll(t, dir, file, index); n != 700 || err != nil {
		t.Fatalf("%d records, %v", n, err)
	}
	for n := range 200 {
		cut := len(file) * n / 200
		if _, err := readAll(t, dir, file[:cut], index); !errors.Is(err, ErrDamaged) {
			t.Fatalf("file of %d bytes: %v", cut, err)
		}
		cut = len(index) * n / 200
		if _, err := readAll(t, dir, file, index[:cut]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("index of %d bytes: %v", cut, err)
		}
	}
}

func TestColumnsHaveNamesOfTheirOwn(t *testing.T) {
	for _, f := range []Field{{"Raw", value.String}, {"", value.Int}, {"X", value.Dynamic}} {
		if _, err := NewWriter(&bytes.Buffer{}, &bytes.Buffer{}, []Field{f}, nil); err == nil {
			t.Errorf("%+v: no error", f)
		}
	}
}

func TestFilter(t *testing.T) {
	var keys, others []uint64
	for i := range uint64(5000) {
		k := i * 0x9e3779b97f4a7c15
		if i%5 == 0 {
			keys = append(keys, k)
		} else {
			others = append(others, k)
		}
	}
	f := newFilter(keys)
	for _, k := range keys {
		if !f.has(k) {
			t.Fatalf("key %x is lost", k)
		}
	}
	wrong := 0
	for _, k := range others {
		if f.has(k) {
			wrong++
		}
	}
	if wrong*40 > len(others) {
		t.Errorf("%d of %d keys are known that were not put in", wrong, len(others))
	}
	if newFilter(nil).has(1) {
		t.Error("an empty filter knows something")
	}
}

func FuzzParsePart(f *testing.F) {
	_, index := written(f, 300)
	f.Add(index[len(indexHeader):])
	f.Add(appendIndex(nil, []block{{rows: 3, from: 1, to: 9, filter: newFilter([]uint64{1, 2})}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		blocks, err := parsePart(data)
		if err != nil {
			// With a right checksum it gets further.
			blocks, err = parsePart(appendIndex(nil, blocks))
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range blocks {
			b.filter.has(42)
		}
	})
}

// FuzzReader changes a byte at a time: files are read or refused, never worse.
func FuzzReader(f *testing.F) {
	file, index := written(f, 300)
	f.Add(uint32(0), byte(1), uint32(7), byte(0))
	f.Add(uint32(len(file)-9), byte(3), uint32(1), byte(1))
	f.Fuzz(func(t *testing.T, at uint32, flip byte, at2 uint32, flip2 byte) {
		bad := bytes.Clone(file)
		bad[int(at)%len(bad)] ^= flip
		bad[len(bad)-1-int(at2)%min(len(bad), 8000)] ^= flip2
		if _, err := readAll(t, t.TempDir(), bad, index); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("error %v", err)
		}
	})
}
