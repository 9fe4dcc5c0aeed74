package rule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLintLooksIntoQueries(t *testing.T) {
	count := "Requests | summarize n = count() by User | where n > 3"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"on change", "kind: NRT\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", nil},
		{"counts for a minute", "kind: NRT\nquery: " + count + "\ndogwatch: {}\n", []string{"4:7: the rule counts over one minute"}},
		{"cannot run on change", "kind: NRT\nqueryPeriod: 10m\nquery: Requests | join kind=leftanti (Requests | where Verb == 'get') on User\n", []string{
			"4:7: the rule counts every minute, and not on change: leftanti takes rows away when more come"}},
		{"the condition that stands against it", "kind: NRT\nqueryPeriod: 10m\nquery: Requests | summarize n = count() by User | where n < 3\n", []string{
			"4:7: the rule counts every minute, and not on change: a condition may stop holding when more rows come"}},
		{"the trigger", "kind: NRT\nqueryPeriod: 10m\ntriggerOperator: lt\ntriggerThreshold: 3\nquery: Requests\n", []string{"4:7: the rule counts every minute, and not on change: its trigger is not gt"}},
		{"windows with edges", "queryFrequency: 10m\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", []string{"4:17: what happens across the edge of two windows is not counted together"}},
		{"windows that overlap", "queryFrequency: 5m\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", nil},
		{"another's rule", "queryFrequency: 10m\nqueryPeriod: 10m\nquery: " + count + "\n", nil},
		{"a hidden number", "query: |\n  let Code = 5;\n  Requests | where Code > Code\n", []string{"5:7: \"Code\" is a column of Requests: the variable is not seen where the table is read"}},
		{"a hidden list", "query: |\n  let Name = Requests | project User;\n  Requests | where User in (Name)\n", []string{"5:7: \"Name\" is a column of Requests: the variable is not seen where the table is read"}},
		{"rows of a column's name", "query: |\n  let Name = Requests | where Verb == 'get';\n  Name | where Code == 1\n", nil},
		{"a variable of its own", "query: |\n  let Limit = 5;\n  Requests | where Code > Limit\n", nil},
		{"never", "query: Requests | where Verb == 'get' and (Verb in ('list', 'watch') or Code > 1)\n", nil},
		{"never together", "query: Requests | where Verb in ('get', 'list') and Code > 1 | where Verb == 'watch'\n", []string{"4:70: Verb cannot be what this and an earlier condition ask for: nothing passes"}},
		{"together", "query: Requests | where Verb in ('get', 'list') | where (Verb == 'list')\n", nil},
		{"another column of that name", "query: Requests | where Verb == 'get' | extend Verb = Name | where Verb == 'list'\n", nil},
		{"false", "query: Requests | where false\n", []string{"4:25: the condition is never true: nothing passes"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, dir := load(t, map[string]string{"a.yaml": head + test.text})
			if len(s.Rules) != 1 {
				t.Fatal(mistakes(s, dir))
			}
			var got []string
			for _, f := range s.Lint(time.Unix(0, 0)) {
				_, line, col, _, _ := f.Position()
				if !slices.ContainsFunc([]string{"the rule has no", "the rule names no", "dogwatch has no"}, func(s string) bool { return strings.HasPrefix(f.Message, s) }) {
					got = append(got, fmt.Sprintf("%d:%d: %s", line, col, f.Message))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
