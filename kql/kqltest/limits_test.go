package kqltest

import (
	"context"
	"errors"
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
	{"slow patterns", `range x from 1 to 100000000 step 1 | where strrep("a", 1000) matches regex "(a+)+(a+)+b" | count`},
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
