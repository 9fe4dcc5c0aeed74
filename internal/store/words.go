package store

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What is findable in a record's text: its words (runs of letters and digits,
// folded) and its leaves (key and value of JSON). Engines keep hashes of both in
// filters, a filter for each few records.
//
// Words are taken from the bytes as they stand, so text that is written in
// escapes must not hide: an escape that stands for a letter or digit, in JSON
// or in a URL, makes the record opaque, and opaque records pass every test.

// opaqueKey marks in a filter that some record of it is opaque.
const opaqueKey = 0x6f70617175652121

const (
	fnvStart = 14695981039346656037
	fnvPrime = 1099511628211
)

// finish spreads a hash over all its bits: filters use parts of it.
func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return h
}

func hashOf(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// Kinds of bytes in a word.
const (
	letter = 1 << iota
	digit
	hexLetter
	high // of a character that is not ASCII
)

var kinds = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-32] = letter, letter
	}
	for c := 'a'; c <= 'f'; c++ {
		t[c], t[c-32] = hexLetter, hexLetter
	}
	for c := 0x80; c <= 0xff; c++ {
		t[c] = high
	}
	return t
}()

// eachWord gives the keys of a text's words, some more than once.
func eachWord(s string, add func(uint64)) (opaque bool) {
	for i := 0; i < len(s); {
		c := s[i]
		if kinds[c] == 0 {
			if c == '\\' || c == '%' {
				skip, hidden := escaped(s[i:])
				opaque = opaque || hidden
				// Both readings: "\nfoo" holds foo, and nfoo where the
				// backslash stands for itself.
				if skip > 1 && kinds[s[i+1]] != 0 {
					wordAt(s, i+skip, add)
				}
			}
			i++
			continue
		}
		i = wordAt(s, i, add)
	}
	return opaque
}

// wordAt gives the key of the word or UUID that starts at i, if one does, and
// returns the offset behind it.
func wordAt(s string, i int, add func(uint64)) int {
	h, seen, start := uint64(fnvStart), uint8(0), i
	for i < len(s) {
		c := s[i]
		k := kinds[c]
		if k == 0 {
			break
		}
		if k == high {
			return foreignWord(s, start, add)
		}
		seen |= k
		h = (h ^ uint64(lower[c])) * fnvPrime
		i++
	}
	switch {
	case seen&letter != 0 && kinds[s[start]] == letter:
		add(finish(h)) // as most are
	case i-start == 8 && i < len(s) && s[i] == '-' && isUUID(s[start:]) && !continues(s[start+uuidLen:]):
		add(uuidKey(s[start : start+uuidLen]))
		return start + uuidLen
	case seen&^digit != 0 && isTelling(s[start:i]):
		add(finish(h))
	}
	return i
}

var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

// foreignWord is wordAt for words with characters that are not ASCII.
func foreignWord(s string, i int, add func(uint64)) int {
	start := i
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !value.IsTermRune(r) {
			break
		}
		i += size
	}
	if i == start { // a dash, a quote, a broken character
		_, size := utf8.DecodeRuneInString(s[i:])
		return i + size
	}
	if key, ok := wordKey(s[start:i]); ok {
		add(key)
	}
	return i
}

// wordKey is the key of a word; ok is false for words that are not kept in
// filters.
func wordKey(term string) (key uint64, ok bool) {
	if isUUID(term) && len(term) == uuidLen {
		return uuidKey(term), true
	}
	term = value.FoldString(term)
	if !isTelling(term) {
		return 0, false
	}
	return finish(hashOf(fnvStart, term)), true
}

// isTelling says whether a word is worth a place in a filter. Numbers and what
// timestamps are made of are not, they are different in every record; numbers
// may be printed in another way as well. Nor are the parts that a UUID has: it
// is kept whole.
func isTelling(term string) bool {
	i := 0
	for i < len(term) && (kinds[term[i]] == digit || term[i]|0x20 == 'e') {
		i++
	}
	if i == len(term) {
		return false
	}
	if c := term[i] | 0x20; i > 0 && (c == 't' || c == 'z') {
		rest := strings.TrimLeft(term[i+1:], "0123456789")
		if rest == "" {
			return false
		}
	}
	switch len(term) {
	case 4, 8, 12:
		for i := range len(term) {
			if k := kinds[term[i]]; k != digit && k != hexLetter {
				return true
			}
		}
		return false
	}
	return true
}

