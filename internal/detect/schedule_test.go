package detect

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// A rule is run at each whole multiple of its frequency that has new rows behind it,
// and where fewer rows may mean an alert, when rows go out of sight.
func TestSteps(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		every, period := 1+g.Int64N(20), 1+g.Int64N(60)
		rule := &dogwatch.Rule{Frequency: time.Duration(every * ticksPerNano), Period: time.Duration(period * ticksPerNano)}
		if rule.Trigger.Operator = "gt"; g.IntN(2) == 0 {
			rule.Trigger.Operator = "lt"
		}
		w := &window{u: &unit{rule: rule}, done: g.Int64N(100)}
		for range 1 + g.IntN(30) {
			w.rows = append(w.rows, kept{ticks: 50 + g.Int64N(1+g.Int64N(300))})
		}
		slices.SortFunc(w.rows, func(a, b kept) int { return cmp.Compare(a.ticks, b.ticks) })
		wanted := func(at int64) bool {
			return at > w.done && slices.ContainsFunc(w.rows, func(k kept) bool {
				news, goes := at-every < k.ticks && k.ticks <= at, at-every < k.ticks+period && k.ticks+period <= at
				return news || goes && rule.Trigger.Operator != "gt"
			})
		}
		var want []int64
		for at := every; at < w.rows[len(w.rows)-1].ticks+every; at += every {
			if wanted(at) {
				want = append(want, at)
			}
		}
		if got := w.stepsOf(every, period); !slices.Equal(got, want) {
			t.Fatalf("every %d over %d after %d: steps %d, want %d", every, period, w.done, got, want)
		}
	}
}
