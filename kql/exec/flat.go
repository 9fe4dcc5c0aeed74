package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A flat is an aggregate of whole numbers, times or spans whose state is one
// number a group: the states of all groups lie side by side. Its answers are
// those of the aggregate's own state.
type flat struct {
	what string // "count", "sum", "min" or "max"
	typ  value.Type
	n    []int64
	some []bool // a value came; not of counts and sums
}

// flatOf is that aggregate, or nil when it is another.
func flatOf(a *plan.Agg) *flat {
	if a.Func == nil || a.Extreme != 0 {
		return nil
	}
	switch name := a.Func.Name; {
	case name == "count" && len(a.Args) == 0:
		return &flat{what: name, typ: value.Long}
	case len(a.Args) != 1 || wholeKind(a.Args[0].Type()) == value.Unknown:
	case name == "min", name == "max":
		return &flat{what: name, typ: a.Args[0].Type()}
	case name == "sum" && a.Args[0].Type() != value.DateTime:
		return &flat{what: name, typ: wholeKind(a.Args[0].Type())}
	}
	return nil
}

// open makes room for one more group.
func (f *flat) open() {
	f.n = append(f.n, 0)
	if f.what == "min" || f.what == "max" {
		f.some = append(f.some, false)
	}
}

// count is for count(): at is the group of each row.
func (f *flat) count(at []int32) {
	for _, g := range at {
		f.n[g]++
	}
}

func (f *flat) add(at []int32, vals []value.Value, rows []int32) {
	if f.what == "sum" {
		for r, i := range rows {
			f.n[at[r]] += vals[i].Int() // 0 of null
		}
		return
	}
	for r, i := range rows {
		v := &vals[i]
		if v.IsNull() {
			continue
		}
		g, n := at[r], v.Int()
		if !f.some[g] || (n > f.n[g]) == (f.what == "max") && n != f.n[g] {
			f.n[g], f.some[g] = n, true
		}
	}
}

func (f *flat) result(g int) value.Value {
	if f.some != nil && !f.some[g] {
		return value.NullOf(f.typ)
	}
	switch f.typ {
	case value.Int:
		return value.IntOf(int32(f.n[g]))
	case value.DateTime:
		return value.DateTimeOf(f.n[g])
	case value.TimeSpan:
		return value.TimeSpanOf(f.n[g])
	}
	return value.LongOf(f.n[g])
}

// size is the memory of all groups.
func (f *flat) size() int64 {
	if f == nil {
		return 0
	}
	return int64(9 * cap(f.n))
}
