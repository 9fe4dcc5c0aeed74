package rule

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A limit is what earlier conditions left of what a column can be.
type limit struct {
	texts  []string // one of these, if known
	known  bool
	not    []string // none of these
	lo, hi float64  // of numbers
}

// limits are those of the columns, by name.
type limits map[string]limit

func (m limits) of(name string) limit {
	if l, ok := m[name]; ok {
		return l
	}
	return limit{lo: math.Inf(-1), hi: math.Inf(1)}
}

// conditions finds what can never be true in the steps of a pipeline, given
// the steps before.
func (l *linter) conditions(r *dogwatch.Rule, p *syntax.Pipeline, f *folding) {
	c := &conditions{linter: l, rule: r, fold: f}
	may := limits{}
	for _, op := range p.Ops {
		switch op := op.(type) {
		case *syntax.Where:
			c.meet(op.P, may, "nothing passes")
		case *syntax.Extend:
			for _, x := range op.Cols {
				c.inside(x, may)
			}
			for _, name := range assigned(op) {
				delete(may, name)
			}
		default:
			c.inside(op, may)
			clear(may) // a column of that name may be another
		}
	}
}

type conditions struct {
	*linter
	rule *dogwatch.Rule
	fold *folding
}

func (c *conditions) say(at syntax.Node, text, so string) bool {
	c.errs.Add(c.rule.Query.File(), at.Span(), "%s: %s", text, so)
	return false
}

// meet notes in may what a condition asks for. It is false, and has said so,
// when that is more than there can be; so says what comes of it.
func (c *conditions) meet(x syntax.Expr, may limits, so string) bool {
	for _, part := range joined(x, "and") {
		if either := joined(part, "or"); len(either) > 1 {
			some := false
			for _, e := range either {
				some = c.meet(e, maps.Clone(may), "this part never holds") || some
			}
			if !some {
				return false
			}
			continue
		}
		if !c.meetOne(part, may, so) {
			return false
		}
	}
	return true
}

func (c *conditions) meetOne(x syntax.Expr, may limits, so string) bool {
	if p := c.fold.of(x, nil); p != nil {
		if !p.canHold() {
			return c.say(x, "the condition is never true", so)
		}
		if len(p) == 1 {
			c.say(x, "the condition is always true", "it can go")
		}
	}
	name, asked, ok := asks(x)
	if !ok {
		c.inside(x, may)
		return true
	}
	got := may.of(name).and(asked)
	if got.none() {
		return c.say(x, name+" cannot be what this and an earlier condition ask for", so)
	}
	may[name] = got
	return true
}

// inside looks at the conditions within an expression: those of case and iff,
// and what is joined by and, or.
func (c *conditions) inside(x syntax.Node, may limits) {
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Pipeline:
			return false // looked at by itself
		case *syntax.Binary:
			if n.Op == "and" || n.Op == "or" {
				c.meet(n, maps.Clone(may), "this never holds")
				return false
			}
		case *syntax.Call:
			switch n.Func.Text {
			case "case", "iff", "iif":
				c.branches(n, may)
				return false
			}
		}
		return true
	})
}

func (c *conditions) branches(call *syntax.Call, may limits) {
	seen := map[string]bool{}
	for i, arg := range call.Args {
		if i%2 == 1 || i == len(call.Args)-1 {
			c.inside(arg, may)
			continue
		}
		text := syntax.Format(arg)
		if seen[text] {
			c.say(arg, "an earlier branch has the same condition", "this one is never taken")
			continue
		}
		seen[text] = true
		c.meet(arg, maps.Clone(may), "this branch is never taken")
	}
}

// assigned are the names that a step gives to what it computes.
func assigned(n syntax.Node) (names []string) {
	for _, named := range nodes[*syntax.Named](n) {
		for _, name := range named.Names {
			names = append(names, name.Text)
		}
	}
	for _, col := range nodes[*syntax.ExpandCol](n) {
		if col.Name != nil {
			names = append(names, col.Name.Text)
		}
	}
	return names
}

// asks is the column that a condition is about, and what it asks of it.
func asks(x syntax.Expr) (name string, l limit, ok bool) {
	l = limit{lo: math.Inf(-1), hi: math.Inf(1)}
	switch x := x.(type) {
	case *syntax.Paren:
		return asks(x.X)
	case *syntax.Ident:
		return x.Name.Text, limit{texts: []string{"true"}, known: true, lo: l.lo, hi: l.hi}, true
	case *syntax.Call:
		return asksCall(x, l)
	case *syntax.In:
		texts, all := literals(x.List)
		switch name = columnName(x.X); {
		case name == "" || !all:
		case x.Op == "in":
			l.texts, l.known = texts, true
			return name, l, true
		case x.Op == "!in":
			l.not = texts
			return name, l, true
		}
	case *syntax.Binary:
		return asksBinary(x, l)
	}
	return "", l, false
}

func asksCall(x *syntax.Call, l limit) (string, limit, bool) {
	if len(x.Args) != 1 {
		return "", l, false
	}
	name := columnName(x.Args[0])
	switch x.Func.Text {
	case "isempty":
		l.texts, l.known = []string{""}, true
	case "isnotempty":
		l.not = []string{""}
	case "not":
		l.texts, l.known = []string{"false"}, true
	default:
		return "", l, false
	}
	return name, l, name != ""
}

