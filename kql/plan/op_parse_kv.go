package plan

import (
	"regexp"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// parseKV reads key=value pairs: each column by its own key.
func (b *binder) parseKV(op *syntax.ParseKV, in Node, s *scope) Node {
	x := b.scalar(op.X, b.envOf(in, s))
	n := &ParseKV{node: node{slices.Clone(in.Schema())}, In: in, X: b.convert(x, value.String)}
	for i := range in.Schema() {
		n.Out = append(n.Out, i)
	}
	for _, c := range op.Columns {
		n.Keys, n.Types = append(n.Keys, c.Name.Text), append(n.Types, c.Type)
		if at := n.schema.Index(c.Name.Text); at >= 0 {
			n.schema[at].Type, n.Out[at] = c.Type, -len(n.Keys)
			continue
		}
		n.schema = append(n.schema, value.Field{Name: c.Name.Text, Type: c.Type})
		n.Out = append(n.Out, -len(n.Keys))
	}
	n.How = b.kvSyntax(op, s)
	return n
}

// kvSyntax reads how keys and values are written. Without delimiters anything
// but letters and digits parts them.
func (b *binder) kvSyntax(op *syntax.ParseKV, s *scope) KVSyntax {
	var how KVSyntax
	for _, o := range op.Options {
		switch o.Name {
		case "greedy":
			how.Greedy = isTrue(o.Value)
			continue
		case "pair_delimiter", "kv_delimiter", "quote", "escape", "regex":
		default:
			b.fail(o, "parse-kv has no option %q", o.Name).Hint = "pair_delimiter, kv_delimiter, quote, escape, greedy, regex"
			continue
		}
		text, ok := b.constString(o.Value, &env{scope: s})
		if !ok {
			b.fail(o.Value, "%s must be a constant text", o.Name)
			continue
		}
		b.kvOption(o, text, &how)
	}
	if how.Regexp != nil {
		return how
	}
	how.Free = how.KV == "" && how.Pair == ""
	if !how.Free && (how.KV == "" || how.Pair == "") {
		b.fail(op, "parse-kv needs both pair_delimiter and kv_delimiter, or neither")
	}
	return how
}

func (b *binder) kvOption(o syntax.Option, text string, how *KVSyntax) {
	switch o.Name {
	case "pair_delimiter":
		how.Pair = text
	case "kv_delimiter":
		how.KV = text
	case "quote":
		q := []rune(text)
		if len(q) < 1 || len(q) > 2 {
			b.fail(o.Value, "a quote is one character, or two: the opening and the closing one")
			return
		}
		how.Quotes = append(how.Quotes, KVQuote{string(q[0]), string(q[len(q)-1])})
	case "escape":
		if len([]rune(text)) != 1 {
			b.fail(o.Value, "an escape is one character")
			return
		}
		how.Escapes = append(how.Escapes, text)
	case "regex":
		compiled, err := regexp.Compile(text)
		if err != nil || compiled.NumSubexp() != 2 {
			b.fail(o.Value, "the regular expression needs two groups, key and value")
			return
		}
		how.Regexp = compiled
	}
}
