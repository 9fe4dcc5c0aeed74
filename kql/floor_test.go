package kql_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// remembering are minutes that cost little to read again.
type remembering struct{ timed }

func (remembering) Remembers() bool { return true }

// Where a condition asks for more rows than any group has, what groups are made of
// is read and nothing else; else all is read again. There are a hundred rows of five
// users, fifty of which are Ok.
func TestGroupsThatAreTooSmall(t *testing.T) {
	tests := []struct {
		query string // with %d
		most  int    // that gives a result
	}{
		{"T | summarize n = count() by User | where n >= %d", 20},
		{"T | summarize n = count() by User | where n > %d", 19},
		{"T | summarize n = count() by User | where %d <= n and User != 'u1'", 20},
		{"T | summarize n = count() by User | where %d < n", 19},
		{"T | summarize n = count(), m = dcount(Name) by User | where n - 3 > %d or m >= 1000", 16},
		{"T | summarize n = countif(Ok), m = dcount(Name) by Ok | extend s = 0.5 * n + m | where s >= %d", 75},
		{"T | summarize n = count() by User | extend x = iff(n > 3, n, 0) | where x >= %d", 20},
		{"T | summarize n = count() by User | where n >= iff(User == 'u1', %d, 1000)", 20},
		{"T | extend l = range(1, 3) | mv-expand l | summarize n = count() by User | where n >= %d", 60},
		{"T | summarize n = count() | where n >= %d", 100},
		{"T | summarize n = count() by User, Ok | summarize arg_max(n, *) by User | where n >= iff(User == 'u1', %d, 1000)", 10},
		{"T | summarize n = count(), k = dcount(Name) by User, Ok | summarize take_any(n, k) by Ok | where k >= %d", 10},
		{"T | join kind=inner (T | summarize n = count() by User | where n >= %d) on User | count | where Count > 0", 20},
	}
	for _, tt := range tests {
		for _, n := range []int{tt.most, tt.most + 1} {
			query := fmt.Sprintf(tt.query, n)
			once, asked := []string{}, []string{}
			m := minutes{99}
			want := runAt(t, query, timed{m, &once}, 100*aMinute)
			got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute)
			if !slices.Equal(got, want) || len(want) > 0 != (n == tt.most) {
				t.Errorf("%s: %q, want %q, and some where it is %d", query, got, want, tt.most)
			}
			if again := len(asked) > len(once); again != (n == tt.most) {
				t.Errorf("%s: asked for %q", query, asked)
			}
		}
	}
}

// Of very many groups those with too few rows are left out, where they can be read
// again and no other group takes their place.
func TestVeryManyGroups(t *testing.T) {
	const groups = "T | extend Who = iff(Code % 1000 == 0, strcat('busy', Code / 50000), Name) | summarize n = count(), k = dcount(User), s = make_set(User), m = max(Code) by Who"
	m := minutes{200_000}
	for _, tt := range []struct {
		query string
		reads int
	}{
		{groups + " | where n >= 40 and k < 3", 3},
		{groups + " | where n > 50", 2},
		{groups + " | extend x = m % 2 | summarize arg_max(m, *) by x | where n > 20", 1},
		{groups + " | where m == 77", 1},
	} {
		asked := []string{}
		want := runAt(t, tt.query, m, 100*aMinute)
		got := runAt(t, tt.query, timed{m, &asked}, 100*aMinute)
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: %q, want %q", tt.query, got, want)
		}
		if len(asked) != tt.reads {
			t.Errorf("%s: read %d times, not %d", tt.query, len(asked), tt.reads)
		}
	}
}

