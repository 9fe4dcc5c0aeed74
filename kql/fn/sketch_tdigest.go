package fn

import (
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxCentroids is how many different values a digest keeps apart. Beyond,
// neighbours are put together.
const maxCentroids = 1 << 14

// A sketch knows how values are spread: each with how often it came, in order.
type sketch struct{ values []weighted }

func (d *sketch) add(v value.Value, n int64) {
	d.values = append(d.values, weighted{v, n})
	if len(d.values) >= 4*maxCentroids {
		d.settle()
	}
}

// settle sorts, and puts equal values together; then neighbours, while there
// are too many.
func (d *sketch) settle() {
	slices.SortStableFunc(d.values, func(a, b weighted) int { return value.Compare(a.v, b.v) })
	d.join(func(a, b weighted) bool { return value.Compare(a.v, b.v) == 0 })
	for len(d.values) > maxCentroids {
		pair := false
		d.join(func(weighted, weighted) bool { pair = !pair; return pair })
	}
}

func (d *sketch) join(same func(a, b weighted) bool) {
	out := d.values[:0]
	for _, w := range d.values {
		if n := len(out); n > 0 && same(out[n-1], w) {
			out[n-1].n += w.n
			continue
		}
		out = append(out, w)
	}
	d.values = out
}

// value writes the digest as an array of the values and one of the weights; a
// digest of nothing is null.
func (d *sketch) value() value.Value {
	if len(d.values) == 0 {
		return value.NullOf(value.Dynamic)
	}
	d.settle()
	values, weights := make([]value.Value, len(d.values)), make([]value.Value, len(d.values))
	for i, w := range d.values {
		values[i], weights[i] = w.v, value.LongOf(w.n)
	}
	return value.ArrayOf([]value.Value{value.ArrayOf(values), value.ArrayOf(weights)})
}

// merge adds what a written digest has; false when it is none.
func (d *sketch) merge(v value.Value) bool {
	values, weights := v.At(0), v.At(1)
	if !values.IsArray() || !weights.IsArray() || values.Len() != weights.Len() || values.Len() == 0 {
		return false
	}
	for i, e := range values.Elems() {
		n := weights.At(i).To(value.Long)
		if n.IsNull() || n.Int() <= 0 {
			return false
		}
		d.add(e.Inner().Own(), n.Int())
	}
	return true
}

func readDigest(v value.Value) (*sketch, bool) {
	d := &sketch{}
	ok := d.merge(v)
	d.settle()
	return d, ok
}

// at is the value of nearest rank.
func (d *sketch) at(percent float64) value.Value {
	p := percentile{values: d.values}
	return p.at(percent)
}

// rank counts the values that are not greater than v.
func (d *sketch) rank(v value.Value) (below, total int64) {
	for _, w := range d.values {
		if value.Compare(w.v, v) <= 0 {
			below += w.n
		}
		total += w.n
	}
	return below, total
}

func digestFuncs() []Func {
	digested := param("tdigest", tDynamic, "a digest that tdigest() made")
	tNumbers := []value.Type{value.Real, value.Long, value.Int, value.DateTime, value.TimeSpan}
	return []Func{
		{
			Name: "percentile_tdigest", Category: sketchCategory,
			Params: []Param{digested, param("percentile", tReal, "0 to 100"),
				{Name: "type", Types: tText, Optional: true, Const: true, Doc: "the type of the result: typeof(long)"}},
			ResultOf: func(args []Arg) value.Type { return digestType(args) },
			Doc:      "Gives a percentile of a digest: a value that is there, by nearest rank.",
			Examples: []string{`toscalar(range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 95)) == 95`},
			Prepare: func(args []Arg) (Eval, error) {
				t := digestType(args)
				return func(_ *Context, a []value.Value) value.Value {
					d, ok := readDigest(a[0])
					if !ok || a[1].IsNull() {
						return value.NullOf(t)
					}
					return d.at(a[1].Real()).To(t)
				}, nil
			},
		},
		{
			Name: "percentiles_array_tdigest", Category: sketchCategory,
			Params:   []Param{digested, repeated("percentile", slices.Concat(tDynamic, tNumber, tText), "0 to 100, or an array of them; behind them the type of the result may stand: typeof(long)")},
			ResultOf: func(args []Arg) value.Type { t, _ := percentilesType(args); return t },
			Check:    checkPercentiles,
			Doc:      "Gives several percentiles of a digest in an array; a single one is no array when its type is given.",
			Examples: []string{
				`toscalar(range x from 1 to 100 step 1 | summarize t = tdigest(x) | project tostring(percentiles_array_tdigest(t, 5, 95))) == "[5,95]"`,
				`toscalar(range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentiles_array_tdigest(t, 95, typeof(long))) == 95`,
			},
			Prepare: preparePercentiles,
		},
		digestRank("rank_tdigest", "Counts the values of a digest that are not greater than a value.", "== 42", digested, param("value", tNumbers, "the value"),
			func(below, _ int64) float64 { return float64(below) }),
		digestRank("percentrank_tdigest", "Says how many percent of a digest's values are not greater than a value.", "== 42", digested, param("value", tNumbers, "the value"),
			func(below, total int64) float64 { return 100 * float64(below) / float64(total) }),
		{
			Name: "merge_tdigest", Aliases: []string{"tdigest_merge"}, Category: sketchCategory, Result: value.Dynamic,
			Params:   []Param{digested, repeated("more", tDynamic, "further digests")},
			Doc:      "Puts digests together.",
			Examples: []string{`toscalar(range x from 1 to 10 step 1 | summarize a = tdigest(x), b = tdigest(x + 10) | project percentile_tdigest(merge_tdigest(a, b), 50)) == 10`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				d := &sketch{}
				for _, v := range a {
					d.merge(v)
				}
				return d.value()
			},
		},
	}
}

func digestRank(name, doc, example string, digested, v Param, f func(below, total int64) float64) Func {
	return Func{
		Name: name, Category: sketchCategory, Result: value.Real, Params: []Param{digested, v}, Doc: doc,
		Examples: []string{`toscalar(range x from 1 to 100 step 1 | summarize t = tdigest(x) | project ` + name + `(t, 42)) ` + example},
		Eval: func(_ *Context, a []value.Value) value.Value {
			d, ok := readDigest(a[0])
			if !ok || a[1].IsNull() {
				return value.NullOf(value.Real)
			}
			return value.RealOf(f(d.rank(a[1])))
		},
	}
}

// percentilesType is the type of percentiles_array_tdigest(), and that of the
// percentiles in it; Unknown leaves them as they are.
func percentilesType(args []Arg) (result, each value.Type) {
	last := len(args) - 1
	if last < 2 || args[last].Type != value.String || args[last].Const == nil {
		return value.Dynamic, value.Unknown
	}
	each, ok := value.TypeByName(args[last].Const.String())
	if !ok {
		return value.Dynamic, value.Unknown
	}
	if last == 2 && args[1].Type != value.Dynamic {
		return each, each
	}
	return value.Dynamic, each
}

// checkPercentiles takes a type behind the percentiles only.
func checkPercentiles(args []Arg) error {
	_, each := percentilesType(args)
	for i, a := range args[1:] {
		if a.Type == value.String && (each == value.Unknown || i+2 < len(args)) {
			return &ArgError{i + 1, "percentiles_array_tdigest() wants a number or an array of numbers for percentile, not string"}
		}
	}
	return nil
}

func preparePercentiles(args []Arg) (Eval, error) {
	result, each := percentilesType(args)
	numbers := len(args)
	if each != value.Unknown {
		numbers--
	}
	return func(_ *Context, a []value.Value) value.Value {
		d, ok := readDigest(a[0])
		if !ok {
			return value.NullOf(result)
		}
		var out []value.Value
		for _, v := range a[1:numbers] {
			for _, e := range appendElements(nil, v) {
				p := d.at(realOf(e))
				if each != value.Unknown {
					p = p.To(each)
				}
				out = append(out, p)
			}
		}
		if result != value.Dynamic {
			return out[0]
		}
		return value.ArrayOf(out)
	}, nil
}

// digestType is what typeof() names; dynamic without it.
func digestType(args []Arg) value.Type {
	if len(args) < 3 {
		return value.Dynamic
	}
	return typeArg(args, 2)
}

func digestAggs() []Agg {
	expr := param("expr", []value.Type{value.Real, value.Long, value.Int, value.DateTime, value.TimeSpan}, "the value")
	merge := func(name string) Agg {
		return Agg{
			Name: name, Prefix: "merge_tdigests_", Result: value.Dynamic, Params: []Param{param("tdigest", tDynamic, "a digest that tdigest() made")},
			Doc:      "Puts the digests of a column together.",
			Examples: []string{`range x from 1 to 10 step 1 | summarize t = tdigest(x) by x % 2 | summarize m = ` + name + `(t) | project percentile_tdigest(m, 50) == 5`},
			New:      func([]Arg) State { return &digestMerge{} },
		}
	}
	return []Agg{
		{
			Name: "tdigest", Prefix: "tdigest_", Result: value.Dynamic,
			Params:   []Param{expr, optional("weight", tLong, "how often the value counts")},
			Doc:      "Makes a digest of how a column's values are spread, for percentile_tdigest() and its like.",
			Examples: []string{`range x from 1 to 100 step 1 | summarize t = tdigest(x) | project percentile_tdigest(t, 50) == 50`},
			New:      func([]Arg) State { return &digestState{} },
		},
		merge("merge_tdigest"), merge("tdigest_merge"),
	}
}

type digestState struct{ sketch }

func (s *digestState) Add(a []value.Value) {
	v, n := a[0], value.LongOf(1)
	if len(a) > 1 {
		n = a[1].To(value.Long)
	}
	if v.Kind() == value.KReal && math.IsNaN(v.Real()) || v.IsNull() || n.IsNull() || n.Int() <= 0 {
		return
	}
	s.add(v.Own(), n.Int())
}

func (s *digestState) Result() value.Value { return s.value() }
func (d *sketch) Size() int                { return 64 + 80*cap(d.values) }

type digestMerge struct{ sketch }

func (s *digestMerge) Add(a []value.Value) { s.merge(a[0]) }
func (s *digestMerge) Result() value.Value { return s.value() }
