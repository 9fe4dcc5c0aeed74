package kqltest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// greedy queries want more memory, rows or time than anyone would give.
var greedy = []struct{ name, query string }{
	{"endless range", `range x from 1 to 1000000000000 step 1 | count`},
	{"lists", `range x from 1 to 1000000000 step 1 | summarize l = make_list(strcat("some text ", x))`},
	{"groups", `range x from 1 to 1000000000 step 1 | summarize count() by x`},
	{"sort", `range x from 1 to 1000000000 step 1 | sort by x desc`},
	{"distinct", `range x from 1 to 1000000000 step 1 | distinct x`},
	{"one key joined", `let a = range x from 1 to 100000 step 1 | extend k = 1; a | join kind=inner a on k | summarize max(x)`},
	{"expanded twice", `range x from 1 to 1000000 step 1 | extend l = range(1, 1000) | mv-expand l | extend m = range(1, 1000) | mv-expand m | count`},
	{"applied", `range x from 1 to 100000000 step 1 | extend l = dynamic([1,2,3]) | mv-apply l on (summarize s = sum(tolong(l))) | summarize max(s)`},
	{"in a long list", `range x from 1 to 10 step 1 | where x in ((range y from 1 to 1000000000 step 1))`},
	{"shared", `let m = materialize(range x from 1 to 1000000000 step 1); m | union m | count`},
	{"ordered", `range x from 1 to 1000000000 step 1 | extend p = prev(x)`},
	{"dcount", `range x from 1 to 1000000000 step 1 | summarize dcount(x)`},
	{"series", `range x from 1 to 1000000000 step 1 | make-series n = count() on x from 0 to 900000 step 1 by g = x % 1000000`},
	{"long texts", `range x from 1 to 1000000 step 1 | extend s = strrep("abcdefgh", 1024) | extend s = strcat(s, s, s, s, s, s, s, s) | summarize make_list(s)`},
	{"packed", `range x from 1 to 100000000 step 1 | summarize make_bag(bag_pack(tostring(x), x))`},
	{"scanned", `range x from 1 to 100000000000 step 1 | scan declare (s: long = 0) with (step a: true => s = a.s + x; step b: x % 7 == 0;) | count`},
	{"top-nested", `range x from 1 to 1000000000 step 1 | top-nested of x by count(), top-nested of x % 3 by count()`},
	{"top of many", `range x from 1 to 1000000000 step 1 | top 100000000 by x`},
	{"partition", `range x from 1 to 1000000000 step 1 | partition by x (summarize count() by x)`},
	{"partition by a query", `range x from 1 to 100000 step 1 | partition by x { range y from 1 to 1000000000 step 1 | summarize count() }`},
	{"narrow", `range x from 1 to 100000000 step 1 | evaluate narrow() | count`},
	{"near", `range x from 1 to 100000000 step 1 | evaluate rows_near(x % 2 == 0, 1) | count`},
	{"activity", `range x from 1 to 100000000 step 1 | evaluate activity_counts_metrics(x, x, 1, 100000000, 1000) | count`},
	{"cohorts", `range x from 1 to 100000 step 1 | evaluate new_activity_metrics(x, x, 1, 100000, 1) | count`},
	{"windows", `range x from 1 to 1000000 step 1 | evaluate sliding_window_counts(x, x, 1, 1000000, 1000000, 1) | summarize max(Dcount) by bin(x, 1)`},
	{"percentiles of windows", `range x from 1 to 1000000 step 1 | evaluate rolling_percentile(x, 50, x, 1, 100000) | count`},
	{"ranges looked up", `let n = range x from 1 to 100000000 step 1 | extend net = "10.0.0.0/8"; range y from 1 to 100 step 1 | extend ip = "10.1.2.3" | evaluate ipv4_lookup(n, ip, net) | count`},
	{"long series", `range x from 1 to 100000 step 1 | make-series count() on x from 0 to 1000000 step 1 by g = x | count`},
	{"slow patterns", `range x from 1 to 100000000 step 1 | where strcat(strrep("a", 1000), x) matches regex "(a+)+(a+)+b" | count`},
}

