package plan

import (
	"regexp"
	"slices"
	"strings"

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

func (b *binder) kvSyntax(op *syntax.ParseKV, s *scope) KVSyntax {
	text := func(name string) string {
		x := syntax.FindOption(op.Options, name)
		if x == nil {
			return ""
		}
		t, ok := b.constString(x, &env{scope: s})
		if !ok {
			b.fail(x, "%s must be a constant text", name)
		}
		return t
	}
	how := KVSyntax{Pair: text("pair_delimiter"), KV: text("kv_delimiter"), Escape: text("escape")}
	how.Greedy = isTrue(syntax.FindOption(op.Options, "greedy"))
	switch quotes := syntax.FindOption(op.Options, "quote"); q := quotes.(type) {
	case nil:
	case *syntax.Paren, *syntax.Literal, *syntax.Ident:
		how.Open = text("quote")
		how.Close = how.Open
	default:
		b.unsupported(q, "parse-kv with a pair of quotes")
	}
	if re := text("regex"); re != "" {
		compiled, err := regexp.Compile(re)
		if err != nil || compiled.NumSubexp() < 2 {
			b.fail(op, "the regular expression needs two groups, key and value")
		}
		how.Regexp = compiled
		return how
	}
	if how.KV == "" || how.Pair == "" && !how.Greedy {
		b.unsupported(op, "parse-kv without "+strings.Join([]string{"kv_delimiter", "pair_delimiter"}, " and "))
	}
	return how
}
