package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Part is one of the columns that a function with several results gives.
type Part struct {
	Name string
	Type value.Type
}

// Parts are the columns of functions such as series_stats: the functions
// themselves give an array with an element for each.
func Parts(name string) []Part {
	switch name {
	case "series_stats":
		return []Part{{"min", value.Real}, {"min_idx", value.Long}, {"max", value.Real}, {"max_idx", value.Long},
			{"avg", value.Real}, {"stdev", value.Real}, {"variance", value.Real}}
	case "series_fit_line":
		return []Part{{"rsquare", value.Real}, {"slope", value.Real}, {"variance", value.Real}, {"rvariance", value.Real},
			{"interception", value.Real}, {"line_fit", value.Dynamic}}
	case "series_fit_poly":
		return []Part{{"rsquare", value.Real}, {"coefficients", value.Dynamic}, {"variance", value.Real},
			{"rvariance", value.Real}, {"poly_fit", value.Dynamic}}
	case "series_fft", "series_ifft":
		return []Part{{"real", value.Dynamic}, {"imag", value.Dynamic}}
	case "series_decompose_anomalies":
		return []Part{{"ad_flag", value.Dynamic}, {"ad_score", value.Dynamic}, {"baseline", value.Dynamic}}
	case "series_decompose", "series_decompose_forecast":
		return []Part{{"baseline", value.Dynamic}, {"seasonal", value.Dynamic}, {"trend", value.Dynamic}, {"residual", value.Dynamic}}
	}
	return nil
}

// seriesTotals reduce arrays to one or a few numbers.
func seriesTotals() []Func {
	one, two := []Param{seriesParam("series")}, []Param{seriesParam("series1"), seriesParam("series2")}
	stats := append(one[:1:1], optional("ignore_nonfinite", tBool, "whether to leave out what is no finite number"))
	return []Func{
		seriesTotal("product", one, "Multiplies the elements.", `series_product(dynamic([2, 3])) == 6`, func(a [][]float64) float64 {
			p := 1.0
			for _, x := range a[0] {
				p *= x
			}
			return p
		}),
		seriesTotal("magnitude", one, "Gives the length of the series as a vector.", `series_magnitude(dynamic([3, 4])) == 5`, func(a [][]float64) float64 {
			return math.Sqrt(dot(a[0], a[0]))
		}),
		seriesTotal("dot_product", two, "Adds the products of the elements.", `series_dot_product(dynamic([1, 2]), dynamic([3, 4])) == 11`, func(a [][]float64) float64 {
			return dot(a[0], a[1])
		}),
		{
			Name: "series_cosine_similarity", Category: seriesCategory, Result: value.Real,
			Params: append(two[:2:2], optional("magnitude1", tReal, "the length of the first series, where it is known"),
				optional("magnitude2", tReal, "the length of the second")),
			Doc:      "Gives the cosine of the angle between two series.",
			Examples: []string{`series_cosine_similarity(dynamic([1, 0]), dynamic([0, 1])) == 0`, `series_cosine_similarity(dynamic([3, 4]), dynamic([3, 4]), 5, 5) == 1`},
			Eval:     cosineSimilarity,
		},
		seriesTotal("pearson_correlation", two, "Says how far two series move together: from -1 to 1.", `round(series_pearson_correlation(dynamic([1, 2, 3]), dynamic([2, 4, 6])), 6) == 1`, pearson),
		{
			Name: "series_stats", Category: seriesCategory, Result: value.Dynamic, Params: stats,
			Doc:      "Gives several columns: least and greatest element with their places, average, deviation and variance.",
			Examples: []string{`toscalar(print x = dynamic([4, 2, 6]) | project series_stats(x) | project series_stats_x_min_idx) == 1`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.ArrayOf(seriesStats(a)) },
		},
		{
			Name: "series_stats_dynamic", Category: seriesCategory, Result: value.Dynamic, Params: stats,
			Doc:      "Is series_stats in one bag.",
			Examples: []string{`series_stats_dynamic(dynamic([4, 2, 6])).max == 6`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return bagOfParts("series_stats", seriesStats(a)) },
		},
		{
			Name: "series_fit_line", Category: seriesCategory, Result: value.Dynamic, Params: one,
			Doc:      "Fits a straight line and gives several columns: r-square, slope, variance, residual variance, interception, and the line.",
			Examples: []string{`toscalar(print x = dynamic([2, 4, 6]) | project series_fit_line(x) | project series_fit_line_x_slope) == 2`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.ArrayOf(fitLine(a[0])) },
		},
		{
			Name: "series_fit_line_dynamic", Category: seriesCategory, Result: value.Dynamic, Params: one,
			Doc:      "Is series_fit_line in one bag.",
			Examples: []string{`series_fit_line_dynamic(dynamic([2, 4, 6])).slope == 2`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return bagOfParts("series_fit_line", fitLine(a[0])) },
		},
	}
}

