package segment

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Ref names a row of one of several blocks.
type Ref struct {
	Block int32
	Row   int32
	Time  int64 // ticks
	Seq   int64
}

// SortRefs puts rows into the order of segments: by time, then as they came.
func SortRefs(refs []Ref) {
	slices.SortFunc(refs, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Seq, b.Seq)) })
}

// Stats is what was written.
type Stats struct {
	Records           int64
	FirstSeq, LastSeq int64
	From, To          int64 // ticks of the events with a time, 0 when there are none
	Timeless          bool  // some events have none
	RawBytes          int64
	Units             int
}

// A Writer makes a segment of units.
type Writer struct {
	fields  []Field
	file    *parquet.GenericWriter[any]
	columns map[string]*parquet.ColumnWriter
	number  map[string]int
	index   io.Writer
	stats   Stats
	words   *store.Indexer
	values  []parquet.Value
	text    []byte
}

// pageBuffer is what columns start with. A page is what is put into one at once,
// however large.
const pageBuffer = 64 << 10

// NewWriter starts a segment. meta is told to whoever reads the Parquet file.
func NewWriter(file, index io.Writer, fields []Field, meta map[string]string) (*Writer, error) {
	for _, f := range fields {
		if err := CheckField(f); err != nil {
			return nil, err
		}
	}
	if _, err := io.WriteString(index, indexHeader); err != nil {
		return nil, err
	}
	schema := schemaOf(fields)
	options := []parquet.WriterOption{
		schema, parquet.MaxRowsPerRowGroup(MaxUnitRows), parquet.PageBufferSize(pageBuffer),
		parquet.CreatedBy("dogwatch", "1", "0"),
	}
	// The least and greatest text of a page says nothing to a hunt.
	for _, name := range []string{colRaw, colRawBytes, colPrior, colHash, colStream, colSource} {
		options = append(options, parquet.SkipPageBounds(name))
	}
	for _, f := range fields {
		options = append(options, parquet.SkipPageBounds(f.Name))
	}
	for k, v := range meta {
		options = append(options, parquet.KeyValueMetadata(k, v))
	}
	w := &Writer{
		fields: fields, file: parquet.NewGenericWriter[any](file, options...), index: index, words: store.NewIndexer(),
		columns: map[string]*parquet.ColumnWriter{}, number: map[string]int{},
	}
	for i, c := range w.file.ColumnWriters() {
		name := schema.Columns()[i][0]
		w.columns[name], w.number[name] = c, i
	}
	return w, nil
}

// Unit writes rows of blocks as one unit, in the order of refs.
func (w *Writer) Unit(blocks []store.Block, refs []Ref) error {
	if len(refs) == 0 || len(refs) > MaxUnitRows {
		return fmt.Errorf("a unit of %d records", len(refs))
	}
	if err := w.places(blocks, refs); err != nil {
		return err
	}
	for _, f := range w.fields {
		if err := w.column(f, blocks, refs); err != nil {
			return err
		}
	}
	if err := w.texts(blocks, refs); err != nil {
		return err
	}
	w.stats.Units++
	return w.file.Flush()
}

// Close ends the segment. The files are the caller's to close.
func (w *Writer) Close() (Stats, error) { return w.stats, w.file.Close() }

func (w *Writer) put(name string, values []parquet.Value) error {
	_, err := w.columns[name].WriteRowValues(values)
	return err
}

// places writes where records came from.
func (w *Writer) places(blocks []store.Block, refs []Ref) error {
	places := make([]store.Place, len(refs))
	for i, r := range refs {
		p, err := blocks[r.Block].Place(r.Row)
		if err != nil {
			return err
		}
		places[i] = p
		w.count(&p)
	}
	number := func(name string, of func(*store.Place) int64) error {
		w.values = w.values[:0]
		for i := range places {
			w.values = append(w.values, parquet.Int64Value(of(&places[i])).Level(0, 0, w.number[name]))
		}
		return w.put(name, w.values)
	}
	text := func(name string, of func(*store.Place) string) error {
		w.values = w.values[:0]
		for i := range places {
			w.values = append(w.values, textValue(of(&places[i])).Level(0, 0, w.number[name]))
		}
		return w.put(name, w.values)
	}
	for _, err := range []error{
		number(colSeq, func(p *store.Place) int64 { return p.Seq }),
		number(colReceived, func(p *store.Place) int64 { n, _ := nanosOf(p.Received); return n }),
		number(colPosition, func(p *store.Place) int64 { return p.Position }),
		number(colLine, func(p *store.Place) int64 { return p.Line }),
		number(colNumber, func(p *store.Place) int64 { return int64(p.Number) }),
		text(colStream, func(p *store.Place) string { return p.Stream }),
		text(colSource, func(p *store.Place) string { return p.Source }),
	} {
		if err != nil {
			return err
		}
	}
	return w.timesAndHashes(places)
}

