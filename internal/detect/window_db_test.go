package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A window of few rows, that are remembered, and of many gives the rows of a table
// that lie between two places and two times and are meant.
func TestRowsOfAWindow(t *testing.T) {
	for _, n := range []int{0, 1, 700, maxReread*openAtOnce + 5} {
		for _, shared := range []bool{true, false} {
			t.Run(fmt.Sprint(n, shared), func(t *testing.T) {
				g := rand.New(rand.NewPCG(1, uint64(n)))
				w := windowOf(g, n)
				var all *keptBatches
				if shared {
					all = w.batchesForAll()
				}
				for range 60 {
					lo, hi := g.IntN(n+1), g.IntN(n+1)
					lo, hi = min(lo, hi), max(lo, hi)
					var only []int32
					if g.IntN(2) == 0 {
						only = []int32{}
						for i := lo; i < hi; i += 1 + g.IntN(9) {
							only = append(only, int32(i))
						}
					}
					checkRows(t, g, all.db(w, lo, hi, only))
				}
			})
		}
	}
}

// windowOf is a window with rows of two tables, some of which have the same time.
func windowOf(g *rand.Rand, n int) *window {
	w := &window{tables: map[string]*keptTable{}}
	for _, name := range []string{"A", "B"} {
		w.tables[name] = &keptTable{name: name, schema: value.Schema{{Name: "Number", Type: value.Long}}, columns: []int{0}, at: []int{0}}
	}
	ticks := int64(0)
	for i := range n {
		ticks += g.Int64N(3)
		t := w.tables["A"]
		if g.IntN(3) == 0 {
			t = w.tables["B"]
		}
		w.rows = append(w.rows, kept{ticks: ticks, held: &held{of: t, vals: []value.Value{value.LongOf(int64(i))}}})
	}
	return w
}

func checkRows(t *testing.T, g *rand.Rand, db *windowDB) {
	t.Helper()
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if g.IntN(3) > 0 {
		from = g.Int64N(int64(len(db.w.rows)) + 1)
	}
	if g.IntN(3) > 0 {
		to = g.Int64N(int64(len(db.w.rows)) + 1)
	}
	for _, name := range []string{"A", "B", "C"} {
		var want, got []int64
		for i := db.lo; i < db.hi; i++ {
			r := &db.w.rows[i]
			if r.table().name == name && r.ticks >= from && r.ticks <= to && (db.only == nil || slices.Contains(db.only, int32(i))) {
				want = append(want, int64(i))
			}
		}
		err := db.Between(t.Context(), name, nil, from, to, func(b *value.Batch) error {
			for _, i := range b.Rows() {
				if v := b.At(int(i), 0).Int(); v != b.Origin[i][0] {
					t.Fatalf("row %d says that it is made of %d", v, b.Origin[i][0])
				}
				got = append(got, b.Origin[i][0])
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("table %s, rows %d to %d, times %d to %d: %d rows, want %d (%v)", name, db.lo, db.hi, from, to, len(got), len(want), err)
		}
	}
}
