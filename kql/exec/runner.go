package exec

import (
	"context"
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Runner runs a plan again and again. What it makes of steps that depend neither
// on the clock nor on other tables serves all its runs, with the memory that it
// takes. It is used by one goroutine.
type Runner struct{ run *run }

// NewRunner makes ready to run a plan that has these leaves.
func NewRunner(p *plan.Plan, leaves []Leaf) *Runner {
	return &Runner{&run{p: p, made: &made{leaves: leaves, spare: map[step][]any{}}}}
}

// Run is Run of the package.
func (x *Runner) Run(ctx context.Context, db Database, opt Options, emit func(*value.Batch) error) error {
	x.run.start(ctx, db, opt)
	x.run.made.begin()
	return x.run.root(x.run.p, emit)
}

// made is what runs make of steps, each for one use at a time: a step may be run
// while it is at work.
type made struct {
	leaves  []Leaf
	sifting *sifting
	// readers are those of the query and its tests, for one cache.
	readers   map[int]*plan.NodeReader
	readersOf *Cache
	spare     map[step][]any
	taken     []taken
}

// A step is a node, as the query itself or a test of it needs it.
type step struct {
	node   plan.Node
	asks   int
	counts bool // whether there are enough rows of the node
}

func (r *run) step(n plan.Node) step { return step{node: n, asks: r.asks} }

// maxMade is how much a run hands on to the next: what runs for each row of others
// is made each time.
const maxMade = 256

type taken struct {
	by step
	it any
}

// begin gives back what the last run took.
func (m *made) begin() {
	for _, t := range m.taken {
		m.spare[t.by] = append(m.spare[t.by], t.it)
	}
	clear(m.taken)
	m.taken = m.taken[:0]
}

// lastingly is what was made for a step in a run before, or else what is made now.
// That is kept for the runs to come if it depends on nothing but rows.
func lastingly[T any](r *run, by step, of []plan.Expr, anew func() (T, error)) (T, error) {
	if r.made == nil || r.common != nil {
		return anew()
	}
	if it, ok := r.made.take(by).(T); ok {
		return it, nil
	}
	it, err := anew()
	if err == nil && len(r.made.taken) < maxMade && plan.Lasts(of...) {
		r.made.taken = append(r.made.taken, taken{by, it})
	}
	return it, err
}

// whenFirst is lastingly when it is first asked for: where a step depends on nothing
// but rows it is made when there are any.
func whenFirst[T any](r *run, by step, of []plan.Expr, anew func() (T, error)) (get func() (T, error), err error) {
	get = sync.OnceValues(func() (T, error) { return lastingly(r, by, of, anew) })
	if r.made == nil || r.db == nil || !plan.Lasts(of...) {
		_, err = get()
	}
	return get, err
}

// take is something that was made for a step and is not in use, or nil.
func (m *made) take(by step) any {
	list := m.spare[by]
	if len(list) == 0 {
		return nil
	}
	it := list[len(list)-1]
	m.spare[by] = list[:len(list)-1]
	m.taken = append(m.taken, taken{by, it})
	return it
}
