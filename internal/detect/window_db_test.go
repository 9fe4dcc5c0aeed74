package detect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch"
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

func isOneOf(list []int32, i int32) bool {
	_, yes := slices.BinarySearch(list, i)
	return yes
}

// What was read of rows on disk serves the runs that follow, unless it is much.
func TestRowsOnDiskAreReadOnce(t *testing.T) {
	for _, tt := range []struct {
		size int // of a row
		once bool
	}{{1 << 10, true}, {maxHeld / 500, false}} {
		w := windowOnDisk(t, 700, tt.size)
		db := w.batchesForAll().db(w, 0, len(w.rows), nil)
		var read [2][]value.Value
		for k := range read {
			err := db.Scan(t.Context(), "A", nil, func(b *value.Batch) error {
				read[k] = append(read[k], b.Col(0, nil)...)
				return nil
			})
			if err != nil || len(read[k]) != 700 {
				t.Fatalf("%d rows (%v)", len(read[k]), err)
			}
		}
		for i, v := range read[0] {
			again := read[1][i]
			if len(v.Str()) != tt.size || v.Str() != again.Str() {
				t.Fatalf("row %d has %d bytes, and %d when it is read again", i, len(v.Str()), len(again.Str()))
			}
			if once := unsafe.StringData(v.Str()) == unsafe.StringData(again.Str()); once != tt.once {
				t.Fatalf("row %d of %d bytes was read once: %v", i, tt.size, once)
			}
		}
	}
}

// windowOnDisk is a window whose rows have a text of some size, and lie on a shelf.
func windowOnDisk(t *testing.T, n, size int) *window {
	t.Helper()
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	a := &keptTable{name: "A", schema: value.Schema{{Name: "Text", Type: value.String}}, columns: []int{0}, at: []int{0}}
	w := &window{tables: map[string]*keptTable{"A": a}}
	for i := range n {
		text := fmt.Sprintf("%0*d", size, i)
		h := &held{of: a, vals: []value.Value{value.StringOf(text)}}
		h.at.Store(&dogwatch.Evidence{})
		w.rows = append(w.rows, kept{ticks: int64(i), held: h})
	}
	if _, err := w.shelve(s, &RuleStats{}); err != nil {
		t.Fatal(err)
	}
	return w
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
			if r.table().name == name && r.ticks >= from && r.ticks <= to && (db.only == nil || isOneOf(db.only, int32(i))) {
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
