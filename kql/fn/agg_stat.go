package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func statAggs() []Agg {
	expr := param("expr", []value.Type{value.Real, value.TimeSpan, value.DateTime}, "the number")
	predicate := param("predicate", tBool, "only rows for which it is true count")
	stat := func(name, what string, sample, root bool) []Agg {
		return []Agg{
			{
				Name: name, Prefix: name + "_", Result: value.Real, Params: []Param{expr},
				Doc:      "Gives the " + what + " of a column.",
				Examples: []string{`range x from 1 to 5 step 1 | summarize s = ` + name + `(x) | project s > 1.4 and s < 2.6`},
				New:      func([]Arg) State { return &spread{sample: sample, root: root} },
			},
			{
				Name: name + "if", Prefix: name + "if_", Result: value.Real, Params: []Param{expr, predicate},
				Doc:      "Gives the " + what + " over the rows for which a condition is true.",
				Examples: []string{`range x from 1 to 5 step 1 | summarize s = ` + name + `if(x, x < 1) | project s == 0.0`},
				New:      func([]Arg) State { return &filtered{of: &spread{sample: sample, root: root}, at: 1} },
			},
		}
	}
	co := func(name, what string, sample bool) []Agg {
		other := param("other", tNumber, "the other number")
		return []Agg{
			{
				Name: name, Prefix: name + "_", Result: value.Real, Params: []Param{expr, other},
				Doc:      "Gives the " + what + " of two columns.",
				Examples: []string{`datatable(x:real, y:real)[1.0, 1.0, 3.0, 3.0] | summarize c = ` + name + `(x, y) | project c > 0.9`},
				New:      func([]Arg) State { return &covariance{sample: sample} },
			},
			{
				Name: name + "if", Prefix: name + "if_", Result: value.Real, Params: []Param{expr, other, predicate},
				Doc:      "Gives the " + what + " over the rows for which a condition is true.",
				Examples: []string{`datatable(x:real, y:real)[1.0, 1.0, 3.0, 3.0] | summarize c = ` + name + `if(x, y, x > 0) | project c > 0.9`},
				New:      func([]Arg) State { return &filtered{of: &covariance{sample: sample}, at: 2} },
			},
		}
	}
	var all []Agg
	for _, a := range [][]Agg{
		stat("stdev", "standard deviation of a sample", true, true),
		stat("stdevp", "standard deviation of a population", false, true)[:1], // there is no stdevpif
		stat("variance", "variance of a sample", true, false),
		stat("variancep", "variance of a population", false, false),
		co("covariance", "covariance of a sample", true),
		co("covariancep", "covariance of a population", false),
	} {
		all = append(all, a...)
	}
	return all
}

// spread is Welford's running variance.
type spread struct {
	sample, root bool
	n, mean, m2  float64
}

func (s *spread) Add(a []value.Value) {
	v := a[0].To(value.Real)
	if v.IsNull() {
		return
	}
	s.n++
	d := v.Real() - s.mean
	s.mean += d / s.n
	s.m2 += d * (v.Real() - s.mean)
}

func (s *spread) Result() value.Value { return value.RealOf(spreadOf(s.m2, s.n, s.sample, s.root)) }

func spreadOf(m2, n float64, sample, root bool) float64 {
	if sample {
		n--
	}
	if n <= 0 {
		return 0
	}
	if root {
		return math.Sqrt(m2 / n)
	}
	return m2 / n
}

func (s *spread) Size() int { return 48 }

type covariance struct {
	sample               bool
	n, meanX, meanY, sum float64
}

func (c *covariance) Add(a []value.Value) {
	x, y := a[0].To(value.Real), a[1].To(value.Real)
	if x.IsNull() || y.IsNull() {
		return
	}
	c.n++
	dx := x.Real() - c.meanX
	c.meanX += dx / c.n
	c.meanY += (y.Real() - c.meanY) / c.n
	c.sum += dx * (y.Real() - c.meanY)
}

func (c *covariance) Result() value.Value {
	return value.RealOf(spreadOf(c.sum, c.n, c.sample, false))
}
func (c *covariance) Size() int { return 48 }
