package syntax

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// literal reads a constant that is one token, or several strings in a row.
func (p *parser) literal() Expr {
	start := p.i
	t := p.tok()
	switch {
	case t.kind == tText:
		text := p.stringText()
		return &Literal{p.from(start), value.StringOf(text), t.text[0]|0x20 == 'h'}
	case t.kind == tGUID:
		p.i++
		x := p.literalOf(start, value.GUID, t.text)
		p.note(t.at, "a guid is written guid(%s)", t.text)
		return x
	case t.kind == tTyped:
		return p.typedLiteral()
	case isBool(t):
		p.i++
		return &Literal{Pos: p.from(start), Value: value.BoolOf(strings.ToLower(t.text) == "true")}
	}
	p.i++
	return p.literalAt(start, t.text)
}

// isNow says whether a typed literal is datetime(), which is the current time.
func isNow(text string) bool {
	name, inside, _ := strings.Cut(text, "(")
	inside, closed := strings.CutSuffix(inside, ")")
	return closed && typedLiteral[name] == value.DateTime && strings.TrimSpace(inside) == ""
}

// typedLiteral reads datetime(...) and the like.
func (p *parser) typedLiteral() Expr {
	start := p.i
	name, inside, _ := strings.Cut(p.tok().text, "(")
	p.i++
	inside, closed := strings.CutSuffix(inside, ")")
	if !closed { // reported by the lexer
		return &Literal{Pos: p.from(start), Value: value.NullOf(typedLiteral[name])}
	}
	return p.literalOf(start, typedLiteral[name], inside)
}

// stringText consumes strings in a row and joins them.
func (p *parser) stringText() string {
	first := unquote(p.tok().text)
	p.i++
	if p.tok().kind != tText {
		return first
	}
	var b strings.Builder
	b.WriteString(first)
	for ; p.tok().kind == tText; p.i++ {
		b.WriteString(unquote(p.tok().text))
	}
	return b.String()
}

// literalAt converts a number or timespan that was consumed, with its sign.
func (p *parser) literalAt(start int, text string) Expr {
	t, pos := p.toks[p.i-1], p.from(start)
	var v value.Value
	var ok bool
	switch t.kind {
	case tLong:
		var n int64
		n, ok = longOf(text)
		v = value.LongOf(n)
	case tReal:
		var r float64
		r, ok = realOf(text)
		v = value.RealOf(r)
	default:
		var n int64
		n, ok = value.ParseTimeSpan(text)
		v = value.TimeSpanOf(n)
	}
	if !ok {
		p.note(pos.At, "%s does not fit a %s", clip(text), v.Type())
	}
	return &Literal{Pos: pos, Value: v}
}

// literalOf converts the inside of datetime(...) and the like.
func (p *parser) literalOf(start int, t value.Type, inside string) Expr {
	pos := p.from(start)
	v, ok := typedOf(t, inside)
	if !ok {
		v = value.NullOf(t)
		p.note(pos.At, "%q is no %s", clip(strings.TrimSpace(inside)), t).Hint = literalHint(t)
	}
	return &Literal{Pos: pos, Value: v}
}

func literalHint(t value.Type) string {
	switch t {
	case value.DateTime:
		return "write datetime(2024-01-31) or datetime(2024-01-31T23:59:59Z); to convert a value, todatetime(...)"
	case value.TimeSpan:
		return "write 1d, 2h, 30m or time(1.02:03:04); to convert a value, totimespan(...)"
	case value.GUID:
		return "write guid(74be27de-1e4e-49d9-b579-fe0b331d3642); to convert a value, toguid(...)"
	}
	return "only a constant can stand here; to convert a value, write to" + t.String() + "(...)"
}

// dynamic reads dynamic(...): JSON, in which strings may be written in any of
// the language's ways and datetime(...) and the like may stand.
func (p *parser) dynamic() Expr {
	start := p.i
	p.i++
	open := p.i
	p.i++
	v := p.json()
	p.close(open, ")")
	return &Literal{Pos: p.from(start), Value: value.DynamicOf(v)}
}

func (p *parser) json() value.Value {
	defer p.leave()
	if !p.enter() {
		return value.NullOf(value.Dynamic)
	}
	t, next := p.tok(), p.ahead(1)
	start := p.i
	switch {
	case p.is("["):
		return p.jsonArray()
	case p.is("{"):
		return p.jsonBag()
	case p.take("null"):
		return value.NullOf(value.Dynamic)
	case p.is("dynamic") && next.is("("):
		return p.dynamic().(*Literal).Value
	case p.is("-") && (next.kind == tLong || next.kind == tReal):
		p.i += 2
		return constant(p.literalAt(start, "-"+next.text))
	case t.kind == tTyped && isNow(t.text):
		p.fail("a constant is needed here, and %s is the current time", t.text).Hint = "bag_pack(\"name\", now()) makes a bag of it"
		return value.NullOf(value.Dynamic)
	case t.kind == tText || t.kind == tLong || t.kind == tReal || t.kind == tSpan || t.kind == tTyped || isBool(t):
		return constant(p.literal())
	}
	p.fail("expected a JSON value, found %s", p.found()).Hint = "strings stand in quotes; a column cannot be used here: see pack() and pack_array()"
	return value.NullOf(value.Dynamic)
}

func constant(x Expr) value.Value { return value.DynamicOf(x.(*Literal).Value) }

func (p *parser) jsonArray() value.Value {
	open := p.i
	p.i++
	elems := listUntil(p, "]", false, p.json)
	p.close(open, "]")
	if elems == nil {
		elems = []value.Value{}
	}
	return value.ArrayOf(elems)
}

// jsonBag reads {"a": 1}. Of members of one name the last counts.
func (p *parser) jsonBag() value.Value {
	open := p.i
	p.i++
	var keys []string
	var elems []value.Value
	at := map[string]int{}
	listUntil(p, "}", false, func() bool {
		key, v := p.jsonMember()
		if p.bad {
			return false
		}
		if i, twice := at[key]; twice {
			elems[i] = v
			return true
		}
		at[key] = len(keys)
		keys, elems = append(keys, key), append(elems, v)
		return true
	})
	p.close(open, "}")
	return value.BagOf(keys, elems)
}

func (p *parser) jsonMember() (string, value.Value) {
	if p.tok().kind != tText {
		p.fail("expected the name of a member in quotes, found %s", p.found())
		return "", value.NullOf(value.Dynamic)
	}
	key := unquote(p.tok().text)
	p.i++
	p.expect(":")
	if p.bad {
		return key, value.NullOf(value.Dynamic)
	}
	return key, p.json()
}
