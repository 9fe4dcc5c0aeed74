package exec

import (
	"context"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Ask is one reading of a table, with what is known of the rows that count.
type Ask struct {
	Table   string
	Columns []int // that are read at all
	// Conditions must all be met by a row that counts. Rows that do not meet
	// them may come too.
	Conditions []plan.Condition
	// Best is set where only so many rows with the latest (or earliest) times
	// will be kept: rows are best given in that order.
	Best *Best
}

// Best says which rows can still be among those that a step keeps.
type Best struct {
	Column int  // of the table, a datetime
	Newest bool // the latest are kept, else the earliest
	bound  int64
}

// Bound is the ticks before (behind, if not Newest) which rows are of no use; 0
// while all are.
func (b *Best) Bound() int64 { return b.bound }

// A Selective database can make use of an Ask.
type Selective interface {
	Database
	// Select is Scan for the rows that an Ask means; it may emit others.
	Select(ctx context.Context, ask Ask, emit func(*value.Batch) error) error
}

// A Timed database knows the time of its rows.
type Timed interface {
	Database
	// Between is Scan for the rows whose time (plan.TimeColumn) is one of those
	// from one to another, in ticks; it may emit others.
	Between(ctx context.Context, table string, columns []int, from, to int64, emit func(*value.Batch) error) error
	// Remembers says whether it costs little to read rows again.
	Remembers() bool
}

// prepareAsk looks at the plan where the database can make use of that.
func (r *run) prepareAsk(p *plan.Plan) {
	if _, ok := r.db.(Selective); ok {
		r.leaves, r.above, r.best = Leaves(p), plan.Parents(p.Root), map[*plan.Scan]*Best{}
	}
}

// remembers says whether it costs little to read rows again.
func (r *run) remembers() bool {
	db, ok := r.db.(Timed)
	return ok && db.Remembers()
}

// ask reads a table.
func (r *run) ask(n *plan.Scan, top plan.Node, columns []int, emit sink) error {
	if db, ok := r.db.(Timed); ok {
		from, to := r.p.Times(top, r.opt.Now)
		if leaf, ok := r.sifting.leaf(n); ok {
			return r.db.(Sifted).Passed(r.ctx, n.Table, columns, leaf, from, to, emit)
		}
		return db.Between(r.ctx, n.Table, columns, from, to, emit)
	}
	db, ok := r.db.(Selective)
	if !ok {
		return r.db.Scan(r.ctx, n.Table, columns, emit)
	}
	a := Ask{Table: n.Table, Columns: columns, Best: r.best[n]}
	for _, l := range r.leaves {
		if l.Scan == n {
			a.Conditions = plan.Conditions(n, l.Steps, r.opt.Now)
		}
	}
	return db.Select(r.ctx, a, emit)
}

// aim tells the scan below a step that keeps the first rows by a column of
// times of it, if there is one with nothing between that makes rows.
func (r *run) aim(n *plan.Sort) *Best {
	if r.best == nil || n.Limit == nil || len(n.Keys) == 0 {
		return nil
	}
	col, ok := n.Keys[0].X.(*plan.Col)
	if !ok || col.Typ != value.DateTime || n.Keys[0].NullsFirst {
		return nil
	}
	at, in := col.Index, n.In
	for {
		if len(r.above[in]) != 1 { // others want all of its rows
			return nil
		}
		switch x := in.(type) {
		case *plan.Where:
			in = x.In
			continue
		case *plan.Project:
			c, ok := x.Exprs[at].(*plan.Col)
			if !ok || x.Ordered {
				return nil
			}
			at, in = c.Index, x.In
			continue
		case *plan.Scan:
			b := &Best{Column: x.Columns[at], Newest: !n.Keys[0].Asc}
			r.best[x] = b
			return b
		}
		return nil
	}
}
