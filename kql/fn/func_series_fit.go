package fn

import (
	"errors"
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxDegree bounds polynomials: beyond, the numbers lose their meaning.
const maxDegree = 20

// seriesModels fit curves, and take series apart.
func seriesModels() []Func {
	series := seriesParam("series")
	period, trend, test := seriesPeriod(), seriesTrend(), testPoints()
	return []Func{
		{
			Name: "series_fit_poly", Category: seriesCategory, Result: value.Dynamic,
			Params:   []Param{seriesParam("y_series"), optional("x_series", tDynamic, "the places of the values; 1, 2, 3, ... when left out"), optional("degree", tLong, "the highest power; 1 when left out")},
			Doc:      "Fits a polynomial and gives several columns: r-square, coefficients from the highest power on, variance, residual variance, and the curve.",
			Examples: []string{`toscalar(print y = dynamic([1, 4, 9, 16]) | project series_fit_poly(y, range(1, 4, 1), 2) | project round(toreal(series_fit_poly_y_coefficients[0]), 6)) == 1`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.ArrayOf(fitPoly(a)) },
		},
		{
			Name: "series_decompose", Category: seriesCategory, Result: value.Dynamic,
			Params:   []Param{series, period, trend, test, optional("seasonality_threshold", tReal, "of no use when the period is given")},
			Doc:      "Takes a series apart into several columns: baseline, season, trend and residual. The period has to be given.",
			Examples: []string{`toscalar(print x = dynamic([1, 3, 1, 3]) | project series_decompose(x, 2) | project tostring(series_decompose_x_residual)) == "[0.0,0.0,0.0,0.0]"`},
			Prepare:  func(args []Arg) (Eval, error) { return decomposer(args, 1, 2, 3) },
		},
		{
			Name: "series_decompose_forecast", Category: seriesCategory, Result: value.Dynamic,
			Params:   []Param{series, param("test_points", tLong, "how many elements at the end are foretold"), period, trend, optional("seasonality_threshold", tReal, "of no use when the period is given")},
			Doc:      "Foretells the last elements of a series: the columns of series_decompose, with nothing learned from those elements. The period has to be given.",
			Examples: []string{`toscalar(print x = dynamic([1, 3, 1, 3, 0, 0]) | project series_decompose_forecast(x, 2, 2) | project tostring(series_decompose_forecast_x_baseline)) == "[1.0,3.0,1.0,3.0,1.0,3.0]"`},
			Prepare:  func(args []Arg) (Eval, error) { return decomposer(args, 2, 3, 1) },
		},
	}
}

func seriesPeriod() Param {
	return Param{Name: "period", Types: tLong, Const: true, Optional: true, Doc: "how many elements a season has; 0 for none. It has to be given"}
}

func seriesTrend() Param {
	return Param{Name: "trend", Types: tText, Optional: true, Const: true, Doc: `"avg", "linefit" or "none"; "avg" when left out`}
}

func testPoints() Param {
	return optional("test_points", tLong, "how many elements at the end nothing is learned from")
}

const errNoPeriod = Unsupported("finding the period of a series (give it, or 0 for none)")

// decomposer makes the code of a function that takes series apart; the places
// are those of its arguments.
func decomposer(args []Arg, periodAt, trendAt, testAt int) (Eval, error) {
	if periodAt >= len(args) || args[periodAt].Const.IsNull() || args[periodAt].Const.Int() < 0 {
		return nil, errNoPeriod
	}
	trend := "avg"
	if trendAt < len(args) {
		trend = args[trendAt].Const.Str()
	}
	if trend != "avg" && trend != "linefit" && trend != "none" {
		return nil, errors.New(`the trend is "avg", "linefit" or "none"`)
	}
	return func(_ *Context, a []value.Value) value.Value {
		test, ok := longArg(a, testAt, 0)
		x, ok2 := numbers(a[0])
		if !ok || !ok2 || test < 0 || test >= int64(len(x)) {
			none := value.NullOf(value.Dynamic)
			return value.ArrayOf([]value.Value{none, none, none, none})
		}
		return value.ArrayOf(decompose(x, len(x)-int(test), a[periodAt].Int(), trend))
	}, nil
}

// decompose learns from the first n elements: the season, then the trend of
// what is left.
func decompose(x []float64, n int, period int64, trend string) []value.Value {
	season := seasonOf(x, n, period)
	rest := make([]float64, n)
	for i := range rest {
		rest[i] = x[i] - season[i]
	}
	slope, start := 0.0, 0.0
	switch trend {
	case "avg":
		start = mean(rest)
	case "linefit":
		slope, start = lineThrough(rest)
	}
	line, base, left := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	for i := range x {
		line[i] = start + slope*float64(i)
		base[i] = season[i] + line[i]
		left[i] = x[i] - base[i]
	}
	return []value.Value{reals(base), reals(season), reals(line), reals(left)}
}

// lineThrough fits a line over the places 0, 1, 2, ...
func lineThrough(y []float64) (slope, start float64) {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i)
	}
	dx := deviations(x)
	if all := dot(dx, dx); all > 0 {
		slope = dot(dx, deviations(y)) / all
	}
	return slope, mean(y) - slope*mean(x)
}

