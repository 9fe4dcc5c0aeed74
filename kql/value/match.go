package value

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Needle is a text made ready to be looked for in many others.
//
// A term is a run of letters and digits as long as it goes. What begins or
// ends with one must begin or end there with a whole term when the edge is
// asked for; next to punctuation any place will do.
type Needle struct {
	text  string // folded when case is ignored
	fold  bool
	ascii bool // ASCII without k and s: no other character folds to its letters
	rare  pair // the bytes looked for first
	open  bool // first character is of a term
	close bool // last character is of a term
}

// NewNeedle prepares a text, to be found whatever its case if ignoreCase.
func NewNeedle(text string, ignoreCase bool) *Needle {
	n := &Needle{text: text, fold: ignoreCase, ascii: true}
	if ignoreCase {
		n.text = FoldString(text)
	}
	for i := range len(n.text) {
		c := n.text[i]
		if c >= utf8.RuneSelf || c == 'k' || c == 's' {
			n.ascii = false
		}
	}
	n.rare = pairOf(n.text, ignoreCase)
	n.open, n.close = startsTerm(n.text), endsTerm(n.text)
	return n
}

// rarity guesses which bytes of names and paths are seldom seen.
func rarity(c byte) int {
	if i := strings.IndexByte("eaotnirs-cdlpum/.:\"", c); i >= 0 {
		return i
	}
	return 99
}

// Contains says whether s holds the needle anywhere.
func (n *Needle) Contains(s string) bool { return n.find(s, false, false) }

// Has says whether s holds the needle as a run of whole terms.
func (n *Needle) Has(s string) bool { return n.find(s, true, true) }

// HasPrefix says whether a term of s starts with the needle.
func (n *Needle) HasPrefix(s string) bool { return n.find(s, true, false) }

// HasSuffix says whether a term of s ends with the needle.
func (n *Needle) HasSuffix(s string) bool { return n.find(s, false, true) }

// StartsWith says whether s starts with the needle.
func (n *Needle) StartsWith(s string) bool {
	if !n.fold {
		return strings.HasPrefix(s, n.text)
	}
	_, ok := cutFold(s, n.text)
	return ok
}

// EndsWith says whether s ends with the needle.
func (n *Needle) EndsWith(s string) bool {
	if !n.fold {
		return strings.HasSuffix(s, n.text)
	}
	return hasSuffixFold(s, n.text)
}

// Equals says whether s is the needle.
func (n *Needle) Equals(s string) bool {
	if !n.fold {
		return s == n.text
	}
	rest, ok := cutFold(s, n.text)
	return ok && rest == ""
}

func (n *Needle) find(s string, left, right bool) bool {
	if n.text == "" {
		return true
	}
	index := n.index
	if n.fold && !n.ascii && !isASCII(s) {
		s, index = FoldString(s), n.indexExact
	}
	left, right = left && n.open, right && n.close
	for from := 0; ; {
		i := index(s[from:])
		if i < 0 {
			return false
		}
		i += from
		end := i + len(n.text)
		atLeft, atRight := !left || !endsTerm(s[:i]), !right || !startsTerm(s[end:])
		if atLeft && atRight {
			return true
		}
		from = i + 1
		if left { // the next place that can do is behind this term
			from = i + termEnd(s[i:])
		}
	}
}

// index finds the needle's bytes; case is ignored within ASCII only.
func (n *Needle) index(s string) int {
	if !n.fold {
		return n.indexExact(s)
	}
	return n.indexFold(s)
}

// Index is where the needle, which minds case, stands first in s, or -1.
func (n *Needle) Index(s string) int { return n.indexExact(s) }

// longText is where it pays to look for two bytes at once.
const longText = 64

func (n *Needle) indexExact(s string) int {
	if !hasAVX2 || len(s) < longText || n.text == "" {
		return strings.Index(s, n.text)
	}
	last := len(s) - len(n.text)
	budget := len(s) + 256
	for i := 0; ; i++ {
		if i = n.rare.next(s, i, last); i < 0 || s[i:i+len(n.text)] == n.text {
			return i
		}
		if budget -= 1 + len(n.text)/8; budget > 0 {
			continue
		}
		if j := strings.Index(s[i+1:], n.text); j >= 0 {
			return i + 1 + j
		}
		return -1
	}
}

// indexFold looks for the rare bytes in both cases and then around them.
func (n *Needle) indexFold(s string) int {
	last := len(s) - len(n.text)
	budget := 8*len(s) + 256
	for i := 0; ; i++ {
		if i = n.rare.next(s, i, last); i < 0 {
			return -1
		}
		k := 0
		for k < len(n.text) && foldASCII[s[i+k]] == n.text[k] {
			k++
		}
		if k == len(n.text) {
			return i
		}
		// Text made to match almost everywhere must not take the square of its length.
		if budget -= k; budget < 0 {
			if j := strings.Index(lowerASCII(s[i+1:]), n.text); j >= 0 {
				return i + 1 + j
			}
			return -1
		}
	}
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = foldASCII[c]
	}
	return string(b)
}

func isASCII(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if load8(s, i)&highs != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// IsTermRune says whether a character belongs to terms.
func IsTermRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isTermByte[r]
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

var isTermByte = func() (t [256]bool) {
	for i := range t {
		t[i] = isDigit(byte(i)) || isLetter(byte(i)) && i < utf8.RuneSelf
	}
	return t
}()

func startsTerm(s string) bool {
	if s == "" {
		return false
	}
	if s[0] < utf8.RuneSelf {
		return isTermByte[s[0]]
	}
	r, _ := utf8.DecodeRuneInString(s)
	return IsTermRune(r)
}

func endsTerm(s string) bool {
	if s == "" {
		return false
	}
	if c := s[len(s)-1]; c < utf8.RuneSelf {
		return isTermByte[c]
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return IsTermRune(r)
}

// termEnd is the length of the term that s begins with, at least one.
func termEnd(s string) int {
	for i, r := range s {
		if !IsTermRune(r) {
			return max(i, 1)
		}
	}
	return max(len(s), 1)
}

// cutFold takes a folded prefix off s.
func cutFold(s, folded string) (rest string, ok bool) {
	for folded != "" {
		if s == "" {
			return s, false
		}
		if s[0] < utf8.RuneSelf {
			if foldASCII[s[0]] != folded[0] {
				return s, false
			}
			s, folded = s[1:], folded[1:]
			continue
		}
		x, m := utf8.DecodeRuneInString(s)
		y, n := utf8.DecodeRuneInString(folded)
		if x == utf8.RuneError && m == 1 {
			if s[0] != folded[0] {
				return s, false
			}
			n = 1
		} else if Fold(x) != y {
			return s, false
		}
		s, folded = s[m:], folded[n:]
	}
	return s, true
}

func hasSuffixFold(s, folded string) bool {
	for folded != "" {
		if s == "" {
			return false
		}
		x, m := utf8.DecodeLastRuneInString(s)
		y, n := utf8.DecodeLastRuneInString(folded)
		if x == utf8.RuneError && m == 1 || y == utf8.RuneError && n == 1 {
			if s[len(s)-1] != folded[len(folded)-1] {
				return false
			}
			m, n = 1, 1
		} else if Fold(x) != y {
			return false
		}
		s, folded = s[:len(s)-m], folded[:len(folded)-n]
	}
	return true
}
