package detect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// sharers are rules of which the first three, and the last two, are given the same rows.
func sharers(t *testing.T, change func(*dogwatch.Rule)) (rules []*dogwatch.Rule) {
	t.Helper()
	back := "Requests | where Verb == 'exec' and TimeGenerated > ago(5m) | join kind=leftanti (Requests | where Verb == 'exec' and TimeGenerated <= ago(5m) | project %s) on %s | summarize n = dcount(Name) by User"
	twice := "let A = Requests | where Verb == '%s' | project Name; Requests | where Verb in ('exec', 'bind') | where Name in (A) | summarize n = count() by User | where n >= %d"
	for k, query := range []string{
		fmt.Sprintf(back, "User", "User"),
		fmt.Sprintf(back, "User, Name", "User, Name"),
		fmt.Sprintf(back, "User, Name", "User") + " | where n >= 1",
		fmt.Sprintf(back, "User, Name", "User"),
		"Requests | where Verb == 'bind' | extend k = strcat(Name, 'x') | summarize n = dcount(k) by User | where n >= 3",
		fmt.Sprintf(twice, "exec", 4), fmt.Sprintf(twice, "exec", 5), fmt.Sprintf(twice, "bind", 4), fmt.Sprintf(twice, "bind", 5),
	} {
		rules = append(rules, compile(t, query, func(r *dogwatch.Rule) {
			change(r)
			r.ID, r.Short = fmt.Sprint("rule-", k), fmt.Sprint("rule", k)
		}))
	}
	rows, err := kql.Compile(diag.NewFile("where", "Requests | where Name == 'n1'"), world{})
	if err != nil {
		t.Fatal(err)
	}
	rules[3].Exceptions = []dogwatch.Exception{{Where: "Name == 'n1'", Rows: []*kql.Query{rows}}}
	return rules
}

// Rules whose windows share their rows find and count what each finds and counts
// alone: where rows go to disk, or are let go of, where a sieve becomes unsure on the
// way, and where several workers feed them.
func TestRulesThatShareRows(t *testing.T) {
	g := rand.New(rand.NewPCG(8, 9))
	kinds := []func(*dogwatch.Rule){
		func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, 20*time.Minute },
		func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, 24*time.Hour },
		onChange(20 * time.Minute),
	}
	for _, opt := range []Options{{}, {Resident: 1}, {Resident: 3000}, {MaxRows: 40}, {MaxMemory: 12_000}} {
		for _, change := range kinds {
			for _, unsureAt := range []int{1 << 30, 7} {
				opt.Catalog = world{}
				in := batches(randomRequests(g, 200), 1+g.IntN(20))
				rules := sharers(t, change)
				var want, got []string
				for k := range rules {
					want = append(want, foundBy(t, New(rules[k:k+1], opt), in, unsureAt)...)
				}
				got = foundBy(t, New(rules, opt), in, unsureAt)
				if !sameInAnyOrder(got, want) {
					t.Fatalf("%+v\ngot  %q\nwant %q", opt, got, want)
				}
			}
		}
	}
}

