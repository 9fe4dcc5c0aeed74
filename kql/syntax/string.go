package syntax

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// stringStart is the length of what opens a string at the start of s, or 0:
// an optional h (hidden), an optional @ (verbatim), and a quote.
func stringStart(s string) int {
	n := 0
	if n < len(s) && s[n]|0x20 == 'h' {
		n++
	}
	if strings.HasPrefix(s[n:], "```") || strings.HasPrefix(s[n:], "~~~") {
		return n + 3
	}
	if n < len(s) && s[n] == '@' {
		n++
	}
	if n < len(s) && (s[n] == '"' || s[n] == '\'') {
		return n + 1
	}
	return 0
}

// text adds a string of any form.
func (l *lexer) text() {
	s := l.s[l.i:]
	start := stringStart(s)
	quote := s[start-1]
	if quote == '`' || quote == '~' {
		l.multiline(start, s[start-3:start])
		return
	}
	verbatim := start > 1 && s[start-2] == '@'
	for i := start; i < len(s); {
		switch c := s[i]; {
		case c == quote && verbatim && i+1 < len(s) && s[i+1] == quote:
			i += 2
		case c == quote:
			l.add(tText, i+1)
			return
		case c == '\r' || c == '\n':
			l.unterminated(i, quote)
			return
		case c == '\\' && !verbatim:
			n := escapeLen(s[i:])
			if n == 0 {
				l.badEscape(i)
				n = 1
			}
			i += n
		default:
			i++
		}
	}
	l.unterminated(len(s), quote)
}

func (l *lexer) multiline(start int, quote string) {
	n := strings.Index(l.s[l.i+start:], quote)
	if n < 0 {
		e := l.errs.Add(l.f, diag.Span{Start: l.i, End: l.i + start}, "string is not closed")
		e.Hint = "end it with " + quote
		l.add(tText, len(l.s)-l.i)
		return
	}
	l.add(tText, start+n+len(quote))
}

func (l *lexer) unterminated(n int, quote byte) {
	e := l.errs.Add(l.f, diag.Span{Start: l.i, End: l.i + n}, "string is not closed")
	e.Hint = "end it with " + string(quote) + " on the same line; use ``` for a string of several lines"
	l.add(tText, n)
}

func (l *lexer) badEscape(i int) {
	at := diag.Span{Start: l.i + i, End: min(l.i+i+2, len(l.s))}
	e := l.errs.Add(l.f, at, "unknown escape in a string")
	e.Hint = `write \\ for a backslash, or @"..." for a string without escapes`
}

// escapeLen is the length of the escape at the start of s, or 0.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch c := s[1]; c {
	case '\\', '\'', '"', 'a', 'b', 'f', 'n', 'r', 't', 'v':
		return 2
	case 'x':
		return hexEscape(s, 2)
	case 'u':
		return hexEscape(s, 4)
	case 'U':
		return hexEscape(s, 8)
	default:
		n := 1
		for n < len(s) && n < 4 && '0' <= s[n] && s[n] <= '7' {
			n++
		}
		if n == 4 && c > '3' {
			n = 3
		}
		if n > 1 {
			return n
		}
		return 0
	}
}

func hexEscape(s string, n int) int {
	if len(s) < 2+n {
		return 0
	}
	for i := range n {
		if !isHex(s[2+i]) {
			return 0
		}
	}
	return 2 + n
}

// unquote returns what a string token says. It takes what a mistake left, too.
func unquote(s string) string {
	start := stringStart(s)
	quote := s[start-1]
	if quote == '`' || quote == '~' {
		return strings.TrimSuffix(s[start:], s[start-3:start])
	}
	body := s[start:]
	verbatim := start > 1 && s[start-2] == '@'
	if !verbatim {
		return unescape(body, quote)
	}
	double := string([]byte{quote, quote})
	// The closing quote is the one that is not doubled.
	if n := len(body) - len(strings.TrimRight(body, string(quote))); n%2 == 1 {
		body = body[:len(body)-1]
	}
	return strings.ReplaceAll(body, double, string(quote))
}

// unescape reads up to the closing quote.
func unescape(s string, quote byte) string {
	if i := strings.IndexByte(s, '\\'); i < 0 {
		return strings.TrimSuffix(s, string(quote))
	}
	var b strings.Builder
	for i := 0; i < len(s) && s[i] != quote; {
		n := 0
		if s[i] == '\\' {
			n = escapeLen(s[i:])
		}
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		r := escaped(s[i : i+n])
		i += n
		if utf16.IsSurrogate(r) && escapeLen(s[i:]) == 6 && s[i] == '\\' {
			if low := escaped(s[i : i+6]); utf16.DecodeRune(r, low) != utf8.RuneError {
				r = utf16.DecodeRune(r, low)
				i += 6
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

var simpleEscape = map[byte]rune{
	'\\': '\\', '\'': '\'', '"': '"', 'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// escaped returns the character of one escape.
func escaped(s string) rune {
	if r, ok := simpleEscape[s[1]]; ok {
		return r
	}
	base, from := rune(8), 1
	if s[1]|0x20 == 'x' || s[1]|0x20 == 'u' {
		base, from = 16, 2
	}
	var r rune
	for _, c := range []byte(s[from:]) {
		r = r*base + hexValue(c)
		if r > utf8.MaxRune {
			return utf8.RuneError
		}
	}
	return r
}

func hexValue(c byte) rune {
	if isDigit(c) {
		return rune(c - '0')
	}
	return rune(c|0x20-'a') + 10
}

// quote writes a string so that it reads back as s. Bytes that are no UTF-8
// are kept: a query may be read from anywhere.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if c < 0x20 || c == 0x7f {
				b.WriteString(`\x` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
