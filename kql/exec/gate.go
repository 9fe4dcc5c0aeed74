package exec

import (
	"context"

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
	if g == nil || g.At != nil && r.isCached(g.At) {
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

// Opens says whether any run over some of a database's rows can give anything, as
// far as they say themselves: neither the clock nor other tables are asked.
func (x *Runner) Opens(ctx context.Context, db Database, opt Options) bool {
	g := x.run.p.Gate()
	if g == nil {
		return true
	}
	x.run.start(ctx, db, opt)
	x.run.made.begin()
	defer x.run.begin()()
	for i, t := range g.Ever {
		if enough, err := x.run.test(1+len(g.Tests)+i, t, g.Least); !enough && err == nil {
			return false
		}
	}
	return true
}

// test says whether any group of a test has so many rows. Where they came from does
// not matter.
func (r *run) test(number int, t plan.Test, least int) (enough bool, err error) {
	needed, origin := r.needed, r.opt.TrackOrigin
	defer func() { r.needed, r.asks, r.opt.TrackOrigin = needed, 0, origin }()
	defer r.catch(&err)
	r.needed, r.asks, r.opt.TrackOrigin = func() map[plan.Node][]bool { return t.Needed }, number, false
	return r.reachOnce(t.Crowd, least)
}

// reaches says whether any group of a summarize has so many rows: it reads what
// groups are made of, and nothing else.
func (r *run) reaches(n *plan.Summarize, floor int) (bool, error) {
	for _, c := range n.Crowds() {
		if enough, err := r.reachOnce(c, floor); !enough || err != nil {
			return false, err
		}
	}
	return true, nil
}

// reach says whether any group of a crowd has so many rows.
func (r *run) reach(c plan.Crowd, floor int) (enough bool, err error) {
	t, err := r.newThrong(c, floor)
	if err != nil {
		return false, err
	}
	held := 0
	err = r.stream(c.In, func(b *value.Batch) error {
		if err := t.ready(); err != nil {
			return err
		}
		if t.add(b); t.enough {
			return stopOf(c.In)
		}
		was := held
		held = t.size()
		return r.grow(int64(held-was), "summarize")
	})
	r.setUsed(r.used - int64(held))
	if t.enough {
		return true, nil
	}
	return err == nil && t.late(), err
}
