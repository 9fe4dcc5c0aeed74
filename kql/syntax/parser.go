package syntax

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// Limits that keep a hostile text from costing more than its length.
const (
	maxText   = 4 << 20 // bytes of a query
	maxDepth  = 1000    // nesting; a parenthesis counts twice
	maxLinks  = 50_000  // links of chains such as a or b or c, a.b.c: each is a level of the tree
	maxErrors = 100     // mistakes reported of one text
)

// A parser reads tokens from left to right and never goes back.
//
// The first mistake in an operator sets bad; from then on nothing is consumed
// by expect and no further mistake is reported, until the operator is left and
// recover moves on to where the next one starts. So one slip gives one error.
type parser struct {
	f     *diag.File
	toks  []token
	match []int   // of an opening bracket the index of its closing one, or -1
	nest  []int32 // how many closed brackets are open around each token
	shuts []bool  // which tokens close a bracket
	i     int
	errs  diag.List
	bad   bool
	over  bool // gave up: the rest is not read
	depth int
	links int
}

// Parse reads a query. The tree is what could be made of the text; the list
// holds every mistake (and every feature that is not supported yet is an
// Unsupported node, not a mistake).
func Parse(f *diag.File) (*Query, diag.List) {
	whole := diag.Span{Start: 0, End: len(f.Text)}
	if len(f.Text) > maxText {
		var errs diag.List
		errs.Add(f, diag.Span{}, "query is longer than %d bytes", maxText)
		return &Query{Pos: Pos{whole}}, errs
	}
	p := &parser{f: f}
	p.toks = lex(f, &p.errs)
	p.pairs()
	q := &Query{Pos: Pos{whole}, Statements: p.statements()}
	p.errs.Sort()
	if len(p.errs) > maxErrors {
		p.errs = p.errs[:maxErrors]
	}
	return q, p.errs
}

// pairs finds the brackets that belong together. One that is never closed, or
// never opened, counts for nothing, so that recovery does not run past it.
func (p *parser) pairs() {
	p.match = make([]int, len(p.toks))
	p.nest = make([]int32, len(p.toks))
	var open []int
	count := map[byte]int{}
	for i, t := range p.toks {
		p.match[i] = -1
		if t.kind != tOp || len(t.text) != 1 {
			continue
		}
		switch c := t.text[0]; c {
		case '(', '[', '{':
			open = append(open, i)
			count[c]++
		case ')', ']', '}':
			o := opener(c)
			for count[o] > 0 {
				top := open[len(open)-1]
				open = open[:len(open)-1]
				kind := p.toks[top].text[0]
				count[kind]--
				if kind == o {
					p.match[top] = i
					break
				}
			}
		}
	}
	p.nesting()
}

func opener(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	}
	return '{'
}

func (p *parser) nesting() {
	depth := int32(0)
	p.shuts = make([]bool, len(p.toks))
	for i := range p.toks {
		if p.shuts[i] {
			depth--
		}
		p.nest[i] = depth
		if m := p.match[i]; m >= 0 {
			p.shuts[m] = true
			depth++
		}
	}
}

// within is how many brackets are open around what starts at a token, which
// may be missing: then the token is the bracket that closes the innermost.
func (p *parser) within(start int) int32 {
	if p.shuts[start] {
		return p.nest[start] + 1
	}
	return p.nest[start]
}

func (p *parser) tok() token { return p.toks[p.i] }

// ahead is the token n further on.
func (p *parser) ahead(n int) token { return p.toks[min(p.i+n, len(p.toks)-1)] }

// is says whether the next token is this word or punctuation.
func (p *parser) is(text string) bool { return p.tok().is(text) }

func (t token) is(text string) bool {
	return (t.kind == tWord || t.kind == tOp) && t.text == text
}

// take consumes the next token if it is text.
func (p *parser) take(text string) bool {
	if p.bad || !p.is(text) {
		return false
	}
	p.i++
	return true
}

// expect consumes text or reports that it is missing.
func (p *parser) expect(text string) bool {
	if p.take(text) {
		return true
	}
	p.fail("expected %q, found %s", text, p.found())
	return false
}

// found names the next token for a message.
func (p *parser) found() string {
	t := p.tok()
	if t.kind == tEOF {
		return "the end"
	}
	if t.kind == tText {
		return clip(t.text)
	}
	return fmt.Sprintf("%q", clip(t.text))
}

func clip(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:37], "") + "..."
	}
	return s
}

// fail reports a mistake at the next token, unless one was reported already.
func (p *parser) fail(format string, args ...any) *diag.Error {
	return p.failAt(p.here(), format, args...)
}

// here is the place of the next token; at the end of the text, just behind the
// last one, where something is missing.
func (p *parser) here() diag.Span {
	if p.tok().kind == tEOF {
		return diag.Span{Start: p.prevEnd(), End: p.prevEnd()}
	}
	return p.tok().at
}

