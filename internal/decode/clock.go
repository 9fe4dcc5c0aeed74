package decode

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A clock reads the times of records, which mostly are of the same minute as
// the one before.
type clock struct {
	minute [3]uint64 // "2026-01-02T03:04:", of the last record, and zeros
	ticks0 int64     // of it
}

// ticks reads a time as value.ParseDateTime does.
func (c *clock) ticks(s string) (int64, bool) {
	if t, ok := c.near(s); ok {
		return t, true
	}
	if len(s) == laidTime && isLaidMinute(s) && s[19] == '.' {
		if at, ok := value.ParseDateTime(s[:17] + "00Z"); ok {
			c.minute, c.ticks0 = [3]uint64{load(s), load(s[8:]), uint64(s[16])}, at
		}
	}
	return value.ParseDateTime(s)
}

// laidTime is how long a time is as the API server writes it:
// 2026-01-02T03:04:05.123456Z.
const laidTime = 27

// isLaidMinute says whether a time begins as those of the API server: there are others
// that can be read, of which no seconds follow there.
func isLaidMinute(s string) bool {
	return s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' && s[16] == ':'
}

// near reads a time that is of the last one's minute, and written like that. It is
// false for others.
func (c *clock) near(s string) (int64, bool) {
	if len(s) != laidTime || load(s) != c.minute[0] || load(s[8:]) != c.minute[1] || uint64(s[16]) != c.minute[2] {
		return 0, false
	}
	tens, second, rest := uint64(s[17])-'0', uint64(s[18])-'0', load(s[19:])
	micros, ok := eightDigits(rest<<8&^0xffff | '0'<<8 | '0')
	if !ok || tens > 5 || second > 9 || rest&0xff != '.' || rest>>56 != 'Z' {
		return 0, false
	}
	return c.ticks0 + int64(10*tens+second)*ticksPerSecond + int64(micros)*10, true
}

// eightDigits reads eight decimal digits, the first in the lowest byte.
func eightDigits(w uint64) (n uint64, ok bool) {
	const zeros, pairs = '0' * ones, 0xff000000ff
	ok = ((w+0x46*ones)|(w-zeros))&highs == 0
	w -= zeros
	w = 10*w + w>>8
	return (w&pairs*(100+1_000_000<<32) + w>>16&pairs*(1+10_000<<32)) >> 32, ok
}

const ticksPerSecond = 10_000_000
