package fn

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A runeSet is characters, as the first and the last of each range, in order
// and apart.
type runeSet []rune

func (s runeSet) union(t runeSet) runeSet {
	var pairs [][2]rune
	for _, list := range []runeSet{s, t} {
		for i := 0; i < len(list); i += 2 {
			pairs = append(pairs, [2]rune{list[i], list[i+1]})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]rune) int { return int(a[0]) - int(b[0]) })
	var out runeSet
	for _, p := range pairs {
		if n := len(out); n > 0 && p[0] <= out[n-1]+1 {
			out[n-1] = max(out[n-1], p[1])
			continue
		}
		out = append(out, p[0], p[1])
	}
	return out
}

func (s runeSet) negated() runeSet {
	var out runeSet
	next := rune(0)
	for i := 0; i < len(s); i += 2 {
		if next < s[i] {
			out = append(out, next, s[i]-1)
		}
		next = s[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}

func (s runeSet) and(t runeSet) runeSet { return s.negated().union(t.negated()).negated() }

func (s runeSet) without(t runeSet) runeSet { return s.and(t.negated()) }

// write is the set as Go writes classes.
func (s runeSet) write(negated bool) string {
	if len(s) == 0 {
		s, negated = runeSet{0, unicode.MaxRune}, !negated
	}
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteByte('^')
	}
	for i := 0; i < len(s); i += 2 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, s[i], s[i+1])
	}
	b.WriteByte(']')
	return b.String()
}

// maxClassDepth is how deep classes may be nested.
const maxClassDepth = 20

// A classReader reads a class that Go does not know: with classes in it, with
// && -- or ~~, or with \W or \S.
type classReader struct {
	p       string
	i       int
	depth   int
	ignores bool // somewhere the pattern ignores case
}

// needsRanges says whether the class that begins at i is one for a classReader.
func needsRanges(p string, i int) bool {
	first := true
	for i++; i < len(p); i++ {
		rest := p[i:]
		switch {
		case rest[0] == '^' && first:
			continue
		case rest[0] == ']' && !first:
			return false
		case rest[0] == '\\' && len(rest) > 1:
			if rest[1] == 'W' || rest[1] == 'S' {
				return true
			}
			i++
		case strings.HasPrefix(rest, "[:") && strings.Contains(rest, ":]"):
			i += strings.Index(rest, ":]") + 1
		case rest[0] == '[', strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "~~"), strings.HasPrefix(rest, "--") && !first:
			return true
		}
		first = false
	}
	return false
}

// rangesOf reads the class that begins at i; it is written for Go, and end is
// where it ends.
func rangesOf(p string, i int) (class string, end int, err error) {
	r := &classReader{p: p, i: i, ignores: ignoresCase(p)}
	set, negated, err := r.class()
	if err != nil {
		return "", 0, fmt.Errorf("regular expression %q: %w", p, err)
	}
	return set.write(negated), r.i, nil
}

// ignoresCase says whether a pattern has the flag i somewhere.
func ignoresCase(p string) bool {
	for rest := p; ; {
		_, after, found := strings.Cut(rest, "(?")
		if !found {
			return false
		}
		if end := strings.IndexAny(after, ":)<P-"); end >= 0 && strings.Contains(after[:end], "i") {
			return true
		}
		rest = after
	}
}

// class reads from the bracket on. The set of a negated class is what it
// leaves out, so that case is ignored first.
func (r *classReader) class() (set runeSet, negated bool, err error) {
	if r.depth++; r.depth > maxClassDepth {
		return nil, false, fmt.Errorf("classes are nested more than %d deep", maxClassDepth)
	}
	defer func() { r.depth-- }()
	r.i++
	if r.take("^") {
		negated = true
	}
	left, op := runeSet{}, ""
	here := runeSet{}
	for first := true; ; first = false {
		switch {
		case r.i >= len(r.p):
			return nil, false, fmt.Errorf("a class has no end")
		case r.p[r.i] == ']' && !first:
			r.i++
			return combine(left, op, here), negated, nil
		}
		if next := r.operator(first); next != "" {
			left, op, here = combine(left, op, here), next, runeSet{}
			continue
		}
		item, err := r.item()
		if err != nil {
			return nil, false, err
		}
		here = here.union(item)
	}
}