func (p *parser) failAt(at diag.Span, format string, args ...any) *diag.Error {
	if p.bad {
		return &diag.Error{}
	}
	p.bad = true
	return p.note(at, format, args...)
}

// note reports a mistake that does not disturb the reading of what follows.
func (p *parser) note(at diag.Span, format string, args ...any) *diag.Error {
	e := p.errs.Add(p.f, at, format, args...)
	if len(p.errs) >= maxErrors {
		p.giveUp()
	}
	return e
}

// giveUp leaves the rest of the text unread.
func (p *parser) giveUp() {
	p.bad, p.over = true, true
	p.i = len(p.toks) - 1
}

// enter is called where the grammar nests; leave must follow it.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= maxDepth {
		return true
	}
	p.fail("nested too deeply")
	p.giveUp()
	return false
}

func (p *parser) leave() { p.depth-- }

// link counts one link of a chain; it is false when there were too many.
func (p *parser) link() bool {
	if p.links++; p.links <= maxLinks {
		return true
	}
	p.fail("query is too long: more than %d operators", maxLinks)
	p.giveUp()
	return false
}

func (p *parser) prevEnd() int {
	if p.i == 0 {
		return 0
	}
	return p.toks[p.i-1].at.End
}

// from is the place of everything since token start.
func (p *parser) from(start int) Pos {
	at := p.toks[start].at.Start
	return Pos{diag.Span{Start: at, End: max(at, p.prevEnd())}}
}

// since is the place from a node's start on.
func (p *parser) since(n Node) Pos {
	at := n.Span().Start
	return Pos{diag.Span{Start: at, End: max(at, p.prevEnd())}}
}

// close consumes the bracket that closes token open.
func (p *parser) close(open int, text string) {
	if p.bad || p.take(text) {
		return
	}
	o := p.toks[open]
	if p.match[open] < 0 {
		at := diag.Span{Start: p.prevEnd(), End: p.prevEnd()}
		e := p.failAt(at, "missing %q", text)
		_, line, column, _, _ := (&diag.Error{File: p.f, Span: o.at}).Position()
		e.Hint = fmt.Sprintf("the %q of line %d, column %d is not closed", o.text, line, column)
		return
	}
	p.unexpected()
}

// unexpected reports the next token as out of place.
func (p *parser) unexpected() {
	t := p.tok()
	switch {
	case t.kind == tEOF:
		p.fail("unexpected end")
	case t.is(")") || t.is("]") || t.is("}"):
		p.fail("unexpected %q: nothing is open here", t.text)
	default:
		p.fail("unexpected %s", p.found()).Hint = p.hint()
	}
}

// hint says what the author may have meant by a token out of place.
func (p *parser) hint() string {
	t, next, prev := p.tok(), p.ahead(1), p.toks[max(p.i-1, 0)]
	lower := strings.ToLower(t.text)
	switch {
	case prev.is("not"):
		return "write not(...)"
	case options[prev.text] && t.kind == tWord:
		return "write " + prev.text + "=" + clip(t.text)
	case lower == "is":
		return "write isnull(...), isnotnull(...), isempty(...) or isnotempty(...)"
	case t.text == "&" && next.text == "&":
		return `write "and" instead of "&&"`
	case t.text == "|" && next.text == "|":
		return `write "or" instead of "||"`
	case t.is("==") || t.is("<") || t.is(">") || t.is("<=") || t.is(">=") || t.is("!=") || t.is("=~"):
		return "comparisons do not chain: use parentheses, or and"
	case t.is("=") && next.is("="):
		return `write "==" to compare`
	case t.is("="):
		return `a name stands before "=", written ['a-b'] when it is more than letters, digits and "_"; to compare, write "=="`
	case t.is("not"):
		return "write not(...), or an operator with ! such as !contains"
	case t.text != lower && (lower == "and" || lower == "or" || stringOps[lower] != "" || lower == "in" || lower == "between" ||
		lower == "asc" || lower == "desc" || lower == "by" || lower == "on" || lower == "has_any" || lower == "has_all"):
		return fmt.Sprintf("words of the language are in lower case: %s", lower)
	case t.kind == tWord && p.operatorWord(t.text):
		return `an operator follows a "|"`
	case t.kind == tWord || t.kind == tText || t.kind == tLong || t.is("("):
		return `is an operator or a "," missing before it?`
	}
	return ""
}

// list reads elements with commas between them.
func list[T any](p *parser, elem func() T) []T {
	all := []T{elem()}
	for !p.bad && p.take(",") {
		all = append(all, elem())
	}
	return all
}

// listUntil is list, or nothing when the closing text comes at once; it allows
// a comma at the end where the language does.
func listUntil[T any](p *parser, closing string, trailing bool, elem func() T) []T {
	var all []T
	for !p.bad && !p.is(closing) {
		all = append(all, elem())
		if p.bad || !p.take(",") {
			break
		}
		if p.is(closing) && !trailing {
			p.fail("expected another element after \",\", found %s", p.found())
		}
	}
	return all
}
