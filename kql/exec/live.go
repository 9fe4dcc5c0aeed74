package exec

import (
	"context"
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Leaf is a scan of a query with the row-by-row steps that follow it, up to
// the first step that needs more than one row, or to the end.
type Leaf struct {
	Scan *plan.Scan
	Top  plan.Node // the last row-by-row step: what passes it has its schema
	// Steps are those from the scan's next to Top.
	Steps []plan.Node
	// Whole says that nothing else follows: what passes is the query's result.
	Whole bool
}

// Leaves splits a plan: the steps that work on one row can run as rows come.
func Leaves(p *plan.Plan) []Leaf {
	out := make([]Leaf, len(p.Scans))
	above := plan.Parents(p.Root)
	for i, s := range p.Scans {
		top, steps := plan.Node(s), []plan.Node(nil)
		for {
			up := above[top]
			if len(up) != 1 || !rowByRow(up[0]) {
				break
			}
			top = up[0]
			steps = append(steps, top)
		}
		out[i] = Leaf{s, top, steps, top == p.Root}
	}
	return out
}

// rowByRow says whether a step needs one row at a time and nothing of any
// other table, nor of rows that a step above hands over.
func rowByRow(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Where, *plan.MvExpand, *plan.Parse, *plan.ParseKV:
	case *plan.Project:
		if n.Ordered {
			return false
		}
	case *plan.Union:
		return onlyChains(n)
	default:
		return false
	}
	for _, r := range plan.Readers(n)[1:] {
		if plan.ReadsTables(r) || plan.ReadsGiven(r) {
			return false
		}
	}
	return true
}

// onlyChains says whether every input of a union is a table with row-by-row
// steps: then the union itself is one.
func onlyChains(u *plan.Union) bool {
	for _, in := range u.Ins {
		for {
			if _, ok := in.(*plan.Scan); ok {
				break
			}
			if !rowByRow(in) || len(in.Inputs()) != 1 {
				return false
			}
			in = in.Inputs()[0]
		}
	}
	return true
}

// A Live is a plan that is fed its rows. It is used by one goroutine.
type Live struct {
	p        *plan.Plan
	run      *run
	leaves   []Leaf
	followed []*plan.Steps // by leaf, once a sieve is asked for
	chains   []sink        // by leaf, once it is fed
	passing  []sink        // the same for rows that are known to pass
	out      sink
}

// NewLive makes ready to feed a plan that has these leaves. Subqueries over lists are
// run when first needed.
func NewLive(ctx context.Context, p *plan.Plan, leaves []Leaf, opt Options) *Live {
	opt.TrackOrigin = true
	l := &Live{p: p, run: newRun(ctx, p, nil, opt), leaves: leaves}
	l.run.needed = sync.OnceValue(func() map[plan.Node][]bool { return neededOf(p, leaves) })
	l.chains, l.passing, l.followed = make([]sink, len(leaves)), make([]sink, len(leaves)), make([]*plan.Steps, len(leaves))
	return l
}

// neededOf are the columns that are needed where what passes the leaves is kept,
// whole.
func neededOf(p *plan.Plan, leaves []Leaf) map[plan.Node][]bool {
	roots := []plan.Node{p.Root}
	for _, l := range leaves {
		if !l.Whole {
			roots = append(roots, l.Top)
		}
	}
	if len(roots) == 1 {
		return p.Needed()
	}
	return plan.Needed(roots...)
}

// chain is the sink that a leaf's rows are pushed to.
func (l *Live) chain(leaf Leaf) sink {
	push := func(b *value.Batch) error { return l.out(b) }
	for n := leaf.Top; n != plan.Node(leaf.Scan); {
		if u, ok := n.(*plan.Union); ok {
			arm := l.armOf(u, leaf.Scan)
			push, n = l.run.unionArm(u, arm, push), u.Ins[arm]
			continue
		}
		push, n = l.run.transform(n, push)
	}
	return push
}

// armOf is the input of a union that a scan feeds.
func (l *Live) armOf(u *plan.Union, s *plan.Scan) int {
	for i, in := range u.Ins {
		if reads(in, s) {
			return i
		}
	}
	return 0
}

func reads(n plan.Node, s *plan.Scan) bool {
	if n == plan.Node(s) {
		return true
	}
	for _, r := range plan.Readers(n) {
		if reads(r, s) {
			return true
		}
	}
	return false
}

// Feed runs the row-by-row part over a batch of a leaf's table. What passes is
// emitted with its Origin: the row numbers of b (nil: a row's own number).
func (l *Live) Feed(leaf int, b *value.Batch, emit func(*value.Batch) error) (err error) {
	defer l.run.catch(&err)
	l.out = emit
	if l.chains[leaf] == nil {
		l.chains[leaf] = l.chain(l.leaves[leaf])
	}
	return l.chains[leaf](b)
}

// FeedPassed is Feed for rows that came through the sieve of a leaf which settles
// them: its conditions are not asked again.
func (l *Live) FeedPassed(leaf int, b *value.Batch, emit func(*value.Batch) error) (err error) {
	defer l.run.catch(&err)
	l.out = emit
	if l.passing[leaf] == nil {
		l.run.sifting = siftingOf(l.leaves[leaf : leaf+1])
		l.passing[leaf] = l.chain(l.leaves[leaf])
		l.run.sifting = nil
	}
	return l.passing[leaf](b)
}

// Finish runs the rest of the query over rows that Feed let through, which
// rows gives back by leaf. now is the clock.
func (l *Live) Finish(ctx context.Context, now int64, rows func(leaf int, emit func(*value.Batch) error) error, emit func(*value.Batch) error) error {
	opt := l.run.opt
	opt.Now = now
	r := newRun(ctx, l.p, nil, opt)
	r.cut = map[plan.Node]func(func(*value.Batch) error) error{}
	for i, leaf := range l.leaves {
		before := r.cut[leaf.Top] // leaves that meet in one union
		r.cut[leaf.Top] = func(emit func(*value.Batch) error) error {
			if before != nil {
				if err := before(emit); err != nil {
					return err
				}
			}
			return rows(i, emit)
		}
	}
	return r.root(l.p, emit)
}
