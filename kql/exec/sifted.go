package exec

import (
	"context"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Sifted database's rows were run through the row-by-row steps of the query as
// they came (see Live.Feed): those steps need not ask them again.
type Sifted interface {
	Timed
	// Knows says whether it is known which leaves let each row through.
	Knows() bool
	// Passed is Between for the rows that a leaf let through, and for no others.
	Passed(ctx context.Context, table string, columns []int, leaf int, from, to int64, emit func(*value.Batch) error) error
}

// A sifting is what a plan need not ask of the rows of a Sifted database.
type sifting struct {
	leaves map[*plan.Scan]int
	wheres map[plan.Node]bool // that are true of all rows that passed their leaf
}

// siftingOf finds the conditions that follow the scans of a plan's leaves. What
// depends on the clock was not asked as it would be now; and behind mv-expand it was
// asked of other rows.
func siftingOf(leaves []Leaf) *sifting {
	s := &sifting{leaves: map[*plan.Scan]int{}, wheres: map[plan.Node]bool{}}
	for i, leaf := range leaves {
		s.leaves[leaf.Scan] = i
		s.follow(leaf.Steps)
	}
	return s
}

func (s *sifting) follow(steps []plan.Node) {
	last := len(steps) // condition
	for last > 0 && !isWhere(steps[last-1]) {
		last--
	}
	for _, n := range steps[:last] {
		switch n := n.(type) {
		case *plan.Where:
			s.wheres[n] = plan.Timeless(n.P)
		case *plan.Project:
			if !plan.Timeless(n.Exprs...) {
				return
			}
		default:
			return
		}
	}
}

func isWhere(n plan.Node) bool {
	_, yes := n.(*plan.Where)
	return yes
}

// siftedBefore looks at the plan where the database's rows were run through it.
func (r *run) siftedBefore() {
	db, ok := r.db.(Sifted)
	if !ok || r.made == nil || !db.Knows() {
		return
	}
	if r.made.sifting == nil {
		r.made.sifting = siftingOf(r.made.leaves)
	}
	r.sifting = r.made.sifting
}

// holds says whether a condition is true of all rows that come to it.
func (s *sifting) holds(n *plan.Where) bool {
	return s != nil && (s.wheres[n] || n.Of != nil && s.wheres[n.Of])
}

// leaf is the number of a scan's leaf, if that is all that its rows are wanted of.
func (s *sifting) leaf(n *plan.Scan) (leaf int, ok bool) {
	if s == nil {
		return 0, false
	}
	leaf, ok = s.leaves[n]
	return leaf, ok
}
