package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// The index of a segment is a header and a part for each unit: the length of
// what follows, CRC-32C of the list of blocks and that list's length, the list
// (how many there are, for each its records, the ticks of its earliest and
// latest event and whether it has events whose time is not known; then the
// lines of the table) and the table of filters, in pages with a CRC-32C each.

const (
	indexHeader = "dogwatch index v2\n"
	partHead    = 8  // in both forms: the length, and a checksum
	listHead    = 12 // with the length of the list
	pageSize    = 4096
	pageHead    = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A block is what the index knows of some records that lie together.
type block struct {
	rows     int
	from, to int64 // ticks of those with a time
	timeless bool  // some have none
}

// A unitPlace is where a unit's part of an index lies.
type unitPlace struct{ offset, size int64 }

// appendIndex adds the part of some blocks with these keys.
func appendIndex(b []byte, blocks []block, keys [][]uint64) []byte {
	table, lines := newTable(keys)
	start := len(b)
	b = append(b, make([]byte, listHead)...)
	b = appendBlocks(b, blocks, lines)
	list := b[start+listHead:]
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(list, castagnoli))
	binary.LittleEndian.PutUint32(b[start+8:], uint32(len(list)))
	b = appendPages(b, table, strideOf(len(blocks)))
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-partHead))
	return b
}

func appendBlocks(b []byte, blocks []block, lines int) []byte {
	b = binary.AppendUvarint(b, uint64(len(blocks)))
	for _, k := range blocks {
		b = binary.AppendUvarint(b, uint64(k.rows))
		b = binary.AppendVarint(b, k.from)
		b = binary.AppendVarint(b, k.to)
		b = append(b, boolByte(k.timeless))
	}
	return binary.AppendUvarint(b, uint64(lines))
}

// linesPerPage is how many lines a page has: none is in two.
func linesPerPage(stride int) int { return (pageSize - pageHead) / stride }

