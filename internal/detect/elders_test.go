package detect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
	"github.com/dogwatch-dev/dogwatch/kql"
)

// twoWeeks are random requests of 17 days: of most users the same again and
// again, on and around whole hours, and now and then something new.
func twoWeeks(seed uint64, n int) (rows []request) {
	rng := rand.New(rand.NewPCG(seed, 2))
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		at := start.Add(time.Duration(rng.IntN(17*24)) * time.Hour)
		if rng.IntN(3) > 0 {
			at = at.Add(time.Duration(rng.IntN(3600)) * time.Second)
		}
		r := request{at: at.Format("2006-01-02 15:04:05"), user: fmt.Sprint("u", rng.IntN(6)), verb: "get", name: fmt.Sprint("n", rng.IntN(4))}
		if rng.IntN(40) == 0 {
			r.user, r.name = fmt.Sprint("u", rng.IntN(30)), fmt.Sprint("rare", rng.IntN(12))
		}
		if rng.IntN(9) == 0 {
			r.verb = "exec"
		}
		r.paths = fmt.Sprintf(`["/%s", %d]`, r.name, rng.IntN(1000))
		rows = append(rows, r)
	}
	return rows
}

// Queries over two weeks that have old rows to know what was there before.
var lookBack = []string{
	`let Before = Requests | where TimeGenerated <= ago(1h);
	let Known = Before | distinct User, Name;
	let Since = toscalar(Before | summarize S = min(TimeGenerated) by User | summarize make_bag(bag_pack(User, S)));
	Requests | where TimeGenerated > ago(1h) | join kind=leftanti Known on User, Name
	| extend Since = todatetime(Since[User]) | where Since < ago(3d)`,

	`Requests | where TimeGenerated between (ago(2h) .. now()) and Verb == 'exec'
	| join kind=leftanti (Requests | where TimeGenerated between (ago(14d) .. ago(2h)) and Verb == 'exec') on User`,

	`let Names = Requests | where TimeGenerated < now() - 1h | extend Who = toupper(User) | summarize N = dcount(Name), All = make_set(Name, 3) by Who;
	let Wide = toscalar(Names | where N > 3 | summarize make_set(Who));
	Requests | where TimeGenerated >= ago(1h) and Name !in (Requests | where TimeGenerated < ago(1h) and User != 'u1' | project Name)
	| where set_has_element(Wide, toupper(User)) or array_length(Wide) > 2 | summarize Names = make_set(Name) by User`,

	`Requests | where TimeGenerated > ago(1h) | summarize N = count() by User | where N >= 2
	| join kind=leftsemi (Requests | where TimeGenerated <= ago(1h) and Verb == 'exec' | project User) on User`,

	`Requests | where TimeGenerated > ago(30m) | where Name !in (toscalar(Requests | where Verb == 'exec' | project Name))
	| join kind=leftanti (Requests | where TimeGenerated <= ago(30m) | project User, Verb, Name) on User, Verb, Name | count | where Count > 0 | extend User = 'all'`,

	`let Deeds = Requests | extend What = case(Verb == 'exec', strcat('a session in ', Name), Name startswith 'rare', 'something rare', 'else');
	Deeds | where TimeGenerated > ago(1h) | join kind=leftanti (Deeds | where TimeGenerated <= ago(1h) | distinct User, What) on User, What`,

	`let Deeds = Requests | extend Path = tostring(Paths[0]);
	Deeds | where TimeGenerated > ago(1h) | join kind=leftanti (Deeds | where TimeGenerated <= ago(1h) | distinct User, Path) on User, Path`,
}

