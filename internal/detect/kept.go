package detect

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// kept is one row of a window: what it says and where it was read lies in memory,
// or else on a shelf. There are very many of them.
type kept struct {
	ticks int64
	elder int32 // what stands for it when it is old: see elders
	// passed are the leaves of the rule's query that let it through.
	passed leafSet
	held   *held
	lies   *shelved // where held is nil
}

// size is about how many bytes it takes in memory.
func (k *kept) size() int32 {
	if k.held != nil {
		return k.held.size
	}
	return keptSize
}

// A leafSet is some of the leaves of a query (see kql.Live).
type leafSet uint32

// maxLeaves is how many leaves a query may have for it to be known which of them
// let a row through.
const maxLeaves = 32

func (s leafSet) has(leaf int) bool { return s>>leaf&1 != 0 }

func (k *kept) table() *keptTable {
	if k.held != nil {
		return k.held.of
	}
	return k.lies.of.keptTable
}

// value is that of a column that is kept.
func (k *kept) value(col int) value.Value {
	if k.held != nil {
		return k.held.value(col)
	}
	return k.lies.value(col)
}

// beside is the value of a column of a row on disk, if it is known without reading it.
func (k *kept) beside(col int) (v value.Value, ok bool) {
	switch s := k.lies; {
	case col == s.of.time && s.timed:
		return value.DateTimeOf(k.ticks), true
	case s.of.told == nil:
		return v, false
	default:
		return s.of.told.Value(col)
	}
}

func (k *kept) evidence() dogwatch.Evidence {
	if k.held != nil {
		return k.held.evidence()
	}
	return k.lies.evidence()
}

// hold notes that a window keeps the row, and says how much more memory all
// windows take: a row that others keep too takes little.
func (k *kept) hold() int64 { return k.holding(1, 1) }

// release notes that a window keeps it no more, and says how much less they take.
func (k *kept) release() int64 { return k.holding(-1, 0) }

func (k *kept) holding(more, alone int) int64 {
	if k.held == nil {
		return int64(k.size())
	}
	if k.held.windows += int32(more); int(k.held.windows) > alone {
		return keptSize
	}
	if s, ok := k.held.row.(value.Shared); ok && s.Hold(more) > alone {
		return heldSize
	}
	return int64(k.size())
}

// A held body lies in memory, for all windows that keep of the row what this one
// keeps.
type held struct {
	of      *keptTable
	ticks   int64
	at      atomic.Pointer[dogwatch.Evidence] // nil: row tells it
	vals    []value.Value                     // of the columns that are kept; nil: as row has them
	row     value.Row
	size    int32    // about how many bytes it takes
	windows int32    // that keep it here
	timed   bool     // TimeGenerated says ticks
	lies    *shelved // where, if a window has put it on disk
}

// keptSize is about what a row takes in a window but for its body.
const keptSize = 64

// heldSize is about what a row takes but for its values, and evidenceSize what its
// evidence takes.
const (
	heldSize     = 100
	evidenceSize = 150
)

// A tellingRow is a row that tells where it was read: so that is worked out where it
// is asked for.
type tellingRow interface {
	value.Row
	Evidence() dogwatch.Evidence
}

func (h *held) evidence() dogwatch.Evidence {
	if at := h.at.Load(); at != nil {
		return *at
	}
	e := ownEvidence(h.row.(tellingRow).Evidence(), h.ticks)
	h.at.Store(&e)
	return e
}

func (h *held) value(col int) value.Value {
	if h.row != nil {
		return h.row.Value(col)
	}
	return h.vals[h.of.at[col]]
}

// measure says about how many bytes it takes.
func (h *held) measure() int32 {
	size := heldSize
	if h.row != nil {
		size += h.row.Size()
	}
	if h.at.Load() != nil {
		size += evidenceSize
	}
	for i := range h.vals {
		size += h.vals[i].Size()
	}
	return int32(min(size, math.MaxInt32))
}

// A shelved body lies on disk.
type shelved struct {
	of    *shelfOf
	at    int64
	n     int32
	whole bool // as it is, and not column by column
	timed bool // TimeGenerated says the ticks
}

// A shelfOf is the rows of a window's table that lie on a shelf, and of which the same is
// told beside them.
type shelfOf struct {
	*keptTable
	shelf *shelf
	told  value.Told // nil: nothing
}

// maxTold is of how many different things that are told the rows of a table on disk keep
// hold, of 6 kB or less each: what is told of others is read from disk.
const maxTold = 1024

// onShelf is what rows of the table that lie on a shelf have in common.
func (t *keptTable) onShelf(s *shelf, told value.Told) *shelfOf {
	if t.shelves == nil || t.shelves[nil].shelf != s {
		t.shelves = map[value.Told]*shelfOf{nil: {t, s, nil}}
	}
	of := t.shelves[told]
	if of == nil {
		if len(t.shelves) > maxTold {
			return t.shelves[nil]
		}
		of = &shelfOf{t, s, told}
		t.shelves[told] = of
	}
	return of
}

// shelved puts a body that was written on a shelf, which is to be settled before
// it is read.
func (t *keptTable) shelved(s *shelf, b []byte, told value.Told, timed bool) (*shelved, error) {
	at, err := s.put(b)
	return &shelved{t.onShelf(s, told), at, int32(len(b)), b[0] == wholeRow, timed}, err
}

// shelve puts a body on a shelf, once for all windows, and says how many bytes
// that took there.
func (h *held) shelve(s *shelf, b []byte) (written int, scratch []byte, err error) {
	if h.lies != nil {
		return 0, b, nil
	}
	b = h.append(b[:0])
	h.lies, err = h.of.shelved(s, b, h.told(), h.timed)
	return len(b), b, err
}

// told is what is known of the row beside it; nil: nothing.
func (h *held) told() value.Told {
	if row, ok := h.row.(value.Teller); ok {
		return row.Told()
	}
	return nil
}

// What reads rows runs where a panic is the failure of one run of one rule.

func (s *shelved) evidence() dogwatch.Evidence {
	var e dogwatch.Evidence
	s.read(func(b []byte) (err error) {
		e, err = evidenceOf(b)
		return err
	})
	return e
}

func (s *shelved) value(col int) (v value.Value) {
	s.read(func(b []byte) (err error) {
		v, err = readValue(b, s.of.at[col])
		return err
	})
	return v
}

// open is the row as it was kept; nil where it lies there column by column.
func (s *shelved) open() (row value.Row) {
	s.read(func(b []byte) (err error) {
		row, err = s.of.readRow(b)
		return err
	})
	return row
}

// read hands out the body as it was written, or panics.
func (s *shelved) read(f func(b []byte) error) {
	if err := s.text(f); err != nil {
		panic(fmt.Errorf("read a kept row: %w", err))
	}
}

func (s *shelved) text(f func(b []byte) error) error {
	s.of.shelf.mu.Lock()
	defer s.of.shelf.mu.Unlock()
	b, err := s.of.shelf.get(s.at, int(s.n))
	if err != nil {
		return err
	}
	return f(b)
}