const uuidLen = 36

// isUUID says whether a text starts with 8-4-4-4-12 hexadecimal digits.
func isUUID(s string) bool {
	if len(s) < uuidLen || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	return areHex(load(s, 0)) && areHex(load32(s, 9)|load32(s, 14)<<32) && areHex(load32(s, 19)|load32(s, 24)<<32) && areHex(load(s, 28))
}

// areHex says whether eight bytes are hexadecimal digits. Bytes do not carry
// over: those that are not ASCII are taken out before.
func areHex(v uint64) bool {
	const each, top = 0x0101010101010101, 0x8080808080808080
	a := v &^ top
	f := a | 0x20*each
	decimal := (a + (0x80-'0')*each) &^ (a + (0x7f-'9')*each)
	letter := (f + (0x80-'a')*each) &^ (f + (0x7f-'f')*each)
	return (decimal|letter)&^v&top == top
}

// continues says whether a word goes on here.
func continues(s string) bool {
	if s == "" || s[0] < utf8.RuneSelf {
		return s != "" && kinds[s[0]] != 0
	}
	return startsWithTerm(s)
}

func uuidKey(s string) uint64 {
	h := uint64(fnvStart)
	for i := range uuidLen {
		h = (h ^ uint64(s[i]|0x20)) * fnvPrime
	}
	return finish(h)
}

// escaped looks at what starts with a backslash or a percent sign: how long it
// is if it is an escape, and whether it stands for a letter or digit.
func escaped(s string) (size int, hidden bool) {
	if s[0] == '%' {
		if len(s) < 3 {
			return 1, false
		}
		n, ok := hexNumber(s[1:3])
		return 3, ok && (n >= 0x80 || kinds[n] != 0)
	}
	if len(s) < 2 {
		return 1, false
	}
	if s[1] != 'u' || len(s) < 6 {
		return 2, false
	}
	n, ok := hexNumber(s[2:6])
	if !ok {
		return 2, false
	}
	return 6, utf16.IsSurrogate(rune(n)) || value.IsTermRune(rune(n))
}

func hexNumber(s string) (n uint32, ok bool) {
	for i := range len(s) {
		c := s[i]
		switch kinds[c] {
		case digit:
			n = n<<4 | uint32(c-'0')
		case hexLetter:
			n = n<<4 | uint32(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// isOpaque says whether escapes in a text hide letters or digits.
func isOpaque(s string) bool { return hides(s, unicodeEscape) || hides(s, urlEscape) }

var unicodeEscape, urlEscape = value.NewNeedle(`\u`, false), value.NewNeedle("%", false)

// hides says whether an escape that starts so stands for a letter or digit.
func hides(s string, start *value.Needle) bool {
	for {
		i := start.Index(s)
		if i < 0 {
			return false
		}
		if _, hidden := escaped(s[i:]); hidden {
			return true
		}
		s = s[i+1:]
	}
}

// termsOf lists the words of a literal, folded; a UUID is one.
func termsOf(text string) []string {
	var terms []string
	for i := 0; i < len(text); {
		if isUUID(text[i:]) && !continues(text[i+uuidLen:]) {
			terms = append(terms, value.FoldString(text[i:i+uuidLen]))
			i += uuidLen
			continue
		}
		end := i
		for end < len(text) {
			r, size := utf8.DecodeRuneInString(text[end:])
			if !value.IsTermRune(r) {
				break
			}
			end += size
		}
		if end > i {
			terms = append(terms, value.FoldString(text[i:end]))
			i = end
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	return terms
}

func startsWithTerm(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && value.IsTermRune(r)
}

func endsWithTerm(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && value.IsTermRune(r)
}
