package decode

import (
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What differs is the same whether two versions are compared as text or as what
// the text says.
func FuzzDiff(f *testing.F) {
	f.Add(`{"a":1,"b":{"c":[1,2]}}`, `{"a":1,"b":{"c":[1]}}`, false)
	f.Add(`{"metadata":{"uid":"x","labels":{"a":"b"}},"status":{}}`, `{"metadata":{"uid":"y","labels":{"a":"c"}},"status":1}`, false)
	f.Add(`{"spec":{"containers":[{"name":"a","image":"x"}]}}`, `{"spec":{"containers":[{"name":"a","image":"y"},{"name":"b"}]}}`, true)
	f.Add(`{"a":1,"b":2}`, `{"b":2,"a":{}}`, true)
	f.Add(`{"a":1,"a":2}`, `{"a":1,"a":3}`, false)
	f.Add(`{"a":[],"c":1.0}`, `{"a":{},"c":1}`, false)
	f.Fuzz(func(t *testing.T, old, now string, part bool) {
		texts := make([]value.Value, 2)
		trees := make([]value.Value, 2)
		for i, s := range []string{old, now} {
			v, ok := value.LazyJSON(s)
			if !ok || !v.IsBag() {
				return
			}
			texts[i], trees[i] = v, v.Resolve()
		}
		set, removed := diff(texts[0], texts[1], part)
		want, gone := diff(trees[0], trees[1], part)
		if !value.Equal(set, want) || !slices.Equal(removed, gone) {
			t.Errorf("%s to %s: %s %q, as trees %s %q", old, now, set, removed, want, gone)
		}
	})
}
