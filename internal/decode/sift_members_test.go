package decode

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Members that stood in the object before are read as if none had.
func TestKnownMembersAreReadAsNewOnes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{`"a":"b"`, `"a":"bc"`, `"a" : "b"`, `"a":"b\"c"`, `"ab":"c"`, `"a":{"b":"c"}`, `"b":"a"`, `"a":1`, `"a":""`, `"\u0061":"b"`, `"a":"b`, `"a":"b" `}
	read := func(m *knownMembers, s string) (told []string, end int) {
		end = m.each(s, 0, func(key string, at, end int) int {
			if end < 0 {
				end = skipValue(s, at)
			}
			if end >= 0 {
				told = append(told, key, s[at:end])
			}
			return end
		})
		return told, end
	}
	var known knownMembers
	for range 20_000 {
		s := "{"
		for i := range random.IntN(4) {
			if i > 0 {
				s += ","
			}
			s += pieces[random.IntN(len(pieces))]
		}
		s += []string{"}", "}", "}", "", ",", `"}`}[random.IntN(6)]
		got, end := read(&known, s)
		if want, wantEnd := read(new(knownMembers), s); end != wantEnd || !slices.Equal(got, want) {
			t.Fatalf("%s has the members %q and ends at %d, want %q and %d", s, got, end, want, wantEnd)
		}
	}
}
