package kql_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A query whose rows are too few by what they say themselves asks no other table.
// There are a hundred rows of five users, fifty of which are Ok.
func TestTablesThatAreNotAsked(t *testing.T) {
	const some = "let Some = T | where Code < 50 | project Name; "
	const before = "let Before = toscalar(T | summarize n = count() by User | summarize make_bag(bag_pack(User, n))); "
	tests := []struct {
		query string // with %d
		most  int    // that asks more
	}{
		{some + "T | where Name !in (Some) | summarize n = count() by User | where n >= %d", 20},
		{some + "T | where Ok or Name in (Some) | summarize n = count() by User | where n >= %d", 20},
		{some + "T | where Code >= 50 and (Ok or not(Code < 90 or Name !in (Some))) | summarize n = count() by User | where n >= %d", 6},
		{some + "T | extend Known = Name in (Some) | where Ok and not(Known) | summarize n = count() by User, Known | where n >= %d", 10},
		{before + "T | where Ok | summarize n = count() by User | where n >= %d | where n > 2 * coalesce(tolong(Before[User]), 0)", 10},
		{before + "T | where Ok | summarize n = count() by User | where n >= %d | extend m = tolong(Before[User])", 10},
		{some + "T | where Name !in (Some) | summarize n = count() by User | join kind=leftanti (T | where Code < 0) on User | where n >= %d", 20},
		{some + "T | where Code >= %d or Code < 0 and Name in (Some)", 99},
		{some + "T | where Code >= %d or Code < 0 and Name in (Some) | join kind=leftouter (T | where Ok) on User | project Name", 99},
	}
	for _, tt := range tests {
		for _, n := range []int{tt.most, tt.most + 1} {
			query := fmt.Sprintf(tt.query, n)
			once, asked := []string{}, []string{}
			m := minutes{99}
			want := runAt(t, query, timed{m, &once}, 100*aMinute)
			if got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
			if few := len(asked) < len(once); few != (n > tt.most) {
				t.Errorf("%s: asked for %q, and for %q where rows are not remembered", query, asked, once)
			}
		}
	}
}

// TestAnyGate makes queries that ask other tables here and there: what a gate turns
// away never gives a result.
func TestAnyGate(t *testing.T) {
	g := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		query, m, asked := anyAsking(g), minutes{g.IntN(120)}, []string{}
		want := runAt(t, query, m, 100*aMinute)
		if got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute); !slices.Equal(got, want) {
			t.Fatalf("%s over %d rows: %q, want %q", query, m.n, got, want)
		}
	}
}

// TestRunningAgain runs each query several times over other rows and at other times,
// making ready once.
func TestRunningAgain(t *testing.T) {
	g := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		query := anyAsking(g)
		q, err := kql.Compile(diag.NewFile("test", query), events{})
		if err != nil {
			t.Fatal(err)
		}
		again := q.NewRunner()
		for range 4 {
			m, now, asked := minutes{g.IntN(120)}, int64(g.IntN(150))*aMinute, []string{}
			var db kql.Database = m
			if g.IntN(2) == 0 {
				db = remembering{timed{m, &asked}}
			}
			var got []string
			err := again.Run(t.Context(), db, kql.RunOptions{Now: now, TrackOrigin: g.IntN(2) == 0}, func(b *value.Batch) error {
				got = append(got, textsOf(b)...)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if want := runAt(t, query, m, now); !slices.Equal(got, want) {
				t.Fatalf("%s over %d rows at %d: %q, want %q", query, m.n, now/aMinute, got, want)
			}
		}
	}
}

// anyAsking is a query that asks other tables here and there.
func anyAsking(g *rand.Rand) string {
	one := func(list ...string) string { return list[g.IntN(len(list))] }
	condition := func() string {
		s := one("Ok", "Code > 30", "not(Ok)", "Name in (Some)", "Name !in (Some)", "User in (Few)", "not(Name in (Some) and Ok)", "Code < Top", "isempty(Name)", "TimeGenerated > ago(70m)")
		for g.IntN(2) == 0 {
			s += one(" and ", " or ") + one("Ok", "Code % 3 == 0", "Name in (Some)", "not(Ok or User in (Few))", "Code > Top - 60", "User matches regex '[0-2]'")
		}
		return s
	}
	steps := []string{"T"}
	for range 1 + g.IntN(3) {
		steps = append(steps, one("where ", "where ", "extend Known = ")+condition())
	}
	steps = append(steps, one("where Ok", "extend User = iff(Name in (Some), 'some', User)", "extend User = strcat(User, Ok)", "extend x = range(Code, Code + 2) | mv-expand x to typeof(long)",
		"extend l = range(Code, Code + 2) | mv-apply l to typeof(long) on (where l % 2 == 0 and l > 20 | summarize x = max(l))",
		"join kind="+one("leftanti", "leftsemi", "leftouter", "inner", "rightouter")+" (T | where Code % 7 == 0) on Code"))
	if g.IntN(4) > 0 {
		steps = append(steps, "summarize n = count(), d = dcount(Name), s = sum(Code + 1) by "+one("User", "User, Ok", "Ok, bin(Code, 10)", "m = User in (Few)"),
			fmt.Sprintf("where n >= %d %s d > %d", g.IntN(20), one("or", "and"), g.IntN(20)), one("where n > Top / 9", "extend k = Top", "sort by n"))
	}
	return "let Some = T | where Code % 4 == 0 | project Name; let Few = T | where Code < 3 | project User; let Top = toscalar(T | summarize max(Code)); " +
		strings.Join(steps, " | ")
}
