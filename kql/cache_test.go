package kql_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// caching are minutes that several queries look at.
type caching struct {
	remembering
	cache *kql.Cache
}

func (c caching) Cache() (cache *kql.Cache, view string) { return c.cache, fmt.Sprint(c.n) }
func (c caching) Passing(int) int                        { return 0 }

// told are the rows that a query gives, and where they came from.
func told(t *testing.T, r *kql.Runner, db kql.Database, now int64, origin bool) (out []string) {
	t.Helper()
	err := r.Run(t.Context(), db, kql.RunOptions{Now: now, TrackOrigin: origin}, func(b *value.Batch) error {
		for k, text := range textsOf(b) {
			if origin && b.Origin != nil {
				text += fmt.Sprint(b.Origin[b.Rows()[k]])
			}
			out = append(out, text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var number = regexp.MustCompile(`[ (]\d+`)

// varied is a query with some of its numbers changed.
func varied(g *rand.Rand, query string) string {
	return number.ReplaceAllStringFunc(query, func(n string) string {
		if g.IntN(8) > 0 {
			return n
		}
		return fmt.Sprint(n[:1], 1+g.IntN(60))
	})
}

// TestAnyCachedParts makes queries that differ in some numbers, and runs them over
// the same rows at several times: each gives what it gives alone.
func TestAnyCachedParts(t *testing.T) {
	g := rand.New(rand.NewPCG(9, 10))
	for range 80 {
		query, cache := anyAsking(g), kql.NewCache()
		if g.IntN(2) == 0 {
			query = anyCounting(g)
		}
		for range 6 {
			text := varied(g, query)
			q := compiled(t, text)
			shared, alone := q.NewRunner(), q.NewRunner()
			for k := range 4 {
				m, now := minutes{60 + 30*(k%2)}, int64(30*k)*aMinute
				db, origin := remembering{timed{m, &[]string{}}}, g.IntN(2) == 0
				want := told(t, alone, db, now, origin)
				if got := told(t, shared, caching{db, cache}, now, origin); !slices.Equal(got, want) {
					t.Fatalf("%s over %d rows at %d: %q, want %q", text, m.n, now/aMinute, got, want)
				}
			}
		}
	}
}

// What the second of two queries has in common with the first is not read again.
func TestCachedParts(t *testing.T) {
	const (
		top    = "let Top = toscalar(T | summarize max(Code)); "
		some   = "let Some = T | where Code % 4 == 0 | project Name; "
		near   = "T | where Ok | mv-expand "
		each   = " to typeof(datetime) | summarize n = count() by Start | where n >= 5"
		groups = "T | where Ok | summarize n = count(), d = dcount(Name) by User"
	)
	tests := []struct {
		first, second string
		reads         int // of the second
	}{
		{groups + " | where d > 3", groups + " | where d > 4", 0},
		{groups + " | where n >= 3", groups + " | where n >= 3 and d > 4", 0},
		{groups + " | where n >= 13", groups + " | where n >= 14", 0}, // there are not as many
		{groups + " | where n >= 8", groups + " | where n >= 7", 0},
		{groups + " | where n >= 12", groups + " | where n >= 11", 2}, // there are so many, but not more
		{near + "Start = range(bin(TimeGenerated, 1m) - 2m, bin(TimeGenerated, 1m), 1m)" + each, near + "Start = range(bin(TimeGenerated, 1m) - 9m, bin(TimeGenerated, 1m), 1m)" + each, 2},
		{near + "Start = range(bin(TimeGenerated, 1m) - 2m, bin(TimeGenerated, 1m), 1m)" + each, near + "Start = range(bin(TimeGenerated - Code * 1m, 1m) - 2m, bin(TimeGenerated - Code * 1m, 1m), 1m)" + each, 3},
		{"T | join kind=leftanti (T | where Ok) on User, Ok | summarize count() by User", "T | join kind=leftsemi (T | where Ok) on User, Ok | summarize count() by User", 2},
		{groups, "T | where not(Ok) | summarize n = count(), d = dcount(Name) by User", 1},
		{groups, "T | where Ok | summarize n = count(), d = dcount(Code) by User", 1},
		{groups, "T | where Ok | summarize n = count(), d = dcount(Name) by Ok", 1},
		{"T | where Code > 200", "T | where Code > 200", 0},
		{"T | where Code > 90", "T | where Code > 90", 1},
		{"T | where TimeGenerated > ago(1h) | summarize count() by User", "T | where TimeGenerated > ago(1h) | summarize count() by User", 0},
		{"T | where TimeGenerated > ago(1h) | summarize count() by User", "T | where TimeGenerated > ago(90m) | summarize count() by User", 1},
		{top + "T | where Code == Top", top + "T | where Code == Top - 1", 1},
		{some + "T | where Name in (Some)", some + "T | where Name !in (Some)", 2},
		{some + "T | where Name in (Some)", some + "T | where User in (Some)", 1},
		{"T | extend k = Code + 1 | summarize count() by User", "T | extend k = Code + 2 | summarize count() by User", 0}, // nobody reads k
		{"T | extend k = Code + 1 | summarize max(k) by User", "T | extend k = Code + 2 | summarize max(k) by User", 1},
		{"T | summarize x = max(rand()) by User", "T | summarize x = max(rand()) by User", 1},
		{"T | take 5 | summarize count()", "T | take 6 | summarize count()", 1},
		{"T | top 5 by Code | summarize max(Code)", "T | top 5 by Code asc | summarize max(Code)", 1},
	}
	for _, tt := range tests {
		asked, cache := []string{}, kql.NewCache()
		db := caching{remembering{timed{minutes{100}, &asked}}, cache}
		told(t, compiled(t, tt.first).NewRunner(), db, 100*aMinute, false)
		asked = asked[:0]
		got := told(t, compiled(t, tt.second).NewRunner(), db, 100*aMinute, false)
		if want := runAt(t, tt.second, minutes{100}, 100*aMinute); !slices.Equal(got, want) && !strings.Contains(tt.second, "rand") {
			t.Errorf("%s\nafter %s: %q, want %q", tt.second, tt.first, got, want)
		}
		if len(asked) != tt.reads {
			t.Errorf("%s\nafter %s\nread the table %d times, want %d", tt.second, tt.first, len(asked), tt.reads)
		}
	}
}

// A query that has no memory for its groups fails, though another had it, and leaves
// nothing behind.
func TestCachedPartsAreCounted(t *testing.T) {
	const query = "T | summarize make_list(Name), make_list(Code) by Name"
	for _, order := range [][]int64{{1 << 30, 1 << 10}, {1 << 10, 1 << 30}} {
		db := caching{remembering{timed{minutes{500}, &[]string{}}}, kql.NewCache()}
		for _, memory := range order {
			n := 0
			err := compiled(t, query).NewRunner().Run(context.Background(), db, kql.RunOptions{MaxMemory: memory}, func(b *value.Batch) error {
				n += b.Len()
				return nil
			})
			var limit *kql.LimitError
			if small := memory == 1<<10; errors.As(err, &limit) != small || !small && n != 501 {
				t.Errorf("%d rows with %d bytes: %v", n, memory, err)
			}
		}
	}
}

// Queries that give other columns of the same rows have other keys, and so have those
// that look at the clock.
func TestKeysOfQueries(t *testing.T) {
	cache, seen := kql.NewCache(), map[int]string{}
	for _, text := range []string{
		"T | where Code > 1", "T | where Code > 2", "T | where Code > 1 | project-away Ok", "T | where Code > 1 | project-away Paths, Ok", "T | where Code > 1 | project-away Code",
		"T | where Code > 1 | extend k = Code", "T | where Code > 1 | extend k = Code, l = Code",
	} {
		q, again := compiled(t, text), compiled(t, text)
		key, ok := q.KeyIn(cache)
		if same, _ := again.KeyIn(cache); !ok || same != key {
			t.Errorf("%s: keys %d and %d", text, key, same)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%s has the key of %s", text, other)
		}
		seen[key] = text
	}
	if _, ok := compiled(t, "T | where TimeGenerated > ago(1h)").KeyIn(cache); ok {
		t.Error("what looks at the clock has a key")
	}
}
