package syntax

import (
	"math"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// longOf converts 12, -12 and 0x1f. Sixty-four bits of hex wrap, as in C#.
func longOf(s string) (int64, bool) {
	digits, minus := strings.CutPrefix(s, "-")
	if h, ok := strings.CutPrefix(strings.ToLower(digits), "0x"); ok {
		u, err := strconv.ParseUint(h, 16, 64)
		if minus {
			u = -u
		}
		return int64(u), err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// realOf converts digits with point and exponent. What is too large is
// infinite, as the language has it.
func realOf(s string) (float64, bool) {
	r, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(r, 0) {
		return 0, false
	}
	return r, true
}

// typedOf converts the inside of long(...), datetime(...) and so on.
func typedOf(t value.Type, inside string) (value.Value, bool) {
	s := strings.TrimSpace(inside)
	if s == "" || s == "null" {
		return value.NullOf(t), true
	}
	if t == value.DateTime || t == value.TimeSpan || t == value.GUID {
		s = withoutQuotes(s)
	}
	switch t {
	case value.Bool:
		return boolOf(s)
	case value.Int:
		n, ok := longOf(s)
		return value.IntOf(int32(n)), ok && n == int64(int32(n))
	case value.Long:
		n, ok := longOf(s)
		return value.LongOf(n), ok
	case value.Real:
		r, ok := typedReal(s)
		return value.RealOf(r), ok
	case value.Decimal:
		d, ok := value.ParseDecimal(s)
		return value.DecimalOf(d), ok
	case value.DateTime:
		n, ok := value.ParseDateTime(s)
		return value.DateTimeOf(n), ok
	case value.TimeSpan:
		n, ok := value.ParseTimeSpan(s)
		return value.TimeSpanOf(n), ok
	default:
		g, ok := value.ParseGUID(s)
		return value.GUIDOf(g), ok
	}
}

func withoutQuotes(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

func boolOf(s string) (value.Value, bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return value.BoolOf(true), true
	case "false", "0":
		return value.BoolOf(false), true
	}
	return value.NullOf(value.Bool), false
}

func typedReal(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "+inf", "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	if strings.ContainsAny(s, "xXpP_nN") {
		return 0, false // Go reads more than the language allows
	}
	return realOf(s)
}

// literalText writes a literal so that it reads back the same.
func literalText(v value.Value) string {
	t := v.Type()
	if t == value.Dynamic {
		return "dynamic(" + jsonText(v) + ")"
	}
	if v.IsNull() {
		return t.String() + "(null)"
	}
	switch t {
	case value.Bool:
		return strconv.FormatBool(v.Bool())
	case value.Int:
		return "int(" + strconv.FormatInt(v.Int(), 10) + ")"
	case value.Long:
		return signed("long", v.Int() < 0, strconv.FormatInt(v.Int(), 10))
	case value.Real:
		return realText(v.Real())
	case value.Decimal:
		return "decimal(" + v.Str() + ")"
	case value.DateTime:
		return "datetime(" + value.FormatDateTime(v.Int()) + ")"
	case value.TimeSpan:
		return spanText(v.Int())
	case value.GUID:
		return "guid(" + v.Str() + ")"
	default:
		return quote(v.Str())
	}
}

// signed wraps a negative number: in an expression -5 is the operator minus.
func signed(name string, negative bool, s string) string {
	if negative {
		return name + "(" + s + ")"
	}
	return s
}

func realText(r float64) string {
	switch {
	case math.IsNaN(r):
		return "real(nan)"
	case math.IsInf(r, 1):
		return "real(+inf)"
	case math.IsInf(r, -1):
		return "real(-inf)"
	}
	s := strconv.FormatFloat(r, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return signed("real", math.Signbit(r), s)
}

// spanText writes 1d, 2h, 90s where a single unit does, else time(...).
func spanText(ticks int64) string {
	for _, u := range []string{"d", "h", "m", "s", "ms", "tick"} {
		unit, _ := value.TimeUnit(u)
		if n := ticks / unit; ticks%unit == 0 && (n > 0 && n < 10_000 || ticks == 0 && u == "s") {
			return strconv.FormatInt(n, 10) + u
		}
	}
	text := value.FormatTimeSpan(ticks)
	if again, ok := value.ParseTimeSpan(text); !ok || again != ticks {
		text = strconv.FormatInt(ticks, 10) + "tick" // the longest ones
	}
	return "time(" + text + ")"
}

// bareText is the text of a literal where a sign belongs to the number.
func bareText(v value.Value) string {
	if v.IsNull() {
		return literalText(v)
	}
	switch v.Type() {
	case value.Long:
		return strconv.FormatInt(v.Int(), 10)
	case value.TimeSpan:
		if v.Int() < 0 && v.Int() != math.MinInt64 {
			return "-" + spanText(-v.Int())
		}
	case value.Real:
		if r := v.Real(); math.Signbit(r) && !math.IsInf(r, 0) && !math.IsNaN(r) {
			return "-" + realText(-r)
		}
	}
	return literalText(v)
}

// jsonText writes the inside of dynamic(...). Datetimes and the like keep
// their type there, which JSON has no words for.
func jsonText(v value.Value) string {
	var b strings.Builder
	writeJSON(&b, v.Resolve())
	return b.String()
}

func writeJSON(b *strings.Builder, v value.Value) {
	switch v.Kind() {
	case value.Null:
		b.WriteString("null")
	case value.Array:
		b.WriteByte('[')
		for i, e := range v.Elems() {
			if i > 0 {
				b.WriteString(", ")
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case value.Bag:
		b.WriteByte('{')
		keys, elems := v.Members()
		for i, k := range keys {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(quote(k) + ": ")
			writeJSON(b, elems[i])
		}
		b.WriteByte('}')
	case value.KLong, value.KReal:
		b.WriteString(bareText(v.Inner()))
	default:
		b.WriteString(literalText(v.Inner()))
	}
}
