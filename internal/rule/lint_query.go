package rule

import (
	"slices"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
)

// query looks at what the compiler takes and the author can hardly mean.
func (l *linter) query(r *dogwatch.Rule, s *Set) {
	l.whenItRuns(r)
	l.hiddenNames(r, s.tables)
	l.neverValues(r, s.tables)
	l.auditLevel(r, s.AuditLevel(r))
	f := &folding{cat: s.Catalog(), seen: map[string]possible{}}
	syntax.Walk(r.Query.Tree(), func(n syntax.Node) bool {
		if p, ok := n.(*syntax.Pipeline); ok {
			l.conditions(r, p, f)
		}
		return true
	})
}

// auditLevel says that a rule never matches what a policy logs at Metadata,
// unless the rule says so itself.
func (l *linter) auditLevel(r *dogwatch.Rule, needs string) {
	switch {
	case r.AuditLevel != "" && r.AuditLevel != needs:
		l.errs.Add(l.src.doc.file, l.src.levelAt, "the rule says that it needs the audit level %s, and its query %s", r.AuditLevel, needsLevel(needs))
	case r.AuditLevel != "" || needs == "" || needs == Levels[0]:
	default:
		e := l.warn("query", "the rule never matches events of the audit level Metadata: every way through its query needs %s", needs)
		if e.Hint = "say auditLevel: " + needs + " under dogwatch, so that people know"; !l.src.ours {
			e.Hint = ""
			l.notes = append(l.notes, e)
		}
	}
}

func needsLevel(level string) string {
	if level == "" {
		return "reads no audit events"
	}
	return "needs " + level
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

func columnName(x syntax.Expr) string {
	if id, ok := x.(*syntax.Ident); ok {
		return id.Name.Text
	}
	return ""
}
