package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// The file's name ends in _try: one that ends in _test would be a test's.

func rulesTestCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
		verbose bool
	}
	cmd := &cobra.Command{
		Use:   "test [PATH|RULE...]",
		Short: "Run the tests that stand beside rules",
		Example: `  dogwatch rules test
  dogwatch rules test exec-into-pod -v
  dogwatch rules test my-rules/ -o junit > report.xml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			names := f.pathsAndNames(args)
			a, err := f.load()
			if err != nil {
				return err
			}
			if err := usable(a.Mistakes()); err != nil {
				return err
			}
			want, err := selected(a, names)
			if err != nil {
				return err
			}
			results, err := a.Test(cmd.Context(), want)
			if err != nil {
				return err
			}
			t := testReport{results: results, rules: len(want), verbose: f.verbose}
			if want == nil {
				t.rules, t.untested = len(a.Rules()), untested(a)
			}
			return t.print(env, &f.output)
		},
	}
	f.flags(cmd, "table", "json", "junit", "github")
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "name the tests that pass, too")
	cmd.ValidArgsFunction = f.ruleNames
	return cmd
}

func untested(a *app.App) (n int) {
	for _, r := range a.Rules() {
		if r.Tests == 0 {
			n++
		}
	}
	return n
}

// A testReport is what came of the tests of some rules.
type testReport struct {
	results         []app.TestResult
	rules, untested int
	verbose         bool
}

func (t *testReport) failed() (n int) {
	for _, r := range t.results {
		if !r.Passed() {
			n++
		}
	}
	return n
}

func (t *testReport) print(env *Env, o *output) error {
	if err := t.write(env.Stdout, o); err != nil {
		return err
	}
	if o.format == "table" && (!o.quiet || t.failed() > 0) {
		fmt.Fprintf(env.Stderr, "%s, %s, %d failed, %d without a test\n", plural(int64(t.rules), "rule"), plural(int64(len(t.results)), "test"), t.failed(), t.untested)
	}
	if t.failed() > 0 {
		return said(ExitUsage)
	}
	return nil
}

// A testLine is a test as JSON.
type testLine struct {
	Rule    string  `json:"rule"`
	Name    string  `json:"name"`
	Passed  bool    `json:"passed"`
	Path    string  `json:"path"`
	Line    int     `json:"line"`
	Failure string  `json:"failure,omitempty"`
	Seconds float64 `json:"seconds"`
}

func (t *testReport) write(w io.Writer, o *output) error {
	switch o.format {
	case "json":
		lines := make([]testLine, len(t.results))
		for i, r := range t.results {
			lines[i] = testLine{r.Rule, r.Name, r.Passed(), r.Path, r.Line, r.Failure, r.Elapsed.Seconds()}
		}
		return o.writeJSON(w, lines)
	case "junit":
		return writeJUnit(w, "dogwatch rules test", junitOfTests(t.results))
	case "github":
		for _, r := range t.results {
			if !r.Passed() {
				annotate(w, "error", r.Path, int64(r.Line), r.Rule+": "+r.Name, r.Failure)
			}
		}
		return nil
	}
	t.text(w, o)
	return nil
}

// text prints a line a rule, and what went wrong under it.
func (t *testReport) text(w io.Writer, o *output) {
	for i := 0; i < len(t.results); {
		j, passed := i, 0
		for ; j < len(t.results) && t.results[j].Rule == t.results[i].Rule; j++ {
			if t.results[j].Passed() {
				passed++
			}
		}
		t.rule(w, o, t.results[i:j], passed)
		i = j
	}
}

func (t *testReport) rule(w io.Writer, o *output, tests []app.TestResult, passed int) {
	ok := passed == len(tests)
	if ok && o.quiet {
		return
	}
	word := o.palette.paint(green, "ok  ")
	if !ok {
		word = o.palette.paint(red+";"+bold, "FAIL")
	}
	fmt.Fprintf(w, "%s  %s  %d/%d\n", word, tests[0].Rule, passed, len(tests))
	for _, r := range tests {
		switch {
		case !r.Passed():
			fmt.Fprintf(w, "      %q at %s:%d\n%s\n", r.Name, r.Path, r.Line, shifted(printable(r.Failure), "        "))
		case t.verbose:
			fmt.Fprintf(w, "      pass %s\n", oneLine(r.Name))
		}
	}
}

func shifted(s, by string) string { return by + strings.ReplaceAll(s, "\n", "\n"+by) }