func combine(left runeSet, op string, right runeSet) runeSet {
	switch op {
	case "&&":
		return left.and(right)
	case "--":
		return left.without(right)
	case "~~":
		return left.without(right).union(right.without(left))
	}
	return right
}

// operator takes an operator between sets. Hyphens at the start are characters.
func (r *classReader) operator(first bool) string {
	for _, op := range []string{"&&", "--", "~~"} {
		if !(first && op == "--") && r.take(op) {
			return op
		}
	}
	return ""
}

func (r *classReader) take(s string) bool {
	if !strings.HasPrefix(r.p[r.i:], s) {
		return false
	}
	r.i += len(s)
	return true
}

// item reads a class within the class, a character, or a range of them.
func (r *classReader) item() (runeSet, error) {
	rest := r.p[r.i:]
	if strings.HasPrefix(rest, "[:") {
		if end := strings.Index(rest, ":]"); end > 0 {
			r.i += end + 2
			return setOf("[" + rest[:end+2] + "]")
		}
	}
	if rest[0] == '[' {
		set, negated, err := r.class()
		if negated {
			if r.ignores {
				return nil, fmt.Errorf("a class that is left out of another, where case is ignored, is not supported")
			}
			set = set.negated()
		}
		return set, err
	}
	set, err := r.character()
	if err != nil || !strings.HasPrefix(r.p[r.i:], "-") || strings.HasPrefix(r.p[r.i:], "--") || strings.HasPrefix(r.p[r.i:], "-]") {
		return set, err
	}
	r.i++
	if r.i >= len(r.p) {
		return nil, fmt.Errorf("a class has no end")
	}
	to, err := r.character()
	switch {
	case err != nil:
		return nil, err
	case len(set) != 2 || set[0] != set[1] || len(to) != 2 || to[0] != to[1] || to[0] < set[0]:
		return nil, fmt.Errorf("a range of a class goes from one character to a later one")
	}
	return runeSet{set[0], to[0]}, nil
}

// character reads one character, or an escape that stands for one or more.
func (r *classReader) character() (runeSet, error) {
	if r.p[r.i] != '\\' || r.i+1 >= len(r.p) {
		c, size := utf8.DecodeRuneInString(r.p[r.i:])
		r.i += size
		return runeSet{c, c}, nil
	}
	start := r.i
	if hex, end := codePoint(r.p, start+1); hex != "" {
		r.i = end
		return setOf(`\x{` + hex + `}`)
	}
	r.i += 2
	text, err := translateEscape(r.p, start+1, false)
	if err != nil {
		return nil, err
	}
	if strings.IndexByte("pPx", r.p[start+1]) >= 0 {
		n := 1
		if r.p[start+1] == 'x' {
			n = 2
		}
		if strings.HasPrefix(r.p[r.i:], "{") {
			n = strings.IndexByte(r.p[r.i:], '}') + 1
		}
		if n == 0 || r.i+n > len(r.p) {
			return nil, fmt.Errorf("an escape has no end")
		}
		text += r.p[r.i : r.i+n]
		r.i += n
	}
	return setOf(text)
}

// setOf is the set of a class or an escape as Go writes it.
func setOf(text string) (runeSet, error) {
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	switch {
	case re.Op == syntax.OpCharClass:
		return runeSet(re.Rune).union(nil), nil
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1:
		return runeSet{re.Rune[0], re.Rune[0]}, nil
	case re.Op == syntax.OpAnyChar:
		return runeSet{0, unicode.MaxRune}, nil
	case re.Op == syntax.OpAnyCharNotNL:
		return runeSet{'\n', '\n'}.negated(), nil
	}
	return nil, fmt.Errorf("%s stands for no character", text)
}
