package store

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Bounds of the search for leaves. What goes beyond makes a record opaque.
const (
	deepest   = 200 // brackets in one another
	maxNested = 4   // JSON inside of strings
	longest   = 256 // bytes of a value that is kept
)

// eachLeaf gives the keys of a record's leaves: of its members, at any depth,
// with scalar values, and of the elements of arrays under the array's name.
// Strings that hold JSON are gone into.
func eachLeaf(s string, add func(uint64)) (opaque bool) {
	w := leafWalk{add: add}
	w.text(s, 0)
	return w.opaque
}

type leafWalk struct {
	add    func(uint64)
	opaque bool
	keys   [deepest]uint64 // hash of the key that each bracket stands under
	object [deepest]bool
}

// text walks over one JSON text. Text that ends early or is none makes the
// record opaque: what it says may be told in another way.
func (w *leafWalk) text(s string, nested int) {
	depth, key := -1, uint64(fnvStart)
	wantKey := false
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case ' ', '\t', '\n', '\r', ':':
			i++
		case ',':
			wantKey = depth >= 0 && w.object[depth]
			if depth >= 0 && !wantKey {
				key = w.keys[depth]
			}
			i++
		case '{', '[':
			if depth++; depth == deepest {
				w.opaque = true
				return
			}
			w.keys[depth], w.object[depth] = key, c == '{'
			wantKey = c == '{'
			i++
		case '}', ']':
			if depth--; depth < -1 {
				w.opaque = true
				return
			}
			wantKey = false
			i++
		case '"':
			end := stringEnd(s, i+1)
			if end < 0 {
				w.opaque = true
				return
			}
			body := s[i+1 : end]
			i = end + 1
			if wantKey {
				name, ok := plain(body)
				if w.opaque = w.opaque || !ok; !ok {
					return
				}
				key, wantKey = keyHash(name), false
				continue
			}
			w.scalar(key, body, nested)
		default:
			end := i
			for end < len(s) && isBare[s[end]] {
				end++
			}
			if end == i {
				w.opaque = true
				return
			}
			w.bare(key, s[i:end])
			i = end
		}
	}
	if depth >= 0 {
		w.opaque = true
	}
}

var isBare = func() (t [256]bool) {
	for _, c := range []byte("-+.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}()

// stringEnd is the offset of the quote that ends a string, or -1.
func stringEnd(s string, i int) int {
	for {
		n := strings.IndexByte(s[i:], '"')
		if n < 0 {
			return -1
		}
		end := i + n
		back := end
		for back > i && s[back-1] == '\\' {
			back--
		}
		if (end-back)%2 == 0 {
			return end
		}
		i = end + 1
	}
}

// scalar adds a string.
func (w *leafWalk) scalar(key uint64, body string, nested int) {
	v, ok := plain(body)
	if !ok {
		w.opaque = true
		return
	}
	if inside := leftTrimmed(v); len(inside) > 2 && (inside[0] == '{' || inside[0] == '[') {
		if nested == maxNested {
			w.opaque = true
			return
		}
		inner := leafWalk{add: w.add}
		inner.text(inside, nested+1)
		w.opaque = w.opaque || inner.opaque
	}
	if v := wholeNumber(v); isKept(v) {
		w.add(leafHash(key, v))
	}
}

func leftTrimmed(s string) string {
	if s == "" || s[0] > ' ' {
		return s
	}
	return strings.TrimLeft(s, " \t\r\n")
}

// bare adds a number or a word.
func (w *leafWalk) bare(key uint64, token string) {
	if token == "null" {
		return
	}
	if v := wholeNumber(token); isKept(v) {
		w.add(leafHash(key, v))
	}
}

// wholeNumber writes whole numbers in one way: 1.0 and 10e-1 are 1. Other text
// stays as it is.
func wholeNumber(token string) string {
	if token == "" || kinds[token[0]] != digit && token[0] != '-' && token[0] != '+' && token[0] != '.' {
		return token
	}
	if !strings.ContainsAny(token, ".eE") && token != "-0" {
		return token
	}
	// A timestamp and an address are no numbers, and to say so costs.
	if strings.IndexByte(token, ':') >= 0 || isUUID(token) || strings.Count(token, ".") > 1 {
		return token
	}
	f, err := strconv.ParseFloat(token, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1e15 {
		return token
	}
	return strconv.FormatInt(int64(f), 10)
}

// isKept says whether a leaf's value is worth a place in a filter: values that
// are different in every record are not, and UUIDs are found as words.
func isKept(v string) bool {
	switch {
	case len(v) <= 5:
		return true
	case len(v) > longest, len(v) == uuidLen && isUUID(v):
		return false
	case kinds[v[0]] != digit:
		return true
	case len(v) >= 19 && v[4] == '-' && v[7] == '-' && (v[10] == 'T' || v[10] == 't'): // a timestamp
		return false
	}
	for i := range len(v) {
		if kinds[v[i]] != digit {
			return true
		}
	}
	return false
}

func keyHash(key string) uint64 { return hashOf(fnvStart, key) }

func leafHash(key uint64, v string) uint64 {
	h := (key ^ '=') * fnvPrime
	for i := range len(v) {
		if v[i] >= utf8.RuneSelf {
			return finish(hashOf(h, value.FoldString(v[i:])))
		}
		h = (h ^ uint64(lower[v[i]])) * fnvPrime
	}
	return finish(h)
}

// leafKey is the key of a leaf in filters; ok is false where it is not kept.
func leafKey(l Leaf) (key uint64, ok bool) {
	if isUUID(l.Value) && len(l.Value) == uuidLen {
		return uuidKey(l.Value), true
	}
	v := wholeNumber(l.Value)
	if !isKept(v) {
		return 0, false
	}
	return leafHash(keyHash(l.Key), v), true
}

// plain takes the escapes out of the inside of a JSON string; ok is false where
// there is one that JSON does not have.
func plain(s string) (text string, ok bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			n := strings.IndexByte(s[i:], '\\')
			if n < 0 {
				n = len(s) - i
			}
			out, i = append(out, s[i:i+n]...), i+n
			continue
		}
		if i+1 == len(s) {
			return "", false
		}
		if c := escapes[s[i+1]]; c != 0 {
			out, i = append(out, c), i+2
			continue
		}
		r, size := codeUnit(s[i:])
		if size == 0 {
			return "", false
		}
		out, i = utf8.AppendRune(out, r), i+size
	}
	return string(out), true
}

var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// codeUnit reads \uXXXX and the second half of a pair behind it.
func codeUnit(s string) (r rune, size int) {
	if len(s) < 6 || s[1] != 'u' {
		return 0, 0
	}
	n, ok := hexNumber(s[2:6])
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(rune(n)) && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hexNumber(s[8:12]); ok {
			if pair := utf16.DecodeRune(rune(n), rune(low)); pair != utf8.RuneError {
				return pair, 12
			}
		}
	}
	return rune(n), 6
}
