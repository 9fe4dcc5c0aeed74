package detect

import (
	"context"
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
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// world is a catalog of one table of requests.
type world struct{}

var requests = value.Schema{
	{Name: "TimeGenerated", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Verb", Type: value.String},
	{Name: "Resource", Type: value.String}, {Name: "Namespace", Type: value.String}, {Name: "Name", Type: value.String},
	{Name: "Cluster", Type: value.String}, {Name: "ApiGroup", Type: value.String}, {Name: "Paths", Type: value.Dynamic},
}

func (world) Table(name string) (value.Schema, bool) { return requests, name == "Requests" }
func (world) TableNames() []string                   { return []string{"Requests"} }
func (world) Watchlist(string) (value.Schema, [][]value.Value, bool) {
	return nil, nil, false
}

// A request is one row of the table.
type request struct {
	at    string // "10:00:00", or "2026-11-21 10:00:00"
	user  string
	verb  string
	name  string
	paths string
}

func (r request) time() time.Time {
	text := r.at
	if len(text) == len("10:00:00") {
		text = "2026-11-21 " + text
	}
	t, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return t
}

func (r request) values() []value.Value {
	paths := value.NullOf(value.Dynamic)
	if r.paths != "" {
		paths = value.JSONOf(r.paths)
	}
	return []value.Value{
		value.DateTimeOf(kql.Ticks(r.time())), value.StringOf(r.user), value.StringOf(r.verb), value.StringOf("pods"),
		value.StringOf("shop"), value.StringOf(r.name), value.StringOf(""), value.StringOf(""), paths,
	}
}

// batches cuts rows into batches; line numbers are those of the whole list.
func batches(rows []request, size int) []dogwatch.Batch {
	var out []dogwatch.Batch
	for start := 0; start < len(rows); start += size {
		part := rows[start:min(start+size, len(rows))]
		cols := make([]value.Column, len(requests))
		for c := range cols {
			vals := make([]value.Value, len(part))
			for i := range part {
				vals[i] = part[i].values()[c]
			}
			cols[c] = value.ColumnOf(vals)
		}
		out = append(out, dogwatch.Batch{
			Table: "Requests", Rows: value.NewBatch(len(part), cols),
			Evidence: func(row int) dogwatch.Evidence {
				r := part[row]
				return dogwatch.Evidence{
					Table: "Requests", AuditID: "id-" + r.user + r.at + r.name, Time: r.time(), Source: "log", Line: int64(start + row + 1),
				}
			},
		})
	}
	return out
}

func compile(t testing.TB, query string, change func(*dogwatch.Rule)) *dogwatch.Rule {
	t.Helper()
	q, err := kql.Compile(diag.NewFile("rule", query), world{})
	if err != nil {
		t.Fatal(err)
	}
	r := &dogwatch.Rule{
		ID: "rule-1", Short: "rule", Name: "A rule", Enabled: true, Query: q, KQL: query, Severity: dogwatch.Low,
		Trigger: dogwatch.Trigger{Operator: "gt"}, PerResult: true,
		Entities: []dogwatch.EntityMapping{{Type: "Account", Fields: []dogwatch.FieldMapping{{Identifier: "FullName", Column: "User"}}}},
	}
	if change != nil {
		change(r)
	}
	return r
}

func judge(t testing.TB, rules []*dogwatch.Rule, in []dogwatch.Batch) ([]dogwatch.Alert, []RuleStats) {
	t.Helper()
	return judgeBy(t, New(rules, Options{Catalog: world{}}), in)
}

func judgeBy(t testing.TB, e *Engine, in []dogwatch.Batch) ([]dogwatch.Alert, []RuleStats) {
	t.Helper()
	w := e.NewWorker(t.Context())
	for _, b := range in {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	alerts, err := e.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range e.Stats() {
		if st.Err != nil {
			t.Fatal(st.Err)
		}
	}
	return alerts, e.Stats()
}

// tell is an alert in one line.
func tell(a dogwatch.Alert) string {
	var who []string
	for _, e := range a.Entities {
		who = append(who, e.String())
	}
	return fmt.Sprintf("%s-%s %dx %s [%s] lines %v", a.FirstEvent.Format("15:04:05"), a.LastEvent.Format("15:04:05"), a.Count, a.Severity, strings.Join(who, ","), lines(a))
}

func lines(a dogwatch.Alert) []int64 {
	var out []int64
	for _, e := range a.Evidence {
		out = append(out, e.Line)
	}
	return out
}

func tellAll(alerts []dogwatch.Alert) []string {
	var out []string
	for _, a := range alerts {
		out = append(out, tell(a))
	}
	return out
}

var day = []request{
	{at: "10:00:00", user: "ann", verb: "exec", name: "a"},
	{at: "10:04:00", user: "ann", verb: "exec", name: "a"},
	{at: "10:05:00", user: "bob", verb: "get", name: "a"},
	{at: "10:08:00", user: "ann", verb: "exec", name: "b"},
	{at: "10:09:00", user: "bob", verb: "exec", name: "a"},
	{at: "10:30:00", user: "ann", verb: "exec", name: "a", paths: `["/etc","/root"]`},
	{at: "10:34:59", user: "ann", verb: "exec", name: "c"},
	{at: "10:40:00", user: "ann", verb: "exec", name: "a"},
}

func TestWhatRowsMakeAlerts(t *testing.T) {
	group := func(within time.Duration, by ...string) func(*dogwatch.Rule) {
		return func(r *dogwatch.Rule) { r.Group = dogwatch.Group{By: by, Within: within} }
	}
	exec := "Requests | where Verb == 'exec'"
	tests := []struct {
		name, query string
		change      func(*dogwatch.Rule)
		want        []string
	}{
		{"each its own", exec + " and User == 'bob'", nil, []string{"10:09:00-10:09:00 1x Low [bob] lines [5]"}},
		{"rows of one record are one alert", "Requests | mv-expand P = Paths to typeof(string)| where isnotempty(P)", nil,
			[]string{"10:30:00-10:30:00 1x Low [ann] lines [6]"}},
		{"rows of one record are two when the group says so", "Requests | mv-expand P = Paths to typeof(string)| where isnotempty(P)", group(time.Minute, "P"),
			[]string{"10:30:00-10:30:00 1x Low [ann] lines [6]", "10:30:00-10:30:00 1x Low [ann] lines [6]"}},
		{"grouped", exec, group(10*time.Minute, "User"), []string{
			"10:00:00-10:08:00 3x Low [ann] lines [1 2 4]", "10:09:00-10:09:00 1x Low [bob] lines [5]", "10:30:00-10:40:00 3x Low [ann] lines [6 7 8]"}},
		{"grouped closely", exec, group(5*time.Minute, "User", "Name"), []string{
			"10:00:00-10:04:00 2x Low [ann] lines [1 2]", "10:08:00-10:08:00 1x Low [ann] lines [4]", "10:09:00-10:09:00 1x Low [bob] lines [5]",
			"10:30:00-10:30:00 1x Low [ann] lines [6]", "10:34:59-10:34:59 1x Low [ann] lines [7]", "10:40:00-10:40:00 1x Low [ann] lines [8]"}},
		{"the worst severity", exec + " | extend S = iff(Name == 'b', 'High', 'informational')", func(r *dogwatch.Rule) {
			r.SeverityColumn = "S"
			r.Group = dogwatch.Group{By: []string{"User"}, Within: time.Hour}
		}, []string{"10:00:00-10:40:00 6x High [ann] lines [1 2 4 6 7 8]", "10:09:00-10:09:00 1x Informational [bob] lines [5]"}},
		{"one alert a run", exec, func(r *dogwatch.Rule) { r.PerResult, r.Frequency, r.Period = false, 30*time.Minute, 30*time.Minute },
			[]string{"10:00:00-10:09:00 4x Low [ann,bob] lines [1 2 4 5]", "10:30:00-10:40:00 3x Low [ann] lines [6 7 8]"}},
		{"the clock is the event's", exec + " and TimeGenerated > ago(1m) and User == 'bob'", nil, []string{"10:09:00-10:09:00 1x Low [bob] lines [5]"}},
		{"suppressed", exec, func(r *dogwatch.Rule) { r.SuppressFor = 9 * time.Minute }, []string{
			"10:00:00-10:00:00 1x Low [ann] lines [1]", "10:09:00-10:09:00 1x Low [bob] lines [5]",
			"10:30:00-10:30:00 1x Low [ann] lines [6]", "10:40:00-10:40:00 1x Low [ann] lines [8]"}},
		{"turned off", exec, func(r *dogwatch.Rule) { r.Enabled = false }, nil},

		{"a threshold", exec, func(r *dogwatch.Rule) {
			r.Trigger.Threshold, r.PerResult, r.Frequency, r.Period = 2, false, 10*time.Minute, 10*time.Minute
		}, []string{"10:04:00-10:09:00 3x Low [ann,bob] lines [2 4 5]"}},
		{"counted by user", "Requests | where Verb == 'exec' | where TimeGenerated > ago(10m) | summarize n = count() by User | where n >= 3", func(r *dogwatch.Rule) {
			r.Frequency, r.Period = 4*time.Minute, 15*time.Minute
		}, []string{"10:00:00-10:08:00 3x Low [ann] lines [1 2 4]"}},
		{"counted in overlapping windows", "Requests | where Verb == 'exec' | summarize n = count() by User | where n >= 2", func(r *dogwatch.Rule) {
			r.Frequency, r.Period = 5*time.Minute, 15*time.Minute
		}, []string{"10:00:00-10:08:00 3x Low [ann] lines [1 2 4]", "10:30:00-10:40:00 3x Low [ann] lines [6 7 8]"}},
		{"over all there is", "Requests | where Verb == 'exec' | summarize n = count() by User | where n >= 2", nil,
			[]string{"10:00:00-10:40:00 6x Low [ann] lines [1 2 4 6 7 8]"}},
		{"who did one thing and never another", "Requests | where Verb == 'exec' | join kind=leftanti (Requests | where Verb == 'get') on User | summarize count() by User", nil,
			[]string{"10:00:00-10:40:00 6x Low [ann] lines [1 2 4 6 7 8]"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compile(t, test.query, test.change)
			alerts, _ := judge(t, []*dogwatch.Rule{r}, batches(day, 3))
			got := tellAll(alerts)
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// The same alerts, ids and all, come of any batches and of any order of files.
func TestBatchesAndOrderDoNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []request
	for range 400 {
		s := rng.IntN(6 * 3600)
		rows = append(rows, request{
			at:   fmt.Sprintf("%02d:%02d:%02d", 8+s/3600, s/60%60, s%60),
			user: fmt.Sprintf("u%d", rng.IntN(4)), verb: []string{"exec", "get"}[rng.IntN(2)], name: fmt.Sprintf("n%d", rng.IntN(3)),
		})
	}
	rules := func() []*dogwatch.Rule {
		return []*dogwatch.Rule{
			compile(t, "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) {
				r.ID = "1"
				r.Group = dogwatch.Group{By: []string{"User"}, Within: 5 * time.Minute}
			}),
			compile(t, "Requests | where Verb == 'exec' | extend How = case(Name == 'n2', 'High', Name == 'n1', 'Medium', 'Low') | mv-expand Part = range(1, 2)", func(r *dogwatch.Rule) {
				r.ID = "4"
				r.Group, r.SeverityColumn = dogwatch.Group{By: []string{"User"}, Within: 5 * time.Minute}, "How"
				r.Summary, r.Details = "{{Name}}, part {{Part}}, at {{TimeGenerated}}", []dogwatch.Detail{{Key: "part", Column: "Part"}}
			}),
			compile(t, "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) { r.ID = "2"; r.PerResult, r.Frequency = false, time.Hour }),
			compile(t, "Requests | summarize count() by User, Verb | where count_ > 4", func(r *dogwatch.Rule) {
				r.ID = "3"
				r.Frequency, r.Period = 5*time.Minute, 20*time.Minute
			}),
		}
	}
	text := func(in []dogwatch.Batch) string {
		alerts, _ := judge(t, rules(), in)
		out, err := json.MarshalIndent(alerts, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	want := text(batches(rows, 512))
	if strings.Count(want, `"kind": "Alert"`) < 20 {
		t.Fatalf("too few alerts to tell anything: %s", want)
	}
	for _, size := range []int{1, 7, 100} {
		in := batches(rows, size)
		if got := text(in); got != want {
			t.Errorf("batches of %d rows give other alerts", size)
		}
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		if got := text(in); got != want {
			t.Errorf("batches of %d rows in another order give other alerts", size)
		}
	}
}

func TestExceptionsHoldUntilTheirLastDay(t *testing.T) {
	query := "Requests | where Verb == 'exec' | extend x = case((User == 'ann'), 1, 0)"
	for _, test := range []struct {
		expires  string
		alerts   int
		excepted int64
	}{{"2026-11-22", 1, 6}, {"2026-11-21", 7, 0}, {"", 1, 6}} {
		r := compile(t, query, func(r *dogwatch.Rule) {
			ends, _ := time.Parse(time.DateOnly, test.expires)
			r.ExceptionColumn, r.Exceptions = "x", []dogwatch.Exception{{Where: "User == 'ann'", Expires: ends}}
		})
		alerts, stats := judge(t, []*dogwatch.Rule{r}, batches(day, 3))
		if len(alerts) != test.alerts || stats[0].Excepted[0] != test.excepted {
			t.Errorf("expires %q: %d alerts, %d excepted", test.expires, len(alerts), stats[0].Excepted[0])
		}
	}
}

func TestTooManyAlertsBecomeOne(t *testing.T) {
	var rows []request
	for i := range 50 {
		rows = append(rows, request{at: "10:00:00", user: fmt.Sprint("u", i), verb: "exec", name: "a"})
	}
	r := compile(t, "Requests | where Verb == 'exec'", nil)
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}, MaxAlerts: 10})
	w := e.NewWorker(t.Context())
	for _, b := range batches(rows, 8) {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	alerts, err := e.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var records int64
	for _, a := range alerts {
		records += a.Count
	}
	if len(alerts) != 11 || records != 50 {
		t.Errorf("%d alerts of %d records: %q", len(alerts), records, tellAll(alerts))
	}
}

// A rule that counts and may keep little still sees what follows closely, and
// says what it lost.
func TestMemoryOfRulesThatCountIsBounded(t *testing.T) {
	var rows []request
	for i := range 5000 {
		rows = append(rows, request{at: fmt.Sprintf("%02d:%02d:%02d", i/3600, i/60%60, i%60), user: fmt.Sprint("u", i%50), verb: "exec", name: "a"})
	}
	r := compile(t, "Requests | summarize n = count() by User | where n > 5", func(r *dogwatch.Rule) { r.Frequency, r.Period = time.Minute, 10*time.Minute })
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}, MaxRows: 1000})
	w := e.NewWorker(t.Context())
	for _, b := range batches(rows, 64) {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
		if n := len(e.units[0].window.rows); n > 1000 {
			t.Fatalf("%d rows are kept", n)
		}
	}
	alerts, err := e.Finish(t.Context())
	if err != nil || len(alerts) != 50 {
		t.Fatalf("%d alerts, %v", len(alerts), err)
	}
	st := e.Stats()[0]
	if st.Err != nil || st.Dropped == 0 || st.Hits == 0 {
		t.Errorf("%+v", st)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Finish(ctx); err == nil {
		t.Error("a cancelled run gives no error")
	}
}

// Workers may share an engine: the alerts are those of one worker.
func TestWorkersShareAnEngine(t *testing.T) {
	var rows []request
	for i := range 600 {
		rows = append(rows, request{at: fmt.Sprintf("%02d:%02d:%02d", i/60, i%60, i%7), user: fmt.Sprint("u", i%5), verb: "exec", name: "a"})
	}
	rules := func() []*dogwatch.Rule {
		return []*dogwatch.Rule{
			compile(t, "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) { r.Group = dogwatch.Group{By: []string{"User"}, Within: 4 * time.Minute} }),
			compile(t, "Requests | summarize n = count() by User | where n > 5", func(r *dogwatch.Rule) { r.ID = "2"; r.Frequency, r.Period = time.Minute, 30*time.Minute }),
		}
	}
	one, _ := judge(t, rules(), batches(rows, 50))
	e := New(rules(), Options{Catalog: world{}})
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			w := e.NewWorker(t.Context())
			for i, b := range batches(rows, 10) {
				if i%4 == k {
					if err := w.Feed(b); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	many, err := e.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(one)
	b, _ := json.Marshal(many)
	if len(one) < 10 || string(a) != string(b) {
		t.Errorf("%d alerts of one worker, %d of four", len(one), len(many))
	}
}

// A row that cannot be judged is counted and hides no other.
func TestARowThatCannotBeJudgedHidesNoOther(t *testing.T) {
	r := compile(t, "Requests | where Verb == 'exec'", nil)
	in := batches(day, 100)[0]
	good := in.Evidence
	in.Evidence = func(row int) dogwatch.Evidence {
		if row == 3 {
			panic("a bad row")
		}
		return good(row)
	}
	e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
	if err := e.NewWorker(t.Context()).Feed(in); err != nil {
		t.Fatal(err)
	}
	alerts, err := e.Finish(t.Context())
	st := e.Stats()[0]
	if err != nil || len(alerts) != 6 || st.Skipped != 1 || st.Rows != 8 || st.Err == nil || !strings.Contains(st.Err.Error(), "a bad row") {
		t.Errorf("%d alerts, %+v", len(alerts), st)
	}
}

// Times and texts of records are hostile: alerts can be written all the same.
func TestHostileRecordsMakeAlertsThatCanBeWritten(t *testing.T) {
	r := compile(t, "Requests | where Verb == 'exec'", func(r *dogwatch.Rule) { r.Summary = "{{User}} ran {{Paths}} at {{TimeGenerated}}" })
	in := batches([]request{{at: "10:00:00", user: "\xff\x1b[31m\x00", verb: "exec", paths: `[{"kind":"User","name":"eve"},{"kind":"ServiceAccount","namespace":"a","name":"b"},{"x":1}]`}}, 1)[0]
	in.Evidence = func(int) dogwatch.Evidence {
		return dogwatch.Evidence{AuditID: strings.Repeat("\xfe", 9), Time: time.Date(123456, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	alerts, _ := judge(t, []*dogwatch.Rule{r}, []dogwatch.Batch{in})
	text, err := json.Marshal(alerts)
	if err != nil || !json.Valid(text) || !strings.Contains(string(text), `ran User eve, ServiceAccount a/b, {\"x\":1} at 2026-11-21T10:00:00Z`) {
		t.Errorf("%s %v", text, err)
	}
}

// BenchmarkFeed judges rows by as many rules as come with dogwatch, of which
// nearly none has anything to say.
func BenchmarkFeed(b *testing.B) {
	var rules []*dogwatch.Rule
	for i := range 25 {
		rules = append(rules, compile(b, fmt.Sprintf("Requests | where Verb in ('create', 'exec%d') and Resource == 'pods' | extend n = strlen(Name) | where n > %d", i, i+1), nil))
	}
	rows := make([]request, 512)
	for i := range rows {
		rows[i] = request{at: "10:00:00", user: "system:node:a", verb: []string{"get", "list", "create"}[i%3], name: "n"}
	}
	in := batches(rows, len(rows))[0]
	w := New(rules, Options{Catalog: world{}}).NewWorker(b.Context())
	for b.Loop() {
		if err := w.Feed(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "rows/s")
}
