package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A choiceFilter asks one condition of the rows of which a first holds, and another of
// the rest.
type choiceFilter struct {
	when, then, other filter
	rest, out         []int32
}

func (r *run) compileChoice(e *plan.Choose) (filter, error) {
	other, err := r.laterFilter(e.Else)
	for i := len(e.When) - 1; i >= 0 && err == nil; i-- {
		f := &choiceFilter{other: other}
		if f.when, err = r.laterFilter(e.When[i]); err == nil {
			f.then, err = r.laterFilter(e.Then[i])
		}
		other = f
	}
	return other, err
}

func (f *choiceFilter) keep(b *value.Batch, rows []int32) []int32 {
	yes := f.when.keep(b, rows)
	f.rest = leftOf(f.rest[:0], rows, yes)
	f.out = f.out[:0]
	if len(yes) > 0 {
		yes = f.then.keep(b, yes)
	}
	if len(f.rest) > 0 {
		f.out = merge(f.out, yes, f.other.keep(b, f.rest))
		return f.out
	}
	return yes
}

// leftOf are the rows that are not among some of them.
func leftOf(out, rows, some []int32) []int32 {
	for _, i := range rows {
		if len(some) > 0 && some[0] == i {
			some = some[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}
