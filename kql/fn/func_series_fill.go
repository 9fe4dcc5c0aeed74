package fn

import (
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// seriesFills put values where a series has none, and filter series.
func seriesFills() []Func {
	series := seriesParam("series")
	missing := optional("missing_value_placeholder", tNumber, "what counts as missing; null when left out")
	return []Func{
		{
			Name: "series_fill_const", Category: seriesCategory, Result: value.Dynamic,
			Params:   []Param{series, optional("constant_value", tNumber, "what is put in, 0 when left out"), missing},
			Doc:      "Puts a constant where values are missing.",
			Examples: []string{`tostring(series_fill_const(dynamic([1, null]), -1)) == "[1,-1]"`},
			Eval:     fillConst,
		},
		{
			Name: "series_fill_forward", Category: seriesCategory, Result: value.Dynamic, Params: []Param{series, missing},
			Doc:      "Puts the value before where values are missing.",
			Examples: []string{`tostring(series_fill_forward(dynamic([null, 1, null]))) == "[null,1,1]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return fillFrom(a, 1) },
		},
		{
			Name: "series_fill_backward", Category: seriesCategory, Result: value.Dynamic, Params: []Param{series, missing},
			Doc:      "Puts the value after where values are missing.",
			Examples: []string{`tostring(series_fill_backward(dynamic([null, 1, null]))) == "[1,1,null]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return fillFrom(a, -1) },
		},
		{
			Name: "series_fill_linear", Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{series, missing, optional("fill_edges", tBool, "whether the ends are filled too, true when left out"),
				optional("constant_value", tNumber, "what fills a series without any value, 0 when left out")},
			Doc:      "Draws straight lines over missing values.",
			Examples: []string{`tostring(series_fill_linear(dynamic([1.0, null, 2.0]))) == "[1.0,1.5,2.0]"`},
			Eval:     fillLinear,
		},
		{
			Name: "series_iir", Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{series, param("numerators", tDynamic, "factors of the input"), param("denominators", tDynamic, "factors of the output; the first is not 0")},
			Doc:    "Runs a recursive filter over a series.", Examples: []string{`tostring(series_iir(dynamic([1, 2, 3]), dynamic([1]), dynamic([1, -1]))) == "[1.0,3.0,6.0]"`},
			Eval: recursiveFilter,
		},
	}
}

// holes are the elements of a series with what is missing made null.
func holes(series value.Value, args []value.Value, placeholder int) ([]value.Value, bool) {
	if !series.IsArray() {
		return nil, false
	}
	out := append([]value.Value(nil), series.Elems()...)
	for i, e := range out {
		e = e.Inner()
		if !isNumber(e) || placeholder < len(args) && !args[placeholder].IsNull() && value.Compare(e, args[placeholder]) == 0 {
			out[i] = value.NullOf(value.Dynamic)
		}
	}
	return out, true
}

func fillConst(_ *Context, a []value.Value) value.Value {
	elems, ok := holes(a[0], a, 2)
	if !ok {
		return value.NullOf(value.Dynamic)
	}
	fill := value.LongOf(0)
	if len(a) > 1 {
		fill = a[1]
	}
	for i := range elems {
		if elems[i].IsNull() {
			elems[i] = fill
		}
	}
	return value.ArrayOf(elems)
}

// fillFrom fills holes with the neighbour that was met last, going forward or
// backward.
func fillFrom(a []value.Value, step int) value.Value {
	elems, ok := holes(a[0], a, 1)
	if !ok {
		return value.NullOf(value.Dynamic)
	}
	at := 0
	if step < 0 {
		at = len(elems) - 1
	}
	last := value.NullOf(value.Dynamic)
	for ; at >= 0 && at < len(elems); at += step {
		if elems[at].IsNull() {
			elems[at] = last
		}
		last = elems[at]
	}
	return value.ArrayOf(elems)
}

// fillLinear draws lines between neighbours. A series of whole numbers stays
// one: what lies between is cut.
func fillLinear(_ *Context, a []value.Value) value.Value {
	elems, ok := holes(a[0], a, 1)
	if !ok {
		return value.NullOf(value.Dynamic)
	}
	whole, known := true, []int(nil)
	for i, e := range elems {
		if !e.IsNull() {
			known = append(known, i)
			whole = whole && e.Inner().Kind() != value.KReal
		}
	}
	if len(known) == 0 {
		return constantSeries(len(elems), a)
	}
	number := func(x float64) value.Value {
		if whole {
			return value.LongOf(int64(x))
		}
		return value.RealOf(x)
	}
	for k := 1; k < len(known); k++ {
		from, to := known[k-1], known[k]
		y, step := realOf(elems[from]), (realOf(elems[to])-realOf(elems[from]))/float64(to-from)
		for i := from + 1; i < to; i++ {
			elems[i] = number(y + step*float64(i-from))
		}
	}
	if len(a) < 3 || a[2].IsNull() || a[2].Bool() {
		for i := range known[0] {
			elems[i] = elems[known[0]]
		}
		for i := known[len(known)-1] + 1; i < len(elems); i++ {
			elems[i] = elems[known[len(known)-1]]
		}
	}
	return value.ArrayOf(elems)
}

func constantSeries(n int, a []value.Value) value.Value {
	fill := value.RealOf(0)
	if len(a) > 3 {
		fill = value.RealOf(realOf(a[3]))
	}
	out := make([]value.Value, n)
	for i := range out {
		out[i] = fill
	}
	return value.ArrayOf(out)
}

// maxFilter bounds the factors of a filter: each costs a pass over the series.
const maxFilter = 1000

func recursiveFilter(_ *Context, a []value.Value) value.Value {
	x, ok := numbers(a[0])
	in, ok2 := numbers(a[1])
	back, ok3 := numbers(a[2])
	if !ok || !ok2 || !ok3 || len(in) == 0 || len(back) == 0 || back[0] == 0 || len(in)+len(back) > maxFilter {
		return value.NullOf(value.Dynamic)
	}
	y, out := make([]float64, len(x)), make([]value.Value, len(x))
	for i := range x {
		sum := 0.0
		for k := 0; k < len(in) && k <= i; k++ {
			sum += in[k] * x[i-k]
		}
		for k := 1; k < len(back) && k <= i; k++ {
			sum -= back[k] * y[i-k]
		}
		y[i] = sum / back[0]
		out[i] = value.RealOf(y[i])
		if math.IsNaN(y[i]) {
			out[i] = value.NullOf(value.Dynamic)
		}
	}
	return value.ArrayOf(out)
}
