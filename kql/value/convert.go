package value

import (
	"math"
	"strconv"
	"strings"
)

// To converts as Kusto's toint(), tostring() and so on do: null where it
// cannot be done, never an error. Dynamic values convert by what they hold.
func (v Value) To(t Type) Value {
	if v.kind != Array && v.kind != Bag && v.kind != JSON && v.typ != t && t != Dynamic {
		v = v.Inner()
	}
	if v.typ == t {
		return v
	}
	if v.kind == Null {
		return NullOf(t)
	}
	switch t {
	case Bool:
		return v.toBool()
	case Int:
		if n, ok := v.toLong(); ok && n >= math.MinInt32 && n <= math.MaxInt32 {
			return IntOf(int32(n))
		}
	case Long:
		if n, ok := v.toLong(); ok {
			return LongOf(n)
		}
	case Real:
		if f, ok := v.toReal(); ok {
			return RealOf(f)
		}
	case Decimal:
		return v.toDecimal()
	case String:
		return StringOf(v.String())
	case DateTime:
		return v.toDateTime()
	case TimeSpan:
		return v.toTimeSpan()
	case GUID:
		if v.kind == KString {
			if g, ok := ParseGUID(strings.TrimSpace(v.s)); ok {
				return GUIDOf(g)
			}
		}
	case Dynamic:
		return DynamicOf(v)
	}
	return NullOf(t)
}

func (v Value) toBool() Value {
	switch v.kind {
	case KInt, KLong:
		return BoolOf(v.n != 0)
	case KReal:
		return BoolOf(v.Real() != 0)
	case KDecimal:
		return BoolOf(v.s != "0")
	case KString:
		s := strings.TrimSpace(v.s)
		if strings.EqualFold(s, "true") || strings.EqualFold(s, "false") {
			return BoolOf(len(s) == 4)
		}
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return BoolOf(n != 0)
		}
	}
	return NullOf(Bool)
}

func (v Value) toLong() (int64, bool) {
	switch v.kind {
	case KBool, KInt, KLong, KDateTime, KTimeSpan:
		return v.n, true
	case KReal:
		return realLong(v.Real())
	case KDecimal:
		return decimalLong(v.s)
	case KString:
		return parseLong(strings.TrimSpace(v.s))
	}
	return 0, false
}

// realLong cuts off the fraction.
func realLong(f float64) (int64, bool) {
	f = math.Trunc(f)
	if !(f >= -(1<<63) && f < 1<<63) {
		return 0, false
	}
	return int64(f), true
}

// parseLong reads a decimal or 0x number; a fraction is cut off.
func parseLong(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	body := strings.TrimPrefix(s, "-")
	if len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x' {
		n, err := strconv.ParseUint(body[2:], 16, 64)
		if err != nil {
			return 0, false
		}
		if len(body) < len(s) {
			return -int64(n), true
		}
		return int64(n), true
	}
	f, ok := parseReal(s)
	if !ok {
		return 0, false
	}
	return realLong(f)
}

// parseReal reads a number; not Go's own forms (0x1p3, 1_000).
func parseReal(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "infinity", "+infinity", "inf", "+inf":
		return math.Inf(1), true
	case "-infinity", "-inf":
		return math.Inf(-1), true
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

func (v Value) toReal() (float64, bool) {
	switch v.kind {
	case KBool, KInt, KLong, KDateTime, KTimeSpan:
		return float64(v.n), true
	case KReal:
		return v.Real(), true
	case KDecimal:
		return decimalReal(v.s)
	case KString:
		return parseReal(strings.TrimSpace(v.s))
	}
	return 0, false
}

func (v Value) toDecimal() Value {
	text := ""
	switch v.kind {
	case KBool, KInt, KLong:
		text = strconv.FormatInt(v.n, 10)
	case KReal:
		text = strconv.FormatFloat(v.Real(), 'g', -1, 64)
	case KString:
		text = v.s
	}
	if d, ok := ParseDecimal(text); ok {
		return DecimalOf(d)
	}
	return NullOf(Decimal)
}

func (v Value) toDateTime() Value {
	switch v.kind {
	case KString:
		if t, ok := ParseDateTime(v.s); ok {
			return DateTimeOf(t)
		}
	case KInt, KLong, KReal:
		if n, ok := v.toLong(); ok && n >= MinDateTime && n <= MaxDateTime {
			return DateTimeOf(n)
		}
	}
	return NullOf(DateTime)
}

func (v Value) toTimeSpan() Value {
	switch v.kind {
	case KString:
		if t, ok := ParseTimeSpan(v.s); ok {
			return TimeSpanOf(t)
		}
	case KInt, KLong, KReal:
		if n, ok := v.toLong(); ok {
			return TimeSpanOf(n)
		}
	}
	return NullOf(TimeSpan)
}
