package fn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func timeTextFuncs() []Func {
	return []Func{
		{
			Name: "format_datetime", Category: timeCategory, Result: value.String,
			Params: []Param{
				param("date", tTime, "the datetime"),
				param("format", tText, "y yy yyyy, M MM, d dd, H HH (24 hours), h hh (12 hours), m mm, s ss, f to fffffff, F to FFFFFFF, tt (AM or PM), and delimiters"),
			},
			Doc:      "Writes a datetime as a format says.",
			Examples: []string{`format_datetime(datetime(2017-01-29 09:00:05), "yy-MM-dd [HH:mm:ss]") == "17-01-29 [09:00:05]"`, `format_datetime(datetime(2017-01-29 09:00:05), "yyyy-M-dd [H:mm:ss tt]") == "2017-1-29 [9:00:05 AM]"`},
			Prepare:  prepareTimeFormat(dateTimePart),
		},
		{
			Name: "format_timespan", Category: timeCategory, Result: value.String,
			Params: []Param{
				param("timespan", tSpan, "the timespan"),
				param("format", tText, "d to dddddddd, H HH or h hh, m mm, s ss, f to fffffff, F to FFFFFFF, and delimiters"),
			},
			Doc:      "Writes a timespan as a format says.",
			Examples: []string{`format_timespan(time(29.09:00:05.12345), "dd.hh:mm:ss [FF]") == "29.09:00:05 [12]"`, `format_timespan(time(29.09:00:05.12345), "ddd.h:mm:ss [fffffff]") == "029.9:00:05 [1234500]"`},
			Prepare:  prepareTimeFormat(timeSpanPart),
		},
	}
}

// A timePart is a run of one letter in a format, or a delimiter.
type timePart struct {
	letter byte // 0 for a delimiter
	width  int
	text   string
}

// parseTimeFormat parts a format into runs; known says which letters it has.
func parseTimeFormat(format, known string) ([]timePart, error) {
	var parts []timePart
	for i := 0; i < len(format); {
		c := format[i]
		n := 1
		if strings.IndexByte(known, c) >= 0 {
			for i+n < len(format) && format[i+n] == c {
				n++
			}
			parts = append(parts, timePart{letter: c, width: n})
			i += n
			continue
		}
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			return nil, fmt.Errorf("unknown letter %q in format %q", string(c), format)
		}
		parts = append(parts, timePart{text: format[i : i+1]})
		i++
	}
	return parts, nil
}

// prepareTimeFormat parses a constant format once.
func prepareTimeFormat(write func(dst []byte, p timePart, ticks int64) []byte) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		letters := "yMdHhmsfFt"
		if args[0].Type == value.TimeSpan {
			letters = "dHhmsfF"
		}
		var fixed []timePart
		if c := args[1].Const; c != nil {
			var err error
			if fixed, err = parseTimeFormat(c.String(), letters); err != nil {
				return nil, &ArgError{1, err.Error()}
			}
		}
		return func(_ *Context, a []value.Value) value.Value {
			parts := fixed
			if parts == nil {
				parts, _ = parseTimeFormat(text(a[1]), letters)
			}
			if a[0].IsNull() || len(parts) > 1024 {
				return value.StringOf("")
			}
			var out []byte
			for _, p := range parts {
				if p.letter == 0 {
					out = append(out, p.text...)
				} else {
					out = write(out, p, a[0].Int())
				}
			}
			return value.StringOf(string(out))
		}, nil
	}
}

func dateTimePart(dst []byte, p timePart, ticks int64) []byte {
	c := value.CivilOf(ticks)
	switch p.letter {
	case 'y':
		if p.width <= 2 {
			return padded(dst, c.Year%100, p.width)
		}
		return padded(dst, c.Year, p.width)
	case 'M':
		return padded(dst, c.Month, p.width)
	case 'd':
		return padded(dst, c.Day, p.width)
	case 'H':
		return padded(dst, c.Hour, p.width)
	case 'h':
		return padded(dst, (c.Hour+11)%12+1, p.width)
	case 't':
		half := "AM"
		if c.Hour >= 12 {
			half = "PM"
		}
		return append(dst, half[:min(p.width, 2)]...)
	}
	return clockPart(dst, p, ticks%value.Day)
}

func timeSpanPart(dst []byte, p timePart, ticks int64) []byte {
	if ticks < 0 {
		if ticks = -ticks; ticks < 0 {
			ticks--
		}
	}
	switch p.letter {
	case 'd':
		return padded(dst, int(ticks/value.Day), p.width)
	case 'H', 'h':
		return padded(dst, int(ticks%value.Day/value.Hour), p.width)
	}
	return clockPart(dst, p, ticks%value.Day)
}

// clockPart writes what datetimes and timespans have in common.
func clockPart(dst []byte, p timePart, ticks int64) []byte {
	switch p.letter {
	case 'm':
		return padded(dst, int(ticks%value.Hour/value.Minute), p.width)
	case 's':
		return padded(dst, int(ticks%value.Minute/value.Second), p.width)
	}
	digits := string(padded(nil, int(ticks%value.Second), 7))[:min(p.width, 7)]
	if p.letter == 'F' {
		digits = strings.TrimRight(digits, "0")
	}
	return append(dst, digits...)
}

func padded(dst []byte, n, width int) []byte {
	s := strconv.Itoa(n)
	for k := len(s); k < min(width, 32); k++ {
		dst = append(dst, '0')
	}
	return append(dst, s...)
}
