package fn

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// MaxRegex bounds patterns that come from data, not from the author.
const MaxRegex = 4096

// regexOf returns what gives the compiled pattern for an argument: compiled
// once when it is constant, else kept for as long as it stays the same. A
// pattern that cannot be compiled gives nil.
func regexOf(a Arg, index int) (func(value.Value) *regex, error) {
	if a.Const != nil {
		re, err := newRegex(a.Const.String())
		if err != nil {
			return nil, &ArgError{index, err.Error()}
		}
		return func(value.Value) *regex { return re }, nil
	}
	var last atomic.Pointer[compiled] // queries are shared between goroutines
	return func(v value.Value) *regex {
		s := text(v)
		if c := last.Load(); c != nil && c.pattern == s {
			return c.re
		}
		if len(s) > MaxRegex {
			return nil
		}
		re, err := newRegex(s)
		if err != nil {
			re = nil
		}
		last.Store(&compiled{strings.Clone(s), re})
		return re
	}, nil
}

// compiled is a pattern with what it compiled to; nil when it did not.
type compiled struct {
	pattern string
	re      *regex
}

// A regex is a pattern ready to be looked for. Texts in which it cannot match
// are told quickly; it is compiled when a text may match, which of many none does.
type regex struct {
	pattern string // as Go writes it
	groups  int
	names   []string // of the groups
	need    *needed
	lits    *literals // nil: it does not match a list of texts

	once     sync.Once
	compiled *regexp.Regexp
}

func newRegex(pattern string) (*regex, error) {
	translated, tree, err := parseRegex(pattern)
	if err != nil {
		return nil, err
	}
	return &regex{
		pattern: translated, groups: tree.MaxCap(), names: tree.CapNames(), need: neededBy(tree), lits: literalsOf(tree),
	}, nil
}

// re is the compiled pattern. What was parsed compiles.
func (r *regex) re() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.pattern) })
	return r.compiled
}

// group is the number of a group by its name; -1 if there is none.
func (r *regex) group(name string) int {
	if name == "" {
		return -1
	}
	return slices.Index(r.names, name)
}

// listed says whether the matches in a text are those of lits.
func (r *regex) listed(s string) bool { return r.lits != nil && isASCII(s) }

func (r *regex) matches(s string) bool {
	if r.listed(s) {
		_, _, ok := r.lits.find(s, 0)
		return ok
	}
	return r.need.mayMatch(s) && r.re().MatchString(s)
}

// find is the place of the first match; nil if there is none.
func (r *regex) find(s string) []int {
	if m := r.findGroups(s); m != nil {
		return m[:2]
	}
	return nil
}

// findGroups is find with the places of the groups.
func (r *regex) findGroups(s string) []int {
	switch {
	case r.listed(s):
		return r.lits.findGroups(s, 0)
	case !r.need.mayMatch(s):
		return nil
	}
	return r.re().FindStringSubmatchIndex(s)
}

// findAll are the places of the first n matches, with those of their groups; all
// if n is negative.
func (r *regex) findAll(s string, n int) [][]int {
	switch {
	case r.listed(s):
		return r.lits.findAll(s, n)
	case !r.need.mayMatch(s):
		return nil
	}
	return r.re().FindAllStringSubmatchIndex(s, n)
}

// CompileRegex compiles a regular expression of the language. Its flavour is
// that of Rust: classes like \d and \w know all of Unicode, and classes may hold
// others; the boundary \b is that of ASCII words. Matching takes time in proportion to the text, whatever the
// pattern; what cannot be matched so (backreferences, looking ahead) is an
// error.
func CompileRegex(pattern string) (*regexp.Regexp, error) {
	translated, _, err := parseRegex(pattern)
	if err != nil {
		return nil, err
	}
	return regexp.Compile(translated)
}

