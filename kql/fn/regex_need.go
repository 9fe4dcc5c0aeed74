package fn

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// A needed is what a text must hold, in any case, for a regular expression to
// match in it: one of some words at least. Looking for words is many times as fast
// as matching, and most texts hold none.
//
// The way to find the words is that of RE2's prefilter and of Russ Cox's
// "Regular Expression Matching with a Trigram Index" (swtch.com/~rsc/regexp).
type needed struct {
	words []string // lower case, ASCII
	next  []uint8  // by word: the place, from 1, of another that begins alike
	heads [wordHeads]uint8
}

const (
	wordHeads = 1 << 12
	// Fewer letters are in most texts, more words than these make no sieve.
	minWord  = 2
	maxWords = 250
	// How long and how many the texts may become of which parts of a pattern
	// are put together.
	maxExactLen = 24
	maxExact    = 64
)

// neededBy finds the words of a pattern; nil where it may match without any.
func neededBy(pattern string) *needed {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	l := lookOf(re)
	words := l.need
	if l.exact != nil {
		words = better(words, l.exact)
	}
	if len(words) == 0 || shortest(words) < minWord {
		return nil
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) > maxWords {
		return nil
	}
	n := &needed{words: words, next: make([]uint8, len(words))}
	for i, w := range words {
		h := headOf(w[0], w[1])
		n.next[i], n.heads[h] = n.heads[h], uint8(i+1)
	}
	return n
}

func headOf(a, b byte) uint32 { return (uint32(a)*33 ^ uint32(b)<<5) & (wordHeads - 1) }

// mayMatch says whether a text holds one of the words, or letters beyond ASCII,
// of which some are the same as ASCII's when case is ignored.
func (n *needed) mayMatch(s string) bool {
	if n == nil || !isASCII(s) {
		return true
	}
	if len(s) < minWord {
		return false
	}
	a := lower[s[0]]
	for i := 1; i < len(s); i++ {
		b := lower[s[i]]
		for w := n.heads[headOf(a, b)]; w != 0; w = n.next[w-1] {
			if beginsLower(s[i-1:], n.words[w-1]) {
				return true
			}
		}
		a = b
	}
	return false
}

func beginsLower(s, word string) bool {
	if len(s) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower[s[i]] != word[i] {
			return false
		}
	}
	return true
}

var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

// A look is what is known of the texts that a part of a pattern matches: all
// of them where exact is not nil, else that each holds one of need (nil: not
// known).
type look struct{ exact, need []string }

var (
	unknown = look{}
	empty   = look{exact: []string{""}}
)

func lookOf(re *syntax.Regexp) look {
	switch re.Op {
	case syntax.OpLiteral:
		return literalLook(re.Rune)
	case syntax.OpCharClass:
		return classLook(re.Rune)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return empty
	case syntax.OpCapture:
		return lookOf(re.Sub[0])
	case syntax.OpPlus:
		return look{need: lookOf(re.Sub[0]).words()}
	case syntax.OpRepeat:
		if re.Min > 0 {
			return look{need: lookOf(re.Sub[0]).words()}
		}
	case syntax.OpQuest:
		if sub := lookOf(re.Sub[0]); sub.exact != nil {
			return look{exact: append([]string{""}, sub.exact...)}
		}
	case syntax.OpConcat:
		return concatLook(re.Sub)
	case syntax.OpAlternate:
		return alternateLook(re.Sub)
	}
	return unknown
}

// words are those of which a match holds one; nil: none is known.
func (l look) words() []string {
	if l.exact != nil {
		return l.exact
	}
	return l.need
}

func literalLook(runes []rune) look {
	for _, r := range runes {
		if r > 127 {
			return unknown
		}
	}
	return look{exact: []string{strings.ToLower(string(runes))}}
}

// classLook is for classes of a few characters. Those beyond ASCII do not
// matter: texts that hold any are matched.
func classLook(ranges []rune) look {
	var out []string
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= min(ranges[i+1], 127); r++ {
			if c := string(lower[r]); !slices.Contains(out, c) {
				out = append(out, c)
			}
			if len(out) > 4 {
				return unknown
			}
		}
	}
	return look{exact: out}
}

func concatLook(parts []*syntax.Regexp) look {
	run, best, whole := empty.exact, []string(nil), true
	for _, p := range parts {
		l := lookOf(p)
		if joined := joinExact(run, l.exact); joined != nil {
			run = joined
			continue
		}
		best, whole = better(best, run), false
		if run = l.exact; run == nil {
			best, run = better(best, l.need), empty.exact
		}
	}
	if whole {
		return look{exact: run}
	}
	return look{need: better(best, run)}
}

// joinExact puts the texts of two parts together; nil where they get too many
// or too long.
func joinExact(x, y []string) []string {
	if len(x)*len(y) > maxExact {
		return nil
	}
	var out []string
	for _, a := range x {
		for _, b := range y {
			if len(a)+len(b) > maxExactLen && a != "" {
				return nil
			}
			out = append(out, a+b)
		}
	}
	return out
}

func alternateLook(parts []*syntax.Regexp) look {
	var exact, need []string
	isExact, known := true, true
	for _, p := range parts {
		l := lookOf(p)
		isExact = isExact && l.exact != nil
		known = known && l.words() != nil
		exact, need = append(exact, l.exact...), append(need, l.words()...)
	}
	switch {
	case isExact && len(exact) <= maxWords:
		return look{exact: exact}
	case known && len(need) <= maxWords:
		return look{need: need}
	}
	return unknown
}

// better is the list that fewer texts hold a word of.
func better(x, y []string) []string {
	switch {
	case len(x) == 0 || len(y) == 0:
		if len(x) == 0 {
			return y
		}
		return x
	case shortest(x) != shortest(y):
		if shortest(x) > shortest(y) {
			return x
		}
		return y
	case len(y) < len(x):
		return y
	}
	return x
}

func shortest(words []string) int {
	n := len(words[0])
	for _, w := range words {
		n = min(n, len(w))
	}
	return n
}
