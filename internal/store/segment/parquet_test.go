package segment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/memory"
	"github.com/dogwatch-dev/dogwatch/internal/store/storetest"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// oddColumns are columns of some records whose values are missing, repeat
// themselves, or cannot be kept.
func oddColumns(n int) []store.Column {
	null := value.NullOf(value.Dynamic)
	columns := []store.Column{
		{Name: "None", Type: value.String, Dict: []value.Value{null}},
		{Name: "Same", Type: value.Long, Dict: []value.Value{null, value.LongOf(-1 << 60)}},
		{Name: "Maybe", Type: value.Bool, Dict: []value.Value{value.BoolOf(true), null, value.BoolOf(false)}},
		{Name: "Text", Type: value.String, Dict: []value.Value{value.StringOf(""), value.StringOf("\xff"), null, value.StringOf("Łódź")}},
		{Name: "Many", Type: value.Long},
	}
	for i := range n {
		columns[4].Dict = append(columns[4].Dict, value.LongOf(int64(i/2)*1e12))
		for c, code := range []int{0, 1, i % 3, i / 7 % 4, i} {
			columns[c].Codes = append(columns[c].Codes, uint32(code))
		}
	}
	return columns
}

// cell is what Parquet should have of a value.
func cell(c *store.Column, row int) string {
	v := c.At(row)
	switch {
	case v.IsNull(), v.Kind() == value.KString && v.Str() == "\xff":
		return "<null>"
	case v.Kind() == value.KString:
		return v.Str()
	}
	return v.String()
}

// TestLibraryReadsWhatIsWritten reads a file of two units with the reader of the
// library, which is not made for our files.
func TestLibraryReadsWhatIsWritten(t *testing.T) {
	const n, cut = 1500, 600
	b := storetest.Batch("a", 0, n)
	odd := oddColumns(n)
	b.Columns = append(b.Columns, odd...)
	m := memory.New()
	storetest.Append(t, m, b)
	var file, index bytes.Buffer
	fields := []Field{{"Elsewhere", value.String}}
	for _, c := range b.Columns {
		fields = append(fields, Field{c.Name, c.Type})
	}
	w, err := NewWriter(&file, &index, fields, map[string]string{"b": "2", "a": "1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Scan(t.Context(), store.Request{}, func(block store.Block) error {
		var refs []Ref
		for _, r := range block.Rows() {
			refs = append(refs, Ref{Row: r, Time: b.Records[r].Time, Seq: int64(r)})
		}
		return errors.Join(w.Unit([]store.Block{block}, refs[:cut]), w.Unit([]store.Block{block}, refs[cut:]))
	})
	if err == nil {
		_, err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := f.Lookup("b"); !ok || v != "2" || f.NumRows() != n || len(f.RowGroups()) != 2 {
		t.Fatalf("%q, %d rows in %d groups", v, f.NumRows(), len(f.RowGroups()))
	}
	names := f.Schema().Columns()
	row := 0
	for _, g := range f.RowGroups() {
		for _, got := range rowsOf(t, g) {
			cells := map[string]string{}
			for _, v := range got {
				cells[names[v.Column()][0]] = v.String()
			}
			for name, want := range wanted(b, row) {
				if cells[name] != want {
					t.Fatalf("%s of record %d is %q, want %q", name, row, cells[name], want)
				}
			}
			row++
		}
	}
	if row != n {
		t.Errorf("%d rows, want %d", row, n)
	}
}

func rowsOf(t *testing.T, g parquet.RowGroup) (all []parquet.Row) {
	rows := g.Rows()
	defer rows.Close()
	buf := make([]parquet.Row, 100)
	for {
		n, err := rows.ReadRows(buf)
		for _, r := range buf[:n] {
			all = append(all, r.Clone())
		}
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// wanted is what should stand in columns of a record.
func wanted(b *store.Batch, row int) map[string]string {
	r := &b.Records[row]
	cells := map[string]string{
		"Raw": r.Raw, "RawBytes": "<null>", "Prior": "<null>", "Elsewhere": "<null>", "Seq": strconv.Itoa(row + 1),
		"Position": fmt.Sprint(r.Position), "Line": fmt.Sprint(r.Line), "Number": fmt.Sprint(r.Number), "Stream": "a", "Source": b.Source,
	}
	if row%101 == 3 && row%97 != 5 {
		cells["Raw"], cells["RawBytes"] = "<null>", r.Raw
	}
	if r.Prior != "" {
		cells["Prior"] = r.Prior
	}
	if n, ok := nanosOf(r.Time); !ok {
		cells["Time"] = "<null>"
	} else if n == 0 {
		cells["Time"] = ""
	}
	for i := range b.Columns {
		cells[b.Columns[i].Name] = cell(&b.Columns[i], row)
	}
	return cells
}

// TestTextsAreKeptOnce looks for records in a file as they are: the least and
// the most of them, which say nothing, would stand so in the headers of pages.
// The first of a block has none before it to be like.
func TestTextsAreKeptOnce(t *testing.T) {
	file, _ := written(t, 700)
	var plain []string
	for _, r := range storetest.Batch("a", 0, 700).Records {
		if utf8.ValidString(r.Raw) && bytes.Contains(file, []byte(r.Raw)) { // others are few, and each may be a page's only one
			plain = append(plain, r.Raw)
		}
	}
	if blocks := (700 + BlockRows - 1) / BlockRows; len(plain) > blocks {
		t.Fatalf("%d records that are not compressed in %d blocks: %q", len(plain), blocks, plain)
	}
}
