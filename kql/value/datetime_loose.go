package value

import "strings"

// parseLooseDateTime reads the many other forms of a date: words and numbers
// in the orders that people and RFC 822 use.
func parseLooseDateTime(s string) (int64, bool) {
	if len(s) > 64 { // no date is that long
		return 0, false
	}
	var d looseDate
	for s != "" {
		var ok bool
		if s, ok = d.take(s); !ok {
			return 0, false
		}
	}
	return d.ticks()
}

// A looseDate gathers the parts of a date in the order of writing.
type looseDate struct {
	c       Civil
	offset  int64
	clock   bool // hours seen
	zone    bool
	month   int // by name
	numbers [3]looseNumber
	n       int
	monthAt int // how many numbers came before the month's name
}

type looseNumber struct{ value, width int }

// take reads one token.
func (d *looseDate) take(s string) (rest string, ok bool) {
	switch c := s[0]; {
	case c == ' ', c == ',', c == '/', c == '-' && !d.clock:
		return s[1:], true
	case (c == '+' || c == '-') && d.clock && !d.zone:
		d.offset, ok = parseZone(s)
		d.zone = true
		return "", ok
	case isDigit(c):
		return d.takeNumber(s)
	case isLetter(c):
		i := 1
		for i < len(s) && isLetter(s[i]) {
			i++
		}
		rest = strings.TrimPrefix(s[i:], ".") // "Oct."
		return rest, d.takeWord(strings.ToLower(s[:i]))
	}
	return s, false
}

func (d *looseDate) takeNumber(s string) (string, bool) {
	if i := strings.IndexByte(s, ':'); (i == 1 || i == 2) && isDigit(s[i-1]) && !d.clock {
		d.clock = true
		return parseClock(s, &d.c)
	}
	n, rest, _ := leadingInt(s, 4)
	if d.n == len(d.numbers) || d.clock && d.n > 2 || rest != "" && isDigit(rest[0]) {
		return s, false
	}
	d.numbers[d.n] = looseNumber{n, len(s) - len(rest)}
	d.n++
	return rest, true
}

func (d *looseDate) takeWord(w string) bool {
	switch w {
	case "t":
		return d.n > 0 && !d.clock
	case "z", "utc", "gmt":
		ok := d.clock && !d.zone
		d.zone = true
		return ok
	case "am", "pm":
		return d.clock && d.halfDay(w == "pm")
	}
	if len(w) < 3 {
		return false
	}
	for i, name := range monthNames {
		if strings.HasPrefix(name, w) || w == "sept" && i == 8 {
			ok := d.month == 0
			d.month, d.monthAt = i+1, d.n
			return ok
		}
	}
	for _, name := range dayNames {
		if strings.HasPrefix(name, w) {
			return d.n == 0
		}
	}
	return false
}

func (d *looseDate) halfDay(pm bool) bool {
	if d.c.Hour < 1 || d.c.Hour > 12 {
		return false
	}
	d.c.Hour %= 12
	if pm {
		d.c.Hour += 12
	}
	return true
}

// ticks decides which number is what.
func (d *looseDate) ticks() (int64, bool) {
	a, b, c := d.numbers[0], d.numbers[1], d.numbers[2]
	year := looseNumber{}
	switch {
	case d.month != 0 && d.n == 2 && a.width == 4: // 2014 Nov 8
		year, d.c.Month, d.c.Day = a, d.month, b.value
	case d.month != 0 && d.n == 2: // 8 Nov 14, Nov 8 2014
		d.c.Day, d.c.Month, year = a.value, d.month, b
	case d.month != 0 && d.n == 1 && a.width == 4: // Nov 2014
		year, d.c.Month, d.c.Day = a, d.month, 1
	case d.month != 0:
		return 0, false
	case d.n == 3 && a.width >= 3: // 2014-11-8
		year, d.c.Month, d.c.Day = a, b.value, c.value
	case d.n == 3: // 11/08/2014
		d.c.Month, d.c.Day, year = a.value, b.value, c
	case d.n == 2 && a.width == 4: // 2014-11
		year, d.c.Month, d.c.Day = a, b.value, 1
	case d.n == 1 && a.width == 4 && !d.clock: // 2014
		year, d.c.Month, d.c.Day = a, 1, 1
	default:
		return 0, false
	}
	d.c.Year = year.value
	if year.width <= 2 { // as .NET has it: 49 is 2049, 50 is 1950
		d.c.Year += 1900
		if year.value < 50 {
			d.c.Year += 100
		}
	}
	return shifted(d.c, d.offset)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

var monthNames = [12]string{"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"}

var dayNames = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