// TestGroupsThatMayBeLarge has conditions that ask for no number of rows.
func TestGroupsThatMayBeLarge(t *testing.T) {
	for _, query := range []string{
		"T | summarize n = count() by User | where n < 30",
		"T | summarize n = count() by User | where n >= 30 or User == 'u1'",
		"T | summarize n = count() by User | where not(n >= 30)",
		"T | summarize n = sum(Code) by User | where n > 30",
		"T | summarize n = count() by User | extend n = n * 2 | where n > 30",
		"T | summarize n = count() by User | extend n = n * n | where n > 30",
		"T | summarize n = count() by User | where 40 - n > 10",
		"T | summarize n = count(), s = make_set(Name) by User | where array_length(s) > 3",
		"T | summarize n = count() by User | where coalesce(n, 100) > 15",
		"let R = T | summarize n = count() by User; R | where n > 30 | join kind=rightouter R on User",
		"let R = T | summarize n = count() by User; R | where n > toscalar(R | summarize max(n)) - 5",
		"T | summarize n = count() by User, Ok | summarize n = sum(n) by User | where n > 15",
		"T | summarize n = count() by User, Ok | summarize arg_max(n, *), arg_min(n, k = n) by User | where n + k > 15",
		"T | summarize n = count() by User | as R | where n > 30 | union R",
	} {
		asked := []string{}
		m := minutes{100}
		want := runAt(t, query, m, 100*aMinute)
		got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute)
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// TestAnyThreshold makes conditions of many kinds: groups that are left out never
// have a result.
func TestAnyThreshold(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	numbers := []string{"n", "d", "k", "n + d", "n - k", "2 * d", "0.5 * k + n", "iff(k > 3, n, d)", "toreal(n) - 1", "s", "-1 * n", "n * d"}
	number := func() string { return numbers[g.IntN(len(numbers))] }
	condition := func() string {
		x, op := number(), []string{">", ">=", "<", "<=", "=="}[g.IntN(5)]
		if g.IntN(3) == 0 {
			return fmt.Sprintf("%d %s %s", g.IntN(50), op, x)
		}
		return fmt.Sprintf("%s %s %d", x, op, g.IntN(50)-5)
	}
	for range 400 {
		query := "T | where Code % " + fmt.Sprint(1+g.IntN(5)) + " == 0 | summarize n = count(), d = dcount(Name), k = countif(Ok), s = sum(Code) by User | where " + condition()
		for g.IntN(2) == 0 {
			query += []string{" and ", " or ", " | where "}[g.IntN(3)] + condition()
		}
		m, asked := minutes{g.IntN(120)}, []string{}
		want := runAt(t, query, m, 100*aMinute)
		if got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute); !slices.Equal(got, want) {
			t.Fatalf("%s over %d rows: %q, want %q", query, m.n, got, want)
		}
	}
}

// What rows expand to lies in groups of its own, or not: a group may then have more
// rows than were expanded.
func TestGroupsOfExpandedRows(t *testing.T) {
	expanded := []string{
		"x = range(Code, Code + 4, 2) to typeof(long)", "x = range(1, 3) to typeof(long)", "x = range(TimeGenerated, TimeGenerated + 2m, 1m) to typeof(datetime)",
		"x = range(Code, Code - 9, -1) to typeof(long)", "x = range(1, 3) to typeof(bool)", "x = range(1.5, 4.5) to typeof(long)", "x = range(1.2, 1.9, 0.1) to typeof(long)",
		"x = range(Code, Code + 2) to typeof(string)", "x = dynamic([1, 1, 1]) to typeof(long)", "with_itemindex=i x = range(1, 3) to typeof(long)",
		"x = range(1, 3) to typeof(long), y = dynamic([1, 1, 1, 1, 1])", "User = range(1, 3) to typeof(long)", "x = range(long(null), 1) to typeof(long)",
	}
	for _, x := range expanded {
		for _, by := range []string{"User, x", "x", "User", "User, bin(todatetime(x), 5m)", "User, b = tolong(x) / 3", "k = strcat(User, Ok), x", "k = strcat(User, x)"} {
			if strings.HasPrefix(x, "User") {
				by = strings.ReplaceAll(by, "x", "y = User")
			}
			for _, least := range []int{2, 3, 6, 20, 21, 40, 60, 61} {
				query := fmt.Sprintf("T | mv-expand %s | summarize n = count() by %s | where n >= %d | count | where Count > 0", x, by, least)
				m, asked := minutes{99}, []string{}
				want := runAt(t, query, m, 100*aMinute)
				if got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute); !slices.Equal(got, want) {
					t.Fatalf("%s: %q, want %q", query, got, want)
				}
			}
		}
	}
}

// Joins that only ask whether there is a row give the same whichever side is read
// first.
func TestRowsThatAreThereOrNot(t *testing.T) {
	keys := []string{"User", "Code", "x", "x, User", "User, Ok", "x, Code"}
	sides := []string{"where Ok", "where Code < 0", "where Code > 90", "where Code % 3 == 0", "where isnull(x)", "where TimeGenerated > ago(9m)", "summarize Code = max(Code), TimeGenerated = max(TimeGenerated) by User, Ok, x"}
	for _, kind := range []string{"leftanti", "leftsemi"} {
		for _, on := range keys {
			for _, left := range sides {
				for _, right := range sides {
					query := fmt.Sprintf("let R = T | extend x = iff(Code %% 4 == 0, long(null), Code %% 11); R | %s | join kind=%s (R | %s) on %s", left, kind, right, on)
					m, asked := minutes{99}, []string{}
					want := runAt(t, query, m, 100*aMinute)
					if got := runAt(t, query, remembering{timed{m, &asked}}, 100*aMinute); !slices.Equal(got, want) {
						t.Fatalf("%s: %q, want %q", query, got, want)
					}
				}
			}
		}
	}
}
