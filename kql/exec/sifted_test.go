package exec

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What rows were asked as they came holds: each condition up to the last, unless columns
// before it are made by the clock.
func TestWhatHolds(t *testing.T) {
	yes := func() *plan.Where { return &plan.Where{P: &plan.Const{V: value.BoolOf(true)}} }
	first, second, last := yes(), yes(), yes()
	steady := &plan.Project{Exprs: []plan.Expr{&plan.Const{V: value.LongOf(1)}}}
	clock := &plan.Project{Exprs: []plan.Expr{&plan.Call{Name: "now", Bound: fn.Bound{Timed: true}}}}
	for _, tt := range []struct {
		steps []plan.Node
		holds int
	}{
		{[]plan.Node{first, steady, second, last, clock}, 3},
		{[]plan.Node{first, steady, second, clock, last}, 2},
		{[]plan.Node{clock, first, second, last}, 0},
		{[]plan.Node{steady, clock}, 0},
	} {
		s, holds := siftingOf([]Leaf{{Scan: &plan.Scan{}, Steps: tt.steps}}), 0
		for _, n := range []*plan.Where{first, second, last} {
			if s.holds(n) {
				holds++
			}
		}
		if holds != tt.holds {
			t.Errorf("%d conditions of %v hold, want %d", holds, tt.steps, tt.holds)
		}
	}
}
