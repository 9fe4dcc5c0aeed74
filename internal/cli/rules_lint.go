package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func rulesLintCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
		strict bool
	}
	cmd := &cobra.Command{
		Use:   "lint [PATH|RULE...]",
		Short: "Report mistakes in rules, with their place, and what could be better",
		Example: `  dogwatch rules lint
  dogwatch rules lint my-rules/ --strict
  dogwatch rules lint my-rules/ -o github`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			names := f.pathsAndNames(args)
			a, err := f.loadAnyway()
			if err != nil {
				return err
			}
			findings := a.Lint(env.Now())
			if findings, err = namedFindings(a, findings, names); err != nil {
				return err
			}
			return printFindings(env, &f.output, a, findings, f.strict)
		},
	}
	f.flags(cmd, "table", "json", "junit", "github")
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	cmd.Flags().BoolVar(&f.strict, "strict", false, "exit with 2 for advice as well (not for notes)")
	cmd.ValidArgsFunction = f.ruleNames
	return cmd
}

// namedFindings are those about the rules named. A rule that cannot be loaded
// has findings and no rule.
func namedFindings(a *app.App, all []app.Finding, names []string) ([]app.Finding, error) {
	if len(names) == 0 {
		return all, nil
	}
	want := map[string]bool{}
	for _, f := range all {
		for _, name := range names {
			want[name] = want[name] || f.Rule == name
		}
	}
	var out []app.Finding
	for _, name := range names {
		if want[name] {
			continue
		}
		r, err := find(a, name)
		if err != nil {
			return nil, err
		}
		want[r.Short] = true
	}
	for _, f := range all {
		if want[f.Rule] {
			out = append(out, f)
		}
	}
	return out, nil
}

// A findingLine is a finding as JSON.
type findingLine struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"` // mistake, advice, note
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func lineOfFinding(f app.Finding) findingLine {
	path, line, column, _, _ := f.Position()
	return findingLine{f.Rule, level(f), path, line, column, f.Message, f.Hint}
}

func level(f app.Finding) string {
	switch {
	case f.Note:
		return "note"
	case f.Warning:
		return "advice"
	}
	return "mistake"
}

func printFindings(env *Env, o *output, a *app.App, findings []app.Finding, strict bool) error {
	found := map[string]int{}
	for _, f := range findings {
		found[level(f)]++
	}
	mistakes, advice := found["mistake"], found["advice"]
	if err := writeFindings(env.Stdout, o, findings); err != nil {
		return err
	}
	if o.format == "table" {
		o.note(env, "%s: %s, %d pieces of advice, %s", plural(int64(len(a.Rules())), "rule"), plural(int64(mistakes), "mistake"), advice, plural(int64(found["note"]), "note"))
	}
	if mistakes > 0 || strict && advice > 0 {
		return said(ExitUsage)
	}
	return nil
}

func writeFindings(w io.Writer, o *output, findings []app.Finding) error {
	switch o.format {
	case "json":
		lines := make([]findingLine, len(findings))
		for i, f := range findings {
			lines[i] = lineOfFinding(f)
		}
		return o.writeJSON(w, lines)
	case "junit":
		return writeJUnit(w, "dogwatch rules lint", junitOfFindings(findings))
	case "github":
		for _, f := range findings {
			path, line, _, _, _ := f.Position()
			annotate(w, map[string]string{"mistake": "error", "advice": "warning", "note": "notice"}[level(f)], path, int64(line), "dogwatch rules lint", withHint(f.Error))
		}
		return nil
	}
	for i, f := range findings {
		if i > 0 {
			fmt.Fprintln(w)
		}
		kind := level(f)
		fmt.Fprintf(w, "%s: %s\n", o.palette.paint(map[string]string{"mistake": red, "advice": yellow, "note": dim}[kind], kind), printable(f.Detail()))
	}
	return nil
}

func withHint(e *diag.Error) string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}
