package kql_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const aMinute = int64(time.Minute / 100)

// minutes are the rows of events: one a minute, and one without a time.
type minutes struct{ n int }

func (m minutes) rows(from, to int64) *value.Batch {
	cols := make([][]value.Value, 6)
	n := 0
	for i := range m.n + 1 {
		at := value.DateTimeOf(int64(i) * aMinute)
		if i == m.n {
			at = value.NullOf(value.DateTime)
		} else if at.Int() < from || at.Int() > to {
			continue
		}
		for c, v := range []value.Value{
			at, value.StringOf(fmt.Sprint("u", i%5)), value.StringOf(fmt.Sprint("n", i)), value.LongOf(int64(i)),
			value.NullOf(value.Dynamic), value.BoolOf(i%2 == 0),
		} {
			cols[c] = append(cols[c], v)
		}
		n++
	}
	b := value.NewBatch(n, nil)
	for _, c := range cols {
		b.Cols = append(b.Cols, value.ColumnOf(c))
	}
	return b
}

func (m minutes) Scan(_ context.Context, _ string, _ []int, emit func(*value.Batch) error) error {
	return emit(m.rows(0, int64(m.n)*aMinute))
}

// timed are minutes that leave out what is not asked for.
type timed struct {
	minutes
	asked *[]string
}

func (m timed) Between(_ context.Context, _ string, _ []int, from, to int64, emit func(*value.Batch) error) error {
	from, to = max(from, 0), max(min(to, int64(m.n)*aMinute), -aMinute)
	*m.asked = append(*m.asked, fmt.Sprintf("%d-%d", from/aMinute, to/aMinute))
	return emit(m.rows(from, to))
}

func (timed) Remembers() bool { return false }

// A query over a database that knows its rows' times gives what it gives over one
// that hands out all, and asks for no more than its conditions on the clock let
// through.
func TestRowsOfSomeTime(t *testing.T) {
	tests := []struct{ query, asked string }{
		{"T | summarize count() by User", "0-100"},
		{"T | where TimeGenerated > ago(10m) | summarize count() by User", "90-100"},
		{"T | where TimeGenerated <= ago(1h)", "0-40"},
		{"T | where TimeGenerated < now() - 1h and TimeGenerated >= ago(90m)", "10-40"},
		{"T | where TimeGenerated between (ago(20m) .. ago(10m))", "80-90"},
		{"T | where TimeGenerated !between (ago(20m) .. ago(10m))", "0-100"},
		{"T | where ago(5m) < TimeGenerated | where Ok", "95-100"},
		{"T | where TimeGenerated > ago(5m) or Ok", "0-100"},
		{"T | where not(TimeGenerated > ago(5m))", "0-100"},
		{"T | extend At = TimeGenerated | where At > ago(5m)", "95-100"},
		{"T | extend TimeGenerated = TimeGenerated - 50m | where TimeGenerated > ago(60m)", "0-100"},
		{"T | where Code > 3 | extend x = range(1, 3) | mv-expand x | where TimeGenerated > ago(3m)", "97-100"},
		{"let R = T | where Ok; R | where TimeGenerated > ago(9m) | join kind=leftanti (R | where TimeGenerated <= ago(9m)) on User", "91-100 0-91"},
		{"let R = T | where Ok; R | where TimeGenerated > ago(9m) | where Name in ((R | where TimeGenerated <= ago(3m) | project Name))", "0-97 91-100"},
		{"let R = T | where Ok; let n = toscalar(R | where TimeGenerated <= ago(90m) | count); R | where Code > n", "0-10 0-100"},
		{"let R = T | where Ok; union (R | where TimeGenerated > ago(1m)), (R | where TimeGenerated < ago(99m)) | count", "99-100 0-1"},
		{"T | where TimeGenerated > ago(1m) | summarize n = count() by User | where n > 3", "99-100"},
		{"T | where TimeGenerated > ago(1000000d)", ""},
		{"T | where TimeGenerated < ago(1000000d) | count", ""},
		// what nothing can pass is not read
		{"let n = toscalar(T | where TimeGenerated < ago(1000m) | summarize make_bag(bag_pack(User, Code))); T | where tolong(n[User]) > 3", ""},
		{"let n = toscalar(T | where Code < 0 | summarize make_bag(bag_pack(User, Code))); T | where Ok and tolong(n[User]) * 4 <= toscalar(T | count)", "0-100"},
		{"let n = toscalar(T | where Code < 0 | summarize make_bag(bag_pack(User, TimeGenerated))); T | where Ok and todatetime(n[User]) + 1h < ago(1m) | count", "0-100"},
		{"let n = toscalar(T | where Code < 0 | summarize make_bag(bag_pack(User, TimeGenerated))); T | where Ok or todatetime(n[User]) < ago(1m) | count", "0-100 0-100"},
		{"let n = toscalar(T | where Code < 0 | count); T | where n > 0 | join kind=leftanti (T | where Ok) on User", "0-100"},
		{"let n = toscalar(T | where Code < 0 | count); T | where Ok | join kind=leftanti (T | where Ok and n > 0) on Name", "0-100 0-100"},
		{"let n = toscalar(T | where Code < 9 | count); T | extend m = n + 1, k = ago(1m) | where m == 10 and TimeGenerated > k", "0-100 99-100"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			m := minutes{100}
			want, asked := runAt(t, tt.query, m, 100*aMinute), []string{}
			got := runAt(t, tt.query, timed{m, &asked}, 100*aMinute)
			if !slices.Equal(got, want) {
				t.Errorf("%q, and %q of all rows", got, want)
			}
			if s := strings.Join(asked, " "); s != tt.asked {
				t.Errorf("asked for %q, want %q", s, tt.asked)
			}
		})
	}
}

// runAt are the rows that a query gives, as text.
func runAt(t *testing.T, query string, db kql.Database, now int64) (out []string) {
	t.Helper()
	q, err := kql.Compile(diag.NewFile("test", query), events{})
	if err != nil {
		t.Fatal(err)
	}
	err = q.Run(t.Context(), db, kql.RunOptions{Now: now}, func(b *value.Batch) error {
		out = append(out, textsOf(b)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// textsOf are the rows of a batch.
func textsOf(b *value.Batch) (out []string) {
	for _, i := range b.Rows() {
		var row []string
		for c := range b.Cols {
			row = append(row, b.At(int(i), c).String())
		}
		out = append(out, strings.Join(row, " "))
	}
	return out
}
