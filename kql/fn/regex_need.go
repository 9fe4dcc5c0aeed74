package fn

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// A needed is what a text must hold, in any case, for a regular expression to
// match in it: one of some words, or a long run of some characters. Looking for
// these is many times as fast as matching, and most texts hold none.
//
// The way to find the words is that of RE2's prefilter and of Russ Cox's
// "Regular Expression Matching with a Trigram Index" (swtch.com/~rsc/regexp).
type needed struct {
	atoms
	next  []uint8 // by word: the place, from 1, of another that begins alike
	heads [wordHeads]uint8
}

// atoms are words, and runs of characters, of which a text holds one at least.
type atoms struct {
	words []string // lower case, ASCII
	run   int      // 0: there is none
	class class    // of the run's characters
}

// A class is a set of ASCII characters.
type class [2]uint64

func (c *class) add(b byte)      { c[b>>6&1] |= 1 << (b & 63) }
func (c *class) has(b byte) bool { return c[b>>6&1]&(1<<(b&63)) != 0 }

const (
	wordHeads = 1 << 12
	// Fewer letters are in most texts, more words than these make no sieve.
	minWord  = 2
	minRun   = 16
	maxWords = 250
	// How long and how many the texts may become of which parts of a pattern
	// are put together.
	maxExactLen = 24
	maxExact    = 64
	maxClass    = 8
)

// neededBy finds what a pattern needs; nil where it may match without.
func neededBy(re *syntax.Regexp) *needed {
	atoms := lookOf(re).atoms()
	if atoms.length() < minWord {
		return nil
	}
	slices.Sort(atoms.words)
	if atoms.words = slices.Compact(atoms.words); len(atoms.words) > maxWords {
		return nil
	}
	n := &needed{atoms: atoms}
	n.next = make([]uint8, len(n.words))
	for i, w := range n.words {
		h := headOf(w[0], w[1])
		n.next[i], n.heads[h] = n.heads[h], uint8(i+1)
	}
	return n
}

func headOf(a, b byte) uint32 { return (uint32(a)*33 ^ uint32(b)<<5) & (wordHeads - 1) }

// mayMatch says whether a text holds what is needed, or letters beyond ASCII, of
// which some are the same as ASCII's when case is ignored.
func (n *needed) mayMatch(s string) bool {
	return n == nil || !isASCII(s) || n.hasWord(s) || n.run > 0 && n.hasRun(s)
}

func (n *needed) hasWord(s string) bool {
	if len(n.words) == 0 || len(s) < minWord {
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

// hasRun looks at the last character first that a run at hand would have.
func (n *needed) hasRun(s string) bool {
	for start := 0; start+n.run <= len(s); {
		i := start + n.run - 1
		for i >= start && n.class.has(s[i]) {
			i--
		}
		if i < start {
			return true
		}
		start = i + 1
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
// of them where exact is not nil, else that each holds one of need.
type look struct {
	exact []string
	need  atoms // none: not known
}

var (
	unknown = look{}
	empty   = look{exact: []string{""}}
)

// atoms are those of which a match holds one; none if none is known.
func (l look) atoms() atoms {
	if l.exact != nil {
		return atoms{words: l.exact}
	}
	return l.need
}

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
		return look{need: lookOf(re.Sub[0]).atoms()}
	case syntax.OpRepeat:
		return repeatLook(re)
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

func repeatLook(re *syntax.Regexp) look {
	if re.Min == 0 {
		return unknown
	}
	if sub := re.Sub[0]; sub.Op == syntax.OpCharClass && re.Min >= minRun {
		need := atoms{run: re.Min}
		for i := 0; i < len(sub.Rune); i += 2 {
			for r := sub.Rune[i]; r <= min(sub.Rune[i+1], 127); r++ {
				need.class.add(byte(r))
			}
		}
		return look{need: need}
	}
	return look{need: lookOf(re.Sub[0]).atoms()}
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
			if len(out) > maxClass {
				return unknown
			}
		}
	}
	return look{exact: out}
}

func concatLook(parts []*syntax.Regexp) look {
	run, best, whole := empty.exact, atoms{}, true
	for _, p := range parts {
		l := lookOf(p)
		if joined := joinExact(run, l.exact); joined != nil {
			run = joined
			continue
		}
		best, whole = better(best, atoms{words: run}), false
		if run = l.exact; run == nil {
			best, run = better(best, l.need), empty.exact
		}
	}
	if whole {
		return look{exact: run}
	}
	return look{need: better(best, atoms{words: run})}
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
	var exact []string
	var need atoms
	isExact, known := true, true
	for _, p := range parts {
		l := lookOf(p)
		a := l.atoms()
		isExact, known = isExact && l.exact != nil, known && a.length() > 0
		exact, need = append(exact, l.exact...), need.or(a)
	}
	if isExact && len(exact) <= maxWords {
		return look{exact: exact}
	}
	if !known {
		return unknown
	}
	return look{need: need}
}

// or are the atoms of either.
func (a atoms) or(b atoms) atoms {
	a.words = append(a.words, b.words...)
	if a.run == 0 || b.run != 0 && b.run < a.run {
		a.run = b.run
	}
	a.class[0], a.class[1] = a.class[0]|b.class[0], a.class[1]|b.class[1]
	return a
}

// length is that of the shortest atom; 0 if there is none or one is empty.
func (a atoms) length() int {
	n := a.run
	for i, w := range a.words {
		if i == 0 && n == 0 || len(w) < n {
			n = len(w)
		}
	}
	return n
}

// better are the atoms that fewer texts hold one of.
func better(x, y atoms) atoms {
	if n, m := x.length(), y.length(); n != m {
		if n > m {
			return x
		}
		return y
	}
	if len(y.words) < len(x.words) {
		return y
	}
	return x
}
