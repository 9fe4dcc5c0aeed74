package decode

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// Sets with the same rules are one, whatever becomes of what they were made of.
func TestKnownSets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	known, first := newKnownSets(), map[[2]uint64]dogwatch.RuleSet{}
	for range 5_000 {
		want := [2]uint64{r.Uint64N(40), r.Uint64N(40)}
		from := dogwatch.RuleSet(slices.Clone(want[:]))
		set := known.of(from)
		from[0], from[1] = 7, 7
		if !slices.Equal(set, want[:]) {
			t.Fatalf("the set of %v is %v", want, set)
		}
		if before := first[want]; before != nil && &before[0] != &set[0] {
			t.Fatalf("there are two sets of %v", want)
		}
		first[want] = set
	}
}

// However many sets there are, those that are found again stay few, and none changes.
func TestKnownSetsAreBounded(t *testing.T) {
	known, all := newKnownSets(), []dogwatch.RuleSet(nil)
	for i := range 3 * maxKnownSets {
		all = append(all, known.of(dogwatch.RuleSet{uint64(i), 1}))
		if known.count > maxKnownSets+1 {
			t.Fatalf("%d sets are known", known.count)
		}
	}
	for i, set := range all {
		if set[0] != uint64(i) {
			t.Fatalf("set %d is %v", i, set)
		}
	}
}

// Sets for a moment are empty, and none is a part of another.
func TestScratchSets(t *testing.T) {
	var room scratchSets
	for range 3 {
		room.forget()
		var all []dogwatch.RuleSet
		for i := range 500 {
			set := room.empty(3)
			if isAny(set) {
				t.Fatalf("set %d has %v", i, set)
			}
			for w := range set {
				set[w] = uint64(i + 1)
			}
			all = append(all, set)
		}
		for i, set := range all {
			if !slices.Equal(set, dogwatch.RuleSet{uint64(i + 1), uint64(i + 1), uint64(i + 1)}) {
				t.Fatalf("set %d became %v", i, set)
			}
		}
		if x := room.copyOf(all[7]); !slices.Equal(x, all[7]) || &x[0] == &all[7][0] {
			t.Fatalf("the copy of %v is %v", all[7], x)
		}
	}
}
