package value

import "strings"

// Ticks of 100 ns in the usual units.
const (
	Microsecond int64 = 10
	Millisecond       = 1000 * Microsecond
	Second            = 1000 * Millisecond
	Minute            = 60 * Second
	Hour              = 60 * Minute
	Day               = 24 * Hour
)

// The first and last datetime: 0001-01-01 and the last tick of 9999-12-31.
const (
	MinDateTime int64 = 0
	MaxDateTime int64 = 3652059*Day - 1
)

// UnixEpoch is 1970-01-01 in ticks.
const UnixEpoch = 719162 * Day

// A Civil is a datetime taken apart.
type Civil struct {
	Year, Month, Day     int
	Hour, Minute, Second int
	Tick                 int // 100 ns within the second
}

// Ticks puts a datetime together. It is not ok when a part is out of range.
func (c Civil) Ticks() (ticks int64, ok bool) {
	if c.Year < 1 || c.Year > 9999 || c.Month < 1 || c.Month > 12 ||
		c.Day < 1 || c.Day > DaysIn(c.Year, c.Month) ||
		c.Hour < 0 || c.Hour > 23 || c.Minute < 0 || c.Minute > 59 ||
		c.Second < 0 || c.Second > 59 || c.Tick < 0 || int64(c.Tick) >= Second {
		return 0, false
	}
	return int64(daysBefore(c.Year, c.Month, c.Day))*Day + int64(c.Hour)*Hour +
		int64(c.Minute)*Minute + int64(c.Second)*Second + int64(c.Tick), true
}

// CivilOf takes ticks apart; ticks out of range are cut to it.
func CivilOf(ticks int64) Civil {
	ticks = min(max(ticks, MinDateTime), MaxDateTime)
	var c Civil
	c.Year, c.Month, c.Day = civilDay(ticks / Day)
	rest := ticks % Day
	c.Hour, rest = int(rest/Hour), rest%Hour
	c.Minute, rest = int(rest/Minute), rest%Minute
	c.Second, c.Tick = int(rest/Second), int(rest%Second)
	return c
}

// DaysIn is the number of days of a month (1 to 12).
func DaysIn(year, month int) int {
	if month == 2 && leap(year) {
		return 29
	}
	return int(monthDays[month-1])
}

