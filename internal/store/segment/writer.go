package segment

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

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
	fields []Field
	file   *parquetFile
	index  io.Writer
	stats  Stats
	words  *store.Indexer

	// Memory for what is being written.
	text    []byte
	first   int // where the first of its texts starts
	sizes   []int32
	present []byte
	codes   []int32
}

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
	f, err := newParquetFile(file, schemaOf(fields), meta)
	return &Writer{fields: fields, file: f, index: index, words: store.NewIndexer()}, err
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
	return w.file.end(int64(len(refs)))
}

// Close ends the segment. The files are the caller's to close.
func (w *Writer) Close() (Stats, error) { return w.stats, w.file.close() }

// places writes where records came from.
func (w *Writer) places(blocks []store.Block, refs []Ref) error {
	numbers := map[string][]int64{}
	for _, name := range []string{colSeq, colReceived, colPosition, colLine, colNumber} {
		numbers[name] = make([]int64, len(refs))
	}
	seqs, received, positions := numbers[colSeq], numbers[colReceived], numbers[colPosition]
	lines, ordinals := numbers[colLine], numbers[colNumber]
	var times []int64
	present, hashes := make([]byte, len(refs)), make([]byte, 0, len(refs)*len(store.Digest{}))
	streams, sources := newCoder(len(refs)), newCoder(len(refs))
	for i, r := range refs {
		p, err := blocks[r.Block].Place(r.Row)
		if err != nil {
			return err
		}
		w.count(&p)
		seqs[i], positions[i], lines[i], ordinals[i] = p.Seq, p.Position, p.Line, int64(p.Number)
		received[i], _ = nanosOf(p.Received)
		if n, ok := nanosOf(p.Time); ok {
			times, present[i] = append(times, n), 1
		}
		hashes = append(hashes, p.Hash[:]...)
		streams.add(p.Stream)
		sources.add(p.Source)
	}
	for _, name := range []string{colSeq, colReceived, colPosition, colLine, colNumber} {
		if err := w.file.numbers(name, numbers[name], len(refs), nil); err != nil {
			return err
		}
	}
	return errors.Join(
		w.file.numbers(colTime, times, len(refs), present),
		w.file.data(w.file.column(colHash), page{hashes, format.Plain, len(refs), nil}),
		w.file.coded(colStream, streams.dictionary, len(streams.known), streams.codes, len(refs), nil),
		w.file.coded(colSource, sources.dictionary, len(sources.known), sources.codes, len(refs), nil),
	)
}

// A coder gives texts codes, and makes the dictionary of them.
type coder struct {
	known      map[string]int32
	dictionary []byte
	codes      []int32
	last       string
	code       int32
}

func newCoder(rows int) *coder {
	return &coder{known: map[string]int32{}, codes: make([]int32, 0, rows)}
}

func (c *coder) add(s string) {
	if len(c.codes) == 0 || s != c.last {
		code, ok := c.known[s]
		if !ok {
			code = int32(len(c.known))
			c.known[s] = code
			c.dictionary = appendPlain(c.dictionary, s)
		}
		c.last, c.code = s, code
	}
	c.codes = append(c.codes, c.code)
}

