package decode

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// AppendBinary appends the row to b in a form that the reader's Row reads: the
// event's text and what was seen of it, and none of what columns make of them.
func (k *keptRow) AppendBinary(b []byte) []byte {
	r := &k.record
	for _, s := range r.texts() {
		b = append(binary.AppendUvarint(b, uint64(len(*s))), *s...)
	}
	b = append(binary.AppendUvarint(b, uint64(len(r.in.Source))), r.in.Source...)
	b = binary.AppendVarint(b, r.line)
	b = binary.AppendVarint(b, int64(r.number))
	b = append(b, byte(r.shape))
	flags := byte(0)
	for i, f := range r.flags() {
		if *f {
			flags |= 1 << i
		}
	}
	b = append(b, flags)
	for _, s := range r.event.spans {
		b = binary.AppendUvarint(b, uint64(s.start))
		b = binary.AppendUvarint(b, uint64(s.end-s.start))
	}
	return b
}

// texts are what of a record of KubeAudit columns read.
func (r *record) texts() [7]*string {
	return [...]*string{&r.event.text, &r.event.prior, &r.time, &r.category, &r.resourceID, &r.pod, &r.stream}
}

func (r *record) flags() [4]*bool {
	return [...]*bool{&r.cut, &r.uriCut, &r.reusedID, &r.inFuture}
}

var errRow = errors.New("a row that was kept is damaged")

// Row reads a row that AppendBinary wrote; the row keeps the memory of what was
// written. It is a row of this reader's cluster.
func (r *Reader) Row(table, written string) (value.Row, error) {
	if table != "KubeAudit" {
		return nil, fmt.Errorf("rows of %q are not kept as they are", table)
	}
	row := &keptRow{columns: tableOf(table).columns, reader: r}
	c := cursor{rest: written}
	rec := &row.record
	for _, s := range rec.texts() {
		*s = c.text()
	}
	rec.in = r.inputOf(c.text())
	rec.line, rec.number = c.int(), int(c.int())
	rec.shape = shape(c.byte())
	flags := c.byte()
	for i, f := range rec.flags() {
		*f = flags>>i&1 == 1
	}
	for i := range rec.event.spans {
		from, size := c.uint(), c.uint()
		if n := uint64(len(rec.event.text)); from > n || size > n-from {
			return nil, errRow
		}
		rec.event.spans[i] = span{uint32(from), uint32(from + size)}
	}
	if c.bad || len(c.rest) > 0 || int(rec.shape) >= len(shapeNames) {
		return nil, errRow
	}
	rec.own = true
	return row, nil
}

// inputOf stands for an input that was read before: by this reader, or by the one
// whose state it took over. Rows are read by several goroutines.
func (r *Reader) inputOf(name string) *Ledger {
	r.inputsMu.Lock()
	defer r.inputsMu.Unlock()
	l := r.inputs[name]
	if l == nil {
		name = strings.Clone(name) // it may be part of a row
		l = &Ledger{Source: name, cluster: r.opts.Cluster}
		if r.inputs == nil {
			r.inputs = map[string]*Ledger{}
		}
		r.inputs[name] = l
	}
	return l
}

// A cursor reads what AppendBinary wrote.
type cursor struct {
	rest string
	bad  bool
}

func (c *cursor) uint() uint64 {
	n, size := binary.Uvarint(c.number())
	return n * uint64(c.taken(size))
}

func (c *cursor) int() int64 {
	n, size := binary.Varint(c.number())
	return n * int64(c.taken(size))
}

// number is where a number may stand.
func (c *cursor) number() []byte {
	n := min(len(c.rest), binary.MaxVarintLen64)
	return unsafe.Slice(unsafe.StringData(c.rest), n)
}

// taken steps over a number of some bytes: 1 if there is one, else 0.
func (c *cursor) taken(size int) int {
	if size <= 0 {
		c.bad, c.rest = true, ""
		return 0
	}
	c.rest = c.rest[size:]
	return 1
}

func (c *cursor) byte() (b byte) {
	if len(c.rest) == 0 {
		c.bad = true
		return 0
	}
	b, c.rest = c.rest[0], c.rest[1:]
	return b
}

func (c *cursor) text() string {
	n := c.uint()
	if n > uint64(len(c.rest)) {
		c.bad, c.rest = true, ""
		return ""
	}
	s := c.rest[:n]
	c.rest = c.rest[n:]
	return s
}