// TestLimits says that a greedy query ends with a limit or with its time, and
// soon.
func TestLimits(t *testing.T) {
	for _, g := range greedy {
		t.Run(g.name, func(t *testing.T) {
			start := time.Now()
			err := starve(t, g.query, 500*time.Millisecond)
			if err == nil {
				t.Fatal("the query came to an end")
			}
			var limit *kql.LimitError
			if !errors.As(err, &limit) && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("error %v, want a limit or the end of its time", err)
			}
			// far more than it takes, for machines that do other work as well
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %s to notice: %v", took, err)
			}
		})
	}
}

// repeated is a line of a query, written so many times, behind a first one.
func repeated(first, line string, n int) string {
	return first + strings.Repeat("\n"+line, n)
}

// chained are lets that each use the one before twice: f says how, of its name.
func chained(first, let, last string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "let n0 = %s;\n", first)
	for i := range n {
		was := fmt.Sprintf("n%d", i)
		fmt.Fprintf(&b, "let n%d = %s;\n", i+1, strings.ReplaceAll(let, "$", was))
	}
	return b.String() + strings.ReplaceAll(last, "$", fmt.Sprintf("n%d", n))
}

// growing queries make much of little inside expressions, or run what is short
// to read very often. Each ends with the limit that it names.
var growing = []struct{ name, query, names string }{
	{"strcat", repeated(`print x = tostring(now())`, `| extend x = strcat(x, x)`, 39), "memory in strcat()"},
	{"strcat of many", repeated(`print x = tostring(now())`, `| extend x = strcat(x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x)`, 12), "memory in strcat()"},
	{"strcat of constants", repeated(`print x = "ab"`, `| extend x = strcat(x, x)`, 39), "memory in strcat()"},
	{"strcat in lets", chained(`"ab"`, `strcat($, $)`, `print $`, 32), "memory in strcat()"},
	{"strcat_delim", repeated(`print x = tostring(now())`, `| extend x = strcat_delim(x, x, x)`, 39), "memory in strcat_delim()"},
	{"strrep", repeated(`print x = tostring(now())`, `| extend x = strrep(x, 1000, x)`, 6), "memory in strrep()"},
	{"strcat_array", repeated(`print x = tostring(now())`, `| extend x = strcat_array(pack_array(x, x, x, x), x)`, 20), "memory in"},
	{"replace_string", repeated(`print x = strrep("a", toint(1000 + rand()))`, `| extend x = replace_string(x, "a", x)`, 5), "memory in replace_string()"},
	{"replace_strings", repeated(`print x = strrep("a", toint(1000 + rand()))`, `| extend x = replace_strings(x, dynamic(["a"]), pack_array(x))`, 5), "memory in replace_strings()"},
	{"replace_regex", repeated(`print x = strrep("a", toint(1000 + rand()))`, `| extend x = replace_regex(x, "a", x)`, 5), "memory in replace_regex()"},
	{"groups of a regex", repeated(`print x = strrep("a", toint(1000 + rand()))`, `| extend x = replace_regex(x, "(a+)", @"\1\1\1\1\1\1\1\1")`, 12), "memory in replace_regex()"},
	{"make_string", repeated(`print x = tostring(now())`, `| extend x = make_string(to_utf8(x), to_utf8(x))`, 39), "memory in"},
	{"encoded", repeated(`print x = tostring(now())`, `| extend x = base64_encode_tostring(url_encode(x))`, 60), "memory in"},
	{"split", repeated(`print x = tostring(now())`, `| extend x = strcat(x, ",", x)`, 22) + `| extend n = array_length(split(x, ","))`, "memory in"},
	{"extract_all", repeated(`print x = tostring(now())`, `| extend x = strcat(x, x)`, 20) + `| extend n = array_length(extract_all("(.)(.)", x))`, "memory in"},
	{"parse_json", repeated(`print x = tostring(now())`, `| extend x = strcat("[", x, "0,0]")`, 2) + repeated(``, `| extend x = strcat_array(repeat("[0]", 1000000), ",") | extend n = array_length(parse_json(strcat("[", x, "]")))`, 4), "memory in"},
	{"array_concat", repeated(`print x = pack_array(now(), 1)`, `| extend x = array_concat(x, x)`, 39), "memory in array_concat()"},
	{"nested arrays", repeated(`print x = pack_array(now(), 1)`, `| extend x = pack_array(x, x)`, 60), "memory in pack_array()"},
	{"nested bags", repeated(`print x = bag_pack("a", now())`, `| extend x = bag_pack("a", x, "b", x)`, 60), "memory in bag_pack()"},
	{"bag_merge", repeated(`print x = bag_pack("a", now())`, `| extend x = bag_merge(bag_pack("a", x), bag_pack("b", x))`, 60), "memory in"},
	{"bag_set_key", repeated(`print x = bag_pack("a", now())`, `| extend x = bag_set_key(bag_pack("a", x), "b", x)`, 60), "memory in"},
	{"zip", repeated(`print x = pack_array(now(), 1)`, `| extend x = zip(x, x, x, x)`, 30), "memory in zip()"},
	{"repeat", repeated(`print x = pack_array(now(), 1)`, `| extend x = repeat(x, 100000)`, 5), "memory in repeat()"},
	{"range of many rows", `range x from 1 to 1000 step 1 | extend l = range(x, 1000000) | summarize max(array_length(l))`, "memory in range()"},
	{"pack_all", repeated(`print x = dynamic(null), y = now()`, `| extend x = pack_all(), y = pack_all()`, 60), "memory in"},
	{"text of arrays", repeated(`print x = pack_array(now(), 1)`, `| extend x = pack_array(tostring(x), tostring(x))`, 39), "memory in"},
	{"make_list of texts", `range x from 1 to 100000 step 1 | summarize l = make_list(strcat(x, strrep("abcdefgh", 1024)))`, "memory in make_list()"},
	{"make_list of parts", `let t = materialize(print s = strcat(now(), strrep(strrep("abcdefgh", 1000), 100))); range x from 1 to 1000 step 1 | extend k = 1 | join kind=inner (t | extend k = 1) on k | summarize make_list(substring(s, x))`, "memory in make_list()"},
	{"make_bag", `range x from 1 to 10000000 step 1 | summarize make_bag(bag_pack(strcat("key ", x), x))`, "memory in make_bag()"},
	{"lists of lists", `range x from 1 to 1000 step 1 | summarize l = make_list(x) by y = x % 2 | mv-apply l on (summarize m = make_list(repeat(l, 100000)))`, "memory in"},
	{"join of wide rows", `range x from 1 to 100000 step 1 | extend s = strcat(x, strrep("abcdefgh", 512)) | join kind=inner (range x from 1 to 100000 step 1 | extend s = strcat(x, strrep("abcdefgh", 512))) on x | summarize max(strcat(s, s1))`, "memory in join"},
	{"join keys", `range x from 1 to 100000 step 1 | extend k = tostring(x) | join kind=inner (range y from 1 to 100000 step 1 | extend k = strcat(y, strrep("abcdefgh", 512)) | project k) on k | count`, "memory in join"},
	{"sort keys", `range x from 1 to 1000000 step 1 | sort by strcat(x, strrep("abcdefgh", 512)) | count`, "memory in sort"},
	{"groups of long texts", `range x from 1 to 1000000 step 1 | summarize count() by strcat(x, strrep("abcdefgh", 512)) | count`, "memory in count()"},
	{"toscalar", `print toscalar(range x from 1 to 100000000 step 1 | summarize make_list(strcat("value ", x)))`, "memory in make_list()"},
	{"materialize", `let m = materialize(range x from 1 to 100000000 step 1 | extend s = strcat("value ", x)); union m, m | summarize max(s)`, "memory in"},
	{"series", `range x from 1 to 10 step 1 | make-series count() on x from 0 to 1e12 step 1`, "bins of a series"},
	{"wide series", `range x from 1 to 1000 step 1 | make-series count() on x from 0 to 1000000 step 1 by x`, "memory in make-series"},
	{"expanded", `print l = range(1, 1000000) | mv-expand l, m = range(1, 1000000), n = range(1, 1000000) | summarize make_list(strcat(l, m, n))`, "memory in"},
	{"union of itself", chained(`range x from 1 to 10 step 1`, `union $, $`, `$ | count`, 40), "more than 200000 steps"},
	{"join with itself", chained(`range x from 1 to 10 step 1`, `$ | join kind=inner ($) on x | project x`, `$ | count`, 40), "more than 200000 steps"},
	{"scalars of scalars", chained(`rand()`, `$ + $`, `print $`, 60), "more than 200000 steps"},
	{"scalars of tables", chained(`toscalar(print rand())`, `toscalar(print $ + $)`, `print $`, 60), "more than 200000 steps"},
	{"functions in functions", `let f = (x: long) { x + rand() }; ` + chained(`rand()`, `f(tolong($)) + f(tolong($))`, `print $`, 60), "more than 200000 steps"},
	{"endless", `range x from 1 to 1000000000000000 step 1 | summarize count() by x % 7`, "takes longer than"},
	{"endless pairs", `range x from 1 to 1000000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 100000 step 1 | extend k = 1) on k | summarize max(x * y)`, "takes longer than"},
	{"slow rows", `range x from 1 to 1000000 step 1 | extend s = strcat(x, strrep("a", 500)) | extend n = array_length(extract_all("(a*)*b?", strrep(s, 10))) | summarize sum(n)`, "takes longer than"},
}

