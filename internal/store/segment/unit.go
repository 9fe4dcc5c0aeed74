package segment

import (
	"fmt"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Unit opens a unit for one scan. It is used by one goroutine.
func (r *Reader) Unit(i int) *Unit {
	return &Unit{r: r, at: i, columns: map[string]*store.Column{}, texts: map[int]*texts{}}
}

// Ready makes sure that the file is open. Len and Rows are good from then on.
func (u *Unit) Ready() error {
	if u.chunks != nil {
		return nil
	}
	if err := u.r.Ready(); err != nil {
		return err
	}
	g := u.r.parquet.RowGroups()[u.at]
	u.rows = int(g.NumRows())
	if u.part != nil {
		if err := u.holds(u.part); err != nil {
			return err
		}
	}
	u.chunks = g.ColumnChunks()
	return nil
}

// holds says whether the index is of as many records as there are.
func (u *Unit) holds(p *part) error {
	rows := 0
	for _, b := range p.blocks {
		rows += b.rows
	}
	if rows != u.rows {
		return fmt.Errorf("index of %d records for %d: %w", rows, u.rows, ErrDamaged)
	}
	return nil
}

// A Unit is the records of a unit, read as far as they are asked for. It is a
// store.Block of all of them, but that its texts are only good until Forget.
// Nothing of it is good after Close.
type Unit struct {
	r       *Reader
	at      int
	chunks  []parquet.ColumnChunk // nil until Ready
	rows    int
	part    *part // of the index
	times   []int64
	columns map[string]*store.Column
	numbers map[string][]int64
	hashes  []byte
	texts   map[int]*texts // by block
	// Bytes is how much was read of files, as far as that is known.
	Bytes int64
	// Opened is how many blocks' records were read.
	Opened int
}

// Len is how many records there are.
func (u *Unit) Len() int { return u.rows }

// Rows are all rows.
func (u *Unit) Rows() []int32 { return value.AllRows(u.rows) }

// index reads what the index says of the unit's blocks.
func (u *Unit) index() (*part, error) {
	if u.part != nil {
		return u.part, nil
	}
	p, err := u.r.part(u.at)
	if err != nil {
		return nil, err
	}
	if u.chunks != nil {
		if err := u.holds(p); err != nil {
			return nil, err
		}
	}
	u.part = p
	u.Bytes += p.read
	return p, nil
}

// Blocks lists the blocks that may hold what a predicate means, as far as the
// index tells: their first row and the one behind their last, and the ticks of
// their earliest and latest event.
func (u *Unit) Blocks(p store.Predicate, take func(first, end int32, from, to int64, timeless bool)) error {
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
			first := int32(i * BlockRows)
			take(first, first+int32(b.rows), b.from, b.to, b.timeless)
		}
	}
	return nil
}

// Forget lets go of the texts that were read.
func (u *Unit) Forget() {
	for _, t := range u.texts {
		t.close()
	}
	clear(u.texts)
}

// ForgetBlock lets go of the texts of a row's block.
func (u *Unit) ForgetBlock(row int32) {
	b := int(row) / BlockRows
	if t := u.texts[b]; t != nil {
		t.close()
		delete(u.texts, b)
	}
}

// Close ends the use of the unit and of everything that points into it: its
// memory serves the next.
func (u *Unit) Close() {
	u.Forget()
	if u.part != nil {
		u.part.close()
		u.part = nil
	}
	for _, c := range u.columns {
		codes.put(c.Codes)
		values.put(c.Dict)
	}
	for _, n := range u.numbers {
		longs.put(n)
	}
	longs.put(u.times)
	digests.put(u.hashes)
	u.columns, u.numbers, u.times, u.hashes = nil, nil, nil, nil
}

var _ store.Block = (*Unit)(nil)
