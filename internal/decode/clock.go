package decode

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A clock reads the times of records, which mostly are of the same minute as
// the one before.
type clock struct {
	minute [17]byte // "2026-01-02T03:04:", of the last record
	ticks0 int64    // of it
}

// ticks reads a time as value.ParseDateTime does.
func (c *clock) ticks(s string) (int64, bool) {
	// 2026-01-02T03:04:05.123456Z
	if len(s) != 27 || s[19] != '.' || s[26] != 'Z' {
		return value.ParseDateTime(s)
	}
	if c.minute[0] == 0 || string(c.minute[:]) != s[:17] {
		at, ok := value.ParseDateTime(s[:17] + "00Z")
		if !ok {
			return value.ParseDateTime(s)
		}
		copy(c.minute[:], s)
		c.ticks0 = at
	}
	second, ok1 := number(s[17:19])
	micros, ok2 := number(s[20:26])
	if !ok1 || !ok2 || second > 59 {
		return value.ParseDateTime(s)
	}
	return c.ticks0 + second*ticksPerSecond + micros*10, true
}

const ticksPerSecond = 10_000_000

// number reads a few decimal digits.
func number(s string) (n int64, ok bool) {
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = 10*n + int64(d)
	}
	return n, true
}