func bagOfParts(name string, vals []value.Value) value.Value {
	var keys []string
	for _, p := range Parts(name) {
		keys = append(keys, p.Name)
	}
	return value.BagOf(keys, vals)
}

// seriesTotal is a function of arrays that all have the same number of
// numbers; null when they have not.
func cosineSimilarity(_ *Context, a []value.Value) value.Value {
	x, okX := numbers(a[0])
	y, okY := numbers(a[1])
	if !okX || !okY || len(x) != len(y) {
		return value.NullOf(value.Real)
	}
	lengths := []float64{math.Sqrt(dot(x, x)), math.Sqrt(dot(y, y))}
	for i, given := range a[2:] {
		if given.IsNull() {
			return value.NullOf(value.Real)
		}
		lengths[i] = given.To(value.Real).Real()
	}
	return value.RealOf(dot(x, y) / (lengths[0] * lengths[1]))
}

func seriesTotal(name string, params []Param, doc, example string, f func([][]float64) float64) Func {
	return Func{
		Name: "series_" + name, Category: seriesCategory, Result: value.Real, Params: params, Doc: doc, Examples: []string{example},
		Eval: func(_ *Context, a []value.Value) value.Value {
			var lists [][]float64
			for _, v := range a {
				list, ok := numbers(v)
				if !ok || len(lists) > 0 && len(list) != len(lists[0]) {
					return value.NullOf(value.Real)
				}
				lists = append(lists, list)
			}
			return value.RealOf(f(lists))
		},
	}
}

// numbers are the elements of an array that holds numbers only.
func numbers(v value.Value) ([]float64, bool) {
	if !v.IsArray() {
		return nil, false
	}
	var out []float64
	for _, e := range v.Elems() {
		if e = e.Inner(); !isNumber(e) {
			return nil, false
		}
		out = append(out, realOf(e))
	}
	return out, true
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// deviations are the distances from the mean.
func deviations(x []float64) []float64 {
	m, out := mean(x), make([]float64, len(x))
	for i := range x {
		out[i] = x[i] - m
	}
	return out
}

func pearson(a [][]float64) float64 {
	x, y := deviations(a[0]), deviations(a[1])
	return dot(x, y) / (math.Sqrt(dot(x, x)) * math.Sqrt(dot(y, y)))
}

// seriesStats are the parts of series_stats. What is no number counts for its
// place only.
func seriesStats(a []value.Value) []value.Value {
	finite := len(a) > 1 && a[1].Bool()
	none := make([]value.Value, 7)
	if !a[0].IsArray() {
		return none
	}
	var list []float64
	least, most := -1, -1
	elems := a[0].Elems()
	for i, e := range elems {
		if e = e.Inner(); !isNumber(e) {
			continue
		}
		x := realOf(e)
		if finite && (math.IsNaN(x) || math.IsInf(x, 0)) {
			continue
		}
		if least < 0 || x < realOf(elems[least]) {
			least = i
		}
		if most < 0 || x > realOf(elems[most]) {
			most = i
		}
		list = append(list, x)
	}
	if len(list) == 0 {
		return none
	}
	d := deviations(list)
	variance := 0.0
	if len(list) > 1 {
		variance = dot(d, d) / float64(len(list)-1)
	}
	return []value.Value{
		value.RealOf(realOf(elems[least])), value.LongOf(int64(least)), value.RealOf(realOf(elems[most])), value.LongOf(int64(most)),
		value.RealOf(mean(list)), value.RealOf(math.Sqrt(variance)), value.RealOf(variance),
	}
}

// fitLine are the parts of series_fit_line: least squares over the places 1, 2,
// 3, ... of the elements.
func fitLine(v value.Value) []value.Value {
	y, ok := numbers(v)
	n := float64(len(y))
	if !ok || n < 2 {
		return make([]value.Value, 6)
	}
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i + 1)
	}
	dx, dy := deviations(x), deviations(y)
	slope := dot(dx, dy) / dot(dx, dx)
	interception := mean(y) - slope*mean(x)
	line, left := make([]value.Value, len(y)), 0.0
	for i := range y {
		at := interception + slope*x[i]
		line[i] = value.RealOf(at)
		left += (y[i] - at) * (y[i] - at)
	}
	rsquare := 1.0
	if total := dot(dy, dy); total > 0 {
		rsquare = 1 - left/total
	}
	return []value.Value{
		value.RealOf(rsquare), value.RealOf(slope), value.RealOf(dot(dy, dy) / (n - 1)), value.RealOf(left / (n - 1)),
		value.RealOf(interception), value.ArrayOf(line),
	}
}
