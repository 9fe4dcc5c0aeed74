package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var tSummable = []value.Type{value.Long, value.Int, value.Real, value.Decimal, value.TimeSpan, value.DateTime}

func sumAggs() []Agg {
	expr := param("expr", tSummable, "what is added")
	predicate := param("predicate", tBool, "only rows for which it is true count")
	return []Agg{
		{
			Name: "sum", Prefix: "sum_", ResultOf: sumType, Params: []Param{expr},
			Doc:      "Adds up a column; nulls do not count, and no rows give 0.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize s = sum(a) | project s == 3`},
			New:      newSum,
		},
		{
			Name: "sumif", Prefix: "sumif_", ResultOf: sumType, Params: []Param{expr, predicate},
			Doc:      "Adds up a column over the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize s = sumif(a, a > 1) | project s == 2`},
			New:      func(args []Arg) State { return &filtered{of: newSum(args), at: 1} },
		},
		{
			Name: "avg", Prefix: "avg_", ResultOf: avgType, Params: []Param{expr},
			Doc:      "Gives the arithmetic mean of a column; nulls do not count, and no rows give NaN.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize m = avg(a) | project m == 1.5`},
			New:      newAvg,
		},
		{
			Name: "avgif", Prefix: "avgif_", ResultOf: avgType, Params: []Param{expr, predicate},
			Doc:      "Gives the mean of a column over the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize m = avgif(a, a > 1) | project m == 2.0`},
			New:      func(args []Arg) State { return &filtered{of: newAvg(args), at: 1} },
		},
	}
}

func sumType(args []Arg) value.Type {
	switch t := args[0].Type; t {
	case value.Int, value.Unknown:
		return value.Long
	case value.Dynamic:
		return value.Real
	default:
		return t
	}
}

func avgType(args []Arg) value.Type {
	switch t := args[0].Type; t {
	case value.Decimal, value.TimeSpan, value.DateTime:
		return t
	}
	return value.Real
}

func newSum(args []Arg) State {
	t := sumType(args)
	if t == value.DateTime {
		return &sum{t: value.TimeSpan, as: t}
	}
	return &sum{t: t, as: t, decimal: value.DecimalOf("0")}
}

// sum adds in ticks, longs, reals (with the error carried along) or decimals.
type sum struct {
	t, as   value.Type
	n       int64
	f, lost float64
	decimal value.Value
	rows    int64
}

func (s *sum) Add(a []value.Value) {
	v := a[0].To(s.as)
	if v.IsNull() {
		return
	}
	s.rows++
	switch s.t {
	case value.Real:
		s.addReal(v.Real())
	case value.Decimal:
		s.decimal = value.DecimalOp('+', s.decimal, v)
	default:
		s.n += v.Int()
	}
}

// addReal is Neumaier's sum: the order of rows hardly matters.
func (s *sum) addReal(f float64) {
	t := s.f + f
	if math.Abs(s.f) >= math.Abs(f) {
		s.lost += (s.f - t) + f
	} else {
		s.lost += (f - t) + s.f
	}
	s.f = t
}

func (s *sum) real() float64 {
	if lost := s.f + s.lost; !math.IsNaN(lost) {
		return lost
	}
	return s.f
}

func (s *sum) Result() value.Value {
	switch s.as {
	case value.Real:
		return value.RealOf(s.real())
	case value.Decimal:
		return s.decimal
	case value.TimeSpan, value.DateTime:
		return ticksOf(s.as, s.n)
	}
	return value.LongOf(s.n)
}

func (s *sum) Size() int { return 80 }

func newAvg(args []Arg) State {
	t := avgType(args)
	return &avg{t: t, sum: sum{t: value.Real, as: value.Real, decimal: value.DecimalOf("0")}}
}

// avg divides a sum by the number of rows.
type avg struct {
	t   value.Type
	sum sum
}

func (m *avg) Add(a []value.Value) {
	if m.t == value.Decimal {
		m.sum.t, m.sum.as = value.Decimal, value.Decimal
	}
	m.sum.Add(a)
}

func (m *avg) Result() value.Value {
	switch {
	case m.t == value.Decimal:
		return value.DecimalOp('/', m.sum.decimal, value.LongOf(m.sum.rows).To(value.Decimal))
	case m.t == value.Real:
		return value.RealOf(m.sum.real() / float64(m.sum.rows))
	case m.sum.rows == 0:
		return value.NullOf(m.t)
	}
	return ticksOf(m.t, int64(math.Round(m.sum.real()/float64(m.sum.rows))))
}

func (m *avg) Size() int { return 96 }
