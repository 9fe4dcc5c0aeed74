package detect

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
)

// Rules that keep the same rows, and differ in one place (%s), find together what
// each finds alone.
func TestRulesWithTheSameRows(t *testing.T) {
	schedule := func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, 20*time.Minute }
	looksBack := func(r *dogwatch.Rule) { r.Kind, r.Frequency, r.Period = "Scheduled", 5*time.Minute, 24*time.Hour }
	tests := []struct {
		query  string
		places []string
	}{
		{"Requests | where Verb == 'exec' | summarize n = count() by User | where n >= %s", []string{"3", "4", "5", "400"}},
		{"Requests | where Verb == 'exec' | extend k = strcat(Name, %s) | summarize n = dcount(k) by User | where n >= 2", []string{"'x'", "'y'", "User"}},
		{"Requests | where Verb == 'exec' | extend Late = TimeGenerated > ago(%s) | where Late | summarize n = count() by User | where n >= 2", []string{"7m", "3m"}},
		// rows come of one leaf or another
		{"let A = Requests | where Verb == '%s' | project Name; Requests | where Verb in ('exec', 'bind') | where Name in (A) | summarize n = count() by User | where n >= 2", []string{"exec", "bind"}},
		{"union (Requests | where Verb == '%s' | extend k = 1), (Requests | where Verb in ('exec', 'bind') | extend k = 2) | summarize n = sum(k) by User | where n >= 4", []string{"exec", "bind", "none"}},
		{"Requests | where TimeGenerated > ago(5m) | where Verb != '%s' | join kind=leftanti (Requests | where TimeGenerated <= ago(5m) | distinct User, Name) on User, Name | summarize n = count() by User", []string{"none", "nothing"}},
		{"Requests | where TimeGenerated > ago(5m) | join kind=leftanti (Requests | where TimeGenerated <= ago(5m)) on %s | summarize n = count() by User", []string{"User", "Name", "User, Name", "User, Name, Verb"}},
	}
	g := rand.New(rand.NewPCG(5, 7))
	for _, tt := range tests {
		for _, change := range []func(*dogwatch.Rule){schedule, looksBack, onChange(20 * time.Minute)} {
			for _, resident := range []int64{1, 0} {
				in := batches(randomRequests(g, 200), 1+g.IntN(50))
				var rules []*dogwatch.Rule
				var want []string
				for k, place := range tt.places {
					r := compile(t, fmt.Sprintf(tt.query, place), change)
					r.ID, r.Short = fmt.Sprint("rule-", k), fmt.Sprint("rule", k)
					rules = append(rules, r)
					alone, _ := judge(t, rules[k:], in)
					want = append(want, tellRules(alone)...)
				}
				e := New(rules, Options{Catalog: world{}, Resident: resident})
				got, _ := judgeBy(t, e, in)
				if told := tellRules(got); !sameInAnyOrder(told, want) || len(want) == 0 {
					t.Fatalf("%s\ngot  %q\nwant %q", tt.query, told, want)
				}
			}
		}
	}
}

func tellRules(alerts []dogwatch.Alert) (out []string) {
	for _, a := range alerts {
		out = append(out, a.Rule.Short+" "+tell(a)+fmt.Sprint(lines(a)))
	}
	return out
}

func sameInAnyOrder(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// Windows with the same rows run one after the other, over batches that are read
// once; those with others do not.
func TestFamilies(t *testing.T) {
	g := rand.New(rand.NewPCG(6, 8))
	var rules []*dogwatch.Rule
	for k, query := range []string{
		"Requests | where Verb == 'exec' | summarize n = count() by User, Name | where n >= 3",
		"Requests | where Verb == 'bind' | summarize n = count() by User, Name | where n >= 3",
		"Requests | where Verb == 'exec' | summarize n = count() by User, Name | where n >= 4",
		"Requests | where Verb == 'none' | summarize n = count() by User, Name | where n >= 4",
		"Requests | where Verb == 'exec' and User != 'none' | summarize n = count() by User, Name | where n >= 5",
	} {
		rules = append(rules, compile(t, query, func(r *dogwatch.Rule) {
			r.Short, r.Kind, r.Frequency, r.Period = fmt.Sprint(k), "Scheduled", 5*time.Minute, time.Hour
		}))
	}
	e := New(rules, Options{Catalog: world{}})
	w := e.NewWorker(t.Context())
	for _, b := range batches(randomRequests(g, 300), 40) {
		if err := w.Feed(b); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range relativesOf(e.counting()) {
		first, of := r[0].window, ""
		came := first.rows
		for _, u := range r {
			if of += u.rule.Short; !first.sharesRows(u.window, came) {
				of += "?"
			}
		}
		got = append(got, of)
	}
	if want := []string{"024", "1"}; !sameInAnyOrder(got, want) {
		t.Errorf("families %q, want %q", got, want)
	}
}

// What old rows agree in is worked out once for windows with the same rows, if they ask
// for the same.
func TestFamiliesLearnOnce(t *testing.T) {
	const query = `Requests | where TimeGenerated > ago(1h) | join kind=leftanti (Requests | where TimeGenerated <= ago(1h) and User != '%[2]s') on %[1]s`
	var windows []*window
	for k, places := range [][]any{{"User", "none"}, {"User, Name", "none"}, {"User", "u3"}, {"User, Name", "none"}} {
		r := lookingBack(t, fmt.Sprintf(query, places...))
		r.Short = fmt.Sprint(k)
		e := New([]*dogwatch.Rule{r}, Options{Catalog: world{}})
		w := e.NewWorker(t.Context())
		for _, b := range batches(twoWeeks(3, 400), 50) {
			if err := w.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
		e.units[0].window.sort()
		windows = append(windows, e.units[0].window)
	}
	learned := func(w *window) (out []int32) {
		w.elders.learn(t.Context(), w)
		for i := range w.rows {
			out = append(out, w.rows[i].elder)
			w.rows[i].elder = 0
		}
		w.elders = newElders(w.u.rule.Query.Recall(w.period()))
		return out
	}
	f := &family{cache: kql.NewCache(), agreed: map[agreementOf]*agreement{}}
	table := windows[0].tables["Requests"]
	for k, w := range windows {
		alone := learned(w)
		w.tables["Requests"] = table // as those of one engine have it
		for i := range w.rows {
			w.rows[i].held.of = table
		}
		if w.family = f; !slices.Equal(learned(w), alone) {
			t.Errorf("window %d learns otherwise in a family", k)
		}
	}
	if len(f.agreed) != 5 { // three keys, and the columns that they are made of
		t.Errorf("worked out %d times, want 5", len(f.agreed))
	}
	for _, a := range f.agreed {
		a.of[0] = standsAlone
	}
	if got := learned(windows[3]); got[0] != standsAlone || got[1] == standsAlone {
		t.Error("worked out anew what is known")
	}
}