// fitPoly are the parts of series_fit_poly.
func fitPoly(a []value.Value) []value.Value {
	none := make([]value.Value, 5)
	y, ok := numbers(a[0])
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i + 1)
	}
	if ok && len(a) > 1 {
		x, ok = numbers(a[1])
	}
	degree, ok2 := longArg(a, 2, 1)
	if !ok || !ok2 || len(x) != len(y) || degree < 1 || degree > maxDegree || int(degree) >= len(y) {
		return none
	}
	c, ok := leastSquares(x, y, int(degree)+1)
	if !ok {
		return none
	}
	curve, left := make([]float64, len(y)), 0.0
	for i := range y {
		for k := len(c) - 1; k >= 0; k-- {
			curve[i] = curve[i]*x[i] + c[k]
		}
		left += (y[i] - curve[i]) * (y[i] - curve[i])
	}
	dy, n := deviations(y), float64(len(y))
	rsquare := 1.0
	if total := dot(dy, dy); total > 0 {
		rsquare = 1 - left/total
	}
	highest := make([]float64, len(c))
	for i := range c {
		highest[i] = c[len(c)-1-i]
	}
	return []value.Value{
		value.RealOf(rsquare), reals(highest), value.RealOf(dot(dy, dy) / (n - 1)), value.RealOf(left / (n - 1)), reals(curve),
	}
}

// leastSquares finds the coefficients, from the lowest power on, by turning the
// powers of x into columns that stand square to one another.
func leastSquares(x, y []float64, terms int) ([]float64, bool) {
	q, r := make([][]float64, terms), make([][]float64, terms)
	for k := range q {
		q[k], r[k] = make([]float64, len(x)), make([]float64, terms)
		for i := range x {
			q[k][i] = math.Pow(x[i], float64(k))
		}
		size := math.Sqrt(dot(q[k], q[k]))
		for range 2 { // the second time takes away what rounding left
			for j := range k {
				f := dot(q[j], q[k])
				r[j][k] += f
				for i := range x {
					q[k][i] -= f * q[j][i]
				}
			}
		}
		r[k][k] = math.Sqrt(dot(q[k], q[k]))
		if !(r[k][k] > 1e-13*size) {
			return nil, false
		}
		for i := range x {
			q[k][i] /= r[k][k]
		}
	}
	c := make([]float64, terms)
	for k := terms - 1; k >= 0; k-- {
		c[k] = dot(q[k], y)
		for j := k + 1; j < terms; j++ {
			c[k] -= r[k][j] * c[j]
		}
		c[k] /= r[k][k]
	}
	return c, true
}
