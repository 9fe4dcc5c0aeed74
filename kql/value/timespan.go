package value

import (
	"math"
	"strconv"
	"strings"
)

// FormatTimeSpan writes a timespan as [-][d.]hh:mm:ss[.fffffff].
func FormatTimeSpan(ticks int64) string { return string(AppendTimeSpan(nil, ticks)) }

// AppendTimeSpan is FormatTimeSpan into a buffer.
func AppendTimeSpan(dst []byte, ticks int64) []byte {
	t := uint64(ticks)
	if ticks < 0 {
		dst = append(dst, '-')
		t = -t // also right for the smallest number
	}
	if days := t / uint64(Day); days > 0 {
		dst = append(strconv.AppendUint(dst, days, 10), '.')
	}
	t %= uint64(Day)
	dst = append(appendPadded(dst, int(t/uint64(Hour)), 2), ':')
	dst = append(appendPadded(dst, int(t%uint64(Hour)/uint64(Minute)), 2), ':')
	dst = appendPadded(dst, int(t%uint64(Minute)/uint64(Second)), 2)
	if f := int(t % uint64(Second)); f != 0 {
		dst = appendPadded(append(dst, '.'), f, 7)
	}
	return dst
}

// ParseTimeSpan reads a timespan as totimespan() does: [-][d.]hh:mm[:ss[.f]],
// a number with a unit (2d, 1.5h, 30m, 10s, 100ms, 10microsecond, 1tick), or a
// bare number of days.
func ParseTimeSpan(s string) (ticks int64, ok bool) {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, ':') >= 0 {
		return parseClockSpan(s)
	}
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '.' || i == 0 && (s[i] == '-' || s[i] == '+')) {
		i++
	}
	unit, ok := TimeUnit(strings.TrimSpace(s[i:]))
	if s[i:] == "" {
		unit, ok = Day, true
	}
	if !ok || i == 0 {
		return 0, false
	}
	return scaled(s[:i], unit)
}

// TimeUnit is the length of a unit of time as timespan literals spell it.
func TimeUnit(name string) (ticks int64, ok bool) {
	ticks, ok = timeUnits[name]
	return ticks, ok
}

var timeUnits = map[string]int64{
	"d": Day, "day": Day, "days": Day,
	"h": Hour, "hr": Hour, "hrs": Hour, "hour": Hour, "hours": Hour,
	"m": Minute, "min": Minute, "minute": Minute, "minutes": Minute,
	"s": Second, "sec": Second, "second": Second, "seconds": Second,
	"ms": Millisecond, "milli": Millisecond, "millis": Millisecond, "millisec": Millisecond,
	"millisecond": Millisecond, "milliseconds": Millisecond,
	"micro": Microsecond, "micros": Microsecond, "microsec": Microsecond,
	"microsecond": Microsecond, "microseconds": Microsecond,
	"nano": 0, "nanos": 0, "nanosec": 0, "nanosecond": 0, "nanoseconds": 0,
	"tick": 1, "ticks": 1,
}

// scaled multiplies a decimal number by a unit.
func scaled(number string, unit int64) (int64, bool) {
	if unit == 0 { // nanoseconds: a hundred make a tick
		n, ok := scaled(number, 1)
		return n / 100, ok
	}
	if n, err := strconv.ParseInt(number, 10, 64); err == nil {
		if n > math.MaxInt64/unit || n < math.MinInt64/unit {
			return 0, false
		}
		return n * unit, true
	}
	f, err := strconv.ParseFloat(number, 64)
	f *= float64(unit)
	if err != nil || math.Abs(f) >= math.MaxInt64 {
		return 0, false
	}
	return int64(math.Round(f)), true
}

// parseClockSpan reads [-][d.]hh:mm[:ss[.f]].
func parseClockSpan(s string) (int64, bool) {
	body := strings.TrimPrefix(s, "-")
	negative := len(body) < len(s)
	days := 0
	if dot := strings.IndexByte(body, '.'); dot >= 0 && dot < strings.IndexByte(body, ':') {
		var ok bool
		if days, ok = digits(body[:dot]); !ok || dot > 9 {
			return 0, false
		}
		body = body[dot+1:]
	}
	var c Civil
	rest, ok := parseClock(body, &c)
	if !ok || rest != "" || c.Hour > 23 || c.Minute > 59 || c.Second > 59 {
		return 0, false
	}
	if int64(days) > math.MaxInt64/Day {
		return 0, false
	}
	t := uint64(days)*uint64(Day) + uint64(int64(c.Hour)*Hour+int64(c.Minute)*Minute+int64(c.Second)*Second+int64(c.Tick))
	switch {
	case t <= math.MaxInt64 && !negative:
		return int64(t), true
	case t <= 1<<63 && negative:
		return -int64(t), true
	}
	return 0, false
}