func asksBinary(x *syntax.Binary, l limit) (string, limit, bool) {
	texts, ok := literals([]syntax.Expr{x.Y})
	name := columnName(x.X)
	if name == "" || !ok {
		return "", l, false
	}
	switch x.Op {
	case "==":
		l.texts, l.known = texts, true
		return name, l, true
	case "!=":
		l.not = texts
		return name, l, true
	}
	n, ok := numberOf(x.Y)
	if !ok {
		return "", l, false
	}
	switch x.Op {
	case "<":
		l.hi = math.Nextafter(n, math.Inf(-1))
	case "<=":
		l.hi = n
	case ">":
		l.lo = math.Nextafter(n, math.Inf(1))
	case ">=":
		l.lo = n
	default:
		return "", l, false
	}
	return name, l, true
}

// literals are constants as texts; false when one is none, or is null.
func literals(list []syntax.Expr) (texts []string, ok bool) {
	for _, e := range list {
		lit, isLiteral := e.(*syntax.Literal)
		if !isLiteral || lit.Value.IsNull() || lit.Value.Type() == value.Dynamic {
			return nil, false
		}
		texts = append(texts, lit.Value.String())
	}
	return texts, len(texts) > 0
}

func numberOf(x syntax.Expr) (float64, bool) {
	lit, ok := x.(*syntax.Literal)
	if !ok || lit.Value.IsNull() {
		return 0, false
	}
	switch lit.Value.Type() {
	case value.Int, value.Long, value.Real:
		return lit.Value.To(value.Real).Real(), true
	}
	return 0, false
}

// and is what meets both.
func (l limit) and(m limit) limit {
	out := limit{lo: max(l.lo, m.lo), hi: min(l.hi, m.hi), not: slices.Concat(l.not, m.not), known: l.known || m.known, texts: l.texts}
	switch {
	case l.known && m.known:
		out.texts = without(l.texts, func(s string) bool { return !slices.Contains(m.texts, s) })
	case m.known:
		out.texts = m.texts
	}
	out.texts = without(out.texts, func(s string) bool {
		n := value.StringOf(s).To(value.Real)
		return slices.Contains(out.not, s) || !n.IsNull() && (n.Real() < out.lo || n.Real() > out.hi)
	})
	return out
}

func without(texts []string, drop func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(texts), drop)
}

func (l limit) none() bool { return l.known && len(l.texts) == 0 || l.lo > l.hi }

// joined are the parts of a condition that an operator joins.
func joined(x syntax.Expr, op string) []syntax.Expr {
	switch e := x.(type) {
	case *syntax.Binary:
		if e.Op == op {
			return append(joined(e.X, op), joined(e.Y, op)...)
		}
	case *syntax.Paren:
		return joined(e.X, op)
	}
	return []syntax.Expr{x}
}

// neverValues finds comparisons of a table's column with what it never is.
func (l *linter) neverValues(r *dogwatch.Rule, tables Tables) {
	vocabulary, ok := tables.(Vocabulary)
	if !ok {
		return
	}
	tree := r.Query.Tree()
	own := assigned(tree)
	check := func(x, y syntax.Expr) {
		lit, ok := y.(*syntax.Literal)
		if !ok || lit.Value.Type() != value.String {
			return
		}
		name, why, hint := neverIs(r, tables, vocabulary, own, x, lit.Value.Str())
		if why != "" {
			l.errs.Add(r.Query.File(), lit.Span(), "%s is never %q: %s", name, clip(lit.Value.Str()), why).Hint = hint
		}
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Binary:
			switch n.Op {
			case "==", "!=":
				check(n.X, n.Y)
				check(n.Y, n.X)
			}
		case *syntax.In:
			if strings.TrimPrefix(n.Op, "!") == "in" {
				for _, y := range n.List {
					check(n.X, y)
				}
			}
		}
		return true
	})
}

// neverIs says why what x reads can never be a text. Each table that has the
// column must say so.
func neverIs(r *dogwatch.Rule, tables Tables, v Vocabulary, own []string, x syntax.Expr, text string) (name, why, hint string) {
	if call, ok := x.(*syntax.Call); ok && call.Func.Text == "tostring" && len(call.Args) == 1 {
		x = call.Args[0]
	}
	if path, ok := x.(*syntax.Path); ok {
		if column := memberColumns[memberName(path)]; column != "" {
			why, hint = v.Never("AKSAudit", column, text)
		}
		return memberName(path), why, hint
	}
	name = columnName(x)
	if name == "" || slices.Contains(own, name) {
		return name, "", ""
	}
	for _, table := range r.Query.Tables() {
		if schema, _ := tables.Table(table); schema.Index(name) >= 0 {
			if why, hint = v.Never(table, name, text); why == "" {
				return name, "", ""
			}
		}
	}
	return name, why, hint
}

// memberColumns are the columns that hold what stands in an audit event's own
// members.
var memberColumns = map[string]string{
	"objectRef.resource": "Resource", "objectRef.subresource": "Subresource", "objectRef.apiGroup": "ApiGroup", "objectRef.apiVersion": "ApiVersion",
	"ObjectRef.resource": "Resource", "ObjectRef.subresource": "Subresource", "ObjectRef.apiGroup": "ApiGroup", "ObjectRef.apiVersion": "ApiVersion",
	"Record.verb": "Verb", "Record.stage": "Stage", "Record.level": "Level", "parse_json.verb": "Verb", "parse_json.stage": "Stage", "parse_json.level": "Level",
}

// memberName is a path's last two names; of parse_json(...).x parse_json.x.
func memberName(p *syntax.Path) string {
	switch x := p.X.(type) {
	case *syntax.Ident:
		return x.Name.Text + "." + p.Name.Text
	case *syntax.Path:
		return x.Name.Text + "." + p.Name.Text
	case *syntax.Call:
		return x.Func.Text + "." + p.Name.Text
	}
	return p.Name.Text
}