func (w *Writer) timesAndHashes(places []store.Place) error {
	w.values = w.values[:0]
	for i := range places {
		v := parquet.NullValue().Level(0, 0, w.number[colTime])
		if n, ok := nanosOf(places[i].Time); ok {
			v = parquet.Int64Value(n).Level(0, 1, w.number[colTime])
		}
		w.values = append(w.values, v)
	}
	if err := w.put(colTime, w.values); err != nil {
		return err
	}
	w.values = w.values[:0]
	for i := range places {
		w.values = append(w.values, parquet.FixedLenByteArrayValue(places[i].Hash[:]).Level(0, 0, w.number[colHash]))
	}
	return w.put(colHash, w.values)
}

func (w *Writer) count(p *store.Place) {
	s := &w.stats
	s.Records++
	if s.FirstSeq == 0 || p.Seq < s.FirstSeq {
		s.FirstSeq = p.Seq
	}
	s.LastSeq = max(s.LastSeq, p.Seq)
	if _, ok := nanosOf(p.Time); !ok {
		s.Timeless = true
		return
	}
	if s.From == 0 || p.Time < s.From {
		s.From = p.Time
	}
	if s.To == 0 || p.Time > s.To {
		s.To = p.Time
	}
}

func textValue(s string) parquet.Value {
	return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// column writes a column; blocks that lack it, or have it with another type, do
// not know its values.
func (w *Writer) column(f Field, blocks []store.Block, refs []Ref) error {
	at := w.number[f.Name]
	null := parquet.NullValue().Level(0, 0, at)
	dicts := make([][]parquet.Value, len(blocks))
	codes := make([][]uint32, len(blocks))
	for i, b := range blocks {
		c, ok := b.Column(f.Name)
		if !ok || c.Type != f.Type {
			continue
		}
		codes[i] = c.Codes
		dicts[i] = make([]parquet.Value, len(c.Dict))
		for k, v := range c.Dict {
			if dicts[i][k], ok = hotValue(v, f.Type); ok {
				dicts[i][k] = dicts[i][k].Level(0, 1, at)
			} else {
				dicts[i][k] = null
			}
		}
	}
	w.values = w.values[:0]
	for _, r := range refs {
		v := null
		if c := codes[r.Block]; c != nil {
			v = dicts[r.Block][c[r.Row]]
		}
		w.values = append(w.values, v)
	}
	return w.put(f.Name, w.values)
}

// hotValue is a value as Parquet has it; ok is false when it is not known, or
// is text that Parquet cannot hold.
func hotValue(v value.Value, t value.Type) (_ parquet.Value, ok bool) {
	if v.IsNull() {
		return parquet.Value{}, false
	}
	switch t {
	case value.Bool:
		return parquet.BooleanValue(v.Bool()), true
	case value.Int:
		return parquet.Int32Value(int32(v.Int())), true
	case value.Long:
		return parquet.Int64Value(v.Int()), true
	}
	return textValue(v.Str()), utf8.ValidString(v.Str())
}

// texts writes the bytes of records and the index of them, block by block.
func (w *Writer) texts(blocks []store.Block, refs []Ref) error {
	var parts []block
	var keys [][]uint64
	for len(refs) > 0 {
		n := min(len(refs), BlockRows)
		b, err := w.block(blocks, refs[:n])
		if err != nil {
			return err
		}
		parts, keys = append(parts, b), append(keys, slices.Clone(w.words.Keys()))
		refs = refs[n:]
	}
	w.text = appendIndex(w.text[:0], parts, keys)
	_, err := w.index.Write(w.text)
	return err
}

func (w *Writer) block(blocks []store.Block, refs []Ref) (block, error) {
	b := block{rows: len(refs)}
	w.words.Reset()
	var raws, bytes, priors []parquet.Value
	null := func(name string) parquet.Value { return parquet.NullValue().Level(0, 0, w.number[name]) }
	for _, r := range refs {
		raw, prior, err := blocks[r.Block].Text(r.Row)
		if err != nil {
			return b, err
		}
		w.words.Add(raw)
		w.stats.RawBytes += int64(len(raw))
		b.see(r.Time)
		asText, asBytes, before := textValue(raw).Level(0, 1, w.number[colRaw]), null(colRawBytes), null(colPrior)
		if !utf8.ValidString(raw) {
			asText, asBytes = null(colRaw), textValue(raw).Level(0, 1, w.number[colRawBytes])
		}
		if prior != "" {
			before = textValue(prior).Level(0, 1, w.number[colPrior])
		}
		raws, bytes, priors = append(raws, asText), append(bytes, asBytes), append(priors, before)
	}
	for name, values := range map[string][]parquet.Value{colRaw: raws, colRawBytes: bytes, colPrior: priors} {
		if err := w.put(name, values); err != nil {
			return b, err
		}
		if err := w.columns[name].Flush(); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (b *block) see(ticks int64) {
	if _, ok := nanosOf(ticks); !ok {
		b.timeless = true
		return
	}
	if b.from == 0 || ticks < b.from {
		b.from = ticks
	}
	if b.to == 0 || ticks > b.to {
		b.to = ticks
	}
}

// Hex is a chain or digest in hexadecimal.
func Hex(b []byte) string { return hex.EncodeToString(b) }
