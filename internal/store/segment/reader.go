package segment

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Reader reads a segment. Goroutines may share it.
type Reader struct {
	file, index *os.File
	parquet     *parquet.File
	places      []unitPlace
	v1          bool // of the index
	number      map[string]int
	types       map[string]value.Type
}

// Open opens a segment and holds its two files against each other.
func Open(file, index string) (r *Reader, err error) {
	r = &Reader{number: map[string]int{}, types: map[string]value.Type{}}
	defer func() {
		if err != nil {
			_ = r.Close()
			r = nil
		}
	}()
	if r.file, err = os.Open(file); err != nil {
		return r, err
	}
	if r.index, err = os.Open(index); err != nil {
		return r, err
	}
	return r, r.open()
}

func (r *Reader) open() (err error) {
	defer guard(&err)
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.parquet, err = parquet.OpenFile(r.file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return damaged(err)
	}
	if info, err = r.index.Stat(); err != nil {
		return err
	}
	if r.places, r.v1, err = placesOf(r.index, info.Size()); err != nil {
		return err
	}
	return r.check()
}

// check looks at what the file says of itself.
func (r *Reader) check() error {
	if len(r.places) != len(r.parquet.RowGroups()) {
		return fmt.Errorf("%d units and an index of %d: %w", len(r.parquet.RowGroups()), len(r.places), ErrDamaged)
	}
	for _, g := range r.parquet.RowGroups() {
		if n := g.NumRows(); n <= 0 || n > MaxUnitRows {
			return fmt.Errorf("a unit of %d records: %w", n, ErrDamaged)
		}
	}
	for i, path := range r.parquet.Schema().Columns() {
		if len(path) == 1 {
			r.number[path[0]] = i
		}
	}
	for name := range reserved {
		if _, ok := r.number[name]; !ok {
			return fmt.Errorf("no column %q: %w", name, ErrDamaged)
		}
	}
	for _, f := range r.parquet.Schema().Fields() {
		if !reserved[f.Name()] && f.Leaf() {
			r.types[f.Name()] = typeOf(f.Type())
		}
	}
	return nil
}

func typeOf(t parquet.Type) value.Type {
	switch t.Kind() {
	case parquet.Boolean:
		return value.Bool
	case parquet.Int32:
		return value.Int
	case parquet.Int64:
		return value.Long
	case parquet.ByteArray:
		return value.String
	}
	return value.Unknown
}

// guard makes an error of a panic: the library was not made for files that
// somebody has changed.
func guard(err *error) {
	if p := recover(); p != nil {
		if e, ok := p.(error); ok {
			*err = damaged(e)
			return
		}
		*err = damaged(fmt.Errorf("%v", p))
	}
}

