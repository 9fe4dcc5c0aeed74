package exec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// sample makes values of a type that are hard to order: nulls, ends, texts with
// beginnings alike, zero bytes.
func sample(r *rand.Rand, t value.Type) value.Value {
	if r.IntN(8) == 0 {
		return value.NullOf(t)
	}
	ends := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	n := ends[r.IntN(len(ends))]
	if r.IntN(2) == 0 {
		n = r.Int64N(40) - 20
	}
	switch t {
	case value.Long:
		return value.LongOf(n)
	case value.DateTime:
		return value.DateTimeOf(n)
	case value.Bool:
		return value.BoolOf(n > 0)
	case value.Real:
		reals := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1.5, -1.5, math.MaxFloat64, math.SmallestNonzeroFloat64}
		return value.RealOf(reals[r.IntN(len(reals))])
	case value.GUID:
		return value.GUIDOf(fmt.Sprintf("74be27de-1e4e-49d9-b579-fe0b331d%04x", r.IntN(9)))
	case value.Dynamic:
		return value.DynamicOf(value.LongOf(n))
	}
	texts := []string{"", "a", "a\x00", "a\x00b", "\x00", "abcdefgh", "abcdefghi", "abcdefgh\x00", "abcdefgj", "user-1", "user-12", "ü"}
	return value.StringOf(texts[r.IntN(len(texts))])
}

var sortable = []value.Type{value.Long, value.DateTime, value.Bool, value.Real, value.GUID, value.String, value.Dynamic}

func sampleOrdering(r *rand.Rand, n int) *ordering {
	o := &ordering{}
	for range 1 + r.IntN(3) {
		t := sortable[r.IntN(len(sortable))]
		var vals []value.Value
		prefix := []string{"", "namespaces/"}[r.IntN(2)]
		for range n {
			v := sample(r, t)
			if t == value.String {
				v = value.StringOf(prefix + v.Str())
			}
			vals = append(vals, v)
		}
		o.vals = append(o.vals, vals)
		o.keys = append(o.keys, plan.SortKey{X: &plan.Col{Typ: t}, Asc: r.IntN(2) == 0, NullsFirst: r.IntN(2) == 0})
	}
	return o
}

// plainly compares two rows key by key.
func (o *ordering) plainly(x, y int32) int {
	for k, key := range o.keys {
		if c := compareKeys(o.vals[k][x], o.vals[k][y], key); c != 0 {
			return c
		}
	}
	return 0
}

func TestOrderIsThatOfComparing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		n := 1 + r.IntN(3*fewRows)
		o := sampleOrdering(r, n)
		rows := slices.Clone(value.AllRows(n))
		want := slices.Clone(rows)
		slices.SortStableFunc(want, o.plainly)
		limit := r.IntN(n+2) - 1
		if limit >= 0 && limit < n {
			want = want[:limit]
		}
		if got := o.sort(rows, limit); !slices.Equal(got, want) {
			t.Fatalf("%d rows by %+v: %v, want %v", n, o.keys, got, want)
		}
	}
}

// TestRaceKeepsTheFirst: what a race lets go is never among the first.
func TestRaceKeepsTheFirst(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		n := 1 + r.IntN(2*batchRows)
		o := sampleOrdering(r, n)
		if o.keys[0].X.Type() == value.Dynamic {
			continue
		}
		if r.IntN(2) == 0 { // often rows come in order
			slices.SortFunc(o.vals[0], func(x, y value.Value) int { return compareKeys(x, y, o.keys[0]) })
		}
		rows, limit := value.AllRows(n), 1+r.IntN(2*most)
		first := o.sort(slices.Clone(rows), limit)
		kept := (&race{}).run(o.vals[0], rows, o.keys[0], limit)
		for _, i := range first {
			if !slices.Contains(kept, i) {
				t.Fatalf("row %d of %d by %+v is not among the %d kept for top %d", i, n, o.keys, len(kept), limit)
			}
		}
	}
}
