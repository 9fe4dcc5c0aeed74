package fn

import (
	"math"
	"slices"
	"strconv"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const sketchCategory = "Sketches"

// maxHashes is how many values a count sketch tells apart. Beyond, it keeps the
// smallest hashes, and estimates from how close together they lie.
const maxHashes = 1 << 16

// A countSketch knows about how many different values it has seen: by the hash
// of each, in order.
type countSketch struct{ hashes map[uint64]bool }

func newCountSketch() *countSketch { return &countSketch{hashes: map[uint64]bool{}} }

func (c *countSketch) add(h uint64) {
	c.hashes[h] = true
	if len(c.hashes) > 2*maxHashes {
		c.cut()
	}
}

// cut keeps the smallest hashes.
func (c *countSketch) cut() {
	all := c.sorted()
	clear(c.hashes)
	for _, h := range all {
		c.hashes[h] = true
	}
}

// sorted are the hashes that count.
func (c *countSketch) sorted() []uint64 {
	out := make([]uint64, 0, len(c.hashes))
	for h := range c.hashes {
		out = append(out, h)
	}
	slices.Sort(out)
	return out[:min(len(out), maxHashes)]
}

func (c *countSketch) count() int64 {
	all := c.sorted()
	if len(all) < maxHashes {
		return int64(len(all))
	}
	return int64(math.Round(float64(len(all)-1) / (float64(all[len(all)-1]) / math.MaxUint64)))
}

// value writes the sketch as an array of hashes; a sketch of nothing is null.
func (c *countSketch) value() value.Value {
	if len(c.hashes) == 0 {
		return value.NullOf(value.Dynamic)
	}
	var out []value.Value
	for _, h := range c.sorted() {
		out = append(out, value.StringOf(strconv.FormatUint(h, 16)))
	}
	return value.ArrayOf(out)
}

// merge adds what a written sketch has; false when it is none.
func (c *countSketch) merge(v value.Value) bool {
	if !v.IsArray() || v.Len() == 0 {
		return false
	}
	for _, e := range v.Elems() {
		h, err := strconv.ParseUint(text(e), 16, 64)
		if err != nil {
			return false
		}
		c.add(h)
	}
	return true
}

// CommonHashes counts the different values that all of some sketches have;
// false when one is none.
func CommonHashes(sketches []value.Value) (int64, bool) {
	seen := map[uint64]int{}
	for i, v := range sketches {
		c := newCountSketch()
		if !c.merge(v) {
			return 0, false
		}
		for h := range c.hashes {
			if seen[h] == i {
				seen[h]++
			}
		}
	}
	n := int64(0)
	for _, in := range seen {
		if in == len(sketches) {
			n++
		}
	}
	return n, true
}

func countSketchFuncs() []Func {
	sketch := param("hll", tDynamic, "a sketch that hll() made")
	return []Func{
		{
			Name: "dcount_hll", Category: sketchCategory, Result: value.Long, Params: []Param{sketch},
			Doc:      "Counts the different values that a sketch has seen: exactly up to 65,536, about beyond.",
			Examples: []string{`toscalar(range x from 1 to 10 step 1 | summarize h = hll(x % 4) | project dcount_hll(h)) == 4`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				c := newCountSketch()
				if !c.merge(a[0]) {
					return value.NullOf(value.Long)
				}
				return value.LongOf(c.count())
			},
		},
		{
			Name: "hll_merge", Category: sketchCategory, Result: value.Dynamic, Params: []Param{sketch, repeated("more", tDynamic, "further sketches")},
			Doc:      "Puts sketches of hll() together.",
			Examples: []string{`toscalar(range x from 1 to 10 step 1 | summarize a = hll(x), b = hll(x + 5) | project dcount_hll(hll_merge(a, b))) == 15`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				c := newCountSketch()
				for _, v := range a {
					c.merge(v)
				}
				return c.value()
			},
		},
	}
}

func countSketchAggs() []Agg {
	expr := param("expr", tScalars, "the value")
	accuracy := Param{Name: "accuracy", Types: tLong, Optional: true, Const: true, Doc: "accepted; the sketch is always as exact as it can be"}
	return []Agg{
		{
			Name: "hll", Prefix: "hll_", Result: value.Dynamic, Params: []Param{expr, accuracy},
			Doc:      "Makes a sketch of the values of a column, for dcount_hll() and hll_merge().",
			Examples: []string{`range x from 1 to 10 step 1 | summarize h = hll(x) | project dcount_hll(h) == 10`},
			New:      func([]Arg) State { return &hllState{newCountSketch()} },
		},
		{
			Name: "hll_if", Prefix: "hll_if_", Result: value.Dynamic, Params: []Param{expr, param("predicate", tBool, "only rows for which it is true count"), accuracy},
			Doc:      "Makes a sketch of the values of the rows for which a condition is true.",
			Examples: []string{`range x from 1 to 10 step 1 | summarize h = hll_if(x, x > 7) | project dcount_hll(h) == 3`},
			New:      func([]Arg) State { return &filtered{of: &hllState{newCountSketch()}, at: 1} },
		},
		{
			Name: "hll_merge", Prefix: "hll_merge_", Result: value.Dynamic, Params: []Param{param("hll", tDynamic, "a sketch that hll() made")},
			Doc:      "Puts the sketches of a column together.",
			Examples: []string{`range x from 1 to 10 step 1 | summarize h = hll(x) by x % 2 | summarize m = hll_merge(h) | project dcount_hll(m) == 10`},
			New:      func([]Arg) State { return &hllMerge{newCountSketch()} },
		},
	}
}

type hllState struct{ *countSketch }

func (s *hllState) Add(a []value.Value) {
	if !a[0].IsNull() {
		s.add(xxhash64(hashBytes(a[0])))
	}
}

func (s *hllState) Result() value.Value { return s.value() }
func (c *countSketch) Size() int        { return 64 + 24*len(c.hashes) }

type hllMerge struct{ *countSketch }

func (s *hllMerge) Add(a []value.Value) { s.merge(a[0]) }
func (s *hllMerge) Result() value.Value { return s.value() }
