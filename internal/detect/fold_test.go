package detect

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// Alerts keep their IDs: what these are made of is quoted as strconv does it.
func TestQuotedAsEver(t *testing.T) {
	pieces := []string{"", "plain text", `"`, `\`, "\x00", "\x00\x05abc", "\xe2", "\xe2\x82", "é", "日本", "\U0001f600", "\u2028", "\u00a0", "\n", "\x7f", "~ "}
	g := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := ""
		for range g.IntN(5) {
			s += pieces[g.IntN(len(pieces))]
		}
		if got, want := string(appendQuoted([]byte("x "), s)), "x "+strconv.Quote(s); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

// Of more entities than one alert has room for, the same are left out each time.
func TestEntitiesBeyondTheLimit(t *testing.T) {
	var want []string
	for range 20 {
		s, n := &story{}, &story{}
		for i := range 300 {
			e := dogwatch.Entity{Type: "Account", Fields: []dogwatch.EntityField{{Name: "name", Value: strconv.Itoa(i)}}}
			if i < maxEntities-2 {
				s.addEntity(e, dogwatch.Evidence{Line: int64(i)})
			} else {
				n.addEntity(e, dogwatch.Evidence{Line: int64(1000 - i)})
			}
		}
		(&folder{most: maxEvidence}).merge(s, n)
		got := slices.Sorted(maps.Keys(s.entities))
		if want == nil {
			want = got
		}
		if len(got) != maxEntities || !slices.Equal(got, want) {
			t.Fatalf("%d entities, which differ from those before", len(got))
		}
		if last := s.entities[string(appendKey(nil, dogwatch.Entity{Type: "Account", Fields: []dogwatch.EntityField{{Name: "name", Value: "299"}}}))]; last.first.Line != 701 {
			t.Fatal("what was seen first is left out")
		}
	}
}
