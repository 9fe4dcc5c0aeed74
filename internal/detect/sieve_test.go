package detect

import (
	"context"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// A row that passes one half of one reading and the other half of another passes
// neither.
func TestSieveKeepsReadingsApart(t *testing.T) {
	u := compile(t, `
let Gone = Requests | where Verb == 'delete' | project Name;
let Made = Requests | where Verb == 'create' and User == 'eve' | project Name;
Requests | where Verb == 'get' and User == 'eve' | where Name in (Gone) and Name in (Made)`, nil)
	w := New([]*dogwatch.Rule{u}, Options{Catalog: world{}}).NewWorker(context.Background())
	of := func(name string) func(int, []string) bool {
		return func(column int, _ []string) bool { return requests[column].Name == name }
	}
	verb, user := w.Judge("Requests", of("Verb")), w.Judge("Requests", of("User"))
	for _, c := range []struct {
		verb, user string
		want       bool
	}{
		{"delete", "bob", true}, {"create", "bob", false}, {"create", "eve", true},
		{"get", "bob", false}, {"get", "eve", true}, {"list", "eve", false},
	} {
		row := batches([]request{{at: "10:00:00", verb: c.verb, user: c.user}}, 1)[0].Rows
		set := dogwatch.RuleSet{7}
		verb.Narrow(row, []dogwatch.RuleSet{set})
		user.Narrow(row, []dogwatch.RuleSet{set})
		if got := set[0] != 0; got != c.want {
			t.Errorf("%s by %s: passes is %v, want %v", c.verb, c.user, got, c.want)
		}
	}
}
