package kqltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// alike are queries that must answer alike, whatever the rows.
var alike = []struct{ name, one, other string }{
	{"where split", `E | where Code >= 300 and Verb != "get"`, `E | where Code >= 300 | where Verb != "get"`},
	{"where in any order", `E | where Verb contains "E" and Code < 404`, `E | where Code < 404 and Verb contains "E"`},
	{"where and not", `E | where not(Code == 200 or isnull(Code))`, `E | where Code != 200 | where isnotnull(Code)`},
	{"where before extend", `E | extend n = Code + 1 | where Code > 200`, `E | where Code > 200 | extend n = Code + 1`},
	{"where before project", `E | project User, Code | where Code == 200`, `E | where Code == 200 | project User, Code`},
	{"where on both sides of a join", `E | join kind=inner (F) on User | where Code > 200 and Team == "a"`, `E | where Code > 200 | join kind=inner (F | where Team == "a") on User`},
	{"whole numbers and reals", `E | where Code >= 403`, `E | where todouble(Code) >= 403.0`},
	{"equal to a number", `E | where Code != 200`, `E | where not(Code in (200))`},
	{"bin of times", `E | summarize n = count() by b = bin(Time, 1h)`, `E | summarize n = count() by b = Time - (Time - datetime(0001-01-01)) % 1h`},
	{"top is sort and take", `E | where isnotnull(Code) | summarize m = max(Time) by User | top 3 by m desc`, `E | where isnotnull(Code) | summarize m = max(Time) by User | sort by m desc | take 3`},
	{"top of few", `E | top 5 by Time asc`, `E | sort by Time asc | take 5`},
	{"sort by two keys", `E | sort by User asc, Time desc | extend i = row_number()`, `E | sort by Time desc | sort by User asc, Time desc | extend i = row_number()`},
	{"top-nested is top of a summarize", `E | top-nested of User by n = max(Time)`, `E | summarize n = max(Time) by User`},
	{"top-nested with others counts all", `E | top-nested 2 of User with others = "rest" by n = count() | summarize sum(n)`, `E | summarize n = count() | summarize sum(n)`},
	{"top-hitters is top of a summarize", `E | top-hitters 100 of Verb`, `E | summarize approximate_count_Verb = count() by Verb`},
	{"distinct is summarize", `E | distinct User, Verb`, `E | summarize by User, Verb`},
	{"count is summarize", `E | count`, `E | summarize Count = count()`},
	{"grouping twice", `E | summarize n = count() by User, Verb | summarize n = sum(n) by User`, `E | summarize n = count() by User`},
	{"partition is summarize by", `E | partition hint.strategy=native by User (summarize n = count(), c = max(Code) by User)`, `E | summarize n = count(), c = max(Code) by User`},
	{"partition of a table of its own is a join", `F | partition by User { E | where User == toscalar(User) | take 0 }`, `E | take 0`},
	{"leftsemi is in", `E | join kind=leftsemi F on User`, `E | where User in ((F | project User))`},
	{"leftanti is not in", `E | join kind=leftanti F on User`, `E | where User !in ((F | project User))`},
	{"rightsemi is leftsemi", `E | join kind=rightsemi F on User`, `F | join kind=leftsemi E on User`},
	{"joins commute", `E | join kind=inner F on User | project Time, User, Team`, `F | join kind=inner E on User | project Time, User, Team`},
	{"lookup is leftouter", `E | lookup F on User`, `E | join kind=leftouter F on User | project-away User1`},
	{"fullouter is leftouter and rightanti", `E | join kind=fullouter F on User | count`, `union (E | join kind=leftouter F on User), (E | join kind=rightanti F on User) | count`},
	{"unions commute", `union E, F | summarize count() by User`, `union F, E | summarize count() by User`},
	{"expanding a list", `E | summarize l = make_list(Verb) by User | mv-expand v = l to typeof(string) | project User, v`, `E | project User, v = Verb`},
	{"applying is expanding", `E | mv-apply t = Tags to typeof(string) on (where t startswith "a") | project Time, t`, `E | mv-expand t = Tags to typeof(string) | where t startswith "a" | project Time, t`},
	{"scan sums up", `E | sort by Time asc | scan declare (s: long = 0) with (step a: true => s = coalesce(Code, 0) + a.s;) | project Time, s`, `E | sort by Time asc | extend s = row_cumsum(coalesce(Code, 0)) | project Time, s`},
	{"scan finds pairs", `E | sort by Time asc | scan with (step a: Verb == "get"; step b output=all: Verb == "list";) | where Verb == "get" | count`, `E | where Verb == "get" | count`},
	{"scan numbers sequences", `E | sort by Time asc | scan with_match_id = id with (step a: true;) | summarize count() by id`, `E | summarize count_ = count() | extend id = 0 | where count_ > 0 | project id, count_`},
	{"rows near are themselves", `E | sort by Time asc | evaluate rows_near(Code == 403, 0)`, `E | where Code == 403`},
	{"rows near are neighbours", `E | sort by Time asc | evaluate rows_near(Code == 403, 1)`, `E | sort by Time asc | where Code == 403 or prev(Code) == 403 or next(Code) == 403`},
	{"narrow has every value", `E | project User, Verb, Code | evaluate narrow() | summarize n = count()`, `E | summarize n = 3 * count()`},
	{"counts along a line", `E | evaluate activity_counts_metrics(User, Time, datetime(2026-01-02), datetime(2026-01-09), 1d) | project Time, n = ['count'], d = dcount`, `E | where Time between (datetime(2026-01-02) .. datetime(2026-01-09)) | summarize n = count(), d = dcount(User) by Time = bin(Time, 1d)`},
	{"a window of one bin", `E | evaluate sliding_window_counts(User, Time, datetime(2026-01-02), datetime(2026-01-09), 1d, 1d)`, `E | where Time between (datetime(2026-01-02) .. datetime(2026-01-09)) | summarize Count = count(), Dcount = dcount(User) by Time = bin(Time, 1d)`},
	{"a percentile of one bin", `E | where isnotnull(Code) | evaluate rolling_percentile(Code, 50, Time, 1d, 1) | project Time, p = rolling_1_percentile_Code_50`, `E | where isnotnull(Code) | summarize p = percentile(Code, 50) by Time = bin(Time, 1d)`},
	{"a series is a summarize", `E | make-series n = count() on Time from datetime(2026-01-01) to datetime(2026-01-12) step 1d | mv-expand n to typeof(long), Time to typeof(datetime) | where n > 0 | project Time, n`, `E | summarize n = count() by Time = bin(Time, 1d) | where Time >= datetime(2026-01-01) and Time < datetime(2026-01-12)`},
	{"a lookup of ranges", `E | evaluate ipv4_lookup(Nets, IP, Net) | project Time, Zone`, `E | extend k = 1 | join kind=inner (Nets | extend k = 1) on k | where ipv4_is_in_range(IP, Net) | project Time, Zone`},
	{"a lookup of ranges, version 6", `E | evaluate ipv6_lookup(Nets, IP, Net) | project Time, Zone`, `E | evaluate ipv4_lookup(Nets, IP, Net) | project Time, Zone`},
	{"keys and values", `E | extend s = strcat("user=", User, ";verb=", Verb) | parse-kv s as (user: string, verb: string) with (pair_delimiter=";", kv_delimiter="=") | project user, verb`, `E | project user = User, verb = Verb`},
	{"a bag is its columns", `E | project Time, b = bag_pack("u", User, "v", Verb) | evaluate bag_unpack(b) : (*, u: string, v: string)`, `E | project Time, u = User, v = Verb`},
	{"a path is members", `E | where Body.a.b == "x" | project Time`, `E | extend a = Body.a | where a.b == "x" | project Time`},
	{"a view twice", `let m = materialize(E | where Code > 200); union m, m | summarize count() by User`, `E | where Code > 200 | summarize count_ = 2 * count() by User`},
}