func appendPages(b, table []byte, stride int) []byte {
	for len(table) > 0 {
		n := min(linesPerPage(stride)*stride, len(table))
		b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(table[:n], castagnoli))
		b = append(b, table[:n]...)
		table = table[n:]
		if len(table) > 0 {
			b = append(b, make([]byte, pageSize-pageHead-n)...)
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

// placesOf finds the parts of an index, and says whether it has the first form.
func placesOf(r io.ReaderAt, size int64) (places []unitPlace, v1 bool, err error) {
	head := make([]byte, len(indexHeader))
	if _, err := r.ReadAt(head, 0); err != nil || string(head) != indexHeader && string(head) != indexV1 {
		return nil, false, fmt.Errorf("index: no header: %w", ErrDamaged)
	}
	v1 = string(head) == indexV1
	for at := int64(len(indexHeader)); at < size; {
		if _, err := r.ReadAt(head[:4], at); err != nil {
			return nil, v1, fmt.Errorf("index: cut off at byte %d: %w", at, ErrDamaged)
		}
		n := partHead + int64(binary.LittleEndian.Uint32(head))
		if n > size-at {
			return nil, v1, fmt.Errorf("index: part at byte %d is longer than the file: %w", at, ErrDamaged)
		}
		places = append(places, unitPlace{at, n})
		at += n
	}
	return places, v1, nil
}

// A list is what a unit's part of an index says before its table.
type list struct {
	blocks []block
	lines  int   // of the table
	size   int64 // bytes
}

// A part is a unit's part of an index while a scan looks into it.
type part struct {
	*list
	read int64 // bytes

	r     io.ReaderAt
	table int64  // where the table starts
	size  int64  // of the table
	pages []byte // as far as they were read
	has   []bool
	buf   *[]byte

	filters [][]byte // of the first form
}

// tables are buffers for pages.
var tables = sync.Pool{New: func() any { return new([]byte) }}

// firstRead is as much as the list of most units' blocks has.
const firstRead = 8 << 10

// readList reads the list of blocks of a unit.
func readList(r io.ReaderAt, place unitPlace) (*list, error) {
	data := make([]byte, min(place.size, firstRead))
	if _, err := r.ReadAt(data, place.offset); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if len(data) < listHead {
		return nil, fmt.Errorf("index: cut off: %w", ErrDamaged)
	}
	n := listHead + int64(binary.LittleEndian.Uint32(data[8:]))
	if n > place.size {
		return nil, fmt.Errorf("index: a list of %d bytes: %w", n, ErrDamaged)
	}
	if n > int64(len(data)) {
		data = make([]byte, n)
		if _, err := r.ReadAt(data, place.offset); err != nil {
			return nil, fmt.Errorf("index: %w", err)
		}
	}
	l, err := parseList(data[:n])
	if err != nil {
		return nil, err
	}
	return l, l.check(place.size - n)
}

func parseList(data []byte) (*list, error) {
	text := data[listHead:]
	if binary.LittleEndian.Uint32(data[4:]) != crc32.Checksum(text, castagnoli) {
		return nil, fmt.Errorf("index: checksum: %w", ErrDamaged)
	}
	c := cursor{data: text}
	n := c.count(min(MaxUnitRows, len(text)))
	l := &list{size: int64(len(data)), blocks: make([]block, n)}
	for i := range l.blocks {
		l.blocks[i] = c.block()
	}
	l.lines = c.count(1 << 30)
	if c.bad || len(c.data) > 0 || n == 0 {
		return nil, fmt.Errorf("index: nonsense: %w", ErrDamaged)
	}
	return l, l.whole()
}

// whole says whether all blocks but the last are full.
func (l *list) whole() error {
	for i, b := range l.blocks {
		if b.rows != BlockRows && i < len(l.blocks)-1 || b.rows > BlockRows {
			return fmt.Errorf("index: a block of %d: %w", b.rows, ErrDamaged)
		}
	}
	return nil
}

// check says whether a table has the size that it should.
func (l *list) check(table int64) error {
	stride := strideOf(len(l.blocks))
	per := linesPerPage(stride)
	if per == 0 || l.lines == 0 {
		return fmt.Errorf("index: %d lines for %d blocks: %w", l.lines, len(l.blocks), ErrDamaged)
	}
	pages := l.pages()
	last := l.lines - (pages-1)*per
	if table != int64(pages-1)*pageSize+pageHead+int64(last*stride) {
		return fmt.Errorf("index: a table of %d bytes for %d lines: %w", table, l.lines, ErrDamaged)
	}
	return nil
}

// pages is how many the table has.
func (l *list) pages() int {
	per := linesPerPage(strideOf(len(l.blocks)))
	return (l.lines + per - 1) / per
}

// part is for looking into the table at a place.
func (l *list) part(r io.ReaderAt, place unitPlace) *part {
	return &part{list: l, r: r, table: place.offset + l.size, size: place.size - l.size, has: make([]bool, l.pages())}
}

// holders are the blocks that may hold a key.
func (p *part) holders(key uint64) (store.Set, error) {
	if p.filters != nil {
		return p.holdersV1(key), nil
	}
	return holders(key, len(p.blocks), p.lines, p.line)
}

// line is a line of the table.
func (p *part) line(i int) ([]byte, error) {
	stride := strideOf(len(p.blocks))
	per := linesPerPage(stride)
	page := i / per
	if !p.has[page] {
		if err := p.load(page); err != nil {
			return nil, err
		}
	}
	at := page*pageSize + pageHead + i%per*stride
	return p.pages[at : at+stride], nil
}

// load reads a page and checks it.
func (p *part) load(page int) error {
	if p.buf == nil {
		p.buf, _ = tables.Get().(*[]byte)
		if int64(cap(*p.buf)) < p.size {
			*p.buf = make([]byte, p.size)
		}
		p.pages = (*p.buf)[:p.size]
	}
	from := int64(page) * pageSize
	data := p.pages[from:min(from+pageSize, p.size)]
	if _, err := p.r.ReadAt(data, p.table+from); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	p.read += int64(len(data))
	stride := strideOf(len(p.blocks))
	used := data[pageHead:min(pageHead+linesPerPage(stride)*stride, len(data))]
	if binary.LittleEndian.Uint32(data) != crc32.Checksum(used, castagnoli) {
		return fmt.Errorf("index: checksum of page %d: %w", page, ErrDamaged)
	}
	p.has[page] = true
	return nil
}

// close gives the memory back.
func (p *part) close() {
	if p.buf != nil {
		tables.Put(p.buf)
		p.buf, p.pages = nil, nil
	}
}

// A cursor reads numbers and bytes; what goes beyond the data makes it bad.
type cursor struct {
	data []byte
	bad  bool
}

func (c *cursor) block() block {
	return block{rows: c.count(MaxUnitRows), from: c.varint(), to: c.varint(), timeless: c.byte() != 0}
}

func (c *cursor) count(most int) int {
	n, size := binary.Uvarint(c.data)
	if size <= 0 || n > uint64(most) {
		c.fail()
		return 0
	}
	c.data = c.data[size:]
	return int(n)
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

func (c *cursor) byte() byte {
	if len(c.data) == 0 {
		c.fail()
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return b
}

func (c *cursor) bytes(n int) []byte {
	if n > len(c.data) {
		c.fail()
		return nil
	}
	b := c.data[:n:n]
	c.data = c.data[n:]
	return b
}

func (c *cursor) fail() { c.bad, c.data = true, nil }
