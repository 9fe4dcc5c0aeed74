package fn

import (
	"errors"
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// seriesAnomalies tell which elements of a series stand out.
func seriesAnomalies() []Func {
	method := Param{Name: "kind", Types: tText, Optional: true, Const: true, Doc: `"ctukey", from the 10th to the 90th percentile, or "tukey", from the 25th to the 75th; "ctukey" when left out`}
	return []Func{
		{
			Name: "series_outliers", Category: seriesCategory, Result: value.Dynamic, NameFromArg: true,
			Params: []Param{
				seriesParam("series"), method, optional("ignore_val", tNumber, "a number that stands for none"),
				optional("min_percentile", tNumber, "10, if it is given"), optional("max_percentile", tNumber, "90, if it is given"),
			},
			Doc:      "Scores each element by how far it lies outside of the middle of all: beyond 1.5 or below -1.5 it is an outlier.",
			Examples: []string{`round(toreal(series_outliers(dynamic([-3, 2.4, 15, 3.9, 5, 6, 4.5, 5.2, 3, 4, 5, 16, 7, 5, 5, 4]))[0]), 4) == -1.9041`},
			Prepare:  prepareOutliers,
		},
		{
			Name: "series_decompose_anomalies", Category: seriesCategory, Result: value.Dynamic,
			Params: []Param{
				seriesParam("series"), optional("threshold", tNumber, "the score from which an element is an anomaly; 1.5 when left out"),
				seriesPeriod(), seriesTrend(), testPoints(), method,
				optional("seasonality_threshold", tNumber, "of no use when the period is given"),
			},
			Doc:      "Takes the season and the trend out of a series, scores what is left, and gives several columns: a flag (1, -1 or 0), the score, and the baseline. The period has to be given.",
			Examples: []string{`toscalar(print x = dynamic([1, 3, 1, 3, 1, 3, 1, 9, 1, 3]) | project series_decompose_anomalies(x, 1.5, 2) | project tostring(series_decompose_anomalies_x_ad_flag)) == "[0,0,0,0,0,0,0,1,0,0]"`},
			Prepare:  prepareAnomalies,
		},
	}
}

// A fence is the middle of a series, and what the distance from it is
// multiplied by.
type fence struct{ low, high, factor float64 }

// fences are the kinds of outliers. The factor of ctukey makes a score of 1.5
// mean the same for both where values are distributed normally; how it comes
// about is known for no other percentiles than these. Where it is from: Kusto's
// author of the function, stackoverflow.com/questions/75264555, to more digits
// from the scores in that question.
var fences = map[string]fence{"tukey": {0.25, 0.75, 1}, "ctukey": {0.1, 0.9, 2.772605605507915}}

// fenceOf is the fence that an argument names.
func fenceOf(args []Arg, at int) (fence, error) {
	kind := "ctukey"
	if at < len(args) {
		kind = args[at].Const.Str()
	}
	f, ok := fences[kind]
	if !ok {
		return fence{}, errors.New(`outliers are of the kind "tukey" or "ctukey"`)
	}
	return f, nil
}

func prepareOutliers(args []Arg) (Eval, error) {
	f, err := fenceOf(args, 1)
	if err != nil {
		return nil, err
	}
	for i := 3; i < len(args) && f.factor != 1; i++ {
		if want := []float64{10, 90}[i-3]; args[i].Const == nil || realOf(*args[i].Const) != want {
			return nil, Unsupported("series_outliers() with percentiles other than 10 and 90")
		}
	}
	return func(_ *Context, a []value.Value) value.Value {
		ignore := math.NaN()
		if len(a) > 2 && !a[2].IsNull() {
			ignore = realOf(a[2])
		}
		return outliers(a[0], f, ignore)
	}, nil
}

// outliers scores the elements of an array. What is no number has the score 0.
func outliers(v value.Value, f fence, ignore float64) value.Value {
	if !v.IsArray() {
		return value.NullOf(value.Dynamic)
	}
	elems := v.Elems()
	known, x := make([]bool, len(elems)), make([]float64, len(elems))
	var middle []float64
	for i, e := range elems {
		if e = e.Inner(); !isNumber(e) {
			continue
		}
		if x[i] = realOf(e); x[i] != ignore {
			known[i] = true
			middle = append(middle, x[i])
		}
	}
	scores := make([]float64, len(elems))
	if len(middle) == 0 {
		return reals(scores)
	}
	slices.Sort(middle)
	low, high := between(middle, f.low), between(middle, f.high)
	for i := range scores {
		switch {
		case !known[i]:
		case x[i] > high:
			scores[i] = (x[i] - high) / (high - low) * f.factor
		case x[i] < low:
			scores[i] = (x[i] - low) / (high - low) * f.factor
		}
	}
	return reals(scores)
}

// between is the place p of the way through sorted numbers, on the line between
// its neighbours.
func between(x []float64, p float64) float64 {
	at := p * float64(len(x)-1)
	i := min(int(at), len(x)-1)
	if i == len(x)-1 {
		return x[i]
	}
	return x[i] + (at-float64(i))*(x[i+1]-x[i])
}

func prepareAnomalies(args []Arg) (Eval, error) {
	f, err := fenceOf(args, 5)
	if err != nil {
		return nil, err
	}
	parts, err := decomposer(args, 2, 3, 4)
	if err != nil {
		return nil, err
	}
	return func(ctx *Context, a []value.Value) value.Value {
		threshold := 1.5
		if len(a) > 1 && !a[1].IsNull() {
			threshold = realOf(a[1])
		}
		all := parts(ctx, a).Elems()
		scores := outliers(all[3], f, math.NaN())
		return value.ArrayOf([]value.Value{flags(scores, threshold), scores, all[0]})
	}, nil
}

// flags say which scores are beyond a threshold, on either side.
func flags(scores value.Value, threshold float64) value.Value {
	if !scores.IsArray() {
		return scores
	}
	elems := scores.Elems()
	out := make([]value.Value, len(elems))
	for i, e := range elems {
		out[i] = value.LongOf(0)
		switch s := realOf(e.Inner()); {
		case s > threshold:
			out[i] = value.LongOf(1)
		case s < -threshold:
			out[i] = value.LongOf(-1)
		}
	}
	return value.ArrayOf(out)
}