// TestAlike runs both queries over rows made at random, as a scan and live, in
// batches of several sizes.
func TestAlike(t *testing.T) {
	for seed := range uint64(3) {
		tables := randomTables(rand.New(rand.NewPCG(seed, 7)))
		for _, s := range alike {
			t.Run(fmt.Sprint(s.name, " ", seed), func(t *testing.T) {
				want := answers(t, &Case{Tables: tables, Query: s.one}, false, 1024)
				if strings.Contains(s.other, "E") && len(want) == 0 && !strings.Contains(s.one, "take 0") {
					t.Error("no rows are compared")
				}
				for _, query := range []string{s.one, s.other} {
					for _, size := range []int{1, 7, 1024} {
						for _, live := range []bool{false, true} {
							got := answers(t, &Case{Tables: tables, Query: query}, live, size)
							if !slices.Equal(got, want) {
								t.Fatalf("%s\nin batches of %d, live %t:\n%s\n%s\n%s", query, size, live, strings.Join(got, "\n"), s.one, strings.Join(want, "\n"))
							}
						}
					}
				}
			})
		}
	}
}

// answers are the rows of a query, sorted.
func answers(t *testing.T, c *Case, live bool, size int) []string {
	t.Helper()
	run := c.Scan
	if live {
		run = c.Live
	}
	got, err := run(size)
	if err != nil {
		t.Fatalf("%s: %v", c.Query, err)
	}
	slices.Sort(got)
	return got
}

