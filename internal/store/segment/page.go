package segment

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"unsafe"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageHeader reads the header of a page and checks the sum of what follows.
func pageHeader(data []byte) (head format.PageHeader, body []byte, err error) {
	r := bytes.NewReader(data)
	if err := thrift.NewDecoder((&thrift.CompactProtocol{}).NewReader(r)).Decode(&head); err != nil {
		return head, nil, err
	}
	body = data[len(data)-r.Len():]
	if !head.DataPageHeaderV2.Valid || int(head.CompressedPageSize) != len(body) {
		return head, nil, fmt.Errorf("a page of %d bytes in %d: %w", head.CompressedPageSize, len(body), ErrDamaged)
	}
	if head.CRC != 0 && uint32(head.CRC) != crc32.ChecksumIEEE(body) {
		return head, nil, fmt.Errorf("checksum of a page: %w", ErrDamaged)
	}
	return head, body, nil
}

// fillTexts lays the values of a page where the levels say that there are some.
func fillTexts(out []string, data, levels []byte, head *format.DataPageHeaderV2) error {
	present, n, ok := presentOf(levels, len(out))
	if !ok || n != int(head.NumValues-head.NumNulls) {
		return fmt.Errorf("levels of a page: %w", ErrDamaged)
	}
	var lengths []uint32
	plain := head.Encoding == format.Plain
	switch {
	case plain:
	case head.Encoding == format.DeltaLengthByteArray:
		if lengths, data, ok = deltas(data, n); !ok {
			return fmt.Errorf("lengths of a page: %w", ErrDamaged)
		}
	default:
		return fmt.Errorf("a page of %s: %w", head.Encoding, ErrDamaged)
	}
	for i, yes := range present {
		if !yes {
			continue
		}
		size := uint32(0)
		if plain {
			if len(data) < 4 {
				return ErrDamaged
			}
			size, data = binary.LittleEndian.Uint32(data), data[4:]
		} else {
			size, lengths = lengths[0], lengths[1:]
		}
		if uint64(size) > uint64(len(data)) {
			return fmt.Errorf("a text of %d bytes in %d: %w", size, len(data), ErrDamaged)
		}
		out[i] = unsafe.String(unsafe.SliceData(data), int(size))
		data = data[size:]
	}
	return nil
}

// presentOf reads levels of one bit (runs, and groups of eight), and counts
// those that are set.
func presentOf(levels []byte, rows int) (present []bool, n int, ok bool) {
	present = make([]bool, 0, rows)
	for len(levels) > 0 && len(present) < rows {
		head, size := binary.Uvarint(levels)
		if size <= 0 || size == len(levels) {
			return nil, 0, false
		}
		levels = levels[size:]
		if head&1 == 0 {
			for range min(head>>1, uint64(rows-len(present))) {
				present = append(present, levels[0]&1 != 0)
			}
			levels = levels[1:]
			continue
		}
		for range head >> 1 {
			if len(levels) == 0 {
				return nil, 0, false
			}
			for bit := 0; bit < 8 && len(present) < rows; bit++ {
				present = append(present, levels[0]>>bit&1 != 0)
			}
			levels = levels[1:]
		}
	}
	for _, yes := range present {
		if yes {
			n++
		}
	}
	return present, n, len(present) == rows
}

// deltas reads n numbers that are packed as differences, and gives what is
// behind them.
func deltas(data []byte, n int) (out []uint32, rest []byte, ok bool) {
	c := cursor{data: data}
	block, parts := c.count(1<<20), c.count(1<<10)
	total, last := c.count(MaxUnitRows), c.varint()
	if c.bad || total != n || parts == 0 || block%parts != 0 || block/parts%8 != 0 {
		return nil, nil, false
	}
	out = make([]uint32, 0, n)
	if n > 0 {
		out = append(out, uint32(last))
	}
	for len(out) < n {
		least := c.varint()
		widths := c.bytes(parts)
		for _, width := range widths {
			if len(out) == n {
				break // parts that hold no number are not written
			}
			group := c.bytes(block / parts * int(width) / 8)
			if c.bad || width > 32 {
				return nil, nil, false
			}
			for i := 0; i < block/parts && len(out) < n; i++ {
				last += least + int64(packedAt(group, i*int(width), int(width)))
				out = append(out, uint32(last))
			}
		}
		if c.bad {
			return nil, nil, false
		}
	}
	return out, c.data, true
}

// packedAt is the number of some bits at a bit.
func packedAt(b []byte, at, width int) uint64 {
	if width == 0 {
		return 0
	}
	return wordOf(b[at/8:]) >> (at % 8) & (1<<width - 1)
}
