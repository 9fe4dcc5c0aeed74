package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

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
	if err := r.Ready(); err != nil {
		return 0, err
	}
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
	if err := u.Blocks(store.Parts("xmrig"), func(int32, int32, int64, int64, bool) {}); err != nil {
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
	const blocks = 77 // no multiple of anything
	keys := make([][]uint64, blocks)
	for b := range blocks {
		for i := range 100 + 10*(b%40) {
			keys[b] = append(keys[b], key(b, i))
		}
	}
	p := tableOf(t, keys)
	wrong, asked := 0, 0
	for b := range blocks {
		for i := range 50 {
			set, err := p.holders(key(b, i))
			if err != nil || !set.Has(b) {
				t.Fatalf("key %d of block %d is lost: %v", i, b, err)
			}
			for other := range blocks {
				if asked++; set.Has(other) {
					wrong++
				}
			}
			wrong--
		}
	}
	if wrong*200 > asked {
		t.Errorf("%d of %d keys are known that were not put in", wrong, asked)
	}
}

func key(block, i int) uint64 { return uint64(block*100_000+i+1) * 0x9e3779b97f4a7c15 }

// tableOf writes and reads the index of blocks with these keys.
func tableOf(t testing.TB, keys [][]uint64) *part {
	list := make([]block, len(keys))
	for i := range list {
		list[i] = block{rows: BlockRows, from: 5, to: int64(i), timeless: i%2 == 0}
	}
	data := appendIndex(nil, list, keys)
	p, err := readPart(data)
	if err != nil || !slices.Equal(p.blocks, list) {
		t.Fatalf("%v, %v", p, err)
	}
	return p
}

func TestNoKeysAreNoKeys(t *testing.T) {
	set, err := tableOf(t, [][]uint64{nil, {7}, nil}).holders(1)
	if err != nil || set.Has(0) || set.Has(2) {
		t.Errorf("%v, %v", set, err)
	}
}

// The first form of the index is still read.
func TestIndexV1(t *testing.T) {
	keys := [][]uint64{{key(0, 1), key(0, 2)}, nil, {key(2, 1)}}
	text := binary.AppendUvarint(nil, uint64(len(keys)))
	for i, of := range keys {
		text = binary.AppendUvarint(text, BlockRows)
		text = binary.AppendVarint(binary.AppendVarint(text, 3), int64(i))
		filter := make([]byte, (len(of)*bitsPerKey+63)/64*8)
		fill(filter, of)
		text = append(append(text, 1), append(binary.AppendUvarint(nil, uint64(len(filter))), filter...)...)
	}
	data := binary.LittleEndian.AppendUint32([]byte(indexV1), uint32(len(text)))
	data = append(binary.LittleEndian.AppendUint32(data, crc32.Checksum(text, castagnoli)), text...)
	places, v1, err := placesOf(bytes.NewReader(data), int64(len(data)))
	if err != nil || !v1 || len(places) != 1 {
		t.Fatalf("%v, %v, %v", places, v1, err)
	}
	p, err := readPartV1(bytes.NewReader(data), places[0])
	if err != nil || len(p.blocks) != 3 || p.blocks[2] != (block{BlockRows, 3, 2, true}) {
		t.Fatalf("%+v, %v", p, err)
	}
	for b, of := range keys {
		for _, k := range of {
			set, err := p.holders(k)
			if err != nil || !set.Has(b) || set.Has(1) {
				t.Errorf("key %x: %v, %v", k, set, err)
			}
		}
	}
}

// A record with very many words must not make a filter of all others useless,
// nor large.
func TestOneLargeBlock(t *testing.T) {
	keys := make([][]uint64, 256)
	for b := range keys {
		n := 500
		if b == 9 {
			n = 200_000
		}
		for i := range n {
			keys[b] = append(keys[b], key(b, i))
		}
	}
	table, _ := newTable(keys)
	if len(table) > 200_000*bitsPerKey/8*256/4*2 {
		t.Errorf("a table of %d bytes", len(table))
	}
}

// FuzzParts reads what is no index, with and without right checksums.
func FuzzParts(f *testing.F) {
	_, index := written(f, 300)
	f.Add(index[len(indexHeader):])
	f.Add(appendIndex(nil, []block{{rows: 3, from: 1, to: 9}}, [][]uint64{{1, 2}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		look(data)
		if len(data) < listHead {
			return
		}
		n := min(int(binary.LittleEndian.Uint32(data[8:])), len(data)-listHead)
		binary.LittleEndian.PutUint32(data[8:], uint32(n))
		binary.LittleEndian.PutUint32(data[4:], crc32.Checksum(data[listHead:listHead+n], castagnoli))
		look(data)
		binary.LittleEndian.PutUint32(data, uint32(len(data)-partHead))
		binary.LittleEndian.PutUint32(data[4:], crc32.Checksum(data[partHead:], castagnoli))
		if p, err := parsePartV1(data); err == nil {
			_, _ = p.holders(42)
		}
	})
}

// readPart reads a part that is all that there is.
func readPart(data []byte) (*part, error) {
	r, place := bytes.NewReader(data), unitPlace{0, int64(len(data))}
	l, err := readList(r, place)
	if err != nil {
		return nil, err
	}
	return l.part(r, place), nil
}

func look(data []byte) {
	if p, err := readPart(data); err == nil {
		_, _ = p.holders(42)
		p.close()
	}
}

// What the library writes in either form is read back; FuzzTexts goes on from it.
func TestTextsOfPages(t *testing.T) {
	want := []string{"a", "", "bcd", strings.Repeat("x", 70_000), "e"}
	for _, plain := range []bool{true, false} {
		var data, levels []byte
		encoding := format.Plain
		if plain {
			for _, s := range want {
				data = append(binary.LittleEndian.AppendUint32(data, uint32(len(s))), s...)
			}
			levels = []byte{5 << 1, 1} // a run of five
		} else {
			encoding = format.DeltaLengthByteArray
			var err error
			offsets := []uint32{0}
			for _, s := range want {
				offsets = append(offsets, offsets[len(offsets)-1]+uint32(len(s)))
			}
			if data, err = (&delta.LengthByteArrayEncoding{}).EncodeByteArray(nil, []byte(strings.Join(want, "")), offsets); err != nil {
				t.Fatal(err)
			}
			levels = []byte{1<<1 | 1, 0x1f} // eight at a time
		}
		got := make([]string, 5)
		head := &format.DataPageHeaderV2{NumValues: 5, NumRows: 5, Encoding: encoding}
		if err := fillTexts(got, data, levels, head); err != nil || !slices.Equal(got, want) {
			t.Errorf("plain %t: %v", plain, err)
		}
	}
}

func FuzzTexts(f *testing.F) {
	f.Add([]byte{0x80, 1, 4, 3, 2, 0, 0, 0, 0, 0, 'a', 'b', 'c'}, []byte{6, 1}, true)
	f.Add([]byte{1, 0, 0, 0, 'a', 0, 0, 0, 0}, []byte{3, 3}, false)
	f.Fuzz(func(t *testing.T, data, levels []byte, lengths bool) {
		head := &format.DataPageHeaderV2{Encoding: format.Plain, NumRows: 9}
		if lengths {
			head.Encoding = format.DeltaLengthByteArray
		}
		_, n, _ := presentOf(levels, 9)
		head.NumValues = int32(n)
		out := make([]string, 9)
		if err := fillTexts(out, data, levels, head); err != nil {
			return
		}
		size := 0
		for _, s := range out {
			size += len(strings.Clone(s))
		}
		if size > len(data) {
			t.Errorf("%d bytes of %d", size, len(data))
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