// TestGrowingQueries says that each ends soon, with its limit named, and takes
// little more memory than it may.
func TestGrowingQueries(t *testing.T) {
	for _, g := range growing {
		t.Run(g.name, func(t *testing.T) {
			runtime.GC()
			start, peak := time.Now(), watchHeap()
			patience := time.Minute
			if strings.HasPrefix(g.names, "takes longer") {
				patience = time.Second
			}
			err := confined(g.query, patience)
			took, most := time.Since(start), peak()
			if err == nil {
				t.Fatal("the query came to an end")
			}
			if !strings.Contains(err.Error(), g.names) {
				t.Errorf("the error is %.300v, want one that names %q", err, g.names)
			}
			t.Logf("%s, %d MB at most: %.200v", took.Round(time.Millisecond), most>>20, err)
			if most > 640<<20 { // garbage included
				t.Errorf("the heap grew to %d MB", most>>20)
			}
			if took > time.Minute { // for machines that do other work as well
				t.Errorf("took %s", took)
			}
		})
	}
}

// confined runs a query with little memory, and reads what it gives.
func confined(query string, patience time.Duration) error {
	c := &Case{Query: query}
	q, err := c.Compile()
	if err != nil {
		return err
	}
	opt := kql.RunOptions{Now: Now, MaxMemory: 32 << 20, MaxTime: patience}
	return q.Run(context.Background(), database{c, 1024}, opt, func(b *value.Batch) error {
		for c := range b.Cols {
			b.Col(c, nil)
		}
		return nil
	})
}

