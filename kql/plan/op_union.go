package plan

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func (b *binder) union(op *syntax.Union, in Node, s *scope) Node {
	u := &Union{}
	fuzzy := isTrue(syntax.FindOption(op.Options, "isfuzzy"))
	var names []string
	if in != nil {
		u.Ins, names = append(u.Ins, in), append(names, "union_arg0")
		if sc := openScan(in); sc != nil {
			names[0] = sc.Table
		}
	}
	for _, x := range op.Tables {
		for _, t := range b.unionArm(x, s, fuzzy) {
			name := t.name
			if name == "" {
				name = fmt.Sprintf("union_arg%d", len(u.Ins))
			}
			u.Ins, names = append(u.Ins, t.table), append(names, name)
		}
	}
	inner := b.optionWord(op.Options, "kind", "inner", "outer") == "inner"
	source := ""
	for _, key := range []string{"withsource", "with_source"} {
		if name := b.optionName(op.Options, key); name != "" {
			source = name
		}
	}
	if len(u.Ins) == 0 {
		if !fuzzy {
			b.fail(op, "union needs a table")
		}
		return &Values{}
	}
	taken := b.newNames()
	if source != "" {
		u.Source = names
		u.schema = value.Schema{{Name: taken.take(source), Type: value.String}}
	}
	u.layout(taken, inner)
	return u
}

func isTrue(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Ident:
		return strings.EqualFold(x.Name.Text, "true")
	case *syntax.Literal:
		return strings.EqualFold(x.Value.String(), "true")
	}
	return false
}

type namedTable struct {
	name  string
	table Node
}

// unionArm binds one table of a union; a pattern means all tables that fit,
// and with isfuzzy a table that is not there means none.
func (b *binder) unionArm(x syntax.Expr, s *scope, fuzzy bool) []namedTable {
	switch p := x.(type) {
	case *syntax.Pattern, *syntax.Star:
		pattern := "*"
		if pt, ok := p.(*syntax.Pattern); ok {
			pattern = pt.Text
		}
		var out []namedTable
		for _, name := range s.views() { // these first, as they stand nearer
			if matchName(pattern, name) {
				t := b.tableName(x, name, s)
				out = append(out, namedTable{name, t})
			}
		}
		for _, name := range b.cat.TableNames() {
			if matchName(pattern, name) {
				schema, _ := b.cat.Table(name)
				out = append(out, namedTable{name, scanOf(name, schema)})
			}
		}
		if len(out) == 0 && !fuzzy {
			b.fail(x, "no table fits %q", pattern)
		}
		return out
	case *syntax.Ident:
		return b.fuzzyArm(x, s, fuzzy, p.Name.Text)
	}
	return b.fuzzyArm(x, s, fuzzy, asName(x))
}

// views are the let functions declared with `view`: patterns mean them too.
func (s *scope) views() []string {
	var out []string
	for _, name := range s.list() {
		if got, _ := s.find(name); got.fn != nil && got.fn.decl.View {
			out = append(out, name)
		}
	}
	return out
}

// asName is the name that a last `as` gives a table.
func asName(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Paren:
		return asName(x.X)
	case *syntax.Pipeline:
		if n := len(x.Ops); n > 0 {
			if as, ok := x.Ops[n-1].(*syntax.As); ok {
				return as.Name.Text
			}
		}
	}
	return ""
}

func (b *binder) fuzzyArm(x syntax.Expr, s *scope, fuzzy bool, name string) []namedTable {
	if fuzzy && !b.resolvable(x, s) {
		return nil
	}
	t := b.table(x, s)
	if len(t.Schema()) == 0 {
		return nil
	}
	return []namedTable{{name, t}}
}

// resolvable says whether the table that an arm starts from is there.
func (b *binder) resolvable(x syntax.Expr, s *scope) bool {
	switch x := x.(type) {
	case *syntax.Paren:
		return b.resolvable(x.X, s)
	case *syntax.Pipeline:
		return x.Source == nil || b.resolvable(x.Source, s)
	case *syntax.Ident:
		if got, ok := s.find(x.Name.Text); ok {
			return !got.bad
		}
		_, ok := b.cat.Table(x.Name.Text)
		return ok
	case *syntax.Call:
		if strings.EqualFold(x.Func.Text, "table") || strings.EqualFold(x.Func.Text, "materialize") || strings.EqualFold(x.Func.Text, "_GetWatchlist") {
			return true
		}
		_, ok := s.find(x.Func.Text)
		return ok
	}
	return true
}

// layout lines the columns up by name; columns of one name with different
// types part into name_type each.
func (u *Union) layout(taken *names, inner bool) {
	type column struct {
		name string
		typ  value.Type
	}
	var order []column
	types := map[string]map[value.Type]bool{}
	count := map[column]int{}
	for _, in := range u.Ins {
		for _, f := range in.Schema() {
			c := column{f.Name, f.Type}
			if count[c]++; count[c] == 1 {
				order = append(order, c)
			}
			if types[f.Name] == nil {
				types[f.Name] = map[value.Type]bool{}
			}
			types[f.Name][f.Type] = true
		}
	}
	order = groupByName(order, func(c column) string { return c.name })
	u.Maps = make([][]int, len(u.Ins))
	for _, c := range order {
		if inner && count[c] < len(u.Ins) {
			continue
		}
		name := c.name
		if len(types[c.name]) > 1 && !inner {
			name += "_" + c.typ.String()
		}
		u.schema = append(u.schema, value.Field{Name: taken.take(name), Type: c.typ})
		for i, in := range u.Ins {
			at := in.Schema().Index(c.name)
			if at >= 0 && in.Schema()[at].Type != c.typ {
				at = -1
			}
			u.Maps[i] = append(u.Maps[i], at)
		}
	}
}

// groupByName moves columns of one name together, where the first stands.
func groupByName[T any](list []T, name func(T) string) []T {
	var out []T
	done := map[string]bool{}
	for _, c := range list {
		if done[name(c)] {
			continue
		}
		done[name(c)] = true
		for _, d := range list {
			if name(d) == name(c) {
				out = append(out, d)
			}
		}
	}
	return out
}
