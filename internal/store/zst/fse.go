package zst

import "math/bits"

// A table is for writing symbols with fractions of bits, finite state entropy as
// of RFC 8878, section 4.1.
type table struct {
	states    [1 << tableLog]uint16
	symbols   [mostSymbols]transition
	described []byte // for decoders
}

// A transition is how a symbol changes the state.
type transition struct {
	bits uint32 // how many are written, as (state + bits) >> 16
	from int16  // of the states
	more uint8  // bits that stand behind the symbol
}

// mostSymbols is more than any table has, as a power of two.
const mostSymbols = 64

// tableLog is how many states a table has, as a power of two.
const tableLog = 8

// newTable makes the table for symbols that are as frequent as counts say, of
// 1<<tableLog; -1 is less than once. more is how many bits stand behind each.
func newTable(more []uint8, counts []int) *table {
	const log = tableLog
	t := &table{described: describe(counts)}
	spread, first := spreadOf(counts)
	for at, symbol := range spread {
		t.states[first[symbol]] = uint16(1<<log + at)
		first[symbol]++
	}
	total := 0
	for symbol, n := range counts {
		if n == -1 || n == 1 {
			t.symbols[symbol] = transition{uint32(log<<16 - 1<<log), int16(total - 1), more[symbol]}
			total++
			continue
		}
		most := log - bits.Len(uint(n-1)) + 1
		t.symbols[symbol] = transition{uint32(most<<16 - n<<most), int16(total - n), more[symbol]}
		total += n
	}
	return t
}

// spreadOf lays symbols over the table, and says where the states of each start.
func spreadOf(counts []int) (spread []int, first []int) {
	const size = 1 << tableLog
	spread = make([]int, size)
	high, total := size-1, 0
	for symbol, n := range counts {
		first = append(first, total)
		if n == -1 {
			spread[high] = symbol
			high--
			n = 1
		}
		total += n
	}
	at := 0
	for symbol, n := range counts {
		for range n {
			spread[at] = symbol
			for at = (at + size>>1 + size>>3 + 3) % size; at > high; {
				at = (at + size>>1 + size>>3 + 3) % size
			}
		}
	}
	return spread, first
}

// describe writes counts, none of which is 0, as decoders read them.
func describe(counts []int) (out []byte) {
	const log = tableLog
	acc, n := uint64(log-5), 4
	remaining, threshold, width := 1<<log+1, 1<<log, log+1
	for _, count := range counts {
		most := 2*threshold - 1 - remaining
		remaining -= max(count, -count)
		if count++; count >= threshold {
			count += most
		}
		acc |= uint64(count) << n
		if n += width; count < most {
			n--
		}
		for remaining < threshold {
			width--
			threshold >>= 1
		}
		for n >= 8 {
			out, acc, n = append(out, byte(acc)), acc>>8, n-8
		}
	}
	if n > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// start is the state that a symbol begins with.
func (t *table) start(k transition) uint32 {
	n := (k.bits + 1<<15) >> 16
	return t.behind((n<<16-k.bits)>>n, k)
}

// behind is the state that a symbol leads to, by what is left of that before.
func (t *table) behind(rest uint32, k transition) uint32 {
	return uint32(t.states[uint8(int32(rest)+int32(k.from))])
}
