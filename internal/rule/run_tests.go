package rule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// A Judge runs one rule over records, as scan would, with the lists given.
type Judge func(ctx context.Context, r *dogwatch.Rule, lists *Lists, input []byte) ([]dogwatch.Alert, error)

// A TestResult is what came of one test.
type TestResult struct {
	Rule string // short name
	Name string
	Path string // of the test file
	Line int    // of the test in it
	// Failure is "" when the test passed, else what was wanted and what came.
	Failure string
	Elapsed time.Duration
}

// Passed says whether the test passed.
func (r TestResult) Passed() bool { return r.Failure == "" }

// Test runs the tests of the rules that want selects (nil: all), by short
// name. The error is that of ctx.
func (s *Set) Test(ctx context.Context, judge Judge, want func(r *dogwatch.Rule) bool) ([]TestResult, error) {
	var out []TestResult
	for _, r := range s.Rules {
		t := s.tests[r.Short]
		if t == nil || want != nil && !want(r) {
			continue
		}
		for i := range t.cases {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			out = append(out, s.runCase(ctx, judge, r, t, &t.cases[i]))
		}
	}
	return out, nil
}

func (s *Set) runCase(ctx context.Context, judge Judge, r *dogwatch.Rule, t *testFile, c *testCase) TestResult {
	at := lineNumber(t.doc.lines, c.at.Start)
	res := TestResult{Rule: r.Short, Name: c.name, Path: t.doc.file.Name, Line: at}
	start := time.Now()
	lists := s.Lists
	if len(c.lists) > 0 {
		lists = lists.With(c.lists)
		var err error
		if r, err = s.recompile(r, lists); err != nil {
			res.Failure = err.Error()
			return res
		}
	}
	alerts, err := judge(ctx, r, lists, c.input)
	res.Elapsed = time.Since(start)
	if err != nil {
		res.Failure = err.Error()
		return res
	}
	res.Failure = compare(c.want, alerts)
	return res
}

// recompile compiles a rule anew with other lists.
func (s *Set) recompile(r *dogwatch.Rule, lists *Lists) (*dogwatch.Rule, error) {
	for _, src := range s.sources {
		if src.rule.Short == r.Short && src.rule.Path == r.Path {
			again, errs := src.compile(NewCatalog(s.tables, lists))
			return again, errs.Err()
		}
	}
	return r, nil
}

// lineNumber is the number, from 1, of the line that an offset is in.
func lineNumber(lines []int, offset int) int {
	i, found := slices.BinarySearch(lines, offset)
	if found {
		return i + 1
	}
	return i
}

// compare says what is different: "" when each alert meets an expectation of
// its own, and no expectation is left.
func compare(want []expectation, got []dogwatch.Alert) string {
	if len(want) == len(got) && matching(want, got) {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "want: %s\n", alertCount(len(want)))
	for i := range want {
		fmt.Fprintf(&b, "  %s%s\n", want[i], mark(i < len(got) && want[i].miss(&got[i]) == ""))
	}
	fmt.Fprintf(&b, "got:  %s\n", alertCount(len(got)))
	for i := range got {
		fmt.Fprintf(&b, "  %s\n", describe(&got[i]))
		if i < len(want) {
			if miss := want[i].miss(&got[i]); miss != "" {
				fmt.Fprintf(&b, "    %s\n", miss)
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func mark(ok bool) string {
	if ok {
		return "  (as wanted)"
	}
	return ""
}

func alertCount(n int) string {
	switch n {
	case 0:
		return "no alert"
	case 1:
		return "1 alert"
	}
	return fmt.Sprintf("%d alerts", n)
}

// matching gives each expectation an alert: in the order of writing first,
// else by trying (augmenting paths), for alerts of one moment have no order.
func matching(want []expectation, got []dogwatch.Alert) bool {
	of := make([]int, len(got)) // which expectation has the alert
	for i := range of {
		of[i] = -1
	}
	var place func(w int, tried []bool) bool
	place = func(w int, tried []bool) bool {
		for g := range got {
			if tried[g] || want[w].miss(&got[g]) != "" {
				continue
			}
			tried[g] = true
			if of[g] < 0 || place(of[g], tried) {
				of[g] = w
				return true
			}
		}
		return false
	}
	for w := range want {
		if !place(w, make([]bool, len(got))) {
			return false
		}
	}
	return true
}

// miss says in what an alert is not what was expected, or "".
func (e expectation) miss(a *dogwatch.Alert) string {
	var out []string
	if e.severity != nil && *e.severity != a.Severity {
		out = append(out, fmt.Sprintf("severity is %s, not %s", a.Severity, *e.severity))
	}
	if e.count != nil && *e.count != a.Count {
		out = append(out, fmt.Sprintf("count is %d, not %d", a.Count, *e.count))
	}
	if e.summary != nil && *e.summary != a.Summary {
		out = append(out, fmt.Sprintf("summary is %q, not %q", a.Summary, *e.summary))
	}
	for _, w := range e.entities {
		if !hasEntity(a, w) {
			out = append(out, fmt.Sprintf("there is no %s %q", w.kind, w.text))
		}
	}
	return strings.Join(out, "; ")
}

func hasEntity(a *dogwatch.Alert, w wantEntity) bool {
	for _, e := range a.Entities {
		if !strings.EqualFold(e.Type, w.kind) {
			continue
		}
		if e.String() == w.text {
			return true
		}
		for _, f := range e.Fields {
			if f.Value == w.text {
				return true
			}
		}
	}
	return false
}

func (e expectation) String() string {
	var out []string
	if e.severity != nil {
		out = append(out, e.severity.String())
	}
	for _, w := range e.entities {
		out = append(out, fmt.Sprintf("%s=%q", w.kind, w.text))
	}
	if e.count != nil {
		out = append(out, fmt.Sprintf("count=%d", *e.count))
	}
	if e.summary != nil {
		out = append(out, fmt.Sprintf("summary=%q", *e.summary))
	}
	if len(out) == 0 {
		return "any alert"
	}
	return strings.Join(out, " ")
}

func describe(a *dogwatch.Alert) string {
	out := []string{a.Severity.String()}
	for _, e := range a.Entities {
		out = append(out, fmt.Sprintf("%s=%q", e.Type, e))
	}
	return strings.Join(append(out, fmt.Sprintf("count=%d", a.Count), fmt.Sprintf("summary=%q", a.Summary)), " ")
}
