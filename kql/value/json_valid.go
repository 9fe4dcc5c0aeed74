package value

import "math/bits"

// ValidJSON says whether s is exactly one JSON value, strictly, but for bytes
// that are not UTF-8: those may stand in strings. Nesting beyond MaxDepth is
// refused.
func ValidJSON(s string) bool {
	_, _, ok := validJSON(s)
	return ok
}

// validJSON is ValidJSON, and where the value stands.
func validJSON(s string) (start, end int, ok bool) {
	start = skipSpace(s, 0)
	end, ok = validValue(s, start)
	return start, end, ok && skipSpace(s, end) == len(s)
}

// validValue walks without recursion: nested holds the open brackets, one bit
// each, so that depth costs next to nothing.
func validValue(s string, i int) (end int, ok bool) {
	var few [4]uint64
	nested := bitStack{words: few[:0]}
	for {
		// A value starts at i.
		if i >= len(s) {
			return i, false
		}
		switch c := s[i]; c {
		case '{':
			if j := skipSpace(s, i+1); j < len(s) && s[j] == '}' {
				i = j + 1
				break
			}
			if !nested.push(true) {
				return i, false
			}
			if i, ok = validKey(s, skipSpace(s, i+1)); !ok {
				return i, false
			}
			continue
		case '[':
			j := skipSpace(s, i+1)
			if j < len(s) && s[j] == ']' {
				i = j + 1
				break
			}
			if !nested.push(false) {
				return i, false
			}
			i = j
			continue
		default:
			if i, ok = validScalar(s, i); !ok {
				return i, false
			}
		}
		// A value ended at i: close what it closes, go on to the next.
		more := false
		for nested.n > 0 && !more {
			i = skipSpace(s, i)
			if i >= len(s) {
				return i, false
			}
			switch c := s[i]; {
			case c == ',':
				i, more = skipSpace(s, i+1), true
				if nested.top() {
					if i, ok = validKey(s, i); !ok {
						return i, false
					}
				}
			case c == '}' && nested.top(), c == ']' && !nested.top():
				nested.n--
				i++
			default:
				return i, false
			}
		}
		if !more {
			return i, true
		}
	}
}

// validKey reads a key, its colon, and the space around.
func validKey(s string, i int) (end int, ok bool) {
	if i >= len(s) || s[i] != '"' {
		return i, false
	}
	if i, ok = validString(s, i); !ok {
		return i, false
	}
	i = skipSpace(s, i)
	if i >= len(s) || s[i] != ':' {
		return i, false
	}
	return skipSpace(s, i+1), true
}

func validScalar(s string, i int) (end int, ok bool) {
	switch s[i] {
	case '"':
		return validString(s, i)
	case 't':
		return validWord(s, i, "true")
	case 'f':
		return validWord(s, i, "false")
	case 'n':
		return validWord(s, i, "null")
	}
	return validNumber(s, i)
}

func validWord(s string, i int, word string) (int, bool) {
	if len(s)-i < len(word) || s[i:i+len(word)] != word {
		return i, false
	}
	return i + len(word), true
}

func validNumber(s string, i int) (int, bool) {
	if s[i] == '-' {
		i++
	}
	start := i
	if i = validDigits(s, i); i == start || s[start] == '0' && i > start+1 {
		return i, false
	}
	if i < len(s) && s[i] == '.' {
		start = i + 1
		if i = validDigits(s, start); i == start {
			return i, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		start = i
		if i = validDigits(s, i); i == start {
			return i, false
		}
	}
	return i, true
}

func validDigits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// validString reads a string with its quotes.
func validString(s string, i int) (int, bool) {
	i++
	for {
		i = plainEnd(s, i)
		if i >= len(s) || s[i] < 0x20 {
			return i, false
		}
		if s[i] == '"' {
			return i + 1, true
		}
		if i+1 >= len(s) {
			return i, false
		}
		if s[i+1] == 'u' {
			for k := i + 2; k < i+6; k++ {
				if k >= len(s) {
					return k, false
				}
				if _, ok := lowerHex(s[k]); !ok {
					return k, false
				}
			}
			i += 6
			continue
		}
		if unescaped[s[i+1]] == 0 {
			return i, false
		}
		i += 2
	}
}

// plainEnd returns the offset of the next quote, backslash or control
// character, or the end.
func plainEnd(s string, i int) int {
	for i+8 <= len(s) {
		w := load8(s, i)
		marks := zeroBytes(w^('"'*ones)) | zeroBytes(w^('\\'*ones)) | (w-0x20*ones)&^w&highs
		if marks != 0 {
			return i + bits.TrailingZeros64(marks)>>3
		}
		i += 8
	}
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= 0x20 {
		i++
	}
	return i
}

// A bitStack is a stack of bools.
type bitStack struct {
	words []uint64
	n     int
}

func (b *bitStack) push(bit bool) bool {
	if b.n >= MaxDepth {
		return false
	}
	w := b.n / 64
	if w == len(b.words) {
		b.words = append(b.words, 0)
	}
	b.words[w] &^= 1 << (b.n % 64)
	if bit {
		b.words[w] |= 1 << (b.n % 64)
	}
	b.n++
	return true
}

func (b *bitStack) top() bool { return b.words[(b.n-1)/64]>>((b.n-1)%64)&1 == 1 }
