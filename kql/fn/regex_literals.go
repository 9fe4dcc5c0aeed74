package fn

import (
	"regexp/syntax"
	"strings"
)

// literals are the texts that a regular expression matches, where they are few
// enough to be listed, lower case and in the order in which it prefers them. They
// are found in one pass, without the machinery for patterns; lists of words that
// rules look for become such expressions.
type literals struct {
	words  []string
	next   []uint16 // by word: the place, from 1, of the next that begins alike
	heads  [wordHeads]uint16
	groups int // of the expression, each of which is the whole match
	// nothing says that it matches the empty text only, which stands everywhere:
	// so does one that rules make of an empty list.
	nothing bool
}

// How many texts may be listed, and how many of them may begin alike: each of
// those is compared where one begins.
const (
	maxLiterals = 1000
	maxAlike    = 64
)

// literalsOf finds them; nil where a pattern is of another kind.
func literalsOf(re *syntax.Regexp) *literals {
	groups := 0
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
		groups++
	}
	words := wordsOf(re)
	if len(words) == 0 {
		return nil
	}
	l := &literals{words: words, groups: groups}
	if l.nothing = len(l.words) == 1 && l.words[0] == ""; l.nothing {
		return l
	}
	l.next = make([]uint16, len(l.words))
	alike := map[uint32]int{}
	for i := len(l.words) - 1; i >= 0; i-- { // so that those preferred come first
		w := l.words[i]
		if len(w) < minWord {
			return nil
		}
		h := headOf(w[0], w[1])
		if alike[h]++; alike[h] > maxAlike {
			return nil
		}
		l.next[i], l.heads[h] = l.heads[h], uint16(i+1)
	}
	return l
}

// wordsOf lists the texts that an expression matches in any case; nil if they are
// too many, or depend on what stands around them or on case.
func wordsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		s := string(re.Rune)
		lower := strings.ToLower(s)
		if !isASCII(s) || re.Flags&syntax.FoldCase == 0 && lower != strings.ToUpper(s) {
			return nil
		}
		return []string{lower}
	case syntax.OpCharClass:
		return classWords(re.Rune)
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpQuest:
		sub := wordsOf(re.Sub[0])
		switch {
		case sub == nil:
			return nil
		case re.Flags&syntax.NonGreedy != 0:
			return append([]string{""}, sub...)
		}
		return append(sub[:len(sub):len(sub)], "")
	case syntax.OpConcat:
		return concatWords(re.Sub)
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			words := wordsOf(sub)
			if words == nil || len(out)+len(words) > maxLiterals {
				return nil
			}
			out = append(out, words...)
		}
		return out
	}
	return nil
}

func concatWords(parts []*syntax.Regexp) []string {
	out := []string{""}
	for _, p := range parts {
		words := wordsOf(p)
		if words == nil || len(out)*len(words) > maxLiterals {
			return nil
		}
		var longer []string
		for _, a := range out {
			for _, b := range words {
				longer = append(longer, a+b)
			}
		}
		out = longer
	}
	return out
}

// classWords are the characters of a class that has its letters in both cases.
// Those beyond ASCII do not matter: texts that hold any are matched otherwise.
func classWords(ranges []rune) (out []string) {
	var all class
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= min(ranges[i+1], 127); r++ {
			all.add(byte(r))
		}
	}
	for c := range byte(128) {
		switch small := lower[c]; {
		case !all.has(c):
		case c != small && !all.has(small), 'a' <= c && c <= 'z' && !all.has(c-'a'+'A'):
			return nil
		case c == small:
			out = append(out, string(rune(c)))
		}
	}
	if len(out) > maxClass {
		return nil
	}
	return out
}

// find is the first match at or behind a place, in a text of ASCII.
func (l *literals) find(s string, from int) (start, end int, ok bool) {
	if l.nothing {
		return from, from, from <= len(s)
	}
	if len(s) < from+minWord {
		return 0, 0, false
	}
	a := lower[s[from]]
	for i := from + 1; i < len(s); i++ {
		b := lower[s[i]]
		for w := l.heads[headOf(a, b)]; w != 0; w = l.next[w-1] {
			if word := l.words[w-1]; beginsLower(s[i-1:], word) {
				return i - 1, i - 1 + len(word), true
			}
		}
		a = b
	}
	return 0, 0, false
}

// findGroups is the place of the first match at or behind a place, and those of
// its groups; nil if there is none.
func (l *literals) findGroups(s string, from int) []int {
	start, end, ok := l.find(s, from)
	if !ok {
		return nil
	}
	out := make([]int, 0, 2*l.groups+2)
	for range l.groups + 1 {
		out = append(out, start, end)
	}
	return out
}

// findAll are the places of all matches and of their groups, of n at most; all
// if n is negative.
func (l *literals) findAll(s string, n int) (out [][]int) {
	if l.nothing {
		return l.everywhere(s, n)
	}
	for from := 0; n < 0 || len(out) < n; {
		m := l.findGroups(s, from)
		if m == nil {
			break
		}
		out, from = append(out, m), m[1]
	}
	return out
}

// everywhere is findAll of the empty text.
func (l *literals) everywhere(s string, n int) [][]int {
	if n < 0 || n > len(s)+1 {
		n = len(s) + 1
	}
	if n == 0 {
		return nil
	}
	width := 2*l.groups + 2
	out, all := make([][]int, n), make([]int, n*width)
	for i := range out {
		out[i] = all[i*width : (i+1)*width : (i+1)*width]
		for k := range out[i] {
			out[i][k] = i
		}
	}
	return out
}
