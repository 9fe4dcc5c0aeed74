package embedded

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/segment"
	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
	"github.com/dogwatch-dev/dogwatch/internal/store/wal"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A frame of the log is a batch as it was appended, with its first sequence
// number and the time of receipt. All of its records are kept: those that were
// known are left out before.

const (
	// frameVersion is written. Records of frames of the first version are
	// summed and chained in the first form; nothing else of them differs.
	frameVersion = 2
	firstVersion = 1
)

// mostRecords is how many records a batch may have.
const mostRecords = 1 << 20

var errFrame = errors.New("the frame makes no sense")

// frameOf is the frame of a batch's records from number skip on. What stands
// before the records is put together in head, whose memory is given back.
func frameOf(head []byte, batch *store.Batch, skip int, first, received int64) (frame *wal.Frame, _ []byte) {
	head = appendHead(head[:0], batch, skip, first, received)
	size := len(head)
	for i := range batch.Records[skip:] {
		r := &batch.Records[skip+i]
		size += len(r.Raw) + len(r.Prior)
	}
	frame = wal.NewFrame(size)
	b := append(frame.Payload()[:0], head...)
	for i := range batch.Records[skip:] {
		r := &batch.Records[skip+i]
		b = append(append(b, r.Raw...), r.Prior...)
	}
	return frame, head
}

