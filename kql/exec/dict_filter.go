package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A dictFilter is a condition on one column. Where that has a Dict it asks about
// each of the values once, else about the rows.
type dictFilter struct {
	col  int
	rows filter

	of      *value.Dict // what holds is about
	holds   []answer    // by its values, as far as they came
	missing []int32     // those that came now
	out     []int32
}

type answer uint8

const (
	notAsked answer = iota
	asked
	no
	yes
)

// onlyColumn is the only column that a condition reads, and false when its
// answer depends on more than the column's value.
func onlyColumn(e plan.Expr) (col int, ok bool) {
	col, ok = -1, true
	plan.Walk(e, func(e plan.Expr) bool {
		switch e := e.(type) {
		case *plan.Col:
			ok = ok && (col < 0 || col == e.Index)
			col = e.Index
		case *plan.Call:
			ok = ok && !e.Bound.Volatile && !e.Bound.Timed
		case *plan.Ordered:
			ok = false
		}
		return ok
	})
	return col, ok && col >= 0
}

func (f *dictFilter) keep(b *value.Batch, rows []int32) []int32 {
	dict, codes := b.Coded(f.col)
	if dict == nil {
		return f.rows.keep(b, rows)
	}
	if f.of != dict {
		f.of, f.holds = dict, make([]answer, len(dict.Values))
	}
	f.ask(codes, rows)
	out := f.out[:0]
	for _, i := range rows {
		if f.holds[codes[i]] == yes {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

// ask finds the answers for values that were not asked about yet.
func (f *dictFilter) ask(codes []uint32, rows []int32) {
	f.missing = f.missing[:0]
	for _, i := range rows {
		if code := codes[i]; f.holds[code] == notAsked {
			f.holds[code] = asked
			f.missing = append(f.missing, int32(code))
		}
	}
	if len(f.missing) == 0 {
		return
	}
	vals := make([]value.Value, len(f.missing))
	for k, code := range f.missing {
		vals[k] = f.of.Values[code]
		f.holds[code] = no
	}
	cols := make([]value.Column, f.col+1)
	cols[f.col] = value.ColumnOf(vals)
	for _, k := range f.rows.keep(value.NewBatch(len(vals), cols), value.AllRows(len(vals))) {
		f.holds[f.missing[k]] = yes
	}
}
