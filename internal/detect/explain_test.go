package detect

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func TestExplainCountsWhatPassesEachLine(t *testing.T) {
	tests := []struct {
		name, query string
		change      func(*dogwatch.Rule)
		want        []string
	}{
		{"conditions one by one", "Requests\n| where Verb == 'exec' and (User == 'ann' and Name != 'a')\n| extend x = 1 | where Name == 'c'", nil, []string{
			"8 Requests", "7 | where Verb == \"exec\" miss 3 Verb=get;", "6 | where User == \"ann\" miss 5 User=bob;",
			"2 | where Name != \"a\" miss 1 Name=a; miss 2 Name=a; miss 6 Name=a;", "2 | extend x = 1", "1 | where Name == \"c\" miss 4 Name=b;"}},
		{"the nearest misses", "Requests | where Name == 'c' | extend Who = User | where Who == 'bob' and Verb == 'get'", nil, []string{
			"8 Requests", "1 | where Name == \"c\" miss 3 Name=a; miss 5 Name=a; miss 1 Name=a;", "1 | extend Who = User",
			"0 | where Who == \"bob\" miss 7 Who=ann;", "0 | where Verb == \"get\""}},
		{"a variable", "let Deeds = Requests | where Verb == 'get'; Deeds", nil, []string{
			"8 Requests", "1 | where Verb == \"get\" miss 1 Verb=exec; miss 2 Verb=exec; miss 4 Verb=exec;"}},
		{"counted", "Requests | where Verb == 'exec' | summarize n = count() by User | where n > 2", nil, []string{
			"8 Requests", "7 | where Verb == \"exec\" miss 3 Verb=get;", "2 | summarize n = count() by User whole", "1 | where n > 2 whole miss 0 User=bob; n=1;"}},
		{"counted, in windows", "Requests | where Verb == 'exec' | summarize n = count() by User | where n > 2", onChange(5 * time.Minute), []string{
			"8 Requests", "7 | where Verb == \"exec\" miss 3 Verb=get;", "2 | summarize n = count() by User whole", "0 | where n > 2 whole miss 0 User=ann; n=2; miss 0 User=bob; n=1;"}},
		{"rows of a window", "Requests | sort by TimeGenerated asc | where Name == 'c' | extend x = 1", nil, []string{
			"8 Requests", "8 | sort by TimeGenerated asc whole", "1 | where Name == \"c\" whole miss 0 Name=a; miss 0 Name=b;", "1 | extend x = 1 whole"}},
		{"with an exception", "Requests | where Verb == 'exec' | extend x = case((User == 'ann'), 1, 0)", func(r *dogwatch.Rule) {
			r.KQL, r.ExceptionColumn = "Requests | where Verb == 'exec'", "x"
			r.Exceptions = []dogwatch.Exception{{Where: "User == 'ann'"}}
		}, []string{"8 Requests", "7 | where Verb == \"exec\" miss 3 Verb=get;", "6 excepted: User == 'ann'"}},
		{"with an exception over the table", "Requests | where Verb == 'exec' | summarize n = count() by User", func(r *dogwatch.Rule) {
			rows, err := kql.Compile(diag.NewFile("where", "Requests | where Name == 'a'"), world{})
			if err != nil {
				panic(err)
			}
			r.Exceptions = []dogwatch.Exception{{Where: "Name == 'a'", Rows: []*kql.Query{rows}, Reason: "known"}}
		}, []string{"8 Requests", "7 | where Verb == \"exec\" miss 3 Verb=get;", "1 | summarize n = count() by User whole", "5 excepted: Name == 'a': known"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := compile(t, test.query, test.change)
			for _, size := range []int{1, 3, 100} {
				got, err := Explain(t.Context(), r, world{}, func(emit func(dogwatch.Batch) error) error {
					for _, b := range batches(day, size) {
						if err := emit(b); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if got := tellLines(t, got.Lines); !slices.Equal(got, test.want) {
					t.Errorf("batches of %d:\ngot  %q\nwant %q", size, got, test.want)
				}
			}
		})
	}
}

func TestExplainEndsInAlerts(t *testing.T) {
	r := compile(t, "Requests | where Verb == 'exec' | summarize n = count() by User | where n > 1", onChange(5*time.Minute))
	got, err := Explain(t.Context(), r, world{}, func(emit func(dogwatch.Batch) error) error {
		for _, b := range batches(day, 3) {
			if err := emit(b); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := judge(t, []*dogwatch.Rule{r}, batches(day, 3))
	if len(want) == 0 || !slices.Equal(tellAll(got.Alerts), tellAll(want)) {
		t.Errorf("got  %q\nwant %q", tellAll(got.Alerts), tellAll(want))
	}
	if n := got.Lines[3].Windows; n != 7 {
		t.Errorf("%d windows were looked at, and there are 7 records that matter", n)
	}
}

func TestWindowsAreEvenlyApart(t *testing.T) {
	all := make([]int64, 1000)
	for i := range all {
		all[i] = int64(i)
	}
	for _, n := range []int{0, 1, 3, 500, 1000, 2000} {
		got := evenly(all, n)
		if len(got) != max(1, min(n, 1000)) || got[len(got)-1] != 999 || !slices.IsSorted(got) {
			t.Errorf("%d of 1000: %d, the last %d", n, len(got), got[len(got)-1])
		}
	}
}

func tellLines(t *testing.T, lines []Line) (out []string) {
	for _, l := range lines {
		if l.Err != nil {
			t.Error(l.Err)
		}
		text := fmt.Sprintf("%d %s", l.Rows, l.Text)
		if l.Whole {
			text += " whole"
		}
		for _, m := range l.Misses {
			text += fmt.Sprintf(" miss %d", m.Evidence.Line)
			for _, v := range m.Values {
				text += fmt.Sprintf(" %s=%s;", v.Column, v.Value)
			}
		}
		out = append(out, text)
	}
	return out
}

func TestStoriesGoByActorAndTime(t *testing.T) {
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 21, hour, minute, 0, 0, time.UTC) }
	alert := func(who, from, rule string, s dogwatch.Severity, first, last time.Time) dogwatch.Alert {
		return dogwatch.Alert{
			Rule: dogwatch.RuleRef{Short: rule}, Severity: s, FirstEvent: first, LastEvent: last, Count: 2,
			Entities: []dogwatch.Entity{{Type: "Account", Fields: []dogwatch.EntityField{{Name: "name", Value: who}}}, {Type: "IP", Fields: []dogwatch.EntityField{{Name: "address", Value: from}}}},
		}
	}
	alerts := []dogwatch.Alert{
		alert("ann", "1.1.1.1", "exec", dogwatch.Low, at(10, 50), at(10, 55)),
		alert("ann", "1.1.1.2", "bind", dogwatch.Medium, at(10, 0), at(10, 10)),
		alert("bob", "2.2.2.2", "exec", dogwatch.High, at(12, 0), at(12, 0)),
		alert("ann", "1.1.1.1", "exec", dogwatch.Low, at(12, 0), at(12, 0)),
		alert("system:anonymous", "3.3.3.3", "anon", dogwatch.Low, at(9, 0), at(9, 0)),
		alert("system:anonymous", "3.3.3.4", "anon", dogwatch.Low, at(9, 1), at(9, 1)),
	}
	var got []string
	seen := map[int]bool{}
	for _, s := range Stories(alerts) {
		got = append(got, fmt.Sprintf("%s %s %s-%s %v%v%v%d", s.Actor, s.Severity, s.From.Format("15:04"), s.To.Format("15:04"), s.Rules, s.Addresses, s.Alerts, s.Records))
		for _, i := range s.Alerts {
			if seen[i] {
				t.Errorf("alert %d is in two stories", i)
			}
			seen[i] = true
		}
	}
	want := []string{
		"bob High 12:00-12:00 [exec][2.2.2.2][2]2", "ann Medium 10:00-10:55 [bind exec][1.1.1.2 1.1.1.1][1 0]4",
		"system:anonymous 3.3.3.3 Low 09:00-09:00 [anon][3.3.3.3][4]2", "system:anonymous 3.3.3.4 Low 09:01-09:01 [anon][3.3.3.4][5]2",
		"ann Low 12:00-12:00 [exec][1.1.1.1][3]2",
	}
	if !slices.Equal(got, want) || len(seen) != len(alerts) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
