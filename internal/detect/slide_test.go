package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// onChange makes a rule run on change over a period.
func onChange(period time.Duration) func(*dogwatch.Rule) {
	return func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "NRT", time.Minute, period }
}

func TestRulesThatRunOnChange(t *testing.T) {
	denied := func(times ...string) (out []request) {
		for i, at := range times {
			out = append(out, request{at: at, user: "ann", verb: "exec", name: fmt.Sprint("n", i)})
		}
		return out
	}
	four := "Requests | where Verb == 'exec' | summarize n = dcount(Name) by User | where n >= 4"
	tests := []struct {
		name, query string
		change      func(*dogwatch.Rule)
		rows        []request
		want        []string
	}{
		{"three", four, onChange(10 * time.Minute), denied("10:00:00", "10:01:00", "10:02:00"), nil},
		{"the fourth", four, onChange(10 * time.Minute), denied("10:00:00", "10:01:00", "10:02:00", "10:09:59"), []string{"10:00:00-10:09:59 4x Low [ann] lines [1 2 3 4]"}},
		{"across what would be the edge of two windows", four, onChange(10 * time.Minute), denied("10:08:00", "10:09:00", "10:10:30", "10:11:00"),
			[]string{"10:08:00-10:11:00 4x Low [ann] lines [1 2 3 4]"}},
		{"too slow by a second", four, onChange(10 * time.Minute), denied("10:00:00", "10:05:00", "10:08:00", "10:10:00"), nil},
		{"more of it extends the alert", four, onChange(10 * time.Minute), denied("10:00:00", "10:01:00", "10:02:00", "10:03:00", "10:09:00", "10:11:30", "10:30:00"),
			[]string{"10:00:00-10:11:30 6x Low [ann] lines [1 2 3 4 5 6]"}},
		{"a second burst is a second alert", four, onChange(5 * time.Minute), denied("10:00:00", "10:01:00", "10:02:00", "10:03:00", "10:20:00", "10:21:00", "10:22:00", "10:23:00"),
			[]string{"10:00:00-10:03:00 4x Low [ann] lines [1 2 3 4]", "10:20:00-10:23:00 4x Low [ann] lines [5 6 7 8]"}},
		{"in bins", "Requests | where Verb == 'exec' | summarize n = dcount(Name) by User, bin(TimeGenerated, 10m) | where n >= 4", onChange(20 * time.Minute),
			denied("10:01:00", "10:02:00", "10:03:00", "10:04:00", "10:11:00"), []string{"10:01:00-10:04:00 4x Low [ann] lines [1 2 3 4]"}},
		{"with the period in the query too", "Requests | where Verb == 'exec' and TimeGenerated > ago(10m) | summarize n = dcount(Name) by User | where n >= 4", onChange(time.Hour),
			denied("10:00:00", "10:06:00", "10:08:00", "10:12:30", "10:15:00", "10:30:00"), []string{"10:06:00-10:15:00 4x Low [ann] lines [2 3 4 5]"}},
		{"a threshold of rows", "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) {
			onChange(10 * time.Minute)(r)
			r.Trigger.Threshold, r.PerResult = 3, false
		}, denied("10:00:00", "10:08:00", "10:09:00", "10:11:00", "10:12:00", "10:30:00"), []string{"10:08:00-10:12:00 4x Low [ann] lines [2 3 4 5]"}},
		{"what else is of the alert's time is none of it", four, onChange(10 * time.Minute), slices.Concat(day, denied("10:08:30", "10:08:31", "10:08:32", "10:08:33")),
			[]string{"10:00:00-10:08:33 7x Low [ann] lines [1 2 4 9 10 11 12]"}},
		{"a sequence", `let Widened = Requests | where Verb == 'bind' | project User, Before = TimeGenerated;
			Widened | join kind=inner (Requests | where Verb == 'exec') on User | where TimeGenerated between (Before .. Before + 30m)`, onChange(30 * time.Minute),
			slices.Concat([]request{{at: "09:50:00", user: "ann", verb: "bind", name: "r"}, {at: "09:50:00", user: "eve", verb: "bind", name: "r"}}, day),
			[]string{"09:50:00-10:08:00 4x Low [ann] lines [1 3 4 6]"}},
		{"the other order is no sequence", `Requests | where Verb == 'bind' | project User, Before = TimeGenerated
			| join kind=inner (Requests | where Verb == 'exec') on User | where TimeGenerated > Before`, onChange(30 * time.Minute),
			slices.Concat(day, []request{{at: "10:50:00", user: "ann", verb: "bind", name: "r"}}), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compile(t, test.query, test.change)
			e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
			if !e.units[0].window.slides {
				why, _ := r.Query.Grows()
				t.Fatal("the rule does not run on change:", why)
			}
			alerts, _ := judge(t, []*dogwatch.Rule{r}, batches(test.rows, 3))
			if got := tellAll(alerts); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// Rules that must not run on change keep to their times.
func TestFirstSeenAndSilenceRunBySchedule(t *testing.T) {
	schedule := func(every, period time.Duration) func(*dogwatch.Rule) {
		return func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", every, period }
	}
	var rows []request
	for hour := range 12 {
		if hour >= 3 && hour < 8 {
			continue
		}
		name := "laptop"
		if hour == 9 {
			name = "elsewhere"
		}
		rows = append(rows, request{at: fmt.Sprintf("%02d:30:00", hour), user: "ann", verb: "get", name: name})
	}
	tests := []struct {
		name, query string
		change      func(*dogwatch.Rule)
		want        []string
	}{
		{"first seen", `let Recent = Requests | where TimeGenerated > ago(1h);
			let Before = Requests | where TimeGenerated <= ago(1h) | distinct User, Name;
			Recent | join kind=leftanti Before on User, Name
			| where User in (Requests | where TimeGenerated <= ago(1h) | project User)`, schedule(time.Hour, 14*time.Hour),
			[]string{"09:30:00-09:30:00 1x Low [ann] lines [5]"}},
		{"a silence between two records", `Requests | sort by User asc, TimeGenerated asc
			| extend Before = prev(TimeGenerated), Same = prev(User) == User
			| where Same and TimeGenerated - Before > 4h | project User, TimeGenerated, Gap = TimeGenerated - Before`, schedule(time.Hour, 14*time.Hour),
			[]string{"08:30:00-08:30:00 1x Low [ann] lines [4]"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, kind := range []string{"Scheduled", "NRT"} {
				r := compile(t, test.query, test.change)
				r.Kind = kind
				for _, size := range []int{1, 100} {
					alerts, _ := judge(t, []*dogwatch.Rule{r}, batches(rows, size))
					if got := tellAll(alerts); !slices.Equal(got, test.want) {
						t.Errorf("got  %q\nwant %q", got, test.want)
					}
				}
			}
		})
	}
}

// everyRow runs a rule over the window of each row, one by one: what a slider
// must give, found the long way.
func everyRow(t *testing.T, r *dogwatch.Rule, in []dogwatch.Batch) []dogwatch.Alert {
	t.Helper()
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
	w := e.NewWorker(t.Context())
	for _, b := range in {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	u := e.units[0]
	u.window.sort()
	for i, k := range u.window.rows {
		if i+1 < len(u.window.rows) && u.window.rows[i+1].ticks == k.ticks {
			continue
		}
		s := &stepper{w: u.window, runner: u.window.runner(r.Query)}
		if u.window.took(s.step(t.Context(), k.ticks, u.window.maxMem), u.stats); u.stats.Err != nil {
			t.Fatal(u.stats.Err)
		}
	}
	return u.folds.alerts(nil)
}

// tellSorted tells alerts whatever the order of their entities.
func tellSorted(alerts []dogwatch.Alert) (out []string) {
	for _, a := range alerts {
		slices.SortFunc(a.Entities, func(x, y dogwatch.Entity) int { return strings.Compare(x.String(), y.String()) })
		out = append(out, tell(a))
	}
	return out
}

func TestRunningOnChangeIsRunningAtEveryRow(t *testing.T) {
	queries := []string{
		"Requests | where Verb == 'exec' | summarize n = count() by User | where n >= 4",
		"Requests | where Verb == 'exec' | summarize n = dcount(Name) by User | where n > 2",
		"Requests | summarize n = count(), s = make_set(Verb), execs = countif(Verb == 'exec') by User | where n >= 5 and array_length(s) > 1 and execs >= iff(n > 8, 2, 4)",
		"Requests | where Verb == 'exec' | summarize n = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by User, Name | where n >= 3 and Last - First > 2m",
		"Requests | where Verb == 'exec' | summarize n = count() by User, bin(TimeGenerated, 10m) | where n >= 4",
		"Requests | where Verb == 'exec' | where TimeGenerated > ago(7m) | summarize n = count() by User | where n >= 3",
		"Requests | where Verb == 'get' | project User, Name, Before = TimeGenerated | join kind=inner (Requests | where Verb == 'exec') on User, Name | where TimeGenerated between (Before .. Before + 5m)",
		"Requests | where Verb == 'get' | project User, Name, Before = TimeGenerated | join kind=inner (Requests | where Verb == 'exec') on User, Name | where TimeGenerated > Before | summarize n = dcount(TimeGenerated) by User | where n > 2",
		"union (Requests | where Verb == 'get'), (Requests | where Verb == 'exec') | summarize n = count() by User | where n > 6 | extend AlertSeverity = iff(n > 9, 'High', 'Low')",
		"Requests | where Verb == 'exec' and Name == 'n1'",
	}
	rng := rand.New(rand.NewPCG(7, 9))
	for round := range 12 {
		var rows []request
		at := 8 * 3600
		for range 150 {
			if at += rng.IntN(40); rng.IntN(12) == 0 {
				at += rng.IntN(900)
			}
			rows = append(rows, request{
				at:   fmt.Sprintf("%02d:%02d:%02d", at/3600, at/60%60, at%60),
				user: fmt.Sprintf("u%d", rng.IntN(5)), verb: []string{"exec", "get"}[rng.IntN(2)], name: fmt.Sprintf("n%d", rng.IntN(4)),
			})
		}
		for _, q := range queries {
			r := compile(t, q, onChange(10*time.Minute))
			if !strings.Contains(q, "summarize") && !strings.Contains(q, "join") {
				r.Trigger.Threshold, r.PerResult = 2, false
			}
			if round%2 == 0 {
				r.Group = dogwatch.Group{By: []string{"User"}, Within: time.Minute}
			}
			want := tellSorted(everyRow(t, r, batches(rows, 50)))
			alerts, stats := judge(t, []*dogwatch.Rule{r}, batches(rows, 50))
			if got := tellSorted(alerts); !slices.Equal(got, want) {
				t.Errorf("%s\ngot  %q\nwant %q", q, got, want)
			}
			if stats[0].Coarse {
				t.Errorf("%s: coarse", q)
			}
		}
	}
}

// flood is a table of many rows that is made as it is read.
func flood(n, size int, row func(i int) (at time.Time, user, name string)) []dogwatch.Batch {
	var out []dogwatch.Batch
	for start := 0; start < n; start += size {
		count := min(size, n-start)
		vals := func(of func(at time.Time, user, name string) value.Value) value.Column {
			list := make([]value.Value, count)
			for i := range list {
				list[i] = of(row(start + i))
			}
			return value.ColumnOf(list)
		}
		text := func(s string) value.Column {
			return vals(func(time.Time, string, string) value.Value { return value.StringOf(s) })
		}
		cols := []value.Column{
			vals(func(at time.Time, _, _ string) value.Value { return value.DateTimeOf(kql.Ticks(at)) }),
			vals(func(_ time.Time, user, _ string) value.Value { return value.StringOf(user) }),
			text("exec"), text("pods"), text("shop"),
			vals(func(_ time.Time, _, name string) value.Value { return value.StringOf(name) }), text(""), text(""), text(""),
		}
		out = append(out, dogwatch.Batch{Table: "Requests", Rows: value.NewBatch(count, cols), Evidence: func(i int) dogwatch.Evidence {
			at, _, _ := row(start + i)
			return dogwatch.Evidence{Table: "Requests", AuditID: fmt.Sprint(start + i), Time: at, Source: "log", Line: int64(start + i + 1)}
		}})
	}
	return out
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// A flood far above a threshold, or far below it, takes a few looks at each row.
// One just at it takes many, up to a bound; then the rule says that it looked
// less closely.
func TestAFloodIsNotQuadratic(t *testing.T) {
	refused := "Requests | where Verb == 'exec' | summarize n = dcount(Name), Names = make_set(Name, 10) by User | where n >= 4"
	tests := []struct {
		name   string
		n      int
		query  string
		row    func(i int) (time.Time, string, string)
		looks  int // at each row, at most
		alerts int
		count  int64
	}{
		{"one user, all at once", 200_000, refused, func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * 50 * time.Microsecond), "eve", fmt.Sprint(i % 5000)
		}, 9, 1, 200_000},
		{"one user, all day", 60_000, refused, func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * 400 * time.Millisecond), "eve", fmt.Sprint(i % 5000)
		}, 9, 1, 60_000},
		{"different users", 200_000, refused, func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * time.Millisecond), fmt.Sprint("u", i), "a"
		}, 4, 0, 0},
		{"many users above the threshold", 60_000, refused, func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * time.Millisecond), fmt.Sprint("u", i/8), fmt.Sprint(i % 8)
		}, 12, 7500, 60_000},
		{"one user just at the threshold", 20_000, "Requests | summarize n = count() by User | where n >= 1500", func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * 400 * time.Millisecond), "eve", "a"
		}, 150, 1, 20_000},
		{"one user just below the threshold", 20_000, "Requests | summarize n = count() by User | where n >= 1502", func(i int) (time.Time, string, string) {
			return noon.Add(time.Duration(i) * 400 * time.Millisecond), "eve", "a"
		}, 110, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compile(t, test.query, onChange(10*time.Minute))
			e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}, MaxMemory: 1 << 30})
			e.units[0].window.maxWork = 100 * test.n
			w := e.NewWorker(t.Context())
			for _, b := range flood(test.n, 4096, test.row) {
				if err := w.Feed(b); err != nil {
					t.Fatal(err)
				}
			}
			start := time.Now()
			alerts, err := e.Finish(t.Context())
			st := e.Stats()[0]
			t.Logf("%v, %d looks, %d MB", time.Since(start).Round(time.Millisecond), st.Looks/int64(test.n), st.Memory>>20)
			if err != nil || st.Err != nil || st.Coarse != (test.looks > 100) || st.Looks > int64(test.looks*test.n) {
				t.Errorf("%v %+v", err, st)
			}
			var count int64
			for _, a := range alerts {
				count += a.Count
			}
			if len(alerts) != test.alerts || count != test.count {
				t.Errorf("%d alerts of %d records", len(alerts), count)
			}
		})
	}
}