// Queries of which old rows count one by one, or reach the result.
var countsAll = []string{
	`Requests | summarize N = count(), User = take_any(User) by Name | where N > 100`,
	`let N = toscalar(Requests | where TimeGenerated <= ago(1h) | count); Requests | where TimeGenerated > ago(1h) and N > 3`,
	`let Last = Requests | where TimeGenerated <= ago(1h) | summarize max(TimeGenerated) by User; Requests | where TimeGenerated > ago(1h) | join kind=leftanti Last on User`,
	`let Old = Requests | where TimeGenerated <= ago(1h) | summarize Since = min(TimeGenerated) by User; Requests | where TimeGenerated > ago(1h) | join kind=inner Old on User`,
	`let Old = Requests | where TimeGenerated <= ago(1h) and hourofday(now()) > 3 | distinct User; Requests | where TimeGenerated > ago(1h) | join kind=leftanti Old on User`,
	`Requests | where TimeGenerated !between (ago(1h) .. now()) | where User !in (Requests | where Verb == 'exec' | project User)`,
	`Requests | join kind=leftanti (Requests | where TimeGenerated <= ago(1h) | distinct User) on User`,
}

func lookingBack(t testing.TB, query string) *dogwatch.Rule {
	return compile(t, query, func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", time.Hour, 14*24*time.Hour })
}

// Alerts are the same whether each run looks at all rows, or old ones are stood
// for; also where the rows come as they like, and where the rule's state is saved
// and loaded half way.
func TestEldersChangeNoAlert(t *testing.T) {
	for i, query := range lookBack {
		r := lookingBack(t, query)
		rows := twoWeeks(uint64(i), 900)
		all := batches(rows, 50)
		plain, looked := eldersRun(t, r, Options{Plain: true}, all, nil)
		quick, fewer := eldersRun(t, r, Options{}, all, nil)
		if !bytes.Equal(plain, quick) {
			t.Errorf("%s\nwithout elders: %s\nwith: %s", query, plain, quick)
		}
		if len(plain) < 300 || fewer > looked/2 {
			t.Errorf("%s\n%d bytes of alerts, looked at %d rows and at %d", query, len(plain), looked, fewer)
		}
		if again, _ := eldersRun(t, r, Options{Resident: 1}, all[:9], all[9:]); !bytes.Equal(plain, again) {
			t.Errorf("%s\nat once: %s\nsaved and loaded: %s", query, plain, again)
		}
		// With little room, the rule is run while rows still come.
		slices.SortFunc(rows, func(a, b request) int { return a.time().Compare(b.time()) })
		small := Options{MaxRows: 800}
		want, _ := eldersRun(t, r, Options{Plain: true, MaxRows: 800}, batches(rows, 50), nil)
		if got, _ := eldersRun(t, r, small, batches(rows, 50), nil); !bytes.Equal(got, want) {
			t.Errorf("%s\nof little room\nwithout elders: %s\nwith: %s", query, want, got)
		}
	}
}

// Where ever new things come, what is known of rows that were let go is forgotten,
// and the alerts stay the same.
func TestEldersForget(t *testing.T) {
	r := lookingBack(t, lookBack[4])
	rows := twoWeeks(7, 6000)
	for i := range rows {
		if i%4 > 0 {
			rows[i].name = fmt.Sprint("only ", i)
		}
	}
	slices.SortFunc(rows, func(a, b request) int { return a.time().Compare(b.time()) })
	all := batches(rows, 50)
	want, _ := eldersRun(t, r, Options{Plain: true, MaxRows: 600}, all, nil)
	if got, _ := eldersRun(t, r, Options{MaxRows: 600}, all, nil); !bytes.Equal(got, want) || len(got) < 300 {
		t.Errorf("without elders: %s\nwith: %s", want, got)
	}

	e := newElders(&kql.Recall{Age: 1})
	few := []kept{{elder: e.numberOf("a")}, {elder: standsAlone}}
	if e.forget(few); few[0].elder != 1 || len(e.numbers) != 1 {
		t.Error("forgets what it need not")
	}
	for i := range 2 * manyNumbers {
		e.numberOf(fmt.Sprint(i))
	}
	if e.forget(few); few[0].elder != 0 || few[1].elder != 0 || len(e.numbers) != 0 {
		t.Errorf("%d numbers for two rows", len(e.numbers))
	}
}

// eldersRun is the alerts over some rows, and over more after the state was
// handed on, and how many rows runs looked at.
func eldersRun(t *testing.T, r *dogwatch.Rule, opt Options, first, then []dogwatch.Batch) ([]byte, int64) {
	t.Helper()
	opt.Catalog = world{}
	feed := func(e *Engine, all []dogwatch.Batch) {
		w := e.NewWorker(t.Context())
		for _, b := range all {
			if err := w.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	e := New([]*dogwatch.Rule{r}, opt)
	feed(e, first)
	if then != nil {
		var text bytes.Buffer
		mark := func(*dogwatch.Rule) string { return "1" }
		w := state.NewWriter(&text)
		if err := e.Save(w, mark); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		e = New([]*dogwatch.Rule{r}, opt)
		if _, err := e.Load(state.NewReader(&text), mark); err != nil {
			t.Fatal(err)
		}
		feed(e, then)
	}
	alerts, err := e.Finish(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	st := e.Stats()[0]
	if st.Err != nil {
		t.Fatal(st.Err)
	}
	text, err := json.MarshalIndent(alerts, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text, st.Looks
}

// Of rows that say the same in all columns that keys are made of, the first is asked; where
// few do, each is, as are those of which more is read than plain values.
func TestEldersAskTheFirst(t *testing.T) {
	const query = `Requests | where TimeGenerated > ago(1h) | join kind=leftanti (Requests | where TimeGenerated <= ago(1h) | extend Key = %s) on $left.User == $right.Key`
	for _, tt := range []struct {
		key   string
		rows  []request
		first bool
	}{
		{"strcat(User, iff(Name startswith 'rare', Verb, ''))", twoWeeks(1, 600), true},
		{"User", twoWeeks(1, sample-1), false},
		{"strcat(User, Resource, Cluster, bin(TimeGenerated, 1d))", twoWeeks(1, 600), false}, // of other times
		{"strcat(User, Paths[0])", twoWeeks(1, 600), false},
	} {
		e := New([]*dogwatch.Rule{lookingBack(t, fmt.Sprintf(query, tt.key))}, Options{Catalog: world{}})
		for _, b := range batches(tt.rows, 50) {
			if err := e.NewWorker(t.Context()).Feed(b); err != nil {
				t.Fatal(err)
			}
		}
		w := e.units[0].window
		w.sort()
		index := make([]int32, len(w.rows))
		for i := range index {
			index[i] = int32(i)
		}
		firsts := w.elders.firsts(t.Context(), w, w.tables["Requests"], index)
		if (firsts != nil) != tt.first {
			t.Fatalf("%s: the first is asked: %v, want %v", tt.key, firsts != nil, tt.first)
		}
		others := 0
		for i, first := range firsts {
			if first > int32(i) {
				t.Fatalf("%s: row %d stands for row %d", tt.key, first, i)
			}
			if first < int32(i) {
				others++
			}
		}
		if tt.first && others < len(index)/2 {
			t.Errorf("%s: of %d rows %d are not asked", tt.key, len(index), others)
		}
		// Numbered by the first, rows have the numbers that each gets alone.
		w.elders.number(t.Context(), w, w.tables["Requests"], index)
		for i, first := range firsts {
			alone := newElders(w.elders.Recall)
			got := w.rows[i].elder
			alone.numbers = w.elders.numbers
			alone.ask(t.Context(), w, w.tables["Requests"], []int32{int32(i)})
			if w.rows[i].elder != got {
				t.Errorf("%s: row %d has number %d by row %d, and %d alone", tt.key, i, got, first, w.rows[i].elder)
			}
		}
	}
}

func TestWhichRulesHaveElders(t *testing.T) {
	for _, query := range lookBack {
		if lookingBack(t, query).Query.Recall(int64(14*24*time.Hour)/ticksPerNano) == nil {
			t.Errorf("none stand for old rows of\n%s", query)
		}
	}
	for _, query := range countsAll {
		if lookingBack(t, query).Query.Recall(int64(14*24*time.Hour)/ticksPerNano) != nil {
			t.Errorf("each old row counts in\n%s", query)
		}
	}
}
