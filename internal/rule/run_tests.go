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
	// Missing says that fewer alerts came than were wanted.
	Missing bool
	Elapsed time.Duration

	given given
}

// given is what a test was run with.
type given struct {
	rule  *dogwatch.Rule
	lists *Lists
	input []byte
}

// Given is what the test was run with: the rule, the lists, the records.
func (r *TestResult) Given() (*dogwatch.Rule, *Lists, []byte) {
	return r.given.rule, r.given.lists, r.given.input
}

// Passed says whether the test passed.
func (r TestResult) Passed() bool { return r.Failure == "" }

// Test runs the tests of the rules that want selects (nil: all), by short
// name. The error is that of ctx.
func (s *Set) Test(ctx context.Context, judge Judge, want func(r *dogwatch.Rule) bool) ([]TestResult, error) {
	var out []TestResult
	err := s.EachTest(ctx, judge, want, func(res TestResult) bool {
		out = append(out, res)
		return true
	})
	return out, err
}

// EachTest runs tests as Test does and hands over each result, until goOn says
// that it was enough.
func (s *Set) EachTest(ctx context.Context, judge Judge, want func(r *dogwatch.Rule) bool, goOn func(TestResult) bool) error {
	for _, r := range s.Rules {
		t := s.tests[r.Short]
		if t == nil || want != nil && !want(r) {
			continue
		}
		for i := range t.cases {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !goOn(s.runCase(ctx, judge, r, t, &t.cases[i])) {
				return nil
			}
		}
	}
	return nil
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
	res.Missing = len(alerts) < len(c.want)
	res.given = given{r, lists, c.input}
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

// compare says what is different, as a diff: "" when each alert meets an
// expectation of its own, and no expectation is left.
func compare(want []expectation, got []dogwatch.Alert) string {
	of := matching(want, got)
	var missing, more []int
	for w := range want {
		if !slices.Contains(of, w) {
			missing = append(missing, w)
		}
	}
	for g := range got {
		if of[g] < 0 {
			more = append(more, g)
		}
	}
	if len(missing)+len(more) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "want: %s\ngot:  %s\n", alertCount(len(want)), alertCount(len(got)))
	for g := range got {
		if of[g] >= 0 {
			fmt.Fprintf(&b, "    %s\n", describe(&got[g]))
		}
	}
	for n := range max(len(missing), len(more)) {
		if n < len(missing) {
			fmt.Fprintf(&b, "  - %s\n", want[missing[n]])
		}
		if n < len(more) {
			fmt.Fprintf(&b, "  + %s\n", describe(&got[more[n]]))
		}
		if n < len(missing) && n < len(more) {
			fmt.Fprintf(&b, "      %s\n", want[missing[n]].miss(&got[more[n]]))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
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

// matching gives each alert an expectation, or -1: in the order of writing
// first, else by trying (augmenting paths), for alerts of one moment have no
// order.
func matching(want []expectation, got []dogwatch.Alert) []int {
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
		place(w, make([]bool, len(got)))
	}
	return of
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
