package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const seriesCategory = "Series"

// seriesFuncs work on arrays of numbers, element by element or as a whole.
func seriesFuncs() []Func {
	all := append(seriesMath(), seriesPairs()...)
	all = append(all, seriesTotals()...)
	all = append(all, seriesFilters()...)
	all = append(all, seriesModels()...)
	all = append(all, seriesAnomalies()...)
	return append(all, seriesFills()...)
}

// seriesMath are functions of one number, for each element. What is no number
// becomes null.
func seriesMath() []Func {
	var out []Func
	for _, m := range []struct {
		name, doc, example string
		f                  func(float64) float64
	}{
		{"abs", "Takes the sign off each element.", `tostring(series_abs(dynamic([-6.5, 0]))) == "[6.5,0.0]"`, math.Abs},
		{"acos", "Gives each element's arc cosine.", `series_acos(dynamic([1]))[0] == 0`, math.Acos},
		{"asin", "Gives each element's arc sine.", `series_asin(dynamic([0]))[0] == 0`, math.Asin},
		{"atan", "Gives each element's arc tangent.", `series_atan(dynamic([0]))[0] == 0`, math.Atan},
		{"ceiling", "Rounds each element up.", `series_ceiling(dynamic([1.2]))[0] == 2`, math.Ceil},
		{"cos", "Gives each element's cosine.", `series_cos(dynamic([0]))[0] == 1`, math.Cos},
		{"exp", "Raises e to each element.", `series_exp(dynamic([0]))[0] == 1`, math.Exp},
		{"floor", "Rounds each element down.", `series_floor(dynamic([-1.5]))[0] == -2`, math.Floor},
		{"log", "Gives each element's natural logarithm.", `series_log(dynamic([1]))[0] == 0`, math.Log},
		{"sign", "Gives each element's sign: -1, 0 or 1.", `series_sign(dynamic([-7]))[0] == -1`, signOf},
		{"sin", "Gives each element's sine.", `series_sin(dynamic([0]))[0] == 0`, math.Sin},
		{"tan", "Gives each element's tangent.", `series_tan(dynamic([0]))[0] == 0`, math.Tan},
	} {
		out = append(out, Func{
			Name: "series_" + m.name, Category: seriesCategory, Result: value.Dynamic, Params: []Param{seriesParam("series")},
			Doc: m.doc, Examples: []string{m.example},
			Eval: func(_ *Context, a []value.Value) value.Value {
				return eachElement(a[0], func(x value.Value) value.Value { return value.RealOf(m.f(realOf(x))) })
			},
		})
	}
	return out
}

func seriesParam(name string) Param { return param(name, tDynamic, "an array of numbers") }

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// eachElement computes an array from an array of numbers.
func eachElement(v value.Value, f func(value.Value) value.Value) value.Value {
	if !v.IsArray() {
		return value.NullOf(value.Dynamic)
	}
	elems := v.Elems()
	out := make([]value.Value, len(elems))
	for i, e := range elems {
		out[i] = value.NullOf(value.Dynamic)
		if e = e.Inner(); e.Type().IsNumeric() && !e.IsNull() {
			out[i] = f(e)
		}
	}
	return value.ArrayOf(out)
}

// seriesPairs are operations on two arrays, or an array and a number.
func seriesPairs() []Func {
	var out []Func
	for _, p := range []struct {
		name, doc, example string
		f                  func(x, y value.Value) value.Value
	}{
		{"add", "Adds element by element.", `tostring(series_add(dynamic([1, 2]), dynamic([3, 4]))) == "[4,6]"`, seriesArithmetic('+')},
		{"subtract", "Subtracts element by element.", `tostring(series_subtract(dynamic([1, 2]), 1)) == "[0,1]"`, seriesArithmetic('-')},
		{"multiply", "Multiplies element by element.", `tostring(series_multiply(dynamic([1, 2]), dynamic([3, 4]))) == "[3,8]"`, seriesArithmetic('*')},
		{"divide", "Divides element by element.", `series_divide(dynamic([1]), dynamic([2]))[0] == 0.5`, func(x, y value.Value) value.Value { return value.RealOf(realOf(x) / realOf(y)) }},
		{"pow", "Raises the elements of one array to those of another.", `series_pow(dynamic([2]), 3)[0] == 8`, func(x, y value.Value) value.Value { return value.RealOf(math.Pow(realOf(x), realOf(y))) }},
		{"equals", "Compares element by element.", `series_equals(dynamic([1, 2]), dynamic([1, 3]))[1] == false`, seriesTest("==")},
		{"not_equals", "Compares element by element.", `series_not_equals(dynamic([1]), dynamic([2]))[0] == true`, seriesTest("!=")},
		{"greater", "Compares element by element.", `series_greater(dynamic([2]), dynamic([1]))[0] == true`, seriesTest(">")},
		{"greater_equals", "Compares element by element.", `series_greater_equals(dynamic([1]), dynamic([1]))[0] == true`, seriesTest(">=")},
		{"less", "Compares element by element.", `series_less(dynamic([2]), dynamic([1]))[0] == false`, seriesTest("<")},
		{"less_equals", "Compares element by element.", `series_less_equals(dynamic([1]), dynamic([1]))[0] == true`, seriesTest("<=")},
	} {
		out = append(out, Func{
			Name: "series_" + p.name, Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{
				param("series1", tSeries, "an array of numbers, or one number for all"),
				param("series2", tSeries, "an array of numbers, or one number for all"),
			},
			Doc: p.doc, Examples: []string{p.example},
			Eval: func(_ *Context, a []value.Value) value.Value { return pairwise(a[0], a[1], p.f) },
		})
	}
	return out
}

// tSeries is an array of numbers, or a number.
var tSeries = append([]value.Type{value.Dynamic}, tNumber...)

func seriesArithmetic(op byte) func(x, y value.Value) value.Value {
	return func(x, y value.Value) value.Value { return arithmetic(op, x, y) }
}

func seriesTest(op string) func(x, y value.Value) value.Value {
	holds := orderTest(op)
	return func(x, y value.Value) value.Value {
		c := value.Compare(x, y)
		switch op {
		case "==":
			return value.BoolOf(c == 0)
		case "!=":
			return value.BoolOf(c != 0)
		}
		return value.BoolOf(holds(c))
	}
}

// pairwise goes through two arrays at once, as far as the longer one; where
// either has no number the result is null.
func pairwise(x, y value.Value, f func(x, y value.Value) value.Value) value.Value {
	n := 0
	for _, v := range []value.Value{x, y} {
		if v.IsArray() {
			n = max(n, v.Len())
		}
	}
	if !x.IsArray() && !y.IsArray() {
		return value.NullOf(value.Dynamic)
	}
	xs, ys := elementsFor(x, n), elementsFor(y, n)
	out := make([]value.Value, n)
	for i := range out {
		out[i] = value.NullOf(value.Dynamic)
		if isNumber(xs[i]) && isNumber(ys[i]) {
			out[i] = f(xs[i], ys[i])
		}
	}
	return value.ArrayOf(out)
}

// elementsFor are the n elements of an array, or a number n times.
func elementsFor(v value.Value, n int) []value.Value {
	out := make([]value.Value, n)
	elems := []value.Value(nil)
	if v.IsArray() {
		elems = v.Elems()
	}
	for i := range out {
		switch {
		case i < len(elems):
			out[i] = elems[i].Inner()
		case elems == nil && !v.IsArray():
			out[i] = v.Inner()
		}
	}
	return out
}

func isNumber(v value.Value) bool { return !v.IsNull() && v.Type().IsNumeric() }

func realOf(v value.Value) float64 { return v.To(value.Real).Real() }