func damaged(err error) error {
	if err == nil || errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Close closes the files.
func (r *Reader) Close() error {
	var errs []error
	for _, f := range []*os.File{r.file, r.index} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// Fields are the columns that the segment keeps.
func (r *Reader) Fields() []Field {
	var out []Field
	for _, f := range r.parquet.Schema().Fields() {
		if t, ok := r.types[f.Name()]; ok && t != value.Unknown {
			out = append(out, Field{f.Name(), t})
		}
	}
	return out
}

// Units is how many there are.
func (r *Reader) Units() int { return len(r.places) }

// Unit opens a unit for one scan. It is used by one goroutine.
func (r *Reader) Unit(i int) *Unit {
	g := r.parquet.RowGroups()[i]
	return &Unit{r: r, place: r.places[i], chunks: g.ColumnChunks(), rows: int(g.NumRows()), columns: map[string]*store.Column{}, texts: map[int]*texts{}, open: map[string]parquet.Pages{}}
}

// A Unit is the records of a unit, read as far as they are asked for. It is a
// store.Block of all of them.
type Unit struct {
	r       *Reader
	place   unitPlace
	chunks  []parquet.ColumnChunk
	rows    int
	part    *part // of the index
	times   []int64
	columns map[string]*store.Column
	numbers map[string][]int64
	hashes  []byte
	texts   map[int]*texts           // by block
	open    map[string]parquet.Pages // of columns of texts
	// Bytes is how much was read of files, as far as that is known.
	Bytes int64
	// Opened is how many blocks' records were read.
	Opened int
}

// Rows are all rows.
func (u *Unit) Rows() []int32 { return value.AllRows(u.rows) }

// index reads what the index says of the unit's blocks.
func (u *Unit) index() (*part, error) {
	if u.part != nil {
		return u.part, nil
	}
	read := readPart
	if u.r.v1 {
		read = readPartV1
	}
	p, err := read(u.r.index, u.place)
	if err != nil {
		return nil, err
	}
	rows := 0
	for i, b := range p.blocks {
		rows += b.rows
		if b.rows != BlockRows && i < len(p.blocks)-1 || b.rows > BlockRows {
			return nil, fmt.Errorf("index: a block of %d: %w", b.rows, ErrDamaged)
		}
	}
	if rows != u.rows {
		return nil, fmt.Errorf("index of %d records for %d: %w", rows, u.rows, ErrDamaged)
	}
	u.part = p
	u.Bytes += p.read
	return p, nil
}

// pages reads all pages of a column and checks that they hold its rows.
func (u *Unit) pages(name string, take func(parquet.Page) error) (err error) {
	defer guard(&err)
	chunk := u.chunks[u.r.number[name]]
	if c, ok := chunk.(*parquet.FileColumnChunk); ok && c.NumValues() != int64(u.rows) {
		return fmt.Errorf("column %q: %d values for %d records: %w", name, c.NumValues(), u.rows, ErrDamaged)
	}
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	n := int64(0)
	for n < int64(u.rows) {
		p, err := pages.ReadPage()
		if err != nil {
			return fmt.Errorf("column %q: %w", name, damaged(err))
		}
		n += p.NumRows()
		u.Bytes += p.Size()
		if p.NumRows() <= 0 || n > int64(u.rows) {
			return fmt.Errorf("column %q: a page of %d records: %w", name, p.NumRows(), ErrDamaged)
		}
		if err := take(p); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	return nil
}

// ints reads a column of numbers; null where it has none.
func (u *Unit) ints(name string, null int64) ([]int64, error) {
	if v, ok := u.numbers[name]; ok {
		return v, nil
	}
	out := make([]int64, 0, u.rows)
	err := u.pages(name, func(p parquet.Page) error {
		data := p.Data()
		vals := data.Int64()
		levels := p.DefinitionLevels()
		if len(levels) == 0 {
			if len(vals) != int(p.NumRows()) {
				return ErrDamaged
			}
			out = append(out, vals...)
			return nil
		}
		for _, l := range levels {
			if l == 0 {
				out = append(out, null)
				continue
			}
			out, vals = append(out, vals[0]), vals[1:]
		}
		return nil
	})
	if err != nil || len(out) != u.rows {
		return nil, errors.Join(err, wrongLength(name, len(out), u.rows))
	}
	if u.numbers == nil {
		u.numbers = map[string][]int64{}
	}
	u.numbers[name] = out
	return out, nil
}

func wrongLength(name string, n, want int) error {
	if n == want {
		return nil
	}
	return fmt.Errorf("column %q: %d values for %d records: %w", name, n, want, ErrDamaged)
}

// Times are the times of events, in ticks.
func (u *Unit) Times() ([]int64, error) {
	if u.times != nil {
		return u.times, nil
	}
	nanos, err := u.ints(colTime, noTime)
	if err != nil {
		return nil, err
	}
	times := make([]int64, len(nanos))
	for i, n := range nanos {
		if n != noTime {
			times[i] = ticksOf(n)
		}
	}
	u.times = times
	return times, nil
}

const noTime = -1 << 63

// Column is a kept column that Load has read.
func (u *Unit) Column(name string) (*store.Column, bool) {
	c := u.columns[name]
	return c, c != nil
}

// Load reads columns; those that the segment lacks are passed over.
func (u *Unit) Load(names ...string) error {
	for _, name := range names {
		if err := u.load(name); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) load(name string) error {
	typ, ok := u.r.types[name]
	if !ok || typ == value.Unknown || u.columns[name] != nil {
		return nil
	}
	c, err := u.dictionary(name, typ)
	if err != nil {
		return err
	}
	u.columns[name] = c
	return nil
}

// dictionary reads a column with its dictionary.
func (u *Unit) dictionary(name string, typ value.Type) (*store.Column, error) {
	c := &store.Column{Name: name, Type: typ, Codes: make([]uint32, 0, u.rows)}
	err := u.pages(name, func(p parquet.Page) error {
		if typ == value.Bool {
			return boolCodes(c, p)
		}
		if c.Dict == nil {
			if err := dictOf(c, p); err != nil {
				return err
			}
		}
		return dictCodes(c, p)
	})
	if err != nil {
		return nil, err
	}
	return c, wrongLength(name, len(c.Codes), u.rows)
}

// dictOf reads the dictionary; behind its values stands null.
func dictOf(c *store.Column, p parquet.Page) error {
	d := p.Dictionary()
	if d == nil {
		if p.NumNulls() == p.NumRows() {
			c.Dict = []value.Value{value.NullOf(value.Dynamic)}
			return nil
		}
		return fmt.Errorf("no dictionary: %w", ErrDamaged)
	}
	page := d.Page()
	data := page.Data()
	c.Dict = make([]value.Value, 0, d.Len()+1)
	switch c.Type {
	case value.String:
		text, offsets := data.ByteArray()
		all := string(text)
		for i := 0; i+1 < len(offsets); i++ {
			c.Dict = append(c.Dict, value.StringOf(all[offsets[i]:offsets[i+1]]))
		}
	case value.Int:
		for _, n := range data.Int32() {
			c.Dict = append(c.Dict, value.IntOf(n))
		}
	default:
		for _, n := range data.Int64() {
			c.Dict = append(c.Dict, value.LongOf(n))
		}
	}
	c.Dict = append(c.Dict, value.NullOf(value.Dynamic)) // a string has no null
	return nil
}

func dictCodes(c *store.Column, p parquet.Page) error {
	null := uint32(len(c.Dict) - 1)
	levels := p.DefinitionLevels()
	if p.Dictionary() == nil {
		if p.NumNulls() != p.NumRows() {
			return fmt.Errorf("no dictionary: %w", ErrDamaged)
		}
		for range p.NumRows() {
			c.Codes = append(c.Codes, null)
		}
		return nil
	}
	data := p.Data()
	codes := data.Int32()
	if int(p.NumRows()-p.NumNulls()) != len(codes) || len(levels) != 0 && len(levels) != int(p.NumRows()) {
		return ErrDamaged
	}
	for _, code := range codes {
		if uint32(code) >= null {
			return fmt.Errorf("a code beyond the dictionary: %w", ErrDamaged)
		}
	}
	if len(codes) == int(p.NumRows()) {
		for _, code := range codes {
			c.Codes = append(c.Codes, uint32(code))
		}
		return nil
	}
	for _, l := range levels {
		if l == 0 {
			c.Codes = append(c.Codes, null)
			continue
		}
		c.Codes, codes = append(c.Codes, uint32(codes[0])), codes[1:]
	}
	return nil
}

func boolCodes(c *store.Column, p parquet.Page) error {
	c.Dict = []value.Value{value.BoolOf(false), value.BoolOf(true), value.NullOf(value.Dynamic)}
	data := p.Data()
	set := data.Boolean()
	levels := p.DefinitionLevels()
	n := 0
	for i := range int(p.NumRows()) {
		if len(levels) > 0 && levels[i] == 0 {
			c.Codes = append(c.Codes, 2)
			continue
		}
		c.Codes = append(c.Codes, uint32(set[n>>3]>>(n&7)&1))
		n++
	}
	return nil
}

// texts are the bytes of a block's records.
type texts struct{ raws, priors []string }

// Text is a record's bytes.
func (u *Unit) Text(row int32) (raw, prior string, err error) {
	if row < 0 || int(row) >= u.rows {
		return "", "", fmt.Errorf("no record %d", row)
	}
	b := int(row) / BlockRows
	t := u.texts[b]
	if t == nil {
		if t, err = u.loadTexts(b); err != nil {
			return "", "", err
		}
		u.texts[b] = t
	}
	i := int(row) % BlockRows
	return t.raws[i], t.priors[i], nil
}

func (u *Unit) loadTexts(b int) (t *texts, err error) {
	defer guard(&err)
	u.Opened++
	n := min(BlockRows, u.rows-b*BlockRows)
	t = &texts{make([]string, n), make([]string, n)}
	for _, c := range []struct {
		name string
		out  []string
	}{{colRaw, t.raws}, {colRawBytes, t.raws}, {colPrior, t.priors}} {
		if err := u.textPage(c.name, b, c.out); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// textPage reads the page of a block into out, as far as it has values.
func (u *Unit) textPage(name string, b int, out []string) error {
	chunk := u.chunks[u.r.number[name]]
	if c, ok := chunk.(*parquet.FileColumnChunk); ok && name != colRaw && c.NullCount() == int64(u.rows) {
		return nil
	}
	pages := u.open[name]
	if pages == nil {
		// Without the index of pages, all before the one that is meant would be
		// read.
		if _, err := chunk.OffsetIndex(); err != nil {
			return fmt.Errorf("column %q: %w", name, damaged(err))
		}
		pages = chunk.Pages()
		u.open[name] = pages
	}
	if err := pages.SeekToRow(int64(b * BlockRows)); err != nil {
		return fmt.Errorf("column %q: %w", name, damaged(err))
	}
	p, err := pages.ReadPage()
	if err != nil {
		return fmt.Errorf("column %q: %w", name, damaged(err))
	}
	u.Bytes += p.Size()
	if p.NumRows() != int64(len(out)) {
		return fmt.Errorf("column %q: a page of %d records for a block of %d: %w", name, p.NumRows(), len(out), ErrDamaged)
	}
	data := p.Data()
	text, offsets := data.ByteArray()
	levels, k := p.DefinitionLevels(), 0
	for i := range out {
		if len(levels) > 0 && levels[i] == 0 {
			continue
		}
		part := text[offsets[k]:offsets[k+1]]
		out[i] = unsafe.String(unsafe.SliceData(part), len(part))
		k++
	}
	return nil
}

// Forget lets go of the texts that were read. Their memory is left to the
// collector, not given back to the library's pool: what reads records remembers
// parts of some.
func (u *Unit) Forget() { clear(u.texts) }

// Close ends the use of the unit and of everything that points into it.
func (u *Unit) Close() {
	u.Forget()
	for _, p := range u.open {
		_ = p.Close() // it only gives back memory
	}
	clear(u.open)
	if u.part != nil {
		u.part.close()
		u.part = nil
	}
}

// Place tells where a record came from.
func (u *Unit) Place(row int32) (p store.Place, err error) {
	if err := u.loadPlaces(); err != nil {
		return p, err
	}
	n := func(name string) int64 { return u.numbers[name][row] }
	copy(p.Hash[:], u.hashes[int(row)*len(p.Hash):])
	p.Seq, p.Position, p.Line, p.Number = n(colSeq), n(colPosition), n(colLine), int(n(colNumber))
	p.Received, p.Time = ticksOf(n(colReceived)), u.times[row]
	p.Stream, p.Source = u.columns[colStream].At(int(row)).Str(), u.columns[colSource].At(int(row)).Str()
	return p, nil
}

func (u *Unit) loadPlaces() error {
	if u.hashes != nil {
		return nil
	}
	if _, err := u.Times(); err != nil {
		return err
	}
	for _, name := range []string{colSeq, colPosition, colLine, colNumber, colReceived} {
		if _, err := u.ints(name, 0); err != nil {
			return err
		}
	}
	for _, name := range []string{colStream, colSource} {
		c, err := u.dictionary(name, value.String)
		if err != nil {
			return err
		}
		u.columns[name] = c
	}
	hashes := make([]byte, 0, u.rows*len(store.Digest{}))
	err := u.pages(colHash, func(p parquet.Page) error {
		data := p.Data()
		b, _ := data.FixedLenByteArray()
		hashes = append(hashes, b...)
		return nil
	})
	if err != nil || len(hashes) != u.rows*len(store.Digest{}) {
		return errors.Join(err, wrongLength(colHash, len(hashes)/len(store.Digest{}), u.rows))
	}
	u.hashes = hashes
	return nil
}

// Blocks lists the blocks that may hold what a predicate means, as far as the
// index tells, with the ticks of their earliest and latest event.
func (u *Unit) Blocks(p store.Predicate, take func(b int, from, to int64, timeless bool)) error {
	part, err := u.index()
	if err != nil {
		return err
	}
	before := part.read
	set, err := store.Holding(p, part.holders)
	u.Bytes += part.read - before
	if err != nil {
		return err
	}
	for i, b := range part.blocks {
		if set.Has(i) {
			take(i, b.from, b.to, b.timeless)
		}
	}
	return nil
}

var _ store.Block = (*Unit)(nil)
var _ io.Closer = (*Reader)(nil)
