package detect

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A crowd is one request each by very many users, over a time, among which one
// does as much as a rule asks for, again and again.
type crowd struct {
	users int
	over  time.Duration
}

const (
	loud      = "mallory"
	loudEvery = 250 // of so many requests one is of the loud user
)

// feed runs a rule that counts by user over the crowd.
func (f crowd) feed(t testing.TB, opt Options, change func(*dogwatch.Rule)) ([]dogwatch.Alert, RuleStats) {
	t.Helper()
	r := compile(t, "Requests | where Verb == 'exec' | summarize n = count() by User | where n > 5", change)
	opt.Catalog = world{}
	e := New([]*dogwatch.Rule{r}, opt)
	w := e.NewWorker(t.Context())
	start := kql.Ticks(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	const size = 1024
	for from := 0; from < f.users; from += size {
		if err := w.Feed(f.batch(from, min(size, f.users-from), start)); err != nil {
			t.Fatal(err)
		}
	}
	alerts, err := e.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return alerts, e.Stats()[0]
}

func (f crowd) batch(from, n int, start int64) dogwatch.Batch {
	step := int64(f.over) / ticksPerNano / int64(f.users)
	times, users, verbs := make([]value.Value, n), make([]value.Value, n), make([]value.Value, n)
	for i := range n {
		user := fmt.Sprintf("user-%d", from+i)
		if (from+i)%loudEvery == 0 {
			user = loud
		}
		times[i], users[i], verbs[i] = value.DateTimeOf(start+int64(from+i)*step), value.StringOf(user), value.StringOf("exec")
	}
	cols := make([]value.Column, len(requests))
	for c := range cols {
		cols[c] = value.ColumnOf(make([]value.Value, n))
	}
	cols[0], cols[1], cols[2] = value.ColumnOf(times), value.ColumnOf(users), value.ColumnOf(verbs)
	return dogwatch.Batch{
		Table: "Requests", Rows: value.NewBatch(n, cols),
		Evidence: func(row int) dogwatch.Evidence {
			return dogwatch.Evidence{Source: "flood", Line: int64(from + row + 1), AuditID: fmt.Sprint(from + row), Time: kql.TimeOf(times[row].Int())}
		},
	}
}

func byTheMinute(r *dogwatch.Rule) { r.Frequency, r.Period = time.Minute, 10*time.Minute }

// Very many users hide none who does what a rule asks for, take no more memory
// than the rule may have, and twice as many take about twice the work.
func TestAFloodOfGroupsHidesNone(t *testing.T) {
	for name, rule := range map[string]func(*dogwatch.Rule){"on change": onChange(10 * time.Minute), "by the minute": byTheMinute} {
		opt := Options{MaxRows: 16_000, Resident: 1 << 20}
		alerts, half := crowd{20_000, time.Hour}.feed(t, opt, rule)
		more, st := crowd{40_000, 2 * time.Hour}.feed(t, opt, rule)
		for _, list := range [][]dogwatch.Alert{alerts, more} {
			if len(list) != 1 || !strings.Contains(fmt.Sprint(list[0].Entities), loud) {
				t.Errorf("%s: %d alerts: %q", name, len(list), tellAll(list))
			}
		}
		if st.Dropped > 0 || st.Late > 0 || st.Err != nil || st.Kept > 17_100 || st.Memory > 8<<20 {
			t.Errorf("%s: %+v", name, st)
		}
		if st.Looks > 3*half.Looks {
			t.Errorf("%s: %d rows were looked at, and %d for half as many users", name, st.Looks, half.Looks)
		}
	}
}

// A flood that does not fit into the rule's memory is told as a loss, and what
// follows closely is found all the same.
func TestAFloodThatDoesNotFitIsTold(t *testing.T) {
	alerts, st := crowd{50_000, 5 * time.Minute}.feed(t, Options{MaxRows: 20_000, Resident: 1 << 20}, onChange(10*time.Minute))
	if len(alerts) != 1 || st.Dropped == 0 || st.Kept > 21_100 {
		t.Errorf("%d alerts, %+v", len(alerts), st)
	}
}

// BenchmarkGroups counts by a million users.
func BenchmarkGroups(b *testing.B) {
	for _, users := range []int{250_000, 500_000, 1_000_000} {
		b.Run(fmt.Sprint(users), func(b *testing.B) {
			var m runtime.MemStats
			for b.Loop() {
				_, st := crowd{users, time.Duration(users) * 5 * time.Millisecond}.feed(b, Options{}, onChange(10*time.Minute))
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(st.Kept), "rows-kept")
				b.ReportMetric(float64(st.Dropped), "rows-lost")
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*users), "ns/row")
			b.ReportMetric(float64(m.Sys>>20), "MB")
		})
	}
}
