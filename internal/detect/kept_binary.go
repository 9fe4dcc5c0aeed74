package detect

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// How a row is written: as it was kept, or what the rule reads of it, column by
// column. Its evidence follows.
const (
	wholeRow = iota
	someColumns
)

// A writtenRow is a row that can be written as it is.
type writtenRow interface {
	value.Row
	AppendBinary(b []byte) []byte
}

// A RowReader reads rows of a table that were kept as they are, and written. A row may
// keep the memory of what was written.
type RowReader func(table, written string) (value.Row, error)

// append writes a body.
func (h *held) append(b []byte) []byte {
	if row, ok := h.row.(writtenRow); ok && h.of.rows != nil {
		b = append(b, wholeRow, 0, 0, 0, 0)
		from := len(b)
		b = row.AppendBinary(b)
		binary.LittleEndian.PutUint32(b[from-4:], uint32(len(b)-from))
	} else {
		b = h.appendColumns(append(b, someColumns))
	}
	return appendEvidence(b, h.evidence())
}

// appendColumns writes how many values there are, where each ends, and the
// values.
func (h *held) appendColumns(b []byte) []byte {
	n := len(h.of.columns)
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	ends := len(b)
	b = append(b, make([]byte, 4*n)...)
	from := len(b)
	for i, col := range h.of.columns {
		b = h.value(col).AppendBinary(b)
		binary.LittleEndian.PutUint32(b[ends+4*i:], uint32(len(b)-from))
	}
	return b
}

// errBody says that what was kept cannot be read back.
var errBody = errors.New("a kept row is damaged")

// parts are the form of a body that append wrote, what it says, and its
// evidence.
func parts(b []byte) (form byte, said, evidence []byte, err error) {
	if len(b) < 5 {
		return 0, nil, nil, errBody
	}
	form, n, b := b[0], uint64(binary.LittleEndian.Uint32(b[1:])), b[5:]
	switch form {
	case wholeRow:
	case someColumns:
		ends := 4 * n
		if ends > uint64(len(b)) {
			return 0, nil, nil, errBody
		}
		if n = ends; ends > 0 {
			n += uint64(binary.LittleEndian.Uint32(b[ends-4:]))
		}
	default:
		return 0, nil, nil, errBody
	}
	if n > uint64(len(b)) {
		return 0, nil, nil, errBody
	}
	return form, b[:n], b[n:], nil
}

// readValue reads a value of a body that was written column by column.
func readValue(b []byte, column int) (value.Value, error) {
	form, said, _, err := parts(b)
	if err != nil {
		return value.Value{}, err
	}
	n := int(binary.LittleEndian.Uint32(b[1:]))
	if form != someColumns || column < 0 || column >= n {
		return value.Value{}, errBody
	}
	said, values := said[:4*n], said[4*n:]
	from, to := uint32(0), binary.LittleEndian.Uint32(said[4*column:])
	if column > 0 {
		from = binary.LittleEndian.Uint32(said[4*column-4:])
	}
	if from > to || uint64(to) > uint64(len(values)) {
		return value.Value{}, errBody
	}
	v, _, err := value.ReadBinary(values[from:to])
	return v, err
}

// readRow reads a body that was written as it is; nil for others.
func (t *keptTable) readRow(b []byte) (value.Row, error) {
	form, said, _, err := parts(b)
	if err != nil || form != wholeRow {
		return nil, err
	}
	if t.rows == nil {
		return nil, errBody
	}
	return t.rows(t.name, string(said))
}

// readBody reads a body into memory.
func (t *keptTable) readBody(b []byte) (*held, error) {
	row, err := t.readRow(b)
	if err != nil {
		return nil, err
	}
	h := &held{of: t, row: row}
	if row == nil {
		h.vals = make([]value.Value, len(t.columns))
		for i := range h.vals {
			if h.vals[i], err = readValue(b, i); err != nil {
				return nil, err
			}
		}
	}
	e, err := evidenceOf(b)
	h.at.Store(&e)
	return h, err
}

// evidenceOf is the evidence of a body.
func evidenceOf(b []byte) (dogwatch.Evidence, error) {
	_, _, at, err := parts(b)
	if err != nil {
		return dogwatch.Evidence{}, err
	}
	e, rest, err := readEvidence(at)
	if err == nil && len(rest) > 0 {
		err = errBody
	}
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
	if n[1] < 0 || n[1] >= 1e9 {
		return e, b, errBody
	}
	e.Time, e.Line = time.Unix(n[0], n[1]).UTC(), n[2]
	if e.Time = sane(e.Time); n[3] >= 0 {
		record := int(n[3])
		e.Record = &record
	}
	return e, b, nil
}