// foundBy are the alerts and counts of an engine that two workers feed in turn, of whose
// sieves one is unsure from some batch on.
func foundBy(t *testing.T, e *Engine, in []dogwatch.Batch, unsureAt int) (out []string) {
	t.Helper()
	workers := []*Worker{e.NewWorker(t.Context()), e.NewWorker(t.Context())}
	for k, b := range in {
		if k == unsureAt {
			e.unsure.Store(true)
		}
		if err := workers[k%2].Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	alerts, err := e.Finish(t.Context())
	if err != nil || len(alerts) == 0 {
		t.Fatal(len(alerts), "alerts", err)
	}
	for _, st := range e.Stats() {
		out = append(out, fmt.Sprint(st.Rule.Short, st.Rows, st.Hits, st.Late, st.Dropped, st.Kept, st.Skipped, st.Err))
	}
	return append(out, tellRules(alerts)...)
}

// Rows of windows that are given the same lie in memory once, until a window is to
// change its own, and go to disk together.
func TestRowsThatAreSharedLieInMemoryOnce(t *testing.T) {
	change := func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, time.Hour }
	e := New(sharers(t, change)[:3], Options{Catalog: world{}})
	w := e.NewWorker(t.Context())
	feed := func() {
		for _, b := range batches(randomRequests(rand.New(rand.NewPCG(2, 3)), 100), 9) {
			if err := w.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	feed()
	windows := []*window{e.units[0].window, e.units[1].window, e.units[2].window}
	var resident, held int64
	for _, o := range windows {
		if len(o.rows) == 0 || &o.rows[0] != &windows[0].rows[0] || o.mem != windows[0].mem {
			t.Fatal("windows that are given the same rows do not share them")
		}
		resident += o.resident
	}
	for i := range windows[0].rows {
		held += int64(windows[0].rows[i].held.size)
	}
	if want := held + 2*keptSize*int64(len(windows[0].rows)); resident != want {
		t.Errorf("three windows take %d bytes together, want %d", resident, want)
	}
	windows[1].own()
	windows[1].rows[0].elder = 7
	if windows[0].rows[0].elder != 0 || len(windows[0].sharers()) != 2 || len(windows[1].sharers()) != 1 {
		t.Error("a window changes what others share")
	}
	before := slices.Clone(windows[1].rows)
	feed()
	if !slices.Equal(windows[0].rows[len(before):], windows[1].rows[len(before):]) || &windows[0].rows[0] != &windows[2].rows[0] {
		t.Error("a window that has its own rows is given others")
	}
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, o := range windows[:2] {
		if _, err := o.shelve(s, o.u.stats); err != nil {
			t.Fatal(err)
		}
	}
	resident = 0
	for _, o := range windows {
		resident += o.resident
		if o.rows[0].held != nil || o.mem != int64(len(o.rows))*keptSize {
			t.Errorf("on disk, %d rows take %d bytes of memory", len(o.rows), o.mem)
		}
	}
	if want := 3 * int64(len(before)) * 2 * keptSize; resident != want {
		t.Errorf("on disk, the rows of three windows take %d bytes of memory, want %d", resident, want)
	}
}

// Rows that a rule is run over anew, or that it had before, are its own.
func TestRowsThatAreNotShared(t *testing.T) {
	change := func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, time.Hour }
	mark := func(*dogwatch.Rule) string { return "" }
	in := batches(randomRequests(rand.New(rand.NewPCG(2, 3)), 100), 50)
	e := New(sharers(t, change), Options{Catalog: world{}})
	feed := func(e *Engine, w *Worker, b dogwatch.Batch, shares bool) {
		t.Helper()
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
		of := e.units[0].window.shared
		if share := of != nil && of == e.units[1].window.shared; share != shares {
			t.Errorf("rows are shared: %v, want %v", share, shares)
		}
	}
	feed(e, e.NewWorker(t.Context()), in[0], true)
	for _, u := range e.units[3:5] {
		if u.window.shared != nil || len(u.window.rows) == 0 {
			t.Error("a rule that is given other rows shares them, or has none")
		}
	}
	if a, b := e.units[5].window.shared, e.units[7].window.shared; a == nil || b == nil || a == b {
		t.Error("rules share rows that came by other ways")
	}
	var saved bytes.Buffer
	out := state.NewWriter(&saved)
	if err := e.Save(out, mark); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	n := len(e.units[0].window.rows)
	again := New(sharers(t, change), Options{Catalog: world{}})
	w := again.NewWorker(t.Context())
	if _, err := again.Load(state.NewReader(&saved), mark); err != nil {
		t.Fatal(err)
	}
	feed(again, w, in[1], false)
	if all := again.units[0].window.rows; len(all) <= n || all[0].held == again.units[1].window.rows[0].held {
		t.Errorf("%d rows, of which %d were loaded", len(all), n)
	}
	e.unsure.Store(true)
	feed(e, e.NewWorker(t.Context()), in[1], false)
}
