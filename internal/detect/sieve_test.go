package detect

import (
	"context"
	"fmt"
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

// Rules that ask the same of a row are asked once, and each is handed the rows.
func TestRulesThatAskTheSameAreOneAsk(t *testing.T) {
	rules := []*dogwatch.Rule{
		compile(t, "Requests | where Verb == 'delete' | extend Deed = 'deleted'", nil),
		compile(t, "Requests | where Verb == 'create'", nil),
		compile(t, "Requests | project Verb, User, TimeGenerated | where Verb == 'delete'", nil),
		compile(t, "Requests | where Verb == 'delete' and User != 'eve'", nil),
		compile(t, "Requests | mv-expand P = Paths to typeof(string) | where P == '/a' | project TimeGenerated, User", nil),
		compile(t, "Requests | mv-expand Q = Paths to typeof(string) | where Q == '/a' | project TimeGenerated, User", nil),
		compile(t, "Requests | project TimeGenerated, User", nil),
		compile(t, "Requests | extend Who = User", nil),
		compile(t, "let Made = Requests | where Verb == 'create' | project Name; Requests | where Verb == 'create' | where Name in (Made)", nil),
	}
	w := New(rules, Options{Catalog: world{}}).NewWorker(t.Context())
	var got [][]int
	for _, a := range w.asks["Requests"] {
		var feeds []int
		for _, r := range a.readings {
			feeds = append(feeds, r.feed)
		}
		got = append(got, feeds)
	}
	if want := "[[0 2] [3] [1 8 8] [4 5] [6 7]]"; fmt.Sprint(got) != want {
		t.Errorf("asks are shared by %v, want %s", got, want)
	}

	in := []request{
		{at: "10:00:00", verb: "delete", user: "bob", name: "a"}, {at: "10:00:01", verb: "create", user: "eve", name: "b", paths: `["/a"]`},
		{at: "10:00:02", verb: "delete", user: "eve", name: "c"}, {at: "10:00:03", verb: "get", user: "eve", name: "d"},
	}
	_, stats := judge(t, rules, batches(in, 3))
	var hits []int64
	for _, st := range stats {
		if hits = append(hits, st.Hits); st.Rows != int64(len(in)) {
			t.Errorf("%s: %d rows are counted, want %d", st.Rule.KQL, st.Rows, len(in))
		}
	}
	if want := "[2 1 2 1 1 1 4 4 1]"; fmt.Sprint(hits) != want {
		t.Errorf("hits are %v, want %s", hits, want)
	}
}

// Asks of rules that differ in a constant stand next to each other, whatever stands
// between the rules.
func TestAsksThatAreAlikeFollowEachOther(t *testing.T) {
	var rules []*dogwatch.Rule
	for _, n := range []string{"a", "b", "c"} {
		rules = append(rules,
			compile(t, "Requests | where Verb == 'create' and User startswith 'x' and Name == '"+n+"'", nil),
			compile(t, "Requests | where (Verb == 'get' or Verb == 'list') and Name has '"+n+"'", nil),
		)
	}
	w := New(rules, Options{Catalog: world{}}).NewWorker(t.Context())
	var got []int
	for _, a := range w.asks["Requests"] {
		got = append(got, a.readings[0].feed)
	}
	if want := "[0 2 4 1 3 5]"; fmt.Sprint(got) != want {
		t.Errorf("asks are of rules %v, want %s", got, want)
	}
}
