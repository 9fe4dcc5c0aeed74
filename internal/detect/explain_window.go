package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const (
	// maxWindows is how many windows of a rule that counts are looked at.
	maxWindows = 500
	// explainWork bounds the rows that one line looks at in all windows.
	explainWork = 2_000_000
)

// rest runs the lines that look at many rows together over what the rule kept,
// in the windows in which the rule runs.
func (x *explainer) rest(w *window) {
	if len(w.rows) == 0 {
		return
	}
	w.sort()
	times := x.times(w)
	all := w.batchesForAll()
	for _, st := range x.stages {
		if !st.line.Whole || st.line.Err != nil {
			continue
		}
		for _, at := range times {
			lo, hi := w.between(at)
			db := all.db(w, lo, hi, nil)
			var n int64
			st.line.Err = st.query.Run(x.ctx, db, kql.RunOptions{Now: at}, func(b *value.Batch) error {
				n += int64(b.Len())
				return nil
			})
			st.line.Rows = max(st.line.Rows, n)
			if st.line.Err != nil {
				break
			}
			st.groups.look(x, db, at)
		}
		st.line.Windows = len(times)
		st.line.Misses = append(st.line.Misses, st.groups.nearest()...)
	}
}

// times are the ends of the windows that are looked at: those of the rule, or
// some of them, evenly apart, when they are many.
func (x *explainer) times(w *window) []int64 {
	var all []int64
	if w.slides {
		for _, k := range w.rows {
			all = append(all, k.ticks)
		}
		all = slices.Compact(all)
	} else {
		all = w.steps(&RuleStats{})
	}
	for n := min(len(all), maxWindows); ; n /= 2 {
		some, work := evenly(all, n), 0
		for _, at := range some {
			lo, hi := w.between(at)
			work += hi - lo
		}
		if work <= explainWork || n < 2 {
			return some
		}
	}
}

// evenly is n of a list, the last among them.
func evenly(all []int64, n int) []int64 {
	if n >= len(all) {
		return all
	}
	n = max(n, 1)
	out := make([]int64, n)
	for i := range out {
		out[i] = all[(i+1)*len(all)/n-1]
	}
	return out
}

// groups looks for the groups that came nearest to a condition on what was
// counted.
type groups struct {
	query    *kql.Query
	gap, met int
	show     []int // columns: what tells the groups apart, and what the condition is about
	keys     int   // how many of them are the former
	best     map[string]*group
}

// A group is one that failed, as it came nearest.
type group struct {
	values []ColumnValue
	gap    float64
}

const (
	gapColumn = "dogwatch_gap"
	metColumn = "dogwatch_ok"
)

// newGroups looks at the rows that a condition gets; nil where it cannot.
func (x *explainer) newGroups(tree *syntax.Query, pipe *syntax.Pipeline, condition syntax.Expr) *groups {
	before := pipe.Ops
	defer func() { pipe.Ops = before }()
	was, err := kql.Compile(diag.NewFile("before", syntax.Format(tree)), x.cat)
	if err != nil {
		return nil
	}
	for _, gap := range []syntax.Expr{gapOf(condition), &syntax.Literal{Value: value.RealOf(0)}} {
		pipe.Ops = append(slices.Clip(before), &syntax.Extend{Cols: []syntax.Expr{
			&syntax.Named{Names: []syntax.Name{{Text: gapColumn}}, X: gap}, &syntax.Named{Names: []syntax.Name{{Text: metColumn}}, X: one(condition)},
		}})
		if q, err := kql.Compile(diag.NewFile("groups", syntax.Format(tree)), x.cat); err == nil {
			g := &groups{query: q, gap: q.Schema().Index(gapColumn), met: q.Schema().Index(metColumn), best: map[string]*group{}}
			if keys, ok := was.Keys(); ok {
				g.show = slices.Clone(keys)
			}
			g.keys = len(g.show)
			for _, name := range columnsIn(condition, was.Schema()) {
				if c := was.Schema().Index(name); !slices.Contains(g.show, c) {
					g.show = append(g.show, c)
				}
			}
			return g
		}
	}
	return nil
}

// gapOf is how far the two sides of a condition's first comparison of numbers
// lie apart.
func gapOf(condition syntax.Expr) syntax.Expr {
	var found *syntax.Binary
	syntax.Walk(condition, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.Binary); ok && found == nil {
			switch b.Op {
			case "<", "<=", ">", ">=":
				found = b
			}
		}
		return found == nil
	})
	if found == nil {
		return &syntax.Literal{Value: value.RealOf(0)}
	}
	call := func(name string, args ...syntax.Expr) syntax.Expr {
		return &syntax.Call{Func: syntax.Name{Text: name}, Args: args}
	}
	return call("abs", &syntax.Binary{Op: "-", X: call("toreal", found.X), Y: call("toreal", found.Y)})
}

// look notes the groups of a window that fail.
func (g *groups) look(x *explainer, db *windowDB, at int64) {
	if g == nil {
		return
	}
	// The line itself tells of a mistake.
	_ = g.query.Run(x.ctx, db, kql.RunOptions{Now: at}, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			if b.At(int(i), g.met).Int() == 0 {
				g.add(b, int(i))
			}
		}
		return nil
	})
}

func (g *groups) add(b *value.Batch, row int) {
	gap := math.Inf(1)
	if v := b.At(row, g.gap); !v.IsNull() {
		gap = v.Real()
	}
	var key strings.Builder
	values := make([]ColumnValue, len(g.show))
	for k, c := range g.show {
		values[k] = ColumnValue{g.query.Schema()[c].Name, textOf(b.At(row, c))}
		if k < g.keys {
			key.WriteString(values[k].Value + "\x00")
		}
	}
	if g.keys == 0 {
		key.WriteString(values0(values))
	}
	if old := g.best[key.String()]; old == nil || gap < old.gap {
		g.best[key.String()] = &group{values, gap}
	}
}

// values0 tells rows apart that have no key.
func values0(values []ColumnValue) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(v.Value + "\x00")
	}
	return b.String()
}

// nearest are the groups that came nearest.
func (g *groups) nearest() (out []Miss) {
	if g == nil {
		return nil
	}
	all := make([]string, 0, len(g.best))
	for key := range g.best {
		all = append(all, key)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(g.best[a].gap, g.best[b].gap), strings.Compare(a, b))
	})
	for _, key := range all[:min(len(all), maxMisses)] {
		out = append(out, Miss{Values: g.best[key].values})
	}
	return out
}

// columnsIn are the columns of a schema that an expression speaks of.
func columnsIn(x syntax.Expr, schema value.Schema) (names []string) {
	syntax.Walk(x, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok && schema.Index(id.Name.Text) >= 0 && !slices.Contains(names, id.Name.Text) {
			names = append(names, id.Name.Text)
		}
		return true
	})
	return names
}
