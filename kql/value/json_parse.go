package value

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deep JSON may nest. Deeper text is not JSON to us.
const MaxDepth = 10_000

// ParseJSON reads JSON text whole into dynamic values. Integers become long,
// or real when they do not fit; other numbers real. Of members of one name the
// last counts. Bytes that are not UTF-8 are kept as they are. It is not ok for
// text that is not exactly one JSON value.
func ParseJSON(s string) (Value, bool) {
	start, end, ok := validJSON(s)
	if !ok {
		return NullOf(Dynamic), false
	}
	return rawValue(s[start:end]).Resolve(), true
}

// LazyJSON is ParseJSON, but an array or object stays text until looked into.
func LazyJSON(s string) (Value, bool) {
	start, end, ok := validJSON(s)
	if !ok {
		return NullOf(Dynamic), false
	}
	return rawValue(s[start:end]), true
}

// Resolve returns a value of kind JSON as a tree of arrays and bags; others
// are returned as they are.
func (v Value) Resolve() Value {
	if v.kind != JSON {
		return v
	}
	tree, _ := parseTree(v.s, 0, 0)
	return tree
}

// parseTree reads the value at i, which is valid, in one pass. What nests too
// deep (text that was never checked) is null.
func parseTree(s string, i, depth int) (v Value, end int) {
	if i >= len(s) || s[i] != '{' && s[i] != '[' {
		end = skipValue(s, i)
		return rawValue(s[min(i, end):end]), end
	}
	if depth > MaxDepth {
		return NullOf(Dynamic), skipNested(s, i)
	}
	if s[i] == '[' {
		return parseArray(s, i+1, depth)
	}
	return parseBag(s, i+1, depth)
}

func parseArray(s string, i, depth int) (Value, int) {
	n := &node{elems: []Value{}}
	for {
		i = skipSeparator(s, i, ',')
		if i >= len(s) || s[i] == ']' {
			return Value{typ: Dynamic, kind: Array, ref: n.weighed()}, min(i+1, len(s))
		}
		v, end := parseTree(s, i, depth+1)
		if end == i {
			return Value{typ: Dynamic, kind: Array, ref: n.weighed()}, len(s)
		}
		n.elems = append(n.elems, v)
		i = end
	}
}

func parseBag(s string, i, depth int) (Value, int) {
	n := &node{keys: []string{}}
	var seen keyIndex
	for {
		i = skipSeparator(s, i, ',')
		if i >= len(s) || s[i] != '"' {
			return Value{typ: Dynamic, kind: Bag, ref: n.weighed()}, min(i+1, len(s))
		}
		end, _ := skipString(s, i)
		name := rawValue(s[i:end]).s
		v, after := parseTree(s, skipSeparator(s, end, ':'), depth+1)
		if at := seen.find(n.keys, name); at >= 0 {
			n.elems[at] = v
		} else {
			n.keys, n.elems = append(n.keys, name), append(n.elems, v)
		}
		i = after
	}
}

// skipSeparator skips white space and one separator.
func skipSeparator(s string, i int, c byte) int {
	i = skipSpace(s, i)
	if i < len(s) && s[i] == c {
		i = skipSpace(s, i+1)
	}
	return i
}

// shallow turns text into an array or bag whose nested arrays and bags are
// still text.
func (v Value) shallow() Value {
	if v.kind != JSON {
		return v
	}
	if v.s[0] == '[' {
		return Value{typ: Dynamic, kind: Array, ref: (&node{elems: rawElements(v.s)}).weighed()}
	}
	n := &node{keys: []string{}}
	var seen keyIndex
	for i := 1; ; {
		m, next, ok := nextMember(v.s, i)
		if !ok {
			break
		}
		i = next
		name := m.name()
		if at := seen.find(n.keys, name); at >= 0 {
			n.elems[at] = rawValue(v.s[m.start:m.end])
			continue
		}
		n.keys = append(n.keys, name)
		n.elems = append(n.elems, rawValue(v.s[m.start:m.end]))
	}
	return Value{typ: Dynamic, kind: Bag, ref: n.weighed()}
}

func rawElements(s string) []Value {
	elems := []Value{}
	for i := 1; ; {
		m, next, ok := nextElement(s, i)
		if !ok {
			return elems
		}
		i = next
		elems = append(elems, rawValue(s[m.start:m.end]))
	}
}

// A keyIndex finds a key among many: by looking at all while they are few.
type keyIndex struct{ at map[string]int }

func (x *keyIndex) find(keys []string, key string) int {
	if len(keys) <= 16 {
		for i, k := range keys {
			if k == key {
				return i
			}
		}
		return -1
	}
	if x.at == nil {
		x.at = make(map[string]int, 2*len(keys))
	}
	for i := len(x.at); i < len(keys); i++ {
		x.at[keys[i]] = i
	}
	if i, ok := x.at[key]; ok {
		return i
	}
	return -1
}

// rawNumber reads a JSON number.
func rawNumber(s string) Value {
	if n, ok := rawInteger(s); ok {
		return Value{typ: Dynamic, kind: KLong, n: n}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return NullOf(Dynamic)
	}
	return DynamicOf(RealOf(f))
}

func rawInteger(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 19 {
		return 0, false
	}
	n := uint64(0)
	for i := range len(digits) {
		if !isDigit(digits[i]) {
			return 0, false
		}
		n = n*10 + uint64(digits[i]-'0')
	}
	switch {
	case len(digits) < len(s) && n <= 1<<63:
		return -int64(n), true
	case n <= math.MaxInt64 && len(digits) == len(s):
		return int64(n), true
	}
	return 0, false
}

// unescape reads the inside of a JSON string that has backslashes. Halves of
// surrogate pairs become U+FFFD.
func unescape(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 >= len(s) {
			j := i + 1
			for j < len(s) && s[j] != '\\' {
				j++
			}
			b = append(b, s[i:j]...)
			i = j
			continue
		}
		if s[i+1] != 'u' {
			b = append(b, unescaped[s[i+1]])
			i += 2
			continue
		}
		r := hex4(s, i+2)
		i += 6
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
				low = hex4(s, i+2)
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				i += 6
			}
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hex4 reads four hexadecimal digits at i.
func hex4(s string, i int) rune {
	r := rune(0)
	for k := i; k < i+4; k++ {
		if k >= len(s) {
			return utf8.RuneError
		}
		c, ok := lowerHex(s[k])
		if !ok {
			return utf8.RuneError
		}
		if isDigit(c) {
			r = r<<4 | rune(c-'0')
		} else {
			r = r<<4 | rune(c-'a'+10)
		}
	}
	return r
}