var monthDays = [12]uint8{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// daysBefore counts the days since 0001-01-01 (era of 400 years, from March on,
// so that the leap day is the last).
func daysBefore(year, month, day int) int {
	y, m := year, month
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + day - 307
}

// civilDay is the inverse of daysBefore.
func civilDay(days int64) (year, month, day int) {
	z := days + 306 // since 0000-03-01
	era := z / 146097
	doe := z % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month, year = int(mp+3), int(yoe+era*400)
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

// FormatDateTime writes a datetime as ISO 8601 in UTC with as many fractional
// digits as it needs: 2018-07-01T00:00:00Z.
func FormatDateTime(ticks int64) string { return string(AppendDateTime(nil, ticks)) }

// AppendDateTime is FormatDateTime into a buffer.
func AppendDateTime(dst []byte, ticks int64) []byte {
	c := CivilOf(ticks)
	dst = appendSeconds(dst, c)
	if c.Tick != 0 {
		dst = append(dst, '.')
		dst = appendPadded(dst, c.Tick, 7)
		for dst[len(dst)-1] == '0' {
			dst = dst[:len(dst)-1]
		}
	}
	return append(dst, 'Z')
}

// DateTimeText is what tostring() gives: always seven fractional digits.
func DateTimeText(ticks int64) string { return string(appendDateTime7(nil, ticks)) }

func appendDateTime7(dst []byte, ticks int64) []byte {
	c := CivilOf(ticks)
	dst = append(appendSeconds(dst, c), '.')
	return append(appendPadded(dst, c.Tick, 7), 'Z')
}

func appendSeconds(dst []byte, c Civil) []byte {
	dst = append(appendPadded(dst, c.Year, 4), '-')
	dst = append(appendPadded(dst, c.Month, 2), '-')
	dst = append(appendPadded(dst, c.Day, 2), 'T')
	dst = append(appendPadded(dst, c.Hour, 2), ':')
	dst = append(appendPadded(dst, c.Minute, 2), ':')
	return appendPadded(dst, c.Second, 2)
}

// appendPadded writes n in at least width digits.
func appendPadded(dst []byte, n, width int) []byte {
	var buf [20]byte
	i := len(buf)
	for n > 0 || width > 0 {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
		width--
	}
	return append(dst, buf[i:]...)
}

// ParseDateTime reads a datetime as todatetime() does. It takes
//
//	ISO 8601    2014-05-25T08:20:03.123456Z, with a space for the T, any offset,
//	            cut after the minutes, the day, the month or the year
//	RFC 822     Sat, 8 Nov 14 15:05:02 GMT, weekday and zone optional
//	RFC 850     Saturday, 08-Nov-14 15:05:02 GMT
//	US order    11/08/2014 3:05 PM, 11-08-2014
//
// Digits beyond 100 ns are cut off. Text without a zone is UTC.
func ParseDateTime(s string) (ticks int64, ok bool) {
	if ticks, ok = parseZulu(s); ok {
		return ticks, true
	}
	s = strings.TrimSpace(s)
	if ticks, ok = parseISO(s); ok {
		return ticks, true
	}
	return parseLooseDateTime(s)
}

// parseZulu reads what API servers write, 2014-05-25T08:20:03Z with or without
// microseconds; it is not ok for all else.
func parseZulu(s string) (int64, bool) {
	n := len(s)
	if n != 20 && n != 27 || s[n-1] != 'Z' || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	other := byte(0) // is above 9 if there is another character than a digit
	two := func(i int) int {
		a, b := s[i]-'0', s[i+1]-'0'
		other = max(other, a, b)
		return 10*int(a) + int(b)
	}
	c := Civil{
		Year: 100*two(0) + two(2), Month: two(5), Day: two(8),
		Hour: two(11), Minute: two(14), Second: two(17),
	}
	if n == 27 {
		if s[19] != '.' {
			return 0, false
		}
		c.Tick = 10 * (10_000*two(20) + 100*two(22) + two(24))
	}
	if other > 9 {
		return 0, false
	}
	return c.Ticks()
}

// parseISO reads the form that nearly every record has, without allocating.
func parseISO(s string) (int64, bool) {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	c := Civil{Year: y, Month: m, Day: d}
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	offset, rest := int64(0), s[10:]
	if rest != "" {
		if rest[0] != 'T' && rest[0] != 't' && rest[0] != ' ' {
			return 0, false
		}
		var ok bool
		if rest, ok = parseClock(rest[1:], &c); !ok {
			return 0, false
		}
		if offset, ok = parseZone(rest); !ok {
			return 0, false
		}
	}
	return shifted(c, offset)
}

// shifted puts c together and takes off its distance from UTC.
func shifted(c Civil, offset int64) (int64, bool) {
	// 24:00 is the next day's midnight.
	next := int64(0)
	if c.Hour == 24 && c.Minute == 0 && c.Second == 0 && c.Tick == 0 {
		c.Hour, next = 0, Day
	}
	t, ok := c.Ticks()
	t += next - offset
	if !ok || t < MinDateTime || t > MaxDateTime {
		return 0, false
	}
	return t, true
}

// parseClock reads hh:mm[:ss[.fffffff...]] at the start of s.
func parseClock(s string, c *Civil) (rest string, ok bool) {
	if c.Hour, s, ok = leadingInt(s, 2); !ok || s == "" || s[0] != ':' {
		return s, false
	}
	if c.Minute, s, ok = leadingInt(s[1:], 2); !ok {
		return s, false
	}
	if s == "" || s[0] != ':' {
		return s, true
	}
	if c.Second, s, ok = leadingInt(s[1:], 2); !ok {
		return s, false
	}
	if s == "" || s[0] != '.' && s[0] != ',' {
		return s, true
	}
	c.Tick, s = fraction(s[1:])
	return s, true
}

// fraction reads the digits after a decimal point as ticks.
func fraction(s string) (ticks int, rest string) {
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		if i < 7 {
			ticks = ticks*10 + int(s[i]-'0')
		}
	}
	for k := i; k < 7; k++ {
		ticks *= 10
	}
	return ticks, s[i:]
}

// parseZone reads what follows a time: nothing, Z, UTC, GMT or an offset.
func parseZone(s string) (offset int64, ok bool) {
	s = strings.TrimSpace(s)
	switch {
	case s == "", s == "Z", s == "z", strings.EqualFold(s, "UTC"), strings.EqualFold(s, "GMT"):
		return 0, true
	case s[0] != '+' && s[0] != '-':
		return 0, false
	}
	h, rest, ok := leadingInt(s[1:], 2)
	if !ok {
		return 0, false
	}
	m := 0
	if rest != "" {
		if m, rest, ok = leadingInt(strings.TrimPrefix(rest, ":"), 2); !ok || rest != "" {
			return 0, false
		}
	}
	if h > 14 || m > 59 {
		return 0, false
	}
	offset = int64(h)*Hour + int64(m)*Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits reads a string of digits only.
func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

// leadingInt reads up to most digits at the start of s.
func leadingInt(s string, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && isDigit(s[i]) {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i > 0
}
