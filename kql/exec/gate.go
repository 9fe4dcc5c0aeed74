package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// opens says whether a query can give anything, as far as its gate tells: then the
// rest of it is made, and run. It is asked where rows cost little to read again.
func (r *run) opens() bool {
	if !r.remembers() || r.opt.Profile != nil {
		return true
	}
	g := r.p.Gate()
	if g == nil {
		return true
	}
	for i, t := range g.Tests {
		// A test may take what there is no room for: the query itself says so.
		if enough, err := r.test(i+1, t, g.Least); !enough && err == nil {
			return false
		}
	}
	r.passed = g.At
	return true
}

func (r *run) test(number int, t plan.Test, least int) (enough bool, err error) {
	needed := r.needed
	defer func() { r.needed, r.asks = needed, 0 }()
	r.needed, r.asks = t.Needed, number
	return r.reach(t.Summarize, t.In, t.By, least)
}

// reaches says whether any group has so many rows: it reads what groups are made
// of, and nothing else. Before rows are expanded there are fewer to look at.
func (r *run) reaches(n *plan.Summarize, floor int) (enough bool, err error) {
	if in, by, ok := n.Unexpanded(); ok {
		if enough, err := r.reach(n, in, by, floor); !enough || err != nil {
			return enough, err
		}
	}
	return r.reach(n, n.In, n.By, floor)
}

// reach says whether so many rows of a node agree in some keys.
func (r *run) reach(n *plan.Summarize, in plan.Node, by []plan.Expr, floor int) (enough bool, err error) {
	g, err := r.newGrouper(step{in, r.asks, true}, by, nil)
	if err != nil {
		return false, err
	}
	var rows []int
	held := 0
	err = r.stream(in, func(b *value.Batch) error {
		sel := b.Rows()
		g.at = g.table.number(keyColumnsOf(g.by, b, sel), sel, g.at[:0])
		for _, k := range g.at {
			for int(k) >= len(rows) {
				rows = append(rows, 0)
			}
			if rows[k]++; rows[k] >= floor {
				return stopOf(n)
			}
		}
		was := held
		held = g.table.size()
		return r.grow(int64(held-was), g.name())
	})
	r.setUsed(r.used - int64(held))
	if stoppedAt(err, n) {
		return true, nil
	}
	return false, err
}