// randomTables are events, a few of whose values are null or empty, and two
// tables to join them with.
func randomTables(r *rand.Rand) map[string]*Table {
	pick := func(list ...string) value.Value { return value.StringOf(list[r.IntN(len(list))]) }
	start, _ := value.ParseDateTime("2026-01-01")
	e := &Table{Schema: value.Schema{
		{Name: "Time", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Verb", Type: value.String}, {Name: "Code", Type: value.Long},
		{Name: "IP", Type: value.String}, {Name: "Tags", Type: value.Dynamic}, {Name: "Body", Type: value.Dynamic},
	}}
	for i := range 60 {
		code := value.LongOf([]int64{200, 201, 403, 404}[r.IntN(4)])
		if r.IntN(6) == 0 {
			code = value.NullOf(value.Long)
		}
		// no two at one time: their order would be anybody's guess
		at := start + int64(r.IntN(10))*value.Day + int64(r.IntN(24))*value.Hour + int64(i)*value.Second
		e.Rows = append(e.Rows, []value.Value{
			value.DateTimeOf(at), pick("ann", "bob", "eve", "", "ann"), pick("get", "list", "delete"), code,
			pick("10.0.0.1", "10.1.2.3", "192.168.1.1", "none", ""),
			value.JSONOf([]string{`["a1","b1"]`, `[]`, `["a2"]`}[r.IntN(3)]),
			value.JSONOf([]string{`{"a":{"b":"x"}}`, `{"a":{"b":1},"a":{"c":2}}`, `{"a":"x"}`, `{}`}[r.IntN(4)]),
		})
	}
	f := &Table{Schema: value.Schema{{Name: "User", Type: value.String}, {Name: "Team", Type: value.String}}}
	for _, row := range [][2]string{{"ann", "a"}, {"ann", "b"}, {"bob", "a"}, {"zoe", "c"}} {
		f.Rows = append(f.Rows, []value.Value{value.StringOf(row[0]), value.StringOf(row[1])})
	}
	nets := &Table{Schema: value.Schema{{Name: "Net", Type: value.String}, {Name: "Zone", Type: value.String}}}
	for _, row := range [][2]string{{"10.0.0.0/8", "in"}, {"10.1.0.0/16", "lab"}, {"192.168.1.1", "one"}} {
		nets.Rows = append(nets.Rows, []value.Value{value.StringOf(row[0]), value.StringOf(row[1])})
	}
	return map[string]*Table{"E": e, "F": f, "Nets": nets}
}