// What a rule keeps is bounded in a flood that is larger, and what it lost is
// told; the alert is there all the same.
func TestAFloodBeyondMemory(t *testing.T) {
	r := compile(t, "Requests | summarize n = count() by User | where n >= 4", onChange(10*time.Minute))
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}, MaxRows: 10_000})
	w := e.NewWorker(t.Context())
	for _, b := range flood(100_000, 512, func(i int) (time.Time, string, string) {
		return noon.Add(time.Duration(i) * time.Millisecond), "eve", "a"
	}) {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
		if n := len(e.units[0].window.rows); n > 10_000 {
			t.Fatalf("%d rows are kept", n)
		}
	}
	alerts, err := e.Finish(t.Context())
	st := e.Stats()[0]
	if err != nil || len(alerts) != 1 || alerts[0].Count != 100_000 || alerts[0].Evidence[0].Line != 1 {
		t.Errorf("%v %d alerts: %+v", err, len(alerts), st)
	}
	if st.Dropped == 0 || st.Kept < 9000 || st.Kept > 10_600 || st.Memory == 0 {
		t.Errorf("%+v", st)
	}
}

// A log of days, a little out of order, needs no more memory than its windows,
// and gives what the log in order gives; one record of a far future changes
// nothing.
func TestALongLogOutOfOrder(t *testing.T) {
	const n = 60_000
	row := func(i int) (time.Time, string, string) {
		user := fmt.Sprint("u", i%997)
		if i%5000 < 40 {
			user = "eve"
		}
		return noon.Add(time.Duration(i) * time.Second), user, fmt.Sprint(i % 10)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for start := 0; start+500 <= n; start += 500 { // no more than ten minutes
		part := order[start : start+500]
		rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
	}
	run := func(rows int, at func(i int) (time.Time, string, string)) ([]string, RuleStats) {
		r := compile(t, "Requests | summarize n = count(), dcount(Name) by User | where n >= 8", onChange(20*time.Minute))
		e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}, MaxRows: rows})
		w := e.NewWorker(t.Context())
		for _, b := range flood(n, 512, at) {
			if err := w.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
		alerts, err := e.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range alerts {
			out = append(out, fmt.Sprint(a.FirstEvent, a.LastEvent, a.Count))
		}
		return out, e.Stats()[0]
	}
	want, _ := run(1_000_000, row)
	if len(want) != n/5000 {
		t.Fatalf("%d alerts", len(want))
	}
	got, st := run(6000, func(i int) (time.Time, string, string) {
		if i == 100 {
			return noon.AddDate(70, 0, 0), "eve", "x"
		}
		return row(order[i])
	})
	if st.Dropped > 0 || st.Late > 0 || st.Kept > 6600 {
		t.Errorf("%+v", st)
	}
	if order[100]%5000 >= 40 && !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Rules of both kinds give the same, to the letter, for any batches, files in
