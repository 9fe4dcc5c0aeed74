package rule

import (
	"slices"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// query looks at what the compiler takes and the author can hardly mean.
func (l *linter) query(r *dogwatch.Rule, tables Tables) {
	l.whenItRuns(r)
	l.hiddenNames(r, tables)
	syntax.Walk(r.Query.Tree(), func(n syntax.Node) bool {
		if p, ok := n.(*syntax.Pipeline); ok {
			l.contradictions(r, p)
		}
		return true
	})
}

// whenItRuns says when a rule that counts does not run as its kind suggests.
func (l *linter) whenItRuns(r *dogwatch.Rule) {
	if !r.Counts() {
		return
	}
	why, grows := r.Query.Grows()
	if r.Trigger.Operator != "gt" {
		why, grows = "its trigger is not gt", false
	}
	if r.Kind != "NRT" {
		if l.src.ours && grows && r.Period > 0 && r.Period < 2*r.Frequency {
			l.warn("queryFrequency", "what happens across the edge of two windows is not counted together").Hint =
				"with kind: NRT the rule counts over the last queryPeriod at every record"
		}
		return
	}
	if !grows {
		every := "minute"
		if r.Frequency != time.Minute {
			every = r.Frequency.String()
		}
		l.warn("kind", "the rule counts every %s, and not on change: %s", every, why)
	}
	if l.src.ours && l.src.placeOf("queryPeriod") == (diag.Span{}) {
		l.warn("kind", "the rule counts over one minute").Hint = "queryPeriod says over which time it counts"
	}
}

// hiddenNames finds variables that no one sees: columns come first.
func (l *linter) hiddenNames(r *dogwatch.Rule, tables Tables) {
	columns := map[string]string{}
	for _, table := range r.Query.Tables() {
		schema, _ := tables.Table(table)
		for _, f := range schema {
			columns[f.Name] = table
		}
	}
	tree := r.Query.Tree()
	for _, st := range tree.Statements {
		let, ok := st.(*syntax.Let)
		if !ok {
			continue
		}
		if table := columns[let.Name.Text]; table != "" && usedAsValue(tree, let) {
			l.errs.Add(r.Query.File(), let.Name.At, "%q is a column of %s: the variable is not seen where the table is read", let.Name.Text, table).Hint =
				"give the variable another name"
		}
	}
}

// usedAsValue says whether a variable's name stands where a column may: rows
// only as a list behind in.
func usedAsValue(tree *syntax.Query, let *syntax.Let) bool {
	switch let.X.(type) {
	case *syntax.Function:
		return false
	case *syntax.Pipeline, *syntax.Datatable:
		return slices.ContainsFunc(nodes[*syntax.In](tree), func(in *syntax.In) bool {
			return slices.ContainsFunc(in.List, func(x syntax.Expr) bool {
				id, ok := x.(*syntax.Ident)
				return ok && id.Name.Text == let.Name.Text
			})
		})
	}
	return slices.ContainsFunc(nodes[*syntax.Ident](tree), func(id *syntax.Ident) bool { return id.Name.Text == let.Name.Text })
}

// nodes are the nodes of one type.
func nodes[N syntax.Node](tree syntax.Node) (out []N) {
	syntax.Walk(tree, func(n syntax.Node) bool {
		if x, ok := n.(N); ok {
			out = append(out, x)
		}
		return true
	})
	return out
}

// contradictions finds conditions of a pipeline that are never true, or never
// together.
func (l *linter) contradictions(r *dogwatch.Rule, p *syntax.Pipeline) {
	may := map[string][]string{} // the texts that a column may still be
	for _, op := range p.Ops {
		w, ok := op.(*syntax.Where)
		if !ok {
			clear(may) // a column of that name may be another
			continue
		}
		for _, c := range conjuncts(w.P) {
			if lit, ok := c.(*syntax.Literal); ok && lit.Value.Type() == value.Bool && !lit.Value.Bool() {
				l.never(r, c, "the condition is never true")
			}
			name, texts := equals(c)
			if name == "" {
				continue
			}
			old, seen := may[name]
			if seen {
				texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return !slices.Contains(old, s) })
			}
			if may[name] = texts; len(texts) == 0 {
				l.never(r, c, name+" cannot be what this and an earlier condition ask for")
			}
		}
	}
}

func (l *linter) never(r *dogwatch.Rule, at syntax.Node, text string) {
	l.errs.Add(r.Query.File(), at.Span(), "%s: nothing passes", text)
}

// equals is the column and the texts that a condition asks it to be.
func equals(x syntax.Expr) (name string, texts []string) {
	var list []syntax.Expr
	switch x := x.(type) {
	case *syntax.Binary:
		if x.Op != "==" {
			return "", nil
		}
		name, list = columnName(x.X), []syntax.Expr{x.Y}
	case *syntax.In:
		if x.Op != "in" {
			return "", nil
		}
		name, list = columnName(x.X), x.List
	}
	for _, e := range list {
		lit, ok := e.(*syntax.Literal)
		if !ok || lit.Value.Type() != value.String {
			return "", nil
		}
		texts = append(texts, lit.Value.Str())
	}
	if len(texts) == 0 {
		return "", nil
	}
	return name, texts
}

func columnName(x syntax.Expr) string {
	if id, ok := x.(*syntax.Ident); ok {
		return id.Name.Text
	}
	return ""
}

// conjuncts are the conditions that must all hold.
func conjuncts(x syntax.Expr) []syntax.Expr {
	switch e := x.(type) {
	case *syntax.Binary:
		if e.Op == "and" {
			return append(conjuncts(e.X), conjuncts(e.Y)...)
		}
	case *syntax.Paren:
		return conjuncts(e.X)
	}
	return []syntax.Expr{x}
}
