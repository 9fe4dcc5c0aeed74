package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Pattern is what parse looks for, as one regular expression with a group
// for each column.
type Pattern struct {
	Regexp *regexp.Regexp
	Groups []int // the group of each column: a pattern may have groups of its own
	// Texts, when given, say the same without a regular expression: each comes
	// after the one before, and Columns[i] is what lies before text i (-1:
	// nothing is kept, or nothing may). Columns may be longer by one: the rest.
	Texts    []string
	Columns  []int
	Anchored bool         // the first text stands at the beginning
	Types    []value.Type // of the columns
	// Strict: when a typed column does not convert, the whole pattern has not
	// matched (all kinds but relaxed).
	Strict bool
}

func (b *binder) parse(op *syntax.ParseOp, in Node, s *scope) Node {
	x := b.scalar(op.X, b.envOf(in, s))
	p := &Parse{node: node{slices.Clone(in.Schema())}, In: in, X: x, Drop: op.WhereToo}
	for i := range in.Schema() {
		p.Out = append(p.Out, i)
	}
	p.X = b.convert(x, value.String)
	p.Pattern = b.pattern(op)
	k := 0
	for _, part := range op.Pattern {
		if part.Column == nil {
			continue
		}
		k++
		typ := typeOr(part.Type, value.String)
		if at := p.schema.Index(part.Column.Text); at >= 0 {
			p.schema[at].Type, p.Out[at] = typ, -k
			continue
		}
		p.schema = append(p.schema, value.Field{Name: part.Column.Text, Type: typ})
		p.Out = append(p.Out, -k)
	}
	return p
}

func typeOr(t, other value.Type) value.Type {
	if t == value.Unknown {
		return other
	}
	return t
}

// pattern turns the parts into a regular expression. A text must come where it
// stands, a star and a column take what lies between: as little as possible,
// but with kind=regex as much, unless the flag U turns that round. A last one
// takes all that is left.
func (b *binder) pattern(op *syntax.ParseOp) *Pattern {
	kind, flags := "simple", "s"
	if word := b.optionWord(op.Options, "kind", "simple", "regex", "relaxed"); word != "" {
		kind = word
	}
	if word := b.optionName(op.Options, "flags"); word != "" {
		flags = regexFlags(word)
	}
	out := &Pattern{Strict: kind != "relaxed"}
	b.partsInTurn(op)
	re := strings.Builder{}
	re.WriteString("(?" + flags + ")^")
	for i, part := range op.Pattern {
		last := i == len(op.Pattern)-1
		switch {
		case part.Star:
			if !last {
				re.WriteString(between(kind))
			}
		case part.Column != nil:
			typ := typeOr(part.Type, value.String)
			fmt.Fprintf(&re, "(?P<%s%d>", columnGroup, len(out.Types))
			out.Types = append(out.Types, typ)
			ended := !last && op.Pattern[i+1].Text != nil
			re.WriteString(columnRegex(typ, last, ended, kind) + ")")
		default:
			re.WriteString(b.patternText(part, kind, op))
		}
	}
	if n := len(op.Pattern); n > 0 && op.Pattern[n-1].Column != nil {
		re.WriteString("$")
	}
	compiled, err := regexp.Compile(re.String())
	if err != nil {
		b.fail(op, "the pattern is no regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return out
	}
	out.Regexp = compiled
	if kind != "regex" {
		out.plain(op.Pattern)
	}
	for i := range out.Types {
		out.Groups = append(out.Groups, compiled.SubexpIndex(fmt.Sprint(columnGroup, i)))
	}
	return out
}

// partsInTurn refuses gaps side by side: what belongs to which is open.
func (b *binder) partsInTurn(op *syntax.ParseOp) {
	for i := 1; i < len(op.Pattern); i++ {
		before, part := op.Pattern[i-1], op.Pattern[i]
		switch {
		case before.Text != nil || part.Text != nil:
		case part.Star && before.Column != nil && typeOr(before.Type, value.String) != value.String:
		case part.Star && before.Column != nil:
			b.fail(part, "* behind a column of text leaves open where the text ends").Hint = "a text between them says so"
		default:
			b.fail(part, "a text must stand between two of columns and *").Hint = "as in parse s with a \",\" b"
		}
	}
}

// plain fills in Texts, where between two texts there is one gap at most: then
// the first place of each text is the right one, and nothing is tried twice.
func (p *Pattern) plain(parts []syntax.ParsePart) {
	var texts []string
	var columns []int
	const none, star = -1, -2
	gap, column := none, 0
	anchored := true
	for i, part := range parts {
		text, isText := part.Text.(*syntax.Literal)
		switch {
		case isText && gap == none && len(texts) > 0:
			texts[len(texts)-1] += text.Value.Str()
		case isText:
			anchored = anchored && (gap == none || len(texts) > 0)
			texts, columns = append(texts, text.Value.Str()), append(columns, max(gap, -1))
			gap = none
		case gap != none:
			return // two gaps: how they share is for the regular expression
		case part.Star:
			gap = star
		default:
			gap = column
			column++
			last := i == len(parts)-1
			if t := typeOr(part.Type, value.String); last && t != value.String && t != value.Dynamic {
				return // what a number may be written with
			}
		}
	}
	if gap >= 0 {
		columns = append(columns, gap)
	}
	if len(texts) > 0 {
		p.Texts, p.Columns, p.Anchored = texts, columns, anchored
	}
}

// columnGroup begins the names of the groups that are columns.
const columnGroup = "dogwatch_column_"

// between is what a star, or a column of text, takes.
func between(kind string) string {
	if kind == "regex" {
		return `.*`
	}
	return `.*?`
}

func (b *binder) patternText(part syntax.ParsePart, kind string, op *syntax.ParseOp) string {
	l, ok := part.Text.(*syntax.Literal)
	if !ok {
		b.fail(op, "a pattern's text must be a constant")
		return ""
	}
	if kind == "regex" {
		return "(?:" + strings.ReplaceAll(l.Value.Str(), "(?<", "(?P<") + ")"
	}
	return regexp.QuoteMeta(l.Value.Str())
}

// regexFlags keeps those of i, m, s, U that Go knows alike; Kusto's default
// lets a dot match a newline.
func regexFlags(given string) string {
	out := ""
	for _, f := range given {
		if strings.ContainsRune("imsU", f) && !strings.ContainsRune(out, f) {
			out += string(f)
		}
	}
	if !strings.Contains(out, "s") {
		out += "s"
	}
	return out
}

// columnRegex is what a column may be made of: all up to the text that ends
// it, or, where none does, what its type can be written with.
func columnRegex(t value.Type, last, ended bool, kind string) string {
	optional := ""
	if kind != "simple" {
		optional = "?"
	}
	if kind == "regex" && (t == value.Int || t == value.Long) {
		return `-?\d+`
	}
	if ended {
		return between(kind)
	}
	switch t {
	case value.Int, value.Long:
		return `(?:\s*[-+]?(?:0x[0-9a-fA-F]+|\d+)\s*)` + optional
	case value.Real, value.Decimal:
		return `(?:\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*)` + optional
	}
	if last {
		return `.*`
	}
	return between(kind)
}
