package kql_test

import (
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// events is a catalog of one table.
type events struct{}

func (events) Table(name string) (value.Schema, bool) {
	return value.Schema{
		{Name: "TimeGenerated", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Name", Type: value.String},
		{Name: "Code", Type: value.Long}, {Name: "Paths", Type: value.Dynamic}, {Name: "Ok", Type: value.Bool},
	}, name == "T"
}
func (events) TableNames() []string { return []string{"T"} }
func (events) Watchlist(string) (value.Schema, [][]value.Value, bool) {
	return nil, nil, false
}

func TestWhichQueriesGrow(t *testing.T) {
	tests := []struct {
		query string
		why   string // "" when it grows
	}{
		{"T", ""},
		{"T | where Code > 3 and Name !in ('a') | extend x = Code + 1 | project User, x", ""},
		{"T | summarize n = count() by User | where n >= 4", ""},
		{"T | summarize n = count() by User | where n > 4 and User != 'a'", ""},
		{"T | summarize n = count() by User | where not(n <= 4)", ""},
		{"T | summarize n = count() by User | where 4 < n or n >= 10", ""},
		{"T | summarize n = count() by User | where n < 4", "stop holding"},
		{"T | summarize n = count() by User | where n == 4", "stop holding"},
		{"T | summarize n = count() by User | where n between (4 .. 9)", "stop holding"},
		{"T | summarize a = count(), b = dcount(Name) by User | where a + b > 9 and a * 2 > 5", ""},
		{"T | summarize a = count(), b = dcount(Name) by User | where a > b", "stop holding"},
		{"T | summarize a = count(), b = dcount(Name) by User | where a - b > 3", "stop holding"},
		{"T | summarize a = count(), b = countif(Ok) by User | where a >= iff(b > 0, 4, 20)", ""},
		{"T | summarize a = count(), b = countif(Ok) by User | where a >= iff(b > 0, 20, 4)", "stop holding"},
		{"T | summarize a = count(), b = countif(Ok) by User | where a >= case(b > 5, 2, b > 0, 4, 20)", ""},
		{"T | summarize a = count() by User, Ok | where a >= iff(Ok, 20, 4)", ""},
		{"T | summarize s = make_set(Name) by User | where array_length(s) > 3 and set_has_element(s, 'a')", ""},
		{"T | summarize s = make_set(Name, 5) by User | where array_length(s) > 3", ""},
		{"T | summarize s = make_set(Name, 5) by User | where set_has_element(s, 'a')", "stop holding"},
		{"T | summarize a = min(TimeGenerated), b = max(TimeGenerated) by User | where b - a > 1h", ""},
		{"T | summarize a = min(TimeGenerated), b = max(TimeGenerated) by User | where b - a < 1h", "stop holding"},
		{"T | summarize a = avg(Code) by User | where a > 3", "stop holding"},
		{"T | summarize a = sum(Code) by User | where a > 3", "stop holding"},
		{"T | summarize a = sum(strlen(Name)) by User | where a > 3", ""},
		{"T | summarize a = sum(iff(Ok, 5, 1)) by User | where a > 3", ""},
		{"T | summarize a = sum(iff(Ok, 5, -1)) by User | where a > 3", "stop holding"},
		{"T | summarize n = count(), arg_max(TimeGenerated, *) by User | where n > 3", ""},
		{"T | summarize n = count(), arg_max(TimeGenerated, Name) by User | where n > 3 and Name == 'x'", "stop holding"},
		{"T | summarize n = count() by User | summarize m = max(n), k = count() by User | where m > 3", ""},
		{"T | summarize n = count() by User | summarize k = count() by n", "groups by something"},
		{"T | summarize n = count() by bin(TimeGenerated, 5m), User | where n > 3 | sort by n", ""},
		{"T | where TimeGenerated > ago(1h) | summarize n = count() by User | where n > 3", ""},
		{"T | summarize n = countif(TimeGenerated > ago(1h)) by User | where n > 3", "stop holding"},
		{"T | join kind=inner (T | where Code == 1) on User", ""},
		{"T | join kind=inner (T | where Code == 1 | summarize n = count() by User) on User | where n > 2", ""},
		{"T | join (T | where Code == 1) on User", "without kind"},
		{"T | join kind=leftanti (T | where Code == 1) on User", "leftanti"},
		{"T | join kind=leftanti (datatable(User:string)['a']) on User", ""},
		{"T | join kind=leftsemi (T | where Code == 1) on User", "leftsemi"},
		{"T | join kind=leftouter (T | where Code == 1) on User | where isempty(Name1)", "stop holding"},
		{"T | join kind=leftouter (T | where Code == 1) on User | project User, Name1", ""},
		{"T | join kind=inner (T | summarize n = count() by Name) on $left.Code == $right.n", "join is on something"},
		{"T | where User in (T | where Code == 1 | project User)", "stop holding"},
		{"let n = toscalar(T | count); T | where Code > n", "stop holding"},
		{"union (T | where Code == 1), (T | where Code == 2) | summarize n = count() by User | where n > 2", ""},
		{"T | take 5", "take"},
		{"T | top 5 by Code", "top"},
		{"T | sort by TimeGenerated asc | extend p = prev(User)", "prev"},
		{"T | mv-expand Paths | where tostring(Paths) == 'x'", ""},
		{"T | summarize s = make_set(Name) by User | mv-expand s | where tostring(s) == 'x'", ""},
		{"T | summarize s = make_set(Name, 9) by User | mv-expand s", "mv-expand"},
		{"T | summarize n = count() by User | where n > 3 and rand() > 0.5", "stop holding"},
		{"T | make-series n = count() on TimeGenerated from datetime(2026-01-01) to datetime(2026-01-02) step 1h", "all rows together"},
	}
	for _, test := range tests {
		q, err := kql.Compile(diag.NewFile("q", test.query), events{})
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		why, grows := q.Grows()
		if grows != (test.why == "") || !strings.Contains(why, test.why) {
			t.Errorf("%s\ngrows: %v %q, want %q", test.query, grows, why, test.why)
		}
	}
}

func TestKeysAreWhatIsCountedBy(t *testing.T) {
	for query, want := range map[string]string{
		"T | summarize count() by User, bin(TimeGenerated, 1h), Name":                         "User Name",
		"T | summarize n = count() by User | where n > 2 | project n, Who = User, At = now()": "Who",
		"T | summarize n = count() by User | extend User = strcat(User, 'x')":                 "",
		"T | summarize count()": "",
		"T | where Code > 1":    "none",
		"T | summarize n = count() by User, Name | summarize s = make_set(Name) by User | take 1": "User",
	} {
		q, err := kql.Compile(diag.NewFile("q", query), events{})
		if err != nil {
			t.Fatal(err)
		}
		keys, ok := q.Keys()
		var names []string
		for _, k := range keys {
			names = append(names, q.Schema()[k].Name)
		}
		got := strings.Join(names, " ")
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
