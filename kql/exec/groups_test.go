package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// TestKeyTableNumbersAsGroupKeysDo holds the numbers of combinations to a map by
// their group keys, over batches.
func TestKeyTableNumbersAsGroupKeysDo(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		var by []plan.Expr
		var types []value.Type
		for range r.IntN(4) {
			types = append(types, sortable[r.IntN(len(sortable))])
			by = append(by, &plan.Col{Typ: types[len(types)-1]})
		}
		table, want := newKeyTable(by), map[string]int32{}
		for range 1 + r.IntN(4) {
			cols, rows := sampleColumns(r, types)
			keys := keysOf(r, cols)
			checkKnown(t, table.known(keys, rows, nil), cols, want)
			for i, got := range table.number(keys, rows, nil) {
				key := groupKey(cols, i)
				at, ok := want[key]
				if ok && at != got || !ok && int(got) != len(want) {
					t.Fatalf("row %d of %v: %d, want %d of %d", i, types, got, at, len(want))
				}
				want[key] = got
			}
		}
	}
}

func sampleColumns(r *rand.Rand, types []value.Type) (cols [][]value.Value, rows []int32) {
	n := r.IntN(40)
	cols = make([][]value.Value, len(types))
	for c, typ := range types {
		for range n {
			cols[c] = append(cols[c], sample(r, typ))
		}
	}
	return cols, value.AllRows(n)
}

// keysOf gives columns as they are or, some, with a Dict.
func keysOf(r *rand.Rand, cols [][]value.Value) []keyColumn {
	keys := make([]keyColumn, len(cols))
	for c, vals := range cols {
		if keys[c].vals = vals; r.IntN(2) == 0 {
			continue
		}
		keys[c] = keyColumn{dict: &value.Dict{Values: vals}}
		for i := range vals {
			keys[c].codes = append(keys[c].codes, uint32(i))
		}
	}
	return keys
}

func groupKey(cols [][]value.Value, row int) string {
	var key []byte
	for _, vals := range cols {
		key = vals[row].GroupKey(key)
	}
	return string(key)
}

// checkKnown: only what came before is known, and nothing with a null.
func checkKnown(t *testing.T, got []int32, cols [][]value.Value, before map[string]int32) {
	t.Helper()
	for i, n := range got {
		want, ok := before[groupKey(cols, i)]
		if !ok || slices.ContainsFunc(cols, func(vals []value.Value) bool { return vals[i].IsNull() }) {
			want = -1
		}
		if n != want {
			t.Fatalf("row %d is known as %d, want %d", i, n, want)
		}
	}
}

// TestTextsTellTextsApart: of all lengths, with ends alike.
func TestTextsTellTextsApart(t *testing.T) {
	var words texts
	seen := map[string]uint64{}
	add := func(s string) {
		want, ok := seen[s]
		if !ok {
			want = uint64(len(seen))
		}
		if n, had := words.known(s); had != ok || ok && n != want {
			t.Fatalf("%q is known as %d (%t), want %d (%t)", s, n, had, want, ok)
		}
		if got := words.number(s); got != want {
			t.Fatalf("%q has the number %d, want %d", s, got, want)
		}
		seen[s] = want
	}
	for range 2 {
		for n := range 40 {
			for i := range n {
				text := []byte(strings.Repeat("a", n))
				add(string(text))
				text[i] = 'b'
				add(string(text))
				text[i] = 0
				add(string(text))
			}
		}
		for i := range 2000 {
			add(fmt.Sprintf("namespaces/team-%d/pods", i))
		}
	}
}
