package fn

import (
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func percentileAggs() []Agg {
	expr := param("expr", nil, "the value")
	weight := param("weight", tLong, "how often the value counts")
	return []Agg{
		{
			Name: "percentile", Prefix: "percentile_", ResultOf: percentileType,
			Params: []Param{
				expr,
				constant("percentile", tReal, "0 to 100"),
			},
			Doc:      "Gives the value below which that many percent of the values lie: one that is there, by nearest rank.",
			Examples: []string{`range x from 1 to 100 step 1 | summarize p = percentile(x, 95) | project p == 95`},
			New:      func(args []Arg) State { return newPercentile(args, 0) },
		},
		{
			Name: "percentiles", Prefix: "percentile_", ResultOf: percentileType,
			Params: []Param{expr, {Name: "percentile", Types: tReal, Repeat: true, Const: true, Doc: "0 to 100; a column is made for each"}},
			Doc:    "Gives several percentiles, each in a column of its own.",
		},
		{
			Name: "percentiles_array", Prefix: "percentiles_", Result: value.Dynamic,
			Params: []Param{expr, {Name: "percentile", Repeat: true, Const: true, Doc: "0 to 100, or an array of them"}},
			Doc:    "Gives several percentiles in one array.",
			Examples: []string{
				`range x from 1 to 100 step 1 | summarize p = percentiles_array(x, 5, 95) | project tostring(p) == "[5,95]"`,
			},
			New: func(args []Arg) State { return newPercentileArray(args, 1) },
		},
		{
			Name: "percentilew", Prefix: "percentile_", ResultOf: percentileType,
			Params: []Param{
				expr, weight,
				constant("percentile", tReal, "0 to 100"),
			},
			Doc:      "Gives a percentile of values that each count several times.",
			Examples: []string{`datatable(v:long, n:long)[1, 9, 2, 1] | summarize p = percentilew(v, n, 50) | project p == 1`},
			New:      func(args []Arg) State { return newPercentile(args, 1) },
		},
		{
			Name: "percentilesw", Prefix: "percentile_", ResultOf: percentileType,
			Params: []Param{expr, weight, {Name: "percentile", Types: tReal, Repeat: true, Const: true, Doc: "0 to 100; a column is made for each"}},
			Doc:    "Gives several percentiles of values that each count several times, each in a column of its own.",
		},
		{
			Name: "percentilesw_array", Prefix: "percentiles_", Result: value.Dynamic,
			Params: []Param{expr, weight, {Name: "percentile", Repeat: true, Const: true, Doc: "0 to 100, or an array of them"}},
			Doc:    "Gives several percentiles of values that each count several times in one array.",
			Examples: []string{
				`datatable(v:long, n:long)[1, 9, 2, 1] | summarize p = percentilesw_array(v, n, 50, 100) | project tostring(p) == "[1,2]"`,
			},
			New: func(args []Arg) State { return newPercentileArray(args, 2) },
		},
	}
}

func percentileType(args []Arg) value.Type {
	switch t := args[0].Type; t {
	case value.Int, value.Unknown:
		return value.Long
	case value.Decimal:
		return value.Real
	default:
		return t
	}
}

// percentile keeps all values, and how often each counts when weighted.
type percentile struct {
	t       value.Type
	weight  int // the argument that has it; 0 for none
	percent []float64
	array   bool
	values  []weighted
	size    int
}

type weighted struct {
	v value.Value
	n int64
}

func newPercentile(args []Arg, weight int) *percentile {
	p := &percentile{t: percentileType(args), weight: weight}
	p.percent = []float64{constReal(args, weight+1)}
	return p
}

func newPercentileArray(args []Arg, from int) *percentile {
	p := &percentile{t: percentileType(args), weight: from - 1, array: true}
	for _, a := range args[from:] {
		if a.Const != nil {
			for _, e := range appendElements(nil, *a.Const) {
				p.percent = append(p.percent, e.To(value.Real).Real())
			}
		}
	}
	return p
}

func constReal(args []Arg, i int) float64 {
	if i < len(args) && args[i].Const != nil {
		return args[i].Const.To(value.Real).Real()
	}
	return 50
}

func (p *percentile) Add(a []value.Value) {
	v, n := a[0].To(p.t), int64(1)
	if p.weight > 0 {
		n = a[p.weight].To(value.Long).Int()
	}
	if v.IsNull() || n <= 0 {
		return
	}
	v = v.Own()
	p.size += v.Size() + 8
	p.values = append(p.values, weighted{v, n})
}

func (p *percentile) Result() value.Value {
	slices.SortFunc(p.values, func(a, b weighted) int { return value.Compare(a.v, b.v) })
	if !p.array {
		return p.at(p.percent[0])
	}
	out := make([]value.Value, len(p.percent))
	for i, percent := range p.percent {
		out[i] = p.at(percent)
	}
	return value.ArrayOf(out)
}

// at is the value of nearest rank.
func (p *percentile) at(percent float64) value.Value {
	total := int64(0)
	for _, w := range p.values {
		total += w.n
	}
	rank := max(int64(math.Ceil(percent/100*float64(total))), 1)
	for _, w := range p.values {
		if rank -= w.n; rank <= 0 {
			return w.v
		}
	}
	if n := len(p.values); n > 0 {
		return p.values[n-1].v
	}
	return value.NullOf(p.t)
}

func (p *percentile) Size() int { return 96 + p.size }