func appendPlain(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
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

// Codes that stand for no place in the dictionary of a unit.
const (
	unseen  = -1
	missing = -2
)

// column writes a column; blocks that lack it, or have it with another type, do
// not know its values.
func (w *Writer) column(f Field, blocks []store.Block, refs []Ref) error {
	columns := make([]*store.Column, len(blocks))
	codes := make([][]int32, len(blocks)) // of the unit, by those of the block
	for i, b := range blocks {
		c, ok := b.Column(f.Name)
		if !ok || c.Type != f.Type {
			continue
		}
		columns[i], codes[i] = c, make([]int32, len(c.Dict))
		for k := range codes[i] {
			codes[i][k] = unseen
		}
	}
	dict := newDictionary(f.Type)
	w.codes, w.present = w.codes[:0], w.present[:0]
	for _, r := range refs {
		code := int32(missing)
		if c := columns[r.Block]; c != nil {
			at := c.Codes[r.Row]
			if code = codes[r.Block][at]; code == unseen {
				code = dict.code(c.Dict[at])
				codes[r.Block][at] = code
			}
		}
		if code == missing {
			w.present = append(w.present, 0)
			continue
		}
		w.present = append(w.present, 1)
		w.codes = append(w.codes, code)
	}
	present := w.present
	if len(w.codes) == len(refs) {
		present = nil
	}
	if f.Type == value.Bool {
		return w.file.data(w.file.column(f.Name), page{bitsOf(w.codes), format.Plain, len(refs), present})
	}
	return w.file.coded(f.Name, dict.text, dict.n, w.codes, len(refs), present)
}

// bitsOf is how Parquet has truth values: eight in a byte.
func bitsOf(codes []int32) []byte {
	b := make([]byte, (len(codes)+7)/8)
	for i, c := range codes {
		b[i/8] |= byte(c) << (i % 8)
	}
	return b
}

// A dictionary is the distinct values of a column of a unit, as Parquet has
// them.
type dictionary struct {
	typ     value.Type
	texts   map[string]int32
	numbers map[int64]int32
	text    []byte
	n       int
}

func newDictionary(t value.Type) *dictionary {
	return &dictionary{typ: t, texts: map[string]int32{}, numbers: map[int64]int32{}}
}

// code is a value's; missing when it is not known, or is text that Parquet
// cannot hold. False and true are 0 and 1.
func (d *dictionary) code(v value.Value) int32 {
	switch {
	case v.IsNull():
		return missing
	case d.typ == value.Bool:
		if v.Bool() {
			return 1
		}
		return 0
	case d.typ == value.String:
		return d.codeOf(v.Str())
	}
	code, ok := d.numbers[v.Int()]
	if !ok {
		code = d.next()
		d.numbers[v.Int()] = code
		if d.typ == value.Int {
			d.text = binary.LittleEndian.AppendUint32(d.text, uint32(v.Int()))
		} else {
			d.text = binary.LittleEndian.AppendUint64(d.text, uint64(v.Int()))
		}
	}
	return code
}

func (d *dictionary) codeOf(s string) int32 {
	code, ok := d.texts[s]
	if !ok {
		if !utf8.ValidString(s) {
			return missing
		}
		code = d.next()
		d.texts[s] = code
		d.text = appendPlain(d.text, s)
	}
	return code
}

func (d *dictionary) next() int32 {
	d.n++
	return int32(d.n - 1)
}

func bitsFor(n int) int { return bits.Len(uint(n)) }

// texts writes the bytes of records and the index of them, block by block.
func (w *Writer) texts(blocks []store.Block, refs []Ref) error {
	var parts []block
	var keys [][]uint64
	raw := w.file.column(colRaw)
	odd, prior := sparse{chunk: w.file.column(colRawBytes)}, sparse{chunk: w.file.column(colPrior)}
	for len(refs) > 0 {
		n := min(len(refs), BlockRows)
		b, err := w.block(blocks, refs[:n], raw, &odd, &prior)
		if err != nil {
			return err
		}
		parts, keys = append(parts, b), append(keys, slices.Clone(w.words.Keys()))
		refs = refs[n:]
	}
	if err := errors.Join(odd.end(w.file), prior.end(w.file)); err != nil {
		return err
	}
	w.text = appendIndex(w.text[:0], parts, keys)
	_, err := w.index.Write(w.text)
	return err
}

func (w *Writer) block(blocks []store.Block, refs []Ref, raw *chunk, odd, prior *sparse) (block, error) {
	b := block{rows: len(refs)}
	w.words.Reset()
	raws, odds, priors := make([]string, len(refs)), make([]string, len(refs)), make([]string, len(refs))
	for i, r := range refs {
		text, before, err := blocks[r.Block].Text(r.Row)
		if err != nil {
			return b, err
		}
		w.stats.RawBytes += int64(len(text))
		b.see(r.Time)
		if raws[i], priors[i] = text, before; !utf8.ValidString(text) {
			raws[i], odds[i] = "", text
			w.words.Add(text)
		}
	}
	p, err := w.page(raws, func(i int) bool { return odds[i] == "" })
	if err != nil {
		return b, err
	}
	if err := errors.Join(w.file.data(raw, p), w.file.flush(raw)); err != nil {
		return b, err
	}
	w.words.AddPage(w.text, w.first, w.sizes, w.file.zst.Repeats())
	for _, s := range []struct {
		*sparse
		texts []string
	}{{odd, odds}, {prior, priors}} {
		p, err := w.page(s.texts, func(i int) bool { return s.texts[i] != "" })
		if err == nil {
			err = s.add(w.file, p)
		}
		if err != nil {
			return b, err
		}
	}
	return b, nil
}

// page is a page of texts, of which some may be missing. It is good until the
// next one.
func (w *Writer) page(texts []string, has func(int) bool) (page, error) {
	w.sizes, w.present = w.sizes[:0], w.present[:0]
	size := 0
	for i, s := range texts {
		if !has(i) {
			w.present = append(w.present, 0)
			continue
		}
		w.present, w.sizes = append(w.present, 1), append(w.sizes, int32(len(s)))
		size += len(s)
	}
	p := page{encoding: format.DeltaLengthByteArray, rows: len(texts), present: w.present}
	if len(w.sizes) == 0 {
		p.encoding = format.Plain
		return p, nil
	}
	var err error
	if w.text, err = (&delta.BinaryPackedEncoding{}).EncodeInt32(w.text[:0], w.sizes); err != nil {
		return p, err
	}
	w.first = len(w.text)
	w.text = slices.Grow(w.text, size)
	for i, s := range texts {
		if w.present[i] != 0 {
			w.text = append(w.text, s...)
		}
	}
	p.values = w.text
	return p, nil
}

// A sparse column has texts in few rows, as a rule in none. It has a page for
// each block once it has a text, and one for all rows if it has none.
type sparse struct {
	*chunk
	blocks []int // rows of those that passed without a text
}

func (s *sparse) add(f *parquetFile, p page) error {
	if s.blocks != nil || s.rows == 0 {
		if len(p.values) == 0 {
			s.blocks = append(s.blocks, p.rows)
			return nil
		}
		for _, rows := range s.blocks {
			if err := f.data(s.chunk, nothing(rows)); err != nil {
				return err
			}
		}
		s.blocks = nil
	}
	return f.data(s.chunk, p)
}

// end ends the column of a unit.
func (s *sparse) end(f *parquetFile) error {
	if s.blocks == nil {
		return nil
	}
	rows := 0
	for _, n := range s.blocks {
		rows += n
	}
	return f.data(s.chunk, nothing(rows))
}

// nothing is a page of rows without a value.
func nothing(rows int) page { return page{nil, format.Plain, rows, make([]byte, rows)} }

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