// any order, and several workers.
func TestOnChangeDoesNotDependOnBatchesOrWorkers(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var rows []request
	for range 500 {
		s := rng.IntN(4 * 3600)
		rows = append(rows, request{
			at:   fmt.Sprintf("%02d:%02d:%02d", 8+s/3600, s/60%60, s%60),
			user: fmt.Sprintf("u%d", rng.IntN(6)), verb: []string{"exec", "get"}[rng.IntN(2)], name: fmt.Sprintf("n%d", rng.IntN(5)),
		})
	}
	rules := func() []*dogwatch.Rule {
		return []*dogwatch.Rule{
			compile(t, "Requests | where Verb == 'exec' | summarize n = count(), Names = make_set(Name) by User | where n >= 4", onChange(10*time.Minute)),
			compile(t, "Requests | where Verb == 'get' | project User, Before = TimeGenerated | join kind=inner (Requests | where Verb == 'exec') on User | where TimeGenerated between (Before .. Before + 2m)", func(r *dogwatch.Rule) {
				onChange(5 * time.Minute)(r)
				r.ID = "2"
			}),
			compile(t, "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) {
				onChange(5 * time.Minute)(r)
				r.ID, r.Trigger.Threshold, r.PerResult = "3", 6, false
			}),
		}
	}
	text := func(alerts []dogwatch.Alert) string {
		out, err := json.Marshal(alerts)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	alerts, _ := judge(t, rules(), batches(rows, 512))
	if len(alerts) < 20 {
		t.Fatalf("only %d alerts", len(alerts))
	}
	want := text(alerts)
	for _, size := range []int{1, 13, 64} {
		in := batches(rows, size)
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		got, _ := judge(t, rules(), in)
		if text(got) != want {
			t.Errorf("batches of %d rows in another order give other alerts", size)
		}
	}
	e := New(rules(), Options{Catalog: world{}})
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			w := e.NewWorker(t.Context())
			for i, b := range batches(rows, 9) {
				if i%4 == k {
					if err := w.Feed(b); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	got, err := e.Finish(t.Context())
	if err != nil || text(got) != want {
		t.Errorf("%v: four workers give other alerts", err)
	}
}
