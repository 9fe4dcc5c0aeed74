package syntax

import (
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A kind is the sort of a token.
type kind uint8

const (
	tEOF   kind = iota
	tWord       // identifier or word of the language, also mv-expand, 3Dchart
	tOp         // punctuation, and operators with a "!": !in !has ...
	tLong       // 12, 0x1f
	tReal       // 1.5, 1e3
	tSpan       // 1.5h
	tText       // any string
	tTyped      // long(...), datetime(...): name and raw text up to the first ")"
	tGUID       // a bare 74be27de-1e4e-49d9-b579-fe0b331d3642
	tJunk       // a character that is no part of the language
)

// A token is a piece of the text. Its text is f.Text[at.Start:at.End].
type token struct {
	kind kind
	text string
	at   diag.Span
}

// A lexer cuts a text into tokens. It never fails: what is wrong becomes a
// mistake in errs and a token all the same.
type lexer struct {
	f    *diag.File
	s    string
	i    int
	toks []token
	errs *diag.List
}

// lex returns the tokens of a file, the last one tEOF.
func lex(f *diag.File, errs *diag.List) []token {
	l := &lexer{f: f, s: f.Text, errs: errs, toks: make([]token, 0, len(f.Text)/4+1)}
	l.directives()
	for l.space(); l.i < len(l.s); l.space() {
		l.next()
	}
	l.add(tEOF, 0)
	return l.toks
}

// directives skips the lines before a query that start with "#"; editors
// write their connection there.
func (l *lexer) directives() {
	for l.space(); l.peek(0) == '#'; l.space() {
		l.line()
	}
}

func (l *lexer) add(k kind, n int) {
	l.toks = append(l.toks, token{k, l.s[l.i : l.i+n], diag.Span{Start: l.i, End: l.i + n}})
	l.i += n
}

func (l *lexer) peek(n int) byte {
	if l.i+n < len(l.s) {
		return l.s[l.i+n]
	}
	return 0
}

// line skips to the end of the line.
func (l *lexer) line() {
	if n := strings.IndexAny(l.s[l.i:], "\r\n"); n >= 0 {
		l.i += n
	} else {
		l.i = len(l.s)
	}
}

// space skips blanks and comments.
func (l *lexer) space() {
	for l.i < len(l.s) {
		c := l.s[l.i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			l.i++
		case c == '/' && l.peek(1) == '/':
			l.line()
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(l.s[l.i:])
			if !isBlank(r) {
				return
			}
			l.i += n
		default:
			return
		}
	}
}

// isBlank lists the blanks beyond ASCII that the language knows.
func isBlank(r rune) bool {
	switch r {
	case 0x85, 0xa0, 0x1680, 0x180e, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff:
		return true
	}
	return 0x2000 <= r && r <= 0x200b
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }

// next adds one token; there is something other than blanks at l.i.
func (l *lexer) next() {
	c := l.s[l.i]
	switch {
	case c == '"' || c == '\'' || c == '`' || c == '~' || c == '@':
		if n := stringStart(l.s[l.i:]); n > 0 {
			l.text()
			return
		}
		l.punctuation()
	case (c|0x20) == 'h' && stringStart(l.s[l.i:]) > 0:
		l.text()
	case isHex(c) && rawGUID(l.s[l.i:]):
		l.add(tGUID, 36)
	case isDigit(c):
		l.number()
	case isLetter(c) || c == '_' || c == '$':
		l.word()
	default:
		l.punctuation()
	}
}

func rawGUID(s string) bool {
	if len(s) < 36 {
		return false
	}
	for i := range 36 {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !isHex(s[i]) {
			return false
		}
	}
	return true
}

// word adds a name, a word of the language (some have dashes) or a typed
// literal such as datetime(2024-01-01).
func (l *lexer) word() {
	n := 1
	for isWord(l.peek(n)) {
		n++
	}
	w := l.s[l.i : l.i+n]
	if dashed[w] {
		if m := dashedLen(l.s[l.i:], n); m > 0 {
			l.add(tWord, m)
			return
		}
	}
	if l.peek(n) == '(' && typedLiteral[w] != 0 {
		l.typed(n)
		return
	}
	if w == "in" && l.peek(n) == '~' {
		l.add(tOp, n+1)
		return
	}
	l.add(tWord, n)
}

// dashedLen is the length of a dashed word at the start of s, whose first part
// has n bytes; 0 when it is none.
func dashedLen(s string, n int) int {
	best := 0
	for i := n; i < len(s) && s[i] == '-'; {
		j := i + 1
		for j < len(s) && isWord(s[j]) {
			j++
		}
		if dashedWords[s[:j]] {
			best = j
		}
		if j-n > longestDashed {
			break
		}
		i = j
	}
	return best
}

// typed adds name(...), up to the first ")", which is on the same line. Where
// an expression stands inside, which is a mistake, it is up to its end.
func (l *lexer) typed(n int) {
	rest := l.s[l.i+n:]
	if end := balanced(rest[:min(len(rest), 200)]); end > 0 {
		l.add(tTyped, n+end)
		return
	}
	end := strings.IndexAny(rest, ")\r\n")
	if end >= 0 && rest[end] == ')' {
		l.add(tTyped, n+end+1)
		return
	}
	if end = strings.IndexAny(rest, ",;|\r\n"); end < 0 {
		end = len(rest)
	}
	at := diag.Span{Start: l.i, End: l.i + n + end}
	l.errs.Add(l.f, at, "missing %q after %s", ")", l.s[l.i:l.i+n+1])
	l.add(tTyped, n+end)
}

// balanced is the length of a parenthesis at the start of s, 0 when it does not
// end on the line.
func balanced(s string) int {
	open := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return i + 1
			}
		case '\r', '\n':
			return 0
		}
	}
	return 0
}

