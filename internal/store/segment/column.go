package segment

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// pages reads all pages of a column and checks that they hold its rows. take
// must keep nothing of a page.
func (u *Unit) pages(name string, take func(parquet.Page) error) (err error) {
	defer guard(&err)
	if err := u.Ready(); err != nil {
		return err
	}
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
		err = take(p)
		parquet.Release(p)
		if err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	return nil
}

// readInts reads a column of numbers, as of makes them; null where it has none.
func (u *Unit) readInts(name string, null int64, of func(int64) int64) ([]int64, error) {
	if err := u.Ready(); err != nil {
		return nil, err
	}
	out := longs.get(u.rows)
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
	if of != nil {
		for i, n := range out {
			out[i] = of(n)
		}
	}
	return out, nil
}

func wrongLength(name string, n, want int) error {
	if n == want {
		return nil
	}
	return fmt.Errorf("column %q: %d values for %d records: %w", name, n, want, ErrDamaged)
}

// Times are the times of events, in ticks.
func (u *Unit) Times() (_ []int64, err error) {
	if u.times == nil {
		u.times, err = u.readInts(colTime, noTime, func(nanos int64) int64 {
			if nanos == noTime {
				return 0
			}
			return ticksOf(nanos)
		})
	}
	return u.times, err
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
	if err := u.Ready(); err != nil {
		return err
	}
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
	if err := u.Ready(); err != nil {
		return nil, err
	}
	c := &store.Column{Name: name, Type: typ, Codes: codes.get(u.rows)}
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
			c.Dict = append(values.get(1), value.NullOf(value.Dynamic))
			return nil
		}
		return fmt.Errorf("no dictionary: %w", ErrDamaged)
	}
	page := d.Page()
	data := page.Data()
	c.Dict = values.get(d.Len() + 1)
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
	found := data.Int32()
	if int(p.NumRows()-p.NumNulls()) != len(found) || len(levels) != 0 && len(levels) != int(p.NumRows()) {
		return ErrDamaged
	}
	for _, code := range found {
		if uint32(code) >= null {
			return fmt.Errorf("a code beyond the dictionary: %w", ErrDamaged)
		}
	}
	if len(found) == int(p.NumRows()) {
		for _, code := range found {
			c.Codes = append(c.Codes, uint32(code))
		}
		return nil
	}
	for _, l := range levels {
		if l == 0 {
			c.Codes = append(c.Codes, null)
			continue
		}
		c.Codes, found = append(c.Codes, uint32(found[0])), found[1:]
	}
	return nil
}

func boolCodes(c *store.Column, p parquet.Page) error {
	if c.Dict == nil {
		c.Dict = append(values.get(3), value.BoolOf(false), value.BoolOf(true), value.NullOf(value.Dynamic))
	}
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
