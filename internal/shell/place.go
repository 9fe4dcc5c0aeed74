package shell

import "strings"

// A place is where in a query a text ends: in which brackets, behind which
// pipe, inside of a text or a comment. The text need not be a whole query.
type place struct {
	levels  []level // the outermost first
	comment bool
	quote   int // where the open text begins; -1 outside of one
}

// A level is what is inside of a pair of brackets that is still open.
type level struct {
	open  int // the bracket; -1 for the whole
	start int // of the last statement
	pipe  int // the last pipe of that statement; -1 when there is none
}

// inner is the innermost level.
func (p *place) inner() *level { return &p.levels[len(p.levels)-1] }

// placeOf reads a text up to its end.
func placeOf(s string) *place {
	p := &place{levels: []level{{open: -1, pipe: -1}}, quote: -1}
	for i := 0; i < len(s); {
		l := p.inner()
		n := 1
		switch s[i] {
		case '(', '[', '{':
			p.levels = append(p.levels, level{open: i, start: i + 1, pipe: -1})
		case ')', ']', '}':
			if len(p.levels) > 1 {
				p.levels = p.levels[:len(p.levels)-1]
			}
		case '|':
			l.pipe = i
		case ';':
			l.start, l.pipe = i+1, -1
		case '/':
			if strings.HasPrefix(s[i:], "//") {
				if n = strings.IndexByte(s[i:], '\n'); n < 0 {
					p.comment = true
					return p
				}
			}
		default:
			if n = quoted(s[i:]); n < 0 {
				p.quote = i
				return p
			}
		}
		i += n
	}
	return p
}

// quoted is how long the text at the beginning of s is: 1 when there is none,
// -1 when it does not end.
func quoted(s string) int {
	for _, fence := range []string{"```", "~~~"} {
		if strings.HasPrefix(s, fence) {
			return closed(strings.Index(s[3:], fence), 6)
		}
	}
	verbatim := strings.HasPrefix(s, "@")
	if verbatim {
		s = s[1:]
	}
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return 1
	}
	q := s[0]
	skipped := len("@")
	if !verbatim {
		skipped = 0
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && !verbatim:
			i++
		case s[i] == '\n' && !verbatim: // a text ends with its line, closed or not
			return i + skipped
		case s[i] == q && verbatim && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1 + skipped
		}
	}
	return -1
}

func closed(at, fences int) int {
	if at < 0 {
		return -1
	}
	return at + fences
}
