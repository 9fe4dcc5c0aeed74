package decode

import (
	"strings"
	"unicode/utf8"
)

// keptWhenCut are the strings that are worth having in part.
var keptWhenCut = map[string]bool{"requestURI": true, "RequestUri": true, "log": true, "log_s": true, "message": true}

// A repaired text is the longest beginning of a JSON text that makes sense,
// with its brackets closed: every member that it has is whole in the original,
// but for the string under cutKey.
type repaired struct {
	text   string
	cutKey string
}

// repair reads a text that should be one JSON value. ok is false when not even
// its first bracket makes sense; whole is true when there is nothing to repair.
func repair(s string) (r repaired, whole, ok bool) {
	c := cutter{s: s}
	c.run()
	if c.good == 0 {
		return repaired{}, false, false
	}
	if c.done {
		return repaired{text: s[:c.good]}, skipSpace(s, c.good) == len(s), true
	}
	text := make([]byte, 0, c.good+len(c.partial)+c.nested.n+4)
	text = append(text, s[:c.good]...)
	if c.partial != "" {
		text = append(append(text, c.partial...), '"')
		r.cutKey = c.key
	}
	for ; c.nested.n > 0; c.nested.pop() {
		if c.nested.top() {
			text = append(text, '}')
		} else {
			text = append(text, ']')
		}
	}
	r.text = viewOf(text)
	return r, false, true
}

// A cutter walks over JSON text up to where it ends or stops making sense.
type cutter struct {
	s       string
	i       int
	nested  bitStack // the open brackets; true for an object
	good    int      // s[:good] and the closing brackets are valid JSON
	done    bool     // the value is whole
	key     string
	partial string // from good on: a member whose string is cut
}

func (c *cutter) run() {
	for c.i = skipSpace(c.s, 0); c.value(); {
		if c.nested.n == 0 {
			c.done = true
			return
		}
		if !c.separator() {
			return
		}
	}
}

// value reads a scalar, an empty array or object, or everything down to the
// first scalar inside of one.
func (c *cutter) value() bool {
	for {
		if c.i >= len(c.s) {
			return false
		}
		switch b := c.s[c.i]; b {
		case '{', '[':
			c.i++
			c.nested.push(b == '{')
			c.good = c.i
			c.i = skipSpace(c.s, c.i)
			if c.closes() {
				return true
			}
			if b == '{' && !c.readKey() {
				return false
			}
		case '"':
			return c.string()
		default:
			return c.word()
		}
	}
}

// closes takes a closing bracket that fits.
func (c *cutter) closes() bool {
	if c.i >= len(c.s) {
		return false
	}
	if b := c.s[c.i]; b != '}' && b != ']' || c.nested.n == 0 || (b == '}') != c.nested.top() {
		return false
	}
	c.nested.pop()
	c.i++
	c.good = c.i
	return true
}

// separator closes what ends here and goes to the next value.
func (c *cutter) separator() bool {
	for {
		c.i = skipSpace(c.s, c.i)
		if c.closes() {
			if c.nested.n == 0 {
				c.done = true
				return false
			}
			continue
		}
		if c.i >= len(c.s) || c.s[c.i] != ',' {
			return false
		}
		c.i = skipSpace(c.s, c.i+1)
		return !c.nested.top() || c.readKey()
	}
}

func (c *cutter) readKey() bool {
	if c.i >= len(c.s) || c.s[c.i] != '"' {
		return false
	}
	end := skipString(c.s, c.i)
	if end > len(c.s) || !validString(c.s[c.i:end]) {
		return false
	}
	c.key = c.s[c.i+1 : end-1]
	c.i = skipSpace(c.s, end)
	if c.i >= len(c.s) || c.s[c.i] != ':' {
		return false
	}
	c.i = skipSpace(c.s, c.i+1)
	return true
}

func (c *cutter) string() bool {
	end := skipString(c.s, c.i)
	if end <= len(c.s) && validString(c.s[c.i:end]) {
		c.i, c.good = end, end
		return true
	}
	if c.nested.n > 0 && c.nested.top() && keptWhenCut[c.key] {
		c.partial = c.s[c.good:c.i] + wholePart(c.s[c.i:min(end, len(c.s))])
	}
	return false
}

// wholePart leaves out of a cut string, its quote included, what may not stand
// in one and all behind it, and what is only half there: an escape, a pair of
// escapes, a character.
func wholePart(s string) string {
	i := 1
	for i < len(s) && s[i] >= ' ' {
		if s[i] != '\\' {
			i++
			continue
		}
		size := escapeSize(s[i:])
		if size == 0 {
			break
		}
		i += size
	}
	s = s[:min(i, len(s))]
	return s[:1] + wholeRunes(s[1:])
}

// escapeSize is the length of the escape that s starts with, 0 if it is broken
// or may be the first half of a pair whose other half is cut off.
func escapeSize(s string) int {
	if len(s) < 2 {
		return 0
	}
	if plainEscape[s[1]] != 0 {
		return 2
	}
	r, size := runeEscape(s)
	if size == 6 && len(s) < 12 && r == utf8.RuneError && strings.HasPrefix(`\uXXXX`[:2], s[6:min(len(s), 8)]) {
		return 0
	}
	return size
}

// validString checks a string token that is known to end in its quote.
func validString(s string) bool {
	for i := 1; i < len(s)-1; i++ {
		switch {
		case s[i] < ' ':
			return false
		case s[i] != '\\':
		case s[i+1] == 'u':
			if _, ok := hex4(s[i:]); !ok {
				return false
			}
			i += 5
		case plainEscape[s[i+1]] == 0:
			return false
		default:
			i++
		}
	}
	return true
}

// word reads a number, true, false or null. A number counts only if something
// behind it shows that it is whole.
func (c *cutter) word() bool {
	end := c.i
	for end < len(c.s) && inScalar[c.s[end]] {
		end++
	}
	switch w := c.s[c.i:end]; {
	case w == "true", w == "false", w == "null":
	case c.nested.n > 0 && skipSpace(c.s, end) == len(c.s), !isNumber(w):
		return false
	}
	c.i, c.good = end, end
	return true
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	n := digits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	if s = s[n:]; strings.HasPrefix(s, ".") {
		if n = digits(s[1:]); n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && s[0]|0x20 == 'e' {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n = digits(s)
		return n > 0 && n == len(s)
	}
	return s == ""
}

func digits(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// A bitStack is a stack of bools: deep nesting costs next to nothing.
type bitStack struct {
	words []uint64
	n     int
}

func (b *bitStack) push(bit bool) {
	w := b.n / 64
	if w == len(b.words) {
		b.words = append(b.words, 0)
	}
	b.words[w] &^= 1 << (b.n % 64)
	if bit {
		b.words[w] |= 1 << (b.n % 64)
	}
	b.n++
}

func (b *bitStack) pop()      { b.n-- }
func (b *bitStack) top() bool { return b.words[(b.n-1)/64]>>((b.n-1)%64)&1 == 1 }