// number adds 1, 0x1f, 1.5, 1e3, 2.5h, or a name that starts with digits.
func (l *lexer) number() {
	s := l.s[l.i:]
	if n := realLen(s); n > 0 {
		l.add(tReal, n)
	} else if n := spanLen(s); n > 0 {
		l.add(tSpan, n)
	} else if n := longLen(s); n > 0 {
		l.add(tLong, n)
	} else {
		n := digits(s, 0)
		for n < len(s) && isWord(s[n]) {
			n++
		}
		l.add(tWord, n)
	}
}

// digits returns the end of the digits in s from i on.
func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

// ends says whether a number may end at i: no letter follows.
func ends(s string, i int) bool { return i >= len(s) || !isWord(s[i]) }

func longLen(s string) int {
	n := digits(s, 0)
	if n == 1 && s[0] == '0' && len(s) > 2 && s[1]|0x20 == 'x' {
		m := 2
		for m < len(s) && isHex(s[m]) {
			m++
		}
		if m > 2 && ends(s, m) {
			return m
		}
	}
	if ends(s, n) {
		return n
	}
	return 0
}

func realLen(s string) int {
	n := digits(s, 0)
	point := n < len(s) && s[n] == '.' && (n+1 >= len(s) || s[n+1] != '.')
	if point {
		n = digits(s, n+1)
	}
	exp := exponent(s, n)
	if !point && exp == n || !ends(s, exp) {
		return 0
	}
	return exp
}

// exponent returns the end of an exponent at i, or i.
func exponent(s string, i int) int {
	if i >= len(s) || s[i]|0x20 != 'e' {
		return i
	}
	j := i + 1
	if j < len(s) && (s[j] == '+' || s[j] == '-') {
		j++
	}
	if end := digits(s, j); end > j {
		return end
	}
	return i
}

func spanLen(s string) int {
	n := digits(s, 0)
	if n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		n = digits(s, n+1)
	}
	end := n
	for end < len(s) && isLetter(s[end]) {
		end++
	}
	if _, ok := value.TimeUnit(s[n:end]); ok && ends(s, end) {
		return end
	}
	return 0
}

// punctuation in the order in which it is tried: longer before shorter.
var punctuation = []string{
	"<>", "<=", ">=", "==", "=>", "=~", "!=", "!~", "..",
	"(", ")", "[", "]", "{", "}", "|", ";", ",", ":", ".", "=", "<", ">", "+", "-", "*", "/", "%", "@", "?",
}

func (l *lexer) punctuation() {
	s := l.s[l.i:]
	if s[0] == '!' {
		n := 1
		for n < len(s) && isWord(s[n]) {
			n++
		}
		if s[1:n] == "in" && n < len(s) && s[n] == '~' {
			n++
		}
		if negated[s[:n]] {
			l.add(tOp, n)
			return
		}
	}
	for _, p := range punctuation {
		if strings.HasPrefix(s, p) {
			l.add(tOp, len(p))
			return
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	l.add(tJunk, n)
}
