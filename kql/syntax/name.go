package syntax

import "github.com/dogwatch-dev/dogwatch/kql/diag"

// nameLen is the number of tokens of the name that starts n tokens ahead, 0
// when there is none. fresh also takes the words that may name something new.
func (p *parser) nameLen(n int, fresh bool) int {
	t := p.ahead(n)
	if t.kind == tWord {
		if reserved[t.text] || !fresh && declareOnly[t.text] {
			return 0
		}
		return 1
	}
	if !t.is("[") || p.ahead(n+1).kind != tText {
		return 0
	}
	length := 2
	for p.ahead(n+length).kind == tText {
		length++
	}
	if p.ahead(n + length).is("]") {
		return length + 1
	}
	return 0
}

// name reads a name that something refers to, or a let declares.
func (p *parser) name() Name { return p.anyName(false) }

// newName reads a name for a column or a parameter.
func (p *parser) newName() Name { return p.anyName(true) }

func (p *parser) anyName(fresh bool) Name {
	start := p.i
	length := p.nameLen(0, fresh)
	t := p.tok()
	switch {
	case p.bad || length == 0 && (t.kind != tWord || connective[t.text]):
		p.fail("expected a name, found %s", p.found())
		return Name{Pos: p.nowhere()}
	case length == 0:
		p.wordAsName()
		return Name{p.from(start), t.text, false}
	case length == 1:
		p.i++
		return Name{p.from(start), t.text, false}
	}
	return p.quotedName()
}

// quotedName reads ['a b'].
func (p *parser) quotedName() Name {
	start := p.i
	p.i++
	text := p.stringText()
	p.i++
	return Name{p.from(start), text, true}
}

// wordAsName consumes a word of the language that stands where a name does.
func (p *parser) wordAsName() {
	t := p.tok()
	p.i++
	p.note(t.at, "%q is a word of the language and no name", t.text).Hint = "write ['" + t.text + "']"
}

// connective words join things; where one stands for a name, something was
// left out before it.
var connective = set(`and or by on to of in asc desc has has_any has_all has_cs hasprefix hassuffix contains
	contains_cs startswith endswith between like notlike where project extend union`)

// nowhere is the empty place where something is missing.
func (p *parser) nowhere() Pos {
	return Pos{diag.Span{Start: p.prevEnd(), End: p.prevEnd()}}
}

// wildcard reads a name with stars, a*b, or a bare star; nil when there is
// none. Its parts touch one another.
func (p *parser) wildcard() Expr {
	start, n := p.i, 0
	if t := p.tok(); t.kind == tWord && !reserved[t.text] {
		n = 1
	}
	if !p.ahead(n).is("*") || n == 1 && !p.touches(1) {
		return nil
	}
	for n++; p.touches(n) && p.wildcardPart(n); {
		n++
	}
	p.i += n
	pos := p.from(start)
	text := p.f.Slice(pos.At)
	if text == "*" {
		return &Star{pos}
	}
	return &Pattern{pos, text}
}

// touches says whether the token n ahead follows its neighbour without blank.
func (p *parser) touches(n int) bool {
	return p.ahead(n).at.Start == p.ahead(n-1).at.End && p.ahead(n).kind != tEOF
}

func (p *parser) wildcardPart(n int) bool {
	t := p.ahead(n)
	return t.is("*") || t.kind == tLong || t.kind == tWord && !reserved[t.text]
}

// isPlain says whether a name can be written without brackets; fresh, where
// something new is named.
func isPlain(s string, fresh bool) bool {
	if s == "" || reserved[s] || !fresh && declareOnly[s] || dashedWords[s] {
		return false
	}
	for i := range len(s) {
		if !isWord(s[i]) && (i > 0 || s[i] != '$') {
			return false
		}
	}
	// 5a is a name, 5d and 5 are not.
	return !isDigit(s[0]) || realLen(s) == 0 && spanLen(s) == 0 && longLen(s) == 0
}
