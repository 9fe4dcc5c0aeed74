package plan

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// search is a union of tables, each with the condition over its own columns. A
// table that lacks a column the condition names has no row for it.
func (b *binder) search(op *syntax.Search, in Node, s *scope) Node {
	has := "has"
	if b.optionWord(op.Options, "kind", "default", "case_insensitive", "case_sensitive") == "case_sensitive" {
		has = "has_cs"
	}
	u := b.searchedUnion(op, op.P, b.searchArms(op, op.Tables, in, s), s, has)
	if len(u.Ins) == 0 {
		return &Values{}
	}
	for i, arm := range u.Ins {
		u.Ins[i] = without(arm, "$table")
	}
	u.layout(b.newNames(), false)
	u.schema = append(value.Schema{{Name: "$table", Type: value.String}}, u.schema...)
	return u
}

// without is a table less the column of a name.
func without(in Node, name string) Node {
	if in.Schema().Index(name) < 0 {
		return in
	}
	p := &Project{In: in}
	for i, f := range in.Schema() {
		if f.Name != name {
			p.add(f.Name, &Col{i, f.Name, f.Type})
		}
	}
	return p
}

// searchArms are the tables that search and find look in: the input, those that
// are named, or all.
func (b *binder) searchArms(op syntax.Op, tables []syntax.Expr, in Node, s *scope) []namedTable {
	switch {
	case in != nil:
		return []namedTable{{tableNameOf(in), in}}
	case len(tables) == 0:
		return b.unionArm(&syntax.Star{Pos: syntax.Pos{At: op.Span()}}, s, true)
	}
	var arms []namedTable
	for _, x := range tables {
		arms = append(arms, b.unionArm(x, s, false)...)
	}
	return arms
}

// searchedUnion is the rows of tables that meet a condition, with the tables'
// names as Source. Tables that the condition does not fit are left out.
func (b *binder) searchedUnion(op syntax.Op, cond syntax.Expr, arms []namedTable, s *scope, has string) *Union {
	u, fits := &Union{}, false
	var refused *binder
	for _, arm := range arms {
		try := &binder{file: b.file, cat: b.cat, depth: b.depth, probe: b.probe, named: b.named}
		p := try.searched(cond, arm.table, s, has)
		if len(try.errs) > 0 {
			refused = try
			if !mentions(cond, arm.table) {
				continue
			}
			p = &Const{value.BoolOf(false)} // its columns take part, no row does
		} else {
			fits = true
		}
		u.Ins = append(u.Ins, &Where{node: node{arm.table.Schema()}, In: arm.table, P: p})
		u.Source = append(u.Source, arm.name)
	}
	switch {
	case fits:
	case refused != nil:
		b.errs = append(b.errs, refused.errs...)
		u.Ins = nil
	case len(b.errs) == 0:
		b.fail(op, "there is no table to search")
	}
	return u
}

// mentions says whether a condition names a column of a table.
func mentions(cond syntax.Expr, table Node) bool {
	found := false
	syntax.Walk(cond, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok {
			found = found || table.Schema().Index(id.Name.Text) >= 0
		}
		return !found
	})
	return found
}

// tableNameOf is the name of the table that rows come from.
func tableNameOf(n Node) string {
	if sc := openScan(n); sc != nil {
		return sc.Table
	}
	return ""
}

// searched binds a search condition: a bare text is looked for in every column.
func (b *binder) searched(x syntax.Expr, in Node, s *scope, has string) Expr {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.searched(x.X, in, s, has)
	case *syntax.Star:
		return &Const{value.BoolOf(true)}
	case *syntax.Literal:
		if x.Value.Kind() == value.KString {
			return b.anywhere(x, has, x.Value.Str(), in)
		}
	case *syntax.Call:
		if strings.EqualFold(x.Func.Text, "not") && len(x.Args) == 1 {
			return b.negated(x, b.searched(x.Args[0], in, s, has))
		}
	case *syntax.Binary:
		if x.Op == "and" || x.Op == "or" {
			l, r := b.searched(x.X, in, s, has), b.searched(x.Y, in, s, has)
			if isBad(l) || isBad(r) {
				return bad
			}
			return foldLogic(&Logic{x.Op == "or", l, r})
		}
		if text, ok := b.starred(x); ok {
			return b.anywhere(x, x.Op, text, in)
		}
	}
	return b.scalar(x, b.envOf(in, s))
}

// starred is the text of `* op "text"`.
func (b *binder) starred(x *syntax.Binary) (string, bool) {
	if !isStarred(x.X) || strings.HasPrefix(x.Op, "!") {
		return "", false
	}
	l, ok := x.Y.(*syntax.Literal)
	if !ok || l.Value.Kind() != value.KString {
		return "", false
	}
	return l.Value.Str(), true
}

func (b *binder) negated(at syntax.Node, e Expr) Expr {
	f, ok := fn.Lookup("not")
	if !ok || isBad(e) {
		return bad
	}
	bound, err := fn.Bind(f, []fn.Arg{argOf(e)})
	return b.bound(at, "not", bound, err, nil, e)
}

// anywhere looks for a text in every column. In a search term, * at an end
// stands for the rest of a word.
func (b *binder) anywhere(at syntax.Node, op, text string, in Node) Expr {
	if op == "has" || op == "has_cs" {
		cs := strings.TrimPrefix(op, "has")
		before, after := strings.HasPrefix(text, "*"), strings.HasSuffix(text, "*") && len(text) > 1
		text = strings.Trim(text, "*")
		switch {
		case text == "":
			return &Const{value.BoolOf(true)}
		case before && after:
			op = "contains" + cs
		case after:
			op = "hasprefix" + cs
		case before:
			op = "hassuffix" + cs
		}
	}
	return b.anyColumn(at, op, &Const{value.StringOf(text)}, in.Schema())
}

// anyColumn says whether the text of any column is to another as an operator
// says.
func (b *binder) anyColumn(at syntax.Node, op string, text Expr, cols value.Schema) Expr {
	var any Expr
	for i, f := range cols {
		col := convertTo(&Col{i, f.Name, f.Type}, value.String)
		bound, err := fn.BindBinary(op, fn.Arg{Type: value.String}, argOf(text))
		e := b.bound(at, op, bound, err, nil, col, text)
		if isBad(e) {
			return bad
		}
		if any == nil {
			any = e
			continue
		}
		any = &Logic{true, any, e}
	}
	if any == nil {
		return &Const{value.BoolOf(false)}
	}
	return any
}
