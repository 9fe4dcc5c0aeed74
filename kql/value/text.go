package value

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// String is what tostring() gives: strings as they are, null "", arrays and
// bags compact JSON.
func (v Value) String() string {
	switch v.kind {
	case KString, KGUID, KDecimal:
		return v.s
	case KBool:
		if v.n != 0 {
			return "true"
		}
		return "false"
	case Null:
		return ""
	case JSON:
		if isCompact(v.s) {
			return v.s
		}
	}
	return string(v.appendText(nil))
}

func (v Value) appendText(dst []byte) []byte {
	switch v.kind {
	case KInt, KLong:
		return strconv.AppendInt(dst, v.n, 10)
	case KReal:
		return AppendReal(dst, v.Real())
	case KDateTime:
		return appendDateTime7(dst, v.n)
	case KTimeSpan:
		return AppendTimeSpan(dst, v.n)
	case Array, Bag, JSON:
		return AppendJSON(dst, v)
	}
	return append(dst, v.String()...)
}

// AppendJSON writes a value as it stands inside dynamic: compact JSON, with
// datetimes in seven fractional digits, timespans and guids as strings.
func AppendJSON(dst []byte, v Value) []byte {
	switch v.kind {
	case Null:
		return append(dst, "null"...)
	case KBool:
		return append(dst, v.String()...)
	case KInt, KLong:
		return strconv.AppendInt(dst, v.n, 10)
	case KReal:
		return appendRealJSON(dst, v.Real())
	case KDecimal, KString, KGUID:
		return AppendQuoted(dst, v.s)
	case KDateTime:
		return append(appendDateTime7(append(dst, '"'), v.n), '"')
	case KTimeSpan:
		return append(AppendTimeSpan(append(dst, '"'), v.n), '"')
	case JSON:
		if isCompact(v.s) {
			return append(dst, v.s...)
		}
		return AppendJSON(dst, v.Resolve())
	case Bag:
		return appendBag(dst, v.ref)
	}
	dst = append(dst, '[')
	for i, e := range v.ref.elems {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendJSON(dst, e)
	}
	return append(dst, ']')
}

func appendBag(dst []byte, n *node) []byte {
	dst = append(dst, '{')
	for i, e := range n.elems {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendQuoted(dst, n.keys[i]), ':')
		dst = AppendJSON(dst, e)
	}
	return append(dst, '}')
}

// appendRealJSON writes a real as it stands inside dynamic. Of the numbers that
// have the fewest digits and read back the same, the engine takes there the one
// farthest from zero: 40.764323000000008 where 40.764323000000005 is closer.
func appendRealJSON(dst []byte, f float64) []byte {
	if f-f != 0 { // NaN and infinities have no number in JSON
		return append(AppendReal(append(dst, '"'), f), '"')
	}
	start := len(dst)
	dst = AppendReal(dst, f)
	end := len(dst)
	if e := bytes.IndexByte(dst[start:], 'E'); e >= 0 {
		end = start + e
	}
	if end-start <= 15 { // no other number of so few digits reads back the same
		return dst
	}
	for last := &dst[end-1]; *last < '9'; {
		*last++
		if g, err := strconv.ParseFloat(string(dst[start:]), 64); err != nil || g != f {
			*last--
			break
		}
	}
	return dst
}

// AppendOutput writes a value for the world outside, as JSON: datetimes with
// as many fractional digits as needed, decimals as strings, null as null.
func AppendOutput(dst []byte, v Value) []byte {
	if v.kind == KDateTime && v.typ != Dynamic {
		return append(AppendDateTime(append(dst, '"'), v.n), '"')
	}
	if v.kind == KReal && v.typ != Dynamic && v.Real()-v.Real() == 0 {
		return AppendReal(dst, v.Real())
	}
	return AppendJSON(dst, v)
}

// AppendQuoted writes a JSON string. Bytes that are not UTF-8 become U+FFFD.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = appendEscaped(append(dst, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(append(dst, s[start:i]...), "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