// watchHeap looks at the heap until asked for the most that it saw.
func watchHeap() (most func() uint64) {
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-stop:
				done <- peak
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return <-done
	}
}

// starve runs a query with little memory and time.
func starve(t *testing.T, query string, patience time.Duration) error {
	t.Helper()
	c := &Case{Query: query}
	q, err := c.Compile()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	opt := kql.RunOptions{Now: Now, MaxMemory: 32 << 20, MaxRows: 100_000}
	return q.Run(ctx, database{c, 1024}, opt, func(*value.Batch) error { return nil })
}

// TestLimitsWhileCompiling says that looking for the columns of a plugin has
// limits too.
func TestLimitsWhileCompiling(t *testing.T) {
	start := time.Now()
	for _, query := range []string{
		`range x from 1 to 10000000000 step 1 | extend k = "a" | evaluate pivot(k, count(), x)`,
		`range x from 1 to 10000000000 step 1 | summarize b = make_bag(bag_pack("a", x)) by x | evaluate bag_unpack(b)`,
	} {
		_, err := (&Case{Query: query}).Compile()
		if err == nil || !strings.Contains(err.Error(), "MB of memory") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if took := time.Since(start); took > 3*time.Minute {
		t.Errorf("took %s to notice", took)
	}
}

func TestRowLimit(t *testing.T) {
	err := starve(t, `range x from 1 to 1000000 step 1`, time.Minute)
	if err == nil || !strings.Contains(err.Error(), "more than 100000 rows") {
		t.Errorf("error %v", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	err := starve(t, `range x from 1 to 100000000 step 1 | sort by x desc`, time.Minute)
	if err == nil || !strings.Contains(err.Error(), "more than 32 MB of memory") {
		t.Errorf("error %v", err)
	}
}
