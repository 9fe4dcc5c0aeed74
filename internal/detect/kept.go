package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// kept is one row of a window.
type kept struct {
	ticks int64
	size  int64 // in memory
	body
}

// A body is what a kept row says, and where it was read.
type body interface {
	table() *keptTable
	value(col int) value.Value // of a column that is kept
	evidence() dogwatch.Evidence
}

// A held body lies in memory.
type held struct {
	of   *keptTable
	at   dogwatch.Evidence
	vals []value.Value // of the columns that are kept; nil: as row has them
	row  value.Row
}

// heldSize is about what a row takes but for its values.
const heldSize = 250

func (h *held) table() *keptTable           { return h.of }
func (h *held) evidence() dogwatch.Evidence { return h.at }

func (h *held) value(col int) value.Value {
	if h.row != nil {
		return h.row.Value(col)
	}
	return h.vals[h.of.at[col]]
}

// size is about how many bytes it takes.
func (h *held) size() int64 {
	size := heldSize
	if h.row != nil {
		size += h.row.Size()
	}
	for i := range h.vals {
		size += h.vals[i].Size()
	}
	return int64(size)
}

// append writes a body: where each value ends, the values, and its evidence.
func (h *held) append(b []byte) []byte {
	n := len(h.of.columns)
	ends := len(b)
	b = append(b, make([]byte, 4*n)...)
	from := len(b)
	for i, col := range h.of.columns {
		b = h.value(col).AppendBinary(b)
		binary.LittleEndian.PutUint32(b[ends+4*i:], uint32(len(b)-from))
	}
	return appendEvidence(b, h.at)
}

// errBody says that what was kept cannot be read back.
var errBody = errors.New("a kept row is damaged")

// readValue reads a value of a body that append wrote; place is that of its
// column among those that are kept.
func readValue(b []byte, columns, place int) (value.Value, error) {
	if len(b) < 4*columns {
		return value.Value{}, errBody
	}
	end := func(i int) int { return 4*columns + int(binary.LittleEndian.Uint32(b[4*i:])) }
	from, to := 4*columns, end(place)
	if place > 0 {
		from = end(place - 1)
	}
	if from > to || to > len(b) {
		return value.Value{}, errBody
	}
	v, _, err := value.ReadBinary(b[from:to])
	return v, err
}

// evidenceOf is the evidence of a body with so many columns.
func evidenceOf(b []byte, columns int) (dogwatch.Evidence, error) {
	from := 4 * columns
	if from > 0 && from <= len(b) {
		from += int(binary.LittleEndian.Uint32(b[from-4:]))
	}
	if from > len(b) {
		return dogwatch.Evidence{}, errBody
	}
	e, _, err := readEvidence(b[from:])
	return e, err
}

func appendEvidence(b []byte, e dogwatch.Evidence) []byte {
	record := int64(-1)
	if e.Record != nil {
		record = int64(*e.Record)
	}
	for _, s := range []string{e.Table, e.AuditID, e.Stage, e.Source} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	for _, n := range []int64{e.Time.Unix(), int64(e.Time.Nanosecond()), e.Line, record} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func readEvidence(b []byte) (e dogwatch.Evidence, rest []byte, err error) {
	for _, s := range []*string{&e.Table, &e.AuditID, &e.Stage, &e.Source} {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return e, b, errBody
		}
		*s, b = string(b[size:size+int(n)]), b[size+int(n):]
	}
	var n [4]int64
	for i := range n {
		v, size := binary.Varint(b)
		if size <= 0 {
			return e, b, errBody
		}
		n[i], b = v, b[size:]
	}
	e.Time, e.Line = time.Unix(n[0], n[1]).UTC(), n[2]
	if n[3] >= 0 {
		record := int(n[3])
		e.Record = &record
	}
	return e, b, nil
}

// A shelved body lies on disk.
type shelved struct {
	of *shelfOf
	at int64
	n  int32
}

// A shelfOf is the rows of a window's table that lie on a shelf.
type shelfOf struct {
	*keptTable
	shelf *shelf
}

// shelvedSize is about what a row on disk takes in memory.
const shelvedSize = 64

func (s *shelved) table() *keptTable { return s.of.keptTable }

// text is the body as it was written, good while the shelf is locked. What reads rows runs where a panic is the
// failure of one run of one rule.
func (s *shelved) text() []byte {
	b, err := s.of.shelf.get(s.at, int(s.n))
	if err != nil {
		panic(fmt.Errorf("read a kept row: %w", err))
	}
	return b
}

func (s *shelved) evidence() dogwatch.Evidence {
	s.of.shelf.mu.Lock()
	defer s.of.shelf.mu.Unlock()
	e, err := evidenceOf(s.text(), len(s.of.columns))
	if err != nil {
		panic(err)
	}
	return e
}

func (s *shelved) value(col int) value.Value {
	s.of.shelf.mu.Lock()
	defer s.of.shelf.mu.Unlock()
	v, err := readValue(s.text(), len(s.of.columns), s.of.at[col])
	if err != nil {
		panic(err)
	}
	return v
}