// appendHead writes what stands before the texts.
func appendHead(b []byte, batch *store.Batch, skip int, first, received int64) []byte {
	b = binary.AppendUvarint(b, frameVersion)
	b = binary.AppendVarint(b, first)
	b = binary.AppendVarint(b, received)
	b = appendText(appendText(b, batch.Stream), batch.Source)
	records := batch.Records[skip:]
	b = binary.AppendUvarint(b, uint64(len(records)))
	var position, line int64
	for i := range records {
		r := &records[i]
		b = binary.AppendVarint(b, r.Position-position)
		b = binary.AppendVarint(b, r.Line-line)
		b = binary.AppendVarint(b, int64(r.Number))
		b = binary.AppendVarint(b, segment.KeptTime(r.Time))
		b = binary.AppendUvarint(b, uint64(len(r.Raw)))
		b = binary.AppendUvarint(b, uint64(len(r.Prior)))
		position, line = r.Position, r.Line
	}
	b = binary.AppendUvarint(b, uint64(len(batch.Columns)))
	for i := range batch.Columns {
		b = appendColumn(b, &batch.Columns[i], skip)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendColumn(b []byte, c *store.Column, skip int) []byte {
	b = append(appendText(b, c.Name), byte(c.Type))
	b = binary.AppendUvarint(b, uint64(len(c.Dict)))
	for _, v := range c.Dict {
		// What a segment cannot keep is not known from the start: a record is
		// summed as it is when it comes, and must sum to the same ever after.
		if v.Kind() == value.KString && !utf8.ValidString(v.Str()) {
			v = value.NullOf(value.Dynamic)
		}
		b = append(b, byte(v.Kind()))
		switch v.Kind() {
		case value.Null:
		case value.KString:
			b = appendText(b, v.Str())
		default:
			b = binary.AppendVarint(b, v.Int())
		}
	}
	wide := len(c.Dict) > 256
	b = append(b, boolByte(wide))
	for _, code := range c.Codes[skip:] {
		if wide {
			b = binary.LittleEndian.AppendUint32(b, code)
		} else {
			b = append(b, byte(code))
		}
	}
	return b
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// A part is a batch in memory, as it stands in the log. Its strings point into
// the frame.
type part struct {
	batch    store.Batch
	first    int64
	received int64
	form     form // of all its records
	hashes   []store.Digest
	after    store.Chain // with all of the part
	size     int         // bytes of the frame
	times    []int64
	byName   map[string]*store.Column
}

// parseFrame reads a frame. The part points into it: nobody may write to it.
func parseFrame(frame []byte) (*part, error) {
	c := cursor{data: frame}
	version := c.uvarint()
	if version < firstVersion || version > frameVersion {
		return nil, fmt.Errorf("%w: version", errFrame)
	}
	p := &part{first: c.varint(), received: c.varint(), size: len(frame), form: form(version)}
	p.batch.Stream, p.batch.Source = c.text(), c.text()
	n := c.count(mostRecords)
	if n*6 > len(c.data) {
		return nil, errFrame
	}
	p.batch.Records = make([]store.Record, n)
	p.times = make([]int64, n)
	sizes := make([][2]int, n)
	var position, line int64
	for i := range p.batch.Records {
		r := &p.batch.Records[i]
		position += c.varint()
		line += c.varint()
		r.Position, r.Line, r.Number, r.Time = position, line, int(c.varint()), c.varint()
		sizes[i] = [2]int{c.count(len(frame)), c.count(len(frame))}
		p.times[i] = r.Time
	}
	columns := c.count(len(frame))
	for range columns {
		p.batch.Columns = append(p.batch.Columns, c.column(n))
		if c.bad {
			return nil, errFrame
		}
	}
	for i := range p.batch.Records {
		r := &p.batch.Records[i]
		r.Raw, r.Prior = c.take(sizes[i][0]), c.take(sizes[i][1])
	}
	if c.bad || len(c.data) > 0 || p.first <= 0 || n == 0 {
		return nil, errFrame
	}
	p.byName = make(map[string]*store.Column, columns)
	for i := range p.batch.Columns {
		p.byName[p.batch.Columns[i].Name] = &p.batch.Columns[i]
	}
	return p, nil
}

// last is the sequence number of the last record.
func (p *part) last() int64 { return p.first + int64(len(p.batch.Records)) - 1 }

// chain sums the records and goes on with a chain.
func (p *part) chain(c store.Chain, h *store.Hasher) store.Chain {
	hashes := make([]store.Digest, len(p.batch.Records))
	for row, sum := range p.sums(h) {
		copy(hashes[row][:], sum[:])
		c = p.form.next(c, sum)
	}
	p.hashes, p.after = hashes, c
	h.Columns(nil) // else it would keep the frame
	return c
}

// sums sums the records. The sums are good until the next use of h.
func (p *part) sums(h *store.Hasher) []sha.Sum {
	h.Columns(p.batch.Columns)
	for i := range p.batch.Records {
		place, _ := p.Place(int32(i))
		p.form.add(h, &place, i, p.batch.Records[i].Raw, p.batch.Records[i].Prior)
	}
	return h.Sums()
}

// Rows are all records.
func (p *part) Rows() []int32 { return value.AllRows(len(p.batch.Records)) }

// Column is a column of the batch.
func (p *part) Column(name string) (*store.Column, bool) {
	c := p.byName[name]
	return c, c != nil
}

// Times are the ticks of the events.
func (p *part) Times() ([]int64, error) { return p.times, nil }

// Text is a record's bytes.
func (p *part) Text(row int32) (raw, prior string, err error) {
	r := &p.batch.Records[row]
	return r.Raw, r.Prior, nil
}

// Origin tells where a record stood.
func (p *part) Origin(row int32) (store.Origin, error) {
	r := &p.batch.Records[row]
	return store.Origin{Source: p.batch.Source, Line: r.Line, Number: r.Number}, nil
}

// Place tells where a record came from.
func (p *part) Place(row int32) (store.Place, error) {
	r := &p.batch.Records[row]
	place := store.Place{
		Seq: p.first + int64(row), Stream: p.batch.Stream, Position: r.Position, Source: p.batch.Source,
		Line: r.Line, Number: r.Number, Received: p.received, Time: r.Time,
	}
	if p.hashes != nil {
		place.Hash = p.hashes[row]
	}
	return place, nil
}

// A cursor reads a frame; what goes beyond it makes it bad.
type cursor struct {
	data []byte
	bad  bool
}

func (c *cursor) fail() { c.bad, c.data = true, nil }

func (c *cursor) uvarint() uint64 {
	n, size := binary.Uvarint(c.data)
	if size <= 0 {
		c.fail()
		return 0
	}
	c.data = c.data[size:]
	return n
}

func (c *cursor) varint() int64 {
	n, size := binary.Varint(c.data)
	if size <= 0 {
		c.fail()
		return 0
	}
	c.data = c.data[size:]
	return n
}

func (c *cursor) count(most int) int {
	n := c.uvarint()
	if n > uint64(most) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) byte() byte {
	if len(c.data) == 0 {
		c.fail()
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return b
}

// bytes are the next n.
func (c *cursor) bytes(n int) []byte {
	if n > len(c.data) {
		c.fail()
		return nil
	}
	b := c.data[:n]
	c.data = c.data[n:]
	return b
}

// take is a string of n bytes.
func (c *cursor) take(n int) string {
	b := c.bytes(n)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (c *cursor) text() string { return c.take(c.count(len(c.data))) }

func (c *cursor) column(rows int) store.Column {
	col := store.Column{Name: c.text(), Type: value.Type(c.byte())}
	n := c.count(len(c.data))
	col.Dict = make([]value.Value, n)
	for i := range col.Dict {
		col.Dict[i] = c.value()
	}
	col.Codes = make([]uint32, rows)
	if c.codes(col.Codes); c.bad || rows > 0 && int(slices.Max(col.Codes)) >= n {
		c.fail()
		return col
	}
	if segment.CheckField(segment.Field{Name: col.Name, Type: col.Type}) != nil {
		c.fail()
	}
	return col
}

// codes reads codes of one byte each, or four.
func (c *cursor) codes(out []uint32) {
	if c.byte() == 0 {
		for i, code := range c.bytes(len(out)) {
			out[i] = uint32(code)
		}
		return
	}
	for i, text := 0, c.bytes(4*len(out)); i < len(text)/4; i++ {
		out[i] = binary.LittleEndian.Uint32(text[4*i:])
	}
}

func (c *cursor) value() value.Value {
	switch kind := value.Kind(c.byte()); kind {
	case value.Null:
		return value.NullOf(value.Dynamic)
	case value.KString:
		return value.StringOf(c.text())
	case value.KBool:
		return value.BoolOf(c.varint() != 0)
	case value.KInt:
		return value.IntOf(int32(c.varint()))
	case value.KLong:
		return value.LongOf(c.varint())
	}
	c.fail()
	return value.Value{}
}
