package skeleton

import (
	"math/bits"
	"unsafe"
)

// Quotes are where quotes stand in a part of a line of which several are looked for:
// to find them all at once takes less time than to find three of them one by one.
type Quotes struct {
	from, end int                      // of what is known
	at        [quotesBlocks + 1]uint64 // a bit a byte; the last is 0
}

const quotesBlocks = 4

// Read finds those of the bytes from i on, the first of which is not escaped, up to a
// backslash, a line break, or 256 bytes. Where the machine has no instructions for
// it, or s is short, nothing is known.
func (q *Quotes) Read(s string, i int) {
	const size = quotesBlocks * blockBytes
	q.from, q.end = i, i
	if !hasAVX2 || len(s)-i < size {
		return
	}
	part := s[i : i+size]
	if q.end += size; quotesAVX2(unsafe.StringData(part), &q.at) != 0 {
		q.end = i
		for part[q.end-i] != '\\' && part[q.end-i] != '\n' {
			q.end++
		}
	}
}

// Quote is the place of the first quote from i on, or -1 if that is not known.
func (q *Quotes) Quote(i int) int {
	d := uint(i - q.from)
	if d >= quotesBlocks*blockBytes {
		return -1
	}
	b := d / blockBytes
	x := q.at[b]>>(d%blockBytes) | q.at[b+1]<<1<<(blockBytes-1-d%blockBytes)
	if x == 0 {
		return q.behind(b + 1)
	}
	if at := i + bits.TrailingZeros64(x); at < q.end {
		return at
	}
	return -1
}

// behind is the place of the first quote from a block on.
func (q *Quotes) behind(b uint) int {
	for ; b < quotesBlocks; b++ {
		if q.at[b] == 0 {
			continue
		}
		if at := q.from + int(b)*blockBytes + bits.TrailingZeros64(q.at[b]); at < q.end {
			return at
		}
		break
	}
	return -1
}
