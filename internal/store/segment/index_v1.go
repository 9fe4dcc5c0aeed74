package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// The first form of an index has a part for each unit that is read whole: the
// length of its text, CRC-32C of that, and the text: the number of blocks, and
// for each what it is and its own filter.

const indexV1 = "dogwatch index v1\n"

// readPartV1 reads a unit's part.
func readPartV1(r io.ReaderAt, p unitPlace) (*part, error) {
	data := make([]byte, p.size)
	if _, err := r.ReadAt(data, p.offset); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return parsePartV1(data)
}

func parsePartV1(data []byte) (*part, error) {
	if len(data) < partHead || int64(binary.LittleEndian.Uint32(data)) != int64(len(data)-partHead) ||
		binary.LittleEndian.Uint32(data[4:]) != crc32.Checksum(data[partHead:], castagnoli) {
		return nil, fmt.Errorf("index: checksum: %w", ErrDamaged)
	}
	c := cursor{data: data[partHead:]}
	p := &part{list: &list{}, read: int64(len(data))}
	for range c.count(MaxUnitRows) {
		p.blocks = append(p.blocks, c.block())
		p.filters = append(p.filters, c.bytes(c.count(len(c.data))))
	}
	if c.bad || len(c.data) > 0 {
		return nil, fmt.Errorf("index: nonsense: %w", ErrDamaged)
	}
	return p, p.whole()
}

// holdersV1 asks every filter.
func (p *part) holdersV1(key uint64) store.Set {
	set := make(store.Set, (len(p.filters)+63)/64)
	for b, f := range p.filters {
		has := len(f) > 0
		if has {
			linesOf(key, 8*len(f), func(at int) bool {
				has = f[at>>3]&(1<<(at&7)) != 0
				return has
			})
		}
		if has {
			set[b/64] |= 1 << (b % 64)
		}
	}
	return set
}
