package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// The index of a segment is a header and a part for each unit: the length of
// its text, CRC-32C of that, and the text: the number of blocks, and for each
// its records, the ticks of its earliest and latest event, whether it has
// events whose time is not known, and its filter.

const (
	indexHeader = "dogwatch index v1\n"
	partHead    = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A block is what the index knows of some records that lie together.
type block struct {
	rows     int
	from, to int64 // ticks of those with a time
	timeless bool  // some have none
	filter   filter
}

// A unitPlace is where a unit's part of an index lies.
type unitPlace struct{ offset, size int64 }

func appendIndex(b []byte, blocks []block) []byte {
	start := len(b)
	b = append(b, make([]byte, partHead)...)
	b = binary.AppendUvarint(b, uint64(len(blocks)))
	for _, k := range blocks {
		b = binary.AppendUvarint(b, uint64(k.rows))
		b = binary.AppendVarint(b, k.from)
		b = binary.AppendVarint(b, k.to)
		b = append(b, boolByte(k.timeless))
		b = binary.AppendUvarint(b, uint64(len(k.filter)))
		b = append(b, k.filter...)
	}
	text := b[start+partHead:]
	binary.LittleEndian.PutUint32(b[start:], uint32(len(text)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(text, castagnoli))
	return b
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// placesOf finds the parts of an index.
func placesOf(r io.ReaderAt, size int64) ([]unitPlace, error) {
	head := make([]byte, len(indexHeader))
	if _, err := r.ReadAt(head, 0); err != nil || string(head) != indexHeader {
		return nil, fmt.Errorf("index: no header: %w", ErrDamaged)
	}
	var places []unitPlace
	for at := int64(len(indexHeader)); at < size; {
		if _, err := r.ReadAt(head[:4], at); err != nil {
			return nil, fmt.Errorf("index: cut off at byte %d: %w", at, ErrDamaged)
		}
		n := partHead + int64(binary.LittleEndian.Uint32(head))
		if n > size-at {
			return nil, fmt.Errorf("index: part at byte %d is longer than the file: %w", at, ErrDamaged)
		}
		places = append(places, unitPlace{at, n})
		at += n
	}
	return places, nil
}

// parts are buffers that units' parts are read into.
var parts = sync.Pool{New: func() any { return new([]byte) }}

// readPart reads a unit's part into a buffer; the filters point into it.
func readPart(r io.ReaderAt, p unitPlace, buf *[]byte) ([]block, error) {
	if int64(cap(*buf)) < p.size {
		*buf = make([]byte, p.size)
	}
	data := (*buf)[:p.size]
	if _, err := r.ReadAt(data, p.offset); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return parsePart(data)
}

func parsePart(data []byte) ([]block, error) {
	if len(data) < partHead || int64(binary.LittleEndian.Uint32(data)) != int64(len(data)-partHead) ||
		binary.LittleEndian.Uint32(data[4:]) != crc32.Checksum(data[partHead:], castagnoli) {
		return nil, fmt.Errorf("index: checksum: %w", ErrDamaged)
	}
	c := cursor{data: data[partHead:]}
	n := c.count(MaxUnitRows)
	blocks := make([]block, 0, n)
	for range n {
		k := block{rows: c.count(MaxUnitRows), from: c.varint(), to: c.varint(), timeless: c.byte() != 0}
		k.filter = c.bytes(c.count(len(c.data)))
		blocks = append(blocks, k)
	}
	if c.bad || len(c.data) > 0 {
		return nil, fmt.Errorf("index: nonsense: %w", ErrDamaged)
	}
	return blocks, nil
}

// A cursor reads numbers and bytes; what goes beyond the data makes it bad.
type cursor struct {
	data []byte
	bad  bool
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
