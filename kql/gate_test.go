package kql_test

import (
	"context"
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

// What cannot give anything at any time, over any of some rows, is told by the rows
// alone: there are a hundred of five users, one a minute, fifty of which are Ok.
func TestRowsThatAreNeverEnough(t *testing.T) {
	const overlapping = "mv-expand Start = range(bin(TimeGenerated, 1m) - 2m, bin(TimeGenerated, 1m), 1m) to typeof(datetime) | "
	tests := []struct {
		query string // with %d
		most  int    // that may give something
	}{
		{"T | where TimeGenerated > ago(10m) | summarize n = count() by User | where n >= %d", 20},
		{"T | where Ok and TimeGenerated > ago(10m) | summarize n = count() by User | where n >= %d", 10},
		{"T | extend Old = TimeGenerated < ago(10m) | summarize n = count() by User, Old | where n >= %d", 20},
		{"T | extend Long = strcat(User, Ok) | summarize n = count() by User, Long, Ok | where n >= %d", 10},
		{"T | " + overlapping + "summarize n = count() by Ok, Start | where n >= %d", 2},
		{"T | where TimeGenerated > ago(1h) | " + overlapping + "summarize n = count() by Start | where n >= %d", 3},
		{"T | where User == 'u0' or Ok and TimeGenerated > ago(1h) | " + overlapping + "summarize n = count() by Start | where n >= %d", 3},
		{"T | mv-expand Start = range(bin(Code, 10) - 20, bin(Code, 10), 10) to typeof(long) | summarize n = count() by Ok, Start | where n >= %d", 15},
		{"T | where User in ((T | where Ok | project User)) | " + overlapping + "summarize n = count() by Ok, Start | where n >= %d", 2},
	}
	for _, tt := range tests {
		for _, n := range []int{tt.most, tt.most + 1} {
			q := compiled(t, fmt.Sprintf(tt.query, n))
			for _, db := range []kql.Database{minutes{99}, shuffled{minutes{99}, rand.New(rand.NewPCG(1, 2))}} {
				if opens := q.NewRunner().Opens(t.Context(), db, kql.RunOptions{}); opens != (n == tt.most) {
					t.Errorf("%s over %T: %v", fmt.Sprintf(tt.query, n), db, opens)
				}
			}
		}
	}
}

// TestAnyRowsThatAreNeverEnough makes queries, of which those that do not open over
// some rows give nothing over any of them, at any time.
func TestAnyRowsThatAreNeverEnough(t *testing.T) {
	g := rand.New(rand.NewPCG(7, 8))
	closed := 0
	for range 400 {
		query, m := anyAsking(g), minutes{g.IntN(120)}
		if g.IntN(2) == 0 {
			query = anyCounting(g)
		}
		runner := compiled(t, query).NewRunner()
		if runner.Opens(t.Context(), shuffled{m, g}, kql.RunOptions{}) {
			continue
		}
		closed++
		for range 4 {
			from, now := int64(g.IntN(100)), int64(g.IntN(150))*aMinute
			some := part{m, from * aMinute, (from + int64(g.IntN(60))) * aMinute}
			if got := runAt(t, query, some, now); len(got) > 0 {
				t.Fatalf("%s over %v at %d: %q", query, some, now/aMinute, got)
			}
		}
	}
	if closed < 100 {
		t.Errorf("%d of 400 queries do not open", closed)
	}
}

// anyCounting is a query that counts rows that lie near each other.
func anyCounting(g *rand.Rand) string {
	one := func(list ...string) string { return list[g.IntN(len(list))] }
	size, back := 1+g.IntN(5), 1+g.IntN(20)
	return fmt.Sprintf("let Some = T | where Code %% 4 == 0 | project Name; T | where %s | extend Place = strcat(User, %s)"+
		" | mv-expand Start = range(bin(TimeGenerated, %dm) - %dm, bin(TimeGenerated, %dm), %dm) to typeof(datetime)"+
		" | summarize n = count(), d = dcount(Name) by %s | where n >= %d %s d > %d",
		one("Ok", "TimeGenerated > ago(30m)", "Ok or TimeGenerated > ago(30m)", "Name in (Some)", "Code > 20"), one("Ok", "User", "Name in (Some)", "now()"),
		size, back, size, 1+g.IntN(3), one("Start", "User, Start", "User, Place, Start", "Place, Start", "Place, Start, Ok"), g.IntN(12), one("or", "and"), g.IntN(12))
}

// part are the minutes from one time to another.
type part struct {
	minutes
	from, to int64
}

func (p part) Scan(_ context.Context, _ string, _ []int, emit func(*value.Batch) error) error {
	return emit(p.rows(p.from, p.to))
}

// shuffled are minutes one by one, in any order.
type shuffled struct {
	minutes
	*rand.Rand
}

func (s shuffled) Scan(_ context.Context, _ string, _ []int, emit func(*value.Batch) error) error {
	all := s.rows(0, int64(s.n)*aMinute)
	for _, i := range s.Perm(all.N) {
		if err := emit(all.With([]int32{int32(i)})); err != nil {
			return err
		}
	}
	return nil
}

func compiled(t *testing.T, query string) *kql.Query {
	t.Helper()
	q, err := kql.Compile(diag.NewFile("test", query), events{})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Where rows that serve several came from is known, even where who asks for them
// first, a test of the gate or a subquery, does not care.
func TestWhereSharedRowsCameFrom(t *testing.T) {
	for _, query := range []string{
		"let M = materialize(T | where Ok); M | where Code in ((M | where Code < 50 | project Code)) | summarize n = count() by User | where n >= 2",
		"let M = materialize(T | where Ok); M | where Code in ((M | where Code < 50 | project Code))",
		"let M = materialize(T | where Ok); M | where Code < toscalar(M | summarize max(Code)) | summarize count() by User",
		"let M = materialize(T | summarize n = count() by User); M | where n >= toscalar(M | summarize max(n))",
	} {
		q, want := compiled(t, query), map[string][][]int64{}
		for _, db := range []kql.Database{minutes{99}, remembering{timed{minutes{99}, &[]string{}}}} {
			err := q.Run(t.Context(), db, kql.RunOptions{TrackOrigin: true}, func(b *value.Batch) error {
				for k, text := range textsOf(b) {
					origin := b.Origin[b.Rows()[k]]
					want[text] = append(want[text], slices.Clone(origin))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for text, origins := range want {
			if len(origins) != 2 || len(origins[0]) == 0 || !slices.Equal(origins[0], origins[1]) {
				t.Errorf("%s: %q is made of %v", query, text, origins)
			}
		}
		if len(want) == 0 {
			t.Errorf("%s gives nothing", query)
		}
	}
}

// What no rows come to is not made: steps behind cost nothing, however long they are.
func TestStepsWithoutRowsAreNotMade(t *testing.T) {
	many := strings.Repeat("strcat(User, Name, tostring(Code * 2), replace_string(Name, 'n', 'm')), ", 20) + "''"
	db := remembering{timed{minutes{9}, &[]string{}}}
	allocs := func(query string) float64 {
		q := compiled(t, query)
		return testing.AllocsPerRun(20, func() {
			if got := told(t, q.NewRunner(), db, 0, false); len(got) > 0 {
				t.Fatalf("%s: %q", query, got)
			}
		})
	}
	for _, steps := range []string{
		"extend x = strcat(%s)", "extend Code = 1 | where User in (%s)", "summarize n = dcount(strcat(%s)) by User | where n > 0", "summarize n = count() by x = strcat(%s) | where n > 3",
	} {
		query := "T | where Code < 0 | " + steps
		few, all := allocs(fmt.Sprintf(query, "User")), allocs(fmt.Sprintf(query, many))
		if all > few+10 {
			t.Errorf("%s: %.0f allocations, and %.0f where it is short", steps, all, few)
		}
	}
}