// parseRegex is a pattern as Go writes it, and its tree.
func parseRegex(pattern string) (translated string, tree *syntax.Regexp, err error) {
	if translated, err = translateRegex(pattern); err != nil {
		return "", nil, err
	}
	if tree, err = syntax.Parse(translated, syntax.Perl); err != nil {
		return "", nil, fmt.Errorf("regular expression %q: %s", pattern, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return translated, tree, nil
}

// Unicode's digits, word characters and white space, for use inside brackets.
const (
	digitClass = `\p{Nd}`
	wordClass  = `\p{L}\p{M}\p{Nd}\p{Pc}`
	spaceClass = `\t\n\v\f\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`
)

// translateRegex rewrites the classes that Go reads as ASCII only.
func translateRegex(p string) (string, error) {
	var b strings.Builder
	inClass, first := false, false
	for i := 0; i < len(p); i++ {
		c := p[i]
		switch {
		case c == '\\' && i+1 < len(p):
			i, first = i+1, false
			if p[i] == 'Q' && !inClass {
				end := strings.Index(p[i:], `\E`)
				if end < 0 {
					end = len(p) - i
				}
				b.WriteString(p[i-1 : i+end])
				i += end - 1
				break
			}
			if hex, end := codePoint(p, i); hex != "" {
				b.WriteString(`\x{` + hex + `}`)
				i = end - 1
				break
			}
			s, err := translateEscape(p, i, inClass)
			if err != nil {
				return "", err
			}
			b.WriteString(s)
		case inClass:
			if c == ']' && !first {
				inClass = false
			}
			first = false
			if strings.HasPrefix(p[i:], "[:") {
				if end := strings.Index(p[i:], ":]"); end > 0 {
					b.WriteString(p[i : i+end+2])
					i += end + 1
					break
				}
			}
			b.WriteByte(c)
		case c == '[' && needsRanges(p, i):
			class, end, err := rangesOf(p, i)
			if err != nil {
				return "", err
			}
			b.WriteString(class)
			i = end - 1
		case c == '[':
			inClass, first = true, true
			b.WriteByte(c)
			if i+1 < len(p) && p[i+1] == '^' {
				i++
				b.WriteByte('^')
			}
		case c == '(' && strings.HasPrefix(p[i:], "(?"):
			if err := checkGroup(p, i); err != nil {
				return "", err
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// codePoint is the number of a character that is written \u007F, \U0000007F,
// \u{7F} or \U{7F}, and where it ends; the letter is at i.
func codePoint(p string, i int) (hex string, end int) {
	digits := map[byte]int{'u': 4, 'U': 8}[p[i]]
	rest := p[i+1:]
	switch {
	case digits == 0:
		return "", 0
	case strings.HasPrefix(rest, "{"):
		hex, _, _ = strings.Cut(rest[1:], "}")
		end = i + len(hex) + 3
	case len(rest) >= digits:
		hex, end = rest[:digits], i+1+digits
	}
	if n, err := strconv.ParseUint(hex, 16, 32); err != nil || n > unicode.MaxRune || end > len(p) {
		return "", 0
	}
	return hex, end
}

// translateEscape rewrites the escape whose letter is at i.
func translateEscape(p string, i int, inClass bool) (string, error) {
	class, negated := "", false
	switch p[i] {
	case 'd':
		class = digitClass
	case 'D':
		class, negated = digitClass, true
	case 'w':
		class = wordClass
	case 'W':
		class, negated = wordClass, true
	case 's':
		class = spaceClass
	case 'S':
		class, negated = spaceClass, true
	case 'Z':
		return `\z`, nil
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return "", fmt.Errorf(`regular expression %q: backreference \%c is not supported`, p, p[i])
	case '<', '>':
		return "", fmt.Errorf(`regular expression %q: \%c (start or end of a word) is not supported`, p, p[i])
	case 'b':
		if strings.HasPrefix(p[i:], "b{") && !inClass {
			return "", fmt.Errorf("regular expression %q: %s (start or end of a word) is not supported", p, `\b{...}`)
		}
	case '/', '"', '\'', '#', '=', '!', ',', ';', ':', '@', '%', '&', '~', '`', '_', ' ':
		return regexp.QuoteMeta(string(p[i])), nil // escaped without need
	}
	switch {
	case class == "":
		return p[i-1 : i+1], nil
	case inClass && negated: // of digits; classes with the others are read as ranges
		return `\P{Nd}`, nil
	case inClass:
		return class, nil
	case negated:
		return "[^" + class + "]", nil
	}
	return "[" + class + "]", nil
}

// checkGroup refuses the groups that cannot be matched in linear time.
func checkGroup(p string, i int) error {
	for _, g := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.HasPrefix(p[i:], g) {
			return fmt.Errorf("regular expression %q: %q (looking around) is not supported", p, g)
		}
	}
	return nil
}
