package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// What a row was asked as it came is not asked again when its rule is run: the
// alerts are those of asking again.
func TestWhatRowsPassedIsNotAskedAgain(t *testing.T) {
	schedule := func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, 20*time.Minute }
	queries := []string{
		"Requests | where Verb == 'exec' | summarize n = dcount(Name) by User | where n >= 3",
		"Requests | where Verb in ('exec', 'bind') | extend Both = strcat(User, Verb) | where Both != 'eveexec' | summarize n = count() by Both | where n >= 3",
		"Requests | where Verb == 'bind' | project User | join kind=inner (Requests | where Verb == 'exec') on User | where Name == 'n1'",
		"Requests | where Verb == 'exec' | join kind=leftanti (Requests | where Verb == 'bind') on User, Name | summarize n = count() by User | where n >= 2",
		"union (Requests | where Verb == 'exec' and Name == 'n1'), (Requests | where Verb == 'bind') | where User != 'bob' | summarize n = count() by User, Verb | where n >= 2",
		"Requests | where isnotempty(Paths) | mv-expand P = Paths to typeof(string) | where P == '/etc' | summarize n = count() by User, P | where n >= 2",
		"let Execs = Requests | where Verb == 'exec'; let Names = toscalar(Execs | summarize make_set(Name)); Requests | where Verb == 'bind' | where set_has_element(Names, Name) | summarize n = count() by User | where n >= 2",
		"Requests | where Verb == 'exec' | extend Late = TimeGenerated > ago(7m) | where Late | summarize n = count() by User | where n >= 2",
	}
	g := rand.New(rand.NewPCG(3, 5))
	for _, query := range queries {
		for _, change := range []func(*dogwatch.Rule){schedule, onChange(20 * time.Minute)} {
			found := 0
			for range 5 {
				in := batches(randomRequests(g, 200), 1+g.IntN(50))
				again := judgeAgain(t, compile(t, query, change), in, false)
				if got := judgeAgain(t, compile(t, query, change), in, true); !slices.Equal(got, again) {
					t.Fatalf("%s\ngot  %q\nwant %q", query, got, again)
				}
				found += len(again)
			}
			if found == 0 {
				t.Errorf("%s: no alert", query)
			}
		}
	}
}

// Nor is it where a rule does not count: its alerts are those without a sieve.
func TestWhatTheSieveAskedIsNotAskedAgain(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 6))
	for _, query := range []string{
		"Requests | where Verb == 'exec' | extend Both = strcat(User, Name) | where Both in ('annn1', 'even2')",
		"union (Requests | where Verb == 'exec' | extend What = 'ran'), (Requests | where Verb == 'bind' and Name != 'n1' | extend What = 'bound') | where User != 'bob'",
		"union (Requests | where Verb == 'exec'), (Requests | where User == 'eve')",
		"Requests | where isnotempty(Paths) | mv-expand P = Paths to typeof(string) | where P == '/etc' and Verb == 'exec'",
		"Requests | where Verb == 'exec' | extend Late = TimeGenerated > ago(7m) | where Late | where Name == 'n1'",
	} {
		in := batches(randomRequests(g, 300), 20)
		want, _ := judgeBy(t, New([]*dogwatch.Rule{compile(t, query, nil)}, Options{Catalog: world{}, Plain: true}), in)
		got, _ := judgeBy(t, New([]*dogwatch.Rule{compile(t, query, nil)}, Options{Catalog: world{}}), in)
		if got, want := tellAll(got), tellAll(want); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", query, got, want)
		}
	}
}

func randomRequests(g *rand.Rand, n int) (rows []request) {
	at := 0
	for range n {
		at += g.IntN(60)
		r := request{
			at: fmt.Sprintf("%02d:%02d:%02d", 8+at/3600, at/60%60, at%60), user: []string{"ann", "bob", "eve"}[g.IntN(3)],
			verb: []string{"exec", "bind", "get"}[g.IntN(3)], name: fmt.Sprint("n", g.IntN(5)),
		}
		if g.IntN(3) == 0 {
			r.paths = []string{`["/etc","/root"]`, `["/root"]`, `["/etc","/etc"]`}[g.IntN(3)]
		}
		rows = append(rows, r)
	}
	return rows
}

func judgeAgain(t *testing.T, r *dogwatch.Rule, in []dogwatch.Batch, knows bool) []string {
	t.Helper()
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
	e.units[0].window.knows = e.units[0].window.knows && knows
	alerts, _ := judgeBy(t, e, in)
	return tellAll(alerts)
}
