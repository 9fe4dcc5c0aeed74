package detect

import (
	"context"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Line is one step of a rule, or one condition of a step, and what became of
// the rows that reached it.
type Line struct {
	Text string // as canonical KQL: "| where", and a condition
	// Rows are those that the step gave. Condition says that the step is one of
	// the conditions of a where: then what reached it and is not in Rows failed.
	Rows      int64
	Condition bool
	// Whole says that the step looks at many rows together: it ran in each of
	// Windows windows of the rule, and Rows is the most that it gave in one.
	Whole   bool
	Windows int
	// Exception says that the line is an exception: Rows are those excepted.
	Exception bool
	// Misses are rows that failed here: those that met most of the conditions
	// of the same where, and of these the first. Of a Whole step they are the
	// groups that came nearest.
	Misses []Miss
	Err    error
}

// An Explanation is what a rule's lines let through, and what came of it.
type Explanation struct {
	Lines  []Line
	Alerts []dogwatch.Alert
}

// A Miss is a row, or a group, that failed a condition, with the values it
// failed by.
type Miss struct {
	Evidence dogwatch.Evidence // none of a group
	Values   []ColumnValue
	met      int // conditions
}

// A ColumnValue is a column's value as text.
type ColumnValue struct{ Column, Value string }

// maxMisses is how many rows a line remembers.
const maxMisses = 3

// Explain runs a rule line by line over an input, which feed gives batch by
// batch, and says how many rows passed each line.
func Explain(ctx context.Context, r *dogwatch.Rule, cat kql.Catalog, feed func(func(dogwatch.Batch) error) error) (*Explanation, error) {
	x := &explainer{ctx: ctx, cat: cat}
	x.split(r)
	e := New([]*dogwatch.Rule{always(r)}, Options{Catalog: cat})
	w := e.NewWorker(ctx)
	err := feed(func(b dogwatch.Batch) error {
		x.look(newSource(b, cat, nil))
		return w.Feed(b)
	})
	if err != nil {
		return nil, err
	}
	if u := e.units[0]; u.window != nil {
		x.rest(u.window)
	}
	out := &Explanation{Lines: make([]Line, len(x.stages))}
	for i, st := range x.stages {
		out.Lines[i] = st.line
	}
	out.Alerts, err = e.Finish(ctx)
	out.Lines = append(out.Lines, exceptionLines(r, e.Stats()[0])...)
	return out, err
}

// exceptionLines say how many rows each exception took away.
func exceptionLines(r *dogwatch.Rule, st RuleStats) (lines []Line) {
	for i, e := range r.Exceptions {
		text := "excepted: " + e.Where
		if e.Reason != "" {
			text += ": " + e.Reason
		}
		lines = append(lines, Line{Text: text, Rows: st.Excepted[i], Exception: true})
	}
	return lines
}

// always is a rule that is turned on.
func always(r *dogwatch.Rule) *dogwatch.Rule {
	c := *r
	c.Enabled = true
	return &c
}

// An explainer has a query for each line of a rule: the rule up to there.
type explainer struct {
	ctx    context.Context
	cat    kql.Catalog
	stages []*stage
	scores []*score
}

type stage struct {
	line   Line
	query  *kql.Query // nil when the part up to here cannot stand alone
	live   *kql.Live
	leaves []kql.Leaf
	names  []string // columns that the condition speaks of
	passed map[int]bool
	score  *score
	groups *groups
}

// split cuts the rule into lines: each operator is one, and each condition of
// a where that is joined to others by and.
func (x *explainer) split(r *dogwatch.Rule) {
	tree, errs := syntax.Parse(diag.NewFile(r.Path, r.KQL))
	if len(errs) > 0 {
		return
	}
	pipe := mainPipeline(tree)
	if pipe == nil {
		x.add(tree, syntax.Format(tree), nil)
		return
	}
	ops := pipe.Ops
	pipe.Ops = nil
	if pipe.Source != nil {
		x.add(tree, syntax.Format(pipe.Source), nil)
	}
	var run *score
	for i, op := range ops {
		if !scored(op) {
			run = nil
		} else if run == nil {
			run = x.newScore(tree, pipe, ops[i:])
		}
		w, ok := op.(*syntax.Where)
		if !ok {
			pipe.Ops = append(slices.Clip(pipe.Ops), op)
			x.add(tree, "| "+syntax.Format(op), nil)
			continue
		}
		for _, p := range conjuncts(w.P) {
			near := x.newGroups(tree, pipe, p)
			pipe.Ops = append(slices.Clip(pipe.Ops), &syntax.Where{P: p})
			st := x.add(tree, "| where "+syntax.Format(p), p)
			if st.score = run; st.line.Whole {
				st.groups = near
			}
		}
	}
}

// mainPipeline is the last statement's. Where that only names a variable, the
// variable's takes its place.
func mainPipeline(tree *syntax.Query) *syntax.Pipeline {
	if len(tree.Statements) == 0 {
		return nil
	}
	last, ok := tree.Statements[len(tree.Statements)-1].(*syntax.ExprStatement)
	if !ok {
		return nil
	}
	if id, ok := last.X.(*syntax.Ident); ok {
		last.X = pipelineOf(tree, id)
	}
	pipe, _ := last.X.(*syntax.Pipeline)
	return pipe
}

func pipelineOf(tree *syntax.Query, id *syntax.Ident) syntax.Expr {
	for _, st := range tree.Statements {
		if let, ok := st.(*syntax.Let); ok && let.Name.Text == id.Name.Text {
			if pipe, ok := let.X.(*syntax.Pipeline); ok {
				c := *pipe
				return &c
			}
		}
	}
	return id
}

// conjuncts are the conditions that must all hold.
func conjuncts(p syntax.Expr) []syntax.Expr {
	if b, ok := p.(*syntax.Binary); ok && b.Op == "and" {
		return append(conjuncts(b.X), conjuncts(b.Y)...)
	}
	if q, ok := p.(*syntax.Paren); ok {
		if inner := conjuncts(q.X); len(inner) > 1 {
			return inner
		}
	}
	return []syntax.Expr{p}
}

func (x *explainer) add(tree *syntax.Query, text string, condition syntax.Expr) *stage {
	st := &stage{line: Line{Text: text, Condition: condition != nil}}
	x.stages = append(x.stages, st)
	q, err := kql.Compile(diag.NewFile("rule", syntax.Format(tree)), x.cat)
	if err != nil {
		st.line.Err = err
		return st
	}
	st.query, st.leaves = q, q.Leaves()
	if q.Stateless() {
		st.live = q.NewLive(x.ctx, kql.RunOptions{})
	} else {
		st.line.Whole = true
	}
	if condition != nil {
		st.names = columnsIn(condition, q.Schema())
	}
	return st
}

// look runs the lines that need one row at a time over a batch, the last
// first: a row that passed one line and not the next failed the next.
func (x *explainer) look(s *source) {
	for _, sc := range x.scores {
		sc.look(s)
	}
	var next *stage
	for _, st := range slices.Backward(x.stages) {
		if st.live == nil {
			continue
		}
		st.passed = map[int]bool{}
		for i, leaf := range st.leaves {
			if leaf.Table != s.batch.Table {
				continue
			}
			err := st.live.Feed(i, s.batch.Rows, func(b *value.Batch) error {
				for _, i := range b.Rows() {
					st.line.Rows++
					at := origin(b, int(i))
					st.passed[at] = true
					if next != nil {
						next.miss(s, b, int(i), at, st.query.Schema())
					}
				}
				return nil
			})
			if err != nil && st.line.Err == nil {
				st.line.Err = err
			}
		}
		next = st
	}
}

// miss notes a row that reached a condition and did not pass, if it is among
// the nearest.
func (st *stage) miss(s *source, b *value.Batch, i, at int, schema value.Schema) {
	if !st.line.Condition || st.passed[at] {
		return
	}
	met := st.score.of(at)
	place := len(st.line.Misses)
	for place > 0 && st.line.Misses[place-1].met < met {
		place--
	}
	if place >= maxMisses {
		return
	}
	m := Miss{Evidence: *s.at(at), met: met}
	for _, name := range st.names {
		if c := schema.Index(name); c >= 0 {
			m.Values = append(m.Values, ColumnValue{name, textOf(b.At(i, c))})
		}
	}
	list := slices.Insert(st.line.Misses, place, m)
	st.line.Misses = list[:min(len(list), maxMisses)]
}
