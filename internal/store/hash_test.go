package store

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// hashCase is a record with columns, of which two are null in some rows.
func hashCase() (Place, []Column) {
	place := Place{Seq: 7, Stream: "file:a", Position: 3, Source: "a.log", Line: 4, Number: -1, Received: 99, Time: 98}
	return place, []Column{
		{Name: "Verb", Type: value.String, Dict: []value.Value{value.StringOf("get"), value.NullOf(value.Dynamic)}, Codes: []uint32{0, 1}},
		{Name: "Code", Type: value.Int, Dict: []value.Value{value.IntOf(200), value.NullOf(value.Dynamic)}, Codes: []uint32{0, 0}},
		{Name: "Deed", Type: value.Bool, Dict: []value.Value{value.NullOf(value.Dynamic), value.BoolOf(true)}, Codes: []uint32{1, 0}},
	}
}

func sumOf(p *Place, columns []Column, row int, raw, prior string) sha.Sum {
	var h Hasher
	h.Columns(columns)
	h.Add(p, row, raw, prior)
	return h.Sums()[0]
}

// TestRecordSum writes down what is summed of a record: whoever keeps a store
// for years must be able to do it again.
func TestRecordSum(t *testing.T) {
	place, columns := hashCase()
	raw, prior := strings.Repeat("raw ", 40), "before"
	sum := func(texts ...string) []byte {
		var b []byte
		for _, s := range texts {
			b = append(append(b, byte(len(s))), s...)
		}
		sum := sha256.Sum256(b)
		return sum[:]
	}
	text := append(make([]byte, 0, 500), "dogwatch record v2\n"...)
	text = append(text, make([]byte, 64-len(text))...)
	text = append(append(text, raw...), prior...)
	text = append(text, sum("file:a", "a.log")...)
	for _, n := range []int64{7, 3, 4, -1, 99, 98} {
		text = binary.AppendVarint(text, n)
	}
	text = binary.AppendVarint(append(text, byte(value.KBool)), 1)
	text = binary.AppendVarint(append(text, byte(value.KInt)), 200)
	text = append(append(text, byte(value.KString), 3), "get"...)
	text = append(text, sum("Deed", "Code", "Verb")...)
	text = binary.BigEndian.AppendUint64(text, uint64(len(prior)))
	text = binary.BigEndian.AppendUint64(text, uint64(len(raw)))
	if sumOf(&place, columns, 0, raw, prior) != sha256.Sum256(text) {
		t.Error("a record sums to something else")
	}
}

// TestManyColumns sums rows of more columns than are taken together, of texts
// that are short and that are not.
func TestManyColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	null := value.NullOf(value.Dynamic)
	const rows = 100
	var columns []Column
	for i := range 150 {
		c := Column{Name: fmt.Sprint("c", i), Type: value.Bool, Dict: []value.Value{null, value.BoolOf(true), value.BoolOf(false)}}
		if i%2 == 0 {
			c.Type, c.Dict = value.String, []value.Value{value.StringOf(""), null, value.StringOf(strings.Repeat("x", i)), value.StringOf("y")}
		}
		for range rows {
			c.Codes = append(c.Codes, rng.Uint32N(uint32(len(c.Dict))))
		}
		columns = append(columns, c)
	}
	var texts columnTexts
	texts.reset(columns)
	for _, row := range rng.Perm(rows) {
		var want, names []byte
		for _, c := range texts.columns {
			if v := c.At(row); !v.IsNull() {
				want, names = appendValue(want, v), appendText(names, c.Name)
			}
		}
		sum := sha256.Sum256(names)
		if got := texts.append([]byte("before"), row); string(got) != "before"+string(append(want, sum[:]...)) {
			t.Fatalf("row %d: another text", row)
		}
	}
}

// TestNoOtherRecordHasTheSum changes all that a record has.
func TestNoOtherRecordHasTheSum(t *testing.T) {
	seen := map[sha.Sum]string{}
	note := func(what string, change func(p *Place, c []Column) (row int, raw, prior string)) {
		t.Helper()
		p, c := hashCase()
		row, raw, prior := change(&p, c)
		sum := sumOf(&p, c, row, raw, prior)
		if other, ok := seen[sum]; ok {
			t.Errorf("%s has the sum of %s", what, other)
		}
		seen[sum] = what
	}
	place := func(what string, change func(*Place)) {
		note(what, func(p *Place, _ []Column) (int, string, string) { change(p); return 0, "raw", "" })
	}
	place("the record", func(*Place) {})
	place("another number", func(p *Place) { p.Seq++ })
	place("another stream", func(p *Place) { p.Stream = "file:" })
	place("a letter of the stream in the source", func(p *Place) { p.Stream, p.Source = "file:", "aa.log" })
	place("another position", func(p *Place) { p.Position++ })
	place("another line", func(p *Place) { p.Line++ })
	place("another number in the line", func(p *Place) { p.Number++ })
	place("another receipt", func(p *Place) { p.Received++ })
	place("another time", func(p *Place) { p.Time++ })
	note("other bytes", func(*Place, []Column) (int, string, string) { return 0, "rax", "" })
	note("a prior", func(*Place, []Column) (int, string, string) { return 0, "raw", "x" })
	note("bytes in the prior", func(*Place, []Column) (int, string, string) { return 0, "ra", "w" })
	note("values that are not known", func(*Place, []Column) (int, string, string) { return 1, "raw", "" })
	note("another name", func(_ *Place, c []Column) (int, string, string) { c[0].Name = "Verc"; return 0, "raw", "" })
	note("another value", func(_ *Place, c []Column) (int, string, string) {
		c[0].Dict[0] = value.StringOf("got")
		return 0, "raw", ""
	})
	note("another type", func(_ *Place, c []Column) (int, string, string) {
		c[1].Dict[0] = value.LongOf(200)
		return 0, "raw", ""
	})
}

// TestSumsDependOnTheRecordAlone sums records with others and alone, with
// columns that are null and without them.
func TestSumsDependOnTheRecordAlone(t *testing.T) {
	place, columns := hashCase()
	var h Hasher
	h.Columns(columns)
	var want []sha.Sum
	raw := strings.Repeat("0123456789", 300)
	for i := range 3 * summed {
		place.Seq, place.Stream = int64(i+1), []string{"a", "b"}[i/5%2]
		row, text := i%2, raw[i:i+i%900]
		h.Add(&place, row, text, "")
		known := columns
		if row == 1 {
			known = []Column{columns[1]}
		}
		want = append(want, sumOf(&place, known, row, text, ""))
	}
	sums := h.Sums()
	if len(sums) != len(want) {
		t.Fatalf("%d sums of %d records", len(sums), len(want))
	}
	for i := range want {
		if sums[i] != want[i] {
			t.Fatalf("record %d: another sum", i)
		}
	}
}
