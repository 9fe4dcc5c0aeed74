package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

func rulesShowCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
	}
	cmd := &cobra.Command{
		Use:   "show RULE",
		Short: "Show a rule whole: what it means, its query, its file",
		Example: `  dogwatch rules show exec-into-pod
  dogwatch rules show exec-into-pod -o yaml > my-rules/exec-into-pod.yaml`,
		Args: arguments(1, 1, "the name or id of one rule"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			a, err := f.load()
			if err != nil {
				return err
			}
			r, err := find(a, args[0])
			if err != nil {
				return err
			}
			return showRule(env, &f.output, a, r)
		},
	}
	f.flags(cmd, "table", "yaml", "json")
	f.rulesFlags(cmd)
	f.functionsFlag(cmd, env)
	cmd.ValidArgsFunction = f.ruleNames
	return cmd
}

// A ruleDocument is a rule as `rules show -o json` tells it. Its kind is that
// of the document and hides the rule's.
type ruleDocument struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	ruleLine
	Schedule       string `json:"ruleKind"`
	Version        string `json:"version"`
	Description    string `json:"description"`
	Attack         string `json:"attack,omitempty"`
	Impact         string `json:"impact"`
	Mitigation     string `json:"mitigation"`
	FalsePositives string `json:"falsePositives,omitempty"`
	Query          string `json:"query"`
}

func showRule(env *Env, o *output, a *app.App, r *dogwatch.Rule) error {
	switch o.format {
	case "yaml":
		_, err := io.WriteString(env.Stdout, r.Text)
		return err
	case "json":
		return o.writeJSON(env.Stdout, ruleDocument{
			dogwatch.APIVersion, "Rule", lineOf(r, env.Now()), r.Kind, r.Version, r.Description, r.Attack,
			r.Impact, r.Mitigation, r.FalsePositives, r.KQL,
		})
	}
	return writeRule(env, a, r, o.palette)
}

// writeRule prints a rule for reading.
func writeRule(env *Env, a *app.App, r *dogwatch.Rule, p palette) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", p.paint(bold, r.Short), oneLine(r.Name))
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", name, oneLine(text))
		}
	}
	row("severity", p.severityWord(r))
	row("tactics", strings.Join(r.Tactics, ", "))
	row("techniques", strings.Join(r.Techniques, ", ")+attack(r))
	row("tags", strings.Join(r.Tags, ", "))
	row("needs", needsText(a, r))
	row("runs", runsText(r))
	row("lists", strings.Join(a.ListsOf(r), ", "))
	row("version", r.Version)
	row("id", r.ID)
	row("file", fmt.Sprintf("%s, %s", r.Path, plural(int64(r.Tests), "test")))
	for _, part := range []struct{ head, text string }{
		{"What it looks for", r.Description}, {"Why it matters", r.Impact}, {"What to do", r.Mitigation},
		{"Who does this without harm", r.FalsePositives}, {"Query", r.KQL},
	} {
		if text := strings.TrimSpace(part.text); text != "" {
			fmt.Fprintf(&b, "\n%s\n%s\n", p.paint(bold, part.head), indented(printable(text)))
		}
	}
	for i, e := range exceptionsOf(r, env.Now()) {
		if i == 0 {
			fmt.Fprintf(&b, "\n%s\n", p.paint(bold, "Exceptions"))
		}
		fmt.Fprintf(&b, "  %s\n", e.text(p))
	}
	_, err := io.WriteString(env.Stdout, b.String())
	return err
}

// needsText says which records the rule is about.
func needsText(a *app.App, r *dogwatch.Rule) string {
	text := strings.Join(r.Query.Tables(), ", ")
	if level := a.AuditLevel(r); level != "" && level != "Metadata" {
		text += " at the audit level " + level
	}
	return text
}

// runsText says when the rule runs and, if it counts, what it may keep.
func runsText(r *dogwatch.Rule) string {
	if !r.Counts() {
		return "on every record"
	}
	when, over := "at the end", "all there is"
	switch {
	case r.OnChange():
		when = "on every record that may matter"
	case r.Frequency > 0:
		when = "every " + shortDuration(r.Frequency)
	}
	if r.Period > 0 {
		over = "the last " + shortDuration(r.Period)
	}
	rows, bytes := app.KeepsAtMost()
	return fmt.Sprintf("%s, over %s; keeps up to %s rows or %s", when, over, thousands(int64(rows)), size(bytes))
}

// shortDuration is "10m" for 10m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// severityWord leaves out colour: oneLine would show its codes.
func (p palette) severityWord(r *dogwatch.Rule) string {
	s := r.Severity.String()
	if r.SeverityColumn != "" {
		s += ", or what the query finds"
	}
	return s
}

func attack(r *dogwatch.Rule) string {
	if r.Attack == "" || len(r.Techniques) == 0 {
		return ""
	}
	return " (ATT&CK " + r.Attack + ")"
}

func indented(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
