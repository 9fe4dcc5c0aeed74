package kql

import (
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/exec"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
)

// A Profile measures the steps of a run: give an empty one in RunOptions, and
// then to Query.Plan. Runs without one are not slowed down.
type Profile = exec.Profile

// A Step is an operator of a query's plan. The order is that of the work, not
// of the text: conditions move down to where their rows come from.
type Step struct {
	Op     string // "table", "where", "summarize", ...
	Detail string // what it works on: a condition, keys, columns

	// What it did, when the run was profiled. Time is its own, without that of
	// its inputs. Columns are computed when they are first needed, and that is
	// the time of the step that needs them. Rows are those given to all who read
	// the step.
	Rows   int64
	Time   time.Duration
	Memory int64 // bytes kept

	// Inputs are the steps that this one reads, subqueries of its expressions
	// included. A step that several read is the same pointer in each of them.
	Inputs []*Step
}

// Plan is the steps of the query, from the last one down; p says what they did
// (nil: the plan alone).
func (q *Query) Plan(p *Profile) *Step {
	return (&planner{profile: p, needed: q.plan.Needed(), steps: map[plan.Node]*Step{}}).step(q.plan.Root)
}

type planner struct {
	profile *Profile
	needed  map[plan.Node][]bool
	steps   map[plan.Node]*Step
}

func (p *planner) step(n plan.Node) *Step {
	if s, ok := p.steps[n]; ok {
		return s
	}
	s := &Step{}
	p.steps[n] = s
	s.Op, s.Detail = plan.Describe(n, p.needed[n])
	m := p.profile.Of(n)
	s.Rows, s.Time, s.Memory = m.Rows, m.Time, m.Memory
	for _, in := range plan.Readers(n) {
		s.Inputs = append(s.Inputs, p.step(in))
	}
	return s
}
