package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An expand is an mv-expand of some sieves, and what they ask of the elements: a
// row passes where one of its elements does.
type expand struct {
	of     *plan.MvExpand
	run    *run
	common *commons // of the rows
	panel  *Panel   // over the elements
	users  members

	push            sink  // made when it is first run
	sets            []Set // of the rows at hand
	passed          []Set // by row: the sieves that let an element through
	ofRows, ofElems Sets
}

// expandOf is the expand of a step; those that are alike are one.
func (p *Panel) expandOf(r *run, n *plan.MvExpand) *expand {
	for _, x := range p.expands {
		if p.common.sameExpand(r, x.of, n) {
			return x
		}
	}
	x := &expand{of: n, run: r, common: p.common, panel: NewPanel(p.width)}
	x.panel.OnFailure = p.common.failed
	p.expands = append(p.expands, x)
	for _, e := range n.Exprs {
		p.common.note(r, e)
	}
	return x
}

func (x *expand) add(r *run, id int, steps []plan.Node, maxSize int) {
	x.users.add(id)
	x.panel.add(r, id, steps, nil, maxSize)
}

// sameExpand says whether two steps make the same rows.
func (c *commons) sameExpand(r *run, a, b *plan.MvExpand) bool {
	if a == b {
		return true
	}
	one, ok := c.expandKey(r, a)
	two, also := c.expandKey(r, b)
	return ok && also && one == two
}

// judge asks about the elements of the rows. Where that goes wrong, all may pass.
func (x *expand) judge(b *value.Batch, rows []int32, sets []Set) {
	if len(rows) == 0 {
		return
	}
	x.sets, x.passed = sets, x.ofRows.Clear(b.N, x.panel.width)
	flat := b.With(slices.Clone(rows))
	flat.Origin = nil // that of an element is to be its row here
	if x.pushed(flat) != nil {
		return
	}
	for _, row := range rows {
		for _, w := range x.users {
			sets[row][w.at] &^= w.bits &^ x.passed[row][w.at]
		}
	}
}

func (x *expand) pushed(b *value.Batch) (err error) {
	defer x.run.catch(&err)
	if x.push == nil {
		before := x.run.common
		x.run.common = x.common
		x.push = x.run.mvExpand(x.of, x.take)
		x.run.common = before
	}
	return x.push(b)
}

// take asks about elements.
func (x *expand) take(b *value.Batch) error {
	elems := x.ofElems.Clear(b.N, x.panel.width)
	for i, elem := range elems {
		of := x.sets[b.Origin[i][0]]
		for _, w := range x.users {
			elem[w.at] = of[w.at] & w.bits
		}
	}
	x.panel.Judge(b, elems)
	for i, elem := range elems {
		passed := x.passed[b.Origin[i][0]]
		for w := range elem {
			passed[w] |= elem[w]
		}
	}
	return nil
}
