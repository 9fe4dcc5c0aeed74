// Package zst compresses the texts of records with zstd. It stands below the
// segments of the store.
//
// Records of one block repeat each other for long stretches, so it looks for
// long matches alone, describes them with tables that are the same for all, and
// leaves the bytes between as they are: an encoder for any data takes half as much
// time again to make a fifth less of them. What it writes is zstd as of RFC 8878, and
// is read with any decoder.
package zst

import "encoding/binary"

// window is how far back matches go.
const window = 1 << 20

// blockSize is how much a block of a frame holds at most.
const blockSize = 128 << 10

// An Encoder makes frames. It is used by one goroutine.
//
// The zero value is ready.
type Encoder struct {
	finder  finder
	told    bool // the tables, in this frame
	offsets offsets
}

// Append adds a frame that holds src to dst.
func (e *Encoder) Append(dst, src []byte) []byte {
	dst = appendFrameHeader(dst, len(src))
	e.told, e.offsets = false, offsets{1, 4, 8}
	e.finder.begin(len(src))
	for at := 0; ; {
		end := min(at+blockSize, len(src))
		dst = e.block(dst, src, at, end)
		if at = end; at == len(src) {
			return dst
		}
	}
}

// Repeats are the parts of the last text that are as others before them, in
// their order, as far as they were found. They are good until the next text.
func (e *Encoder) Repeats() []Repeat { return e.finder.repeats }

// appendFrameHeader tells how long the content is, and how far back matches go
// where that is not all of it.
func appendFrameHeader(dst []byte, size int) []byte {
	const magic, longSize, single = 0xFD2FB528, 3 << 6, 1 << 5
	dst = binary.LittleEndian.AppendUint32(dst, magic)
	if size <= window {
		dst = append(dst, longSize|single)
	} else {
		dst = append(dst, longSize, (20-10)<<3)
	}
	return binary.LittleEndian.AppendUint64(dst, uint64(size))
}

// Types of blocks.
const (
	stored     = 0
	compressed = 2
)

// block adds the block of src[from:to].
func (e *Encoder) block(dst, src []byte, from, to int) []byte {
	const head = 3
	start := len(dst)
	told, before := e.told, e.offsets
	dst = append(dst, make([]byte, head)...)
	e.finder.find(src, from, to, &e.offsets)
	dst = appendLiterals(dst, e.finder.literals)
	dst = e.appendSequences(dst)
	kind, size := compressed, len(dst)-start-head
	if size >= to-from {
		e.told, e.offsets = told, before
		dst = append(dst[:start+head], src[from:to]...)
		kind, size = stored, to-from
	}
	n := size<<3 | kind<<1
	if to == len(src) {
		n |= 1 // the last
	}
	dst[start], dst[start+1], dst[start+2] = byte(n), byte(n>>8), byte(n>>16)
	return dst
}

// appendLiterals adds the bytes that are in no match.
func appendLiterals(dst, literals []byte) []byte {
	const asTheyAre, size20 = 0, 3 << 2
	n := len(literals)<<4 | size20 | asTheyAre
	return append(append(dst, byte(n), byte(n>>8), byte(n>>16)), literals...)
}

// appendSequences adds how literals and matches take turns.
func (e *Encoder) appendSequences(dst []byte) []byte {
	all := e.finder.sequences
	switch n := len(all); {
	case n == 0:
		return append(dst, 0)
	case n < 0x80:
		dst = append(dst, byte(n))
	case n < 0x7f00:
		dst = append(dst, byte(n>>8)+0x80, byte(n))
	default:
		dst = append(dst, 0xff, byte(n-0x7f00), byte((n-0x7f00)>>8))
	}
	const described, asBefore = 2<<6 | 2<<4 | 2<<2, 3<<6 | 3<<4 | 3<<2
	if e.told {
		dst = append(dst, asBefore)
	} else {
		e.told = true
		dst = append(dst, described)
		dst = append(dst, tables.literal.described...)
		dst = append(dst, tables.offset.described...)
		dst = append(dst, tables.match.described...)
	}
	return appendBits(dst, all)
}
