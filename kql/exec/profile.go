package exec

import (
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Profile measures the steps of a run: give an empty one in Options. It is
// used by one run at a time, and read when that is over.
type Profile struct {
	steps map[plan.Node]*Measure
	cur   *Measure
	since time.Time
}

// A Measure is what one step did.
type Measure struct {
	Rows   int64         // that it gave
	Time   time.Duration // its own, without that of the steps below and above
	Memory int64         // bytes that it kept
}

// Of is what a step did; all zero when it did nothing.
func (p *Profile) Of(n plan.Node) Measure {
	if p == nil || p.steps[n] == nil {
		return Measure{}
	}
	return *p.steps[n]
}

// turn gives the clock to a step and returns whose it was.
func (p *Profile) turn(to *Measure) (from *Measure) {
	now := time.Now()
	if p.cur != nil {
		p.cur.Time += now.Sub(p.since)
	}
	from, p.cur, p.since = p.cur, to, now
	return from
}

func (p *Profile) step(n plan.Node) *Measure {
	m := p.steps[n]
	if m == nil {
		if p.steps == nil {
			p.steps = map[plan.Node]*Measure{}
		}
		m = &Measure{}
		p.steps[n] = m
	}
	return m
}

// measured runs a step with its clock: a batch that it pushes is the time of
// the step above until the push returns.
func (r *run) measured(n plan.Node, out sink) error {
	p := r.opt.Profile
	m := p.step(n)
	above := p.turn(m)
	err := r.push(n, func(b *value.Batch) error {
		m.Rows += int64(b.Len())
		below := p.turn(above)
		err := out(b)
		p.turn(below)
		return err
	})
	p.turn(above)
	return err
}
