package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch"
)

func rulesListCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
		tactic, tag, least string
		noTests            bool
	}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rules that are loaded",
		Example: `  dogwatch rules list
  dogwatch rules list --severity high --tactic Persistence
  dogwatch rules list --rules my-rules/ --no-tests
  dogwatch rules list -o json --jq '.[] | select(.tests == 0) | .short'`,
		Args: arguments(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			least, err := severity("--severity", f.least)
			if err != nil {
				return err
			}
			a, err := f.load()
			if err != nil {
				return err
			}
			var rules []*dogwatch.Rule
			for _, r := range a.Rules() {
				if r.Severity >= least && hasFold(r.Tactics, f.tactic) && hasFold(r.Tags, f.tag) && !(f.noTests && r.Tests > 0) {
					rules = append(rules, r)
				}
			}
			return listRules(env, &f.output, rules)
		},
	}
	f.flags(cmd, "table", "json", "jsonl", "csv", "markdown")
	f.rulesFlags(cmd)
	f.functionsFlag(cmd, env)
	flags := cmd.Flags()
	flags.StringVar(&f.least, "severity", "informational", "list rules of this severity and above")
	flags.StringVar(&f.tactic, "tactic", "", "list rules of this tactic")
	flags.StringVar(&f.tag, "tag", "", "list rules with this tag")
	flags.BoolVar(&f.noTests, "no-tests", false, "list rules without tests")
	complete(cmd, "severity", "informational", "low", "medium", "high")
	return cmd
}

// hasFold says whether a list has a word, in any case; "" is in every list.
func hasFold(list []string, word string) bool {
	if word == "" {
		return true
	}
	for _, s := range list {
		if strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// A ruleLine is a rule as `rules list -o json` tells it.
type ruleLine struct {
	ID         string            `json:"id"`
	Short      string            `json:"short"`
	Name       string            `json:"name"`
	Severity   dogwatch.Severity `json:"severity"`
	Tactics    []string          `json:"tactics"`
	Techniques []string          `json:"techniques"`
	Tags       []string          `json:"tags"`
	Kind       string            `json:"kind"`
	AuditLevel string            `json:"auditLevel,omitempty"` // the least at which it finds anything
	Enabled    bool              `json:"enabled"`
	Tests      int               `json:"tests"`
	Path       string            `json:"path"`
	Exceptions []exceptionLine   `json:"exceptions,omitempty"`
}

func lineOf(r *dogwatch.Rule, now time.Time) ruleLine {
	return ruleLine{
		r.ID, r.Short, r.Name, r.Severity, full(r.Tactics), full(r.Techniques), full(r.Tags), r.Kind, r.AuditLevel, r.Enabled, r.Tests, r.Path,
		exceptionsOf(r, now),
	}
}

// An exceptionLine is an exception as JSON.
type exceptionLine struct {
	Where   string `json:"where"`
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	LastDay string `json:"lastDay,omitempty"`
	Ended   bool   `json:"ended"`
}

func exceptionsOf(r *dogwatch.Rule, now time.Time) (out []exceptionLine) {
	for _, e := range r.Exceptions {
		line := exceptionLine{Where: e.Where, Owner: e.Owner, Reason: e.Reason}
		if !e.Expires.IsZero() {
			line.LastDay = e.Expires.Add(-time.Nanosecond).Format(time.DateOnly)
			line.Ended = !now.Before(e.Expires)
		}
		out = append(out, line)
	}
	return out
}

// text is an exception for reading: what is excepted, why, who says so and for
// how long.
func (e exceptionLine) text(p palette) string {
	who, until := "nobody's", "without end"
	if e.Owner != "" {
		who = e.Owner
	}
	if e.LastDay != "" {
		until = "until " + e.LastDay
	}
	why := "no reason given"
	if e.Reason != "" {
		why = e.Reason
	}
	text := fmt.Sprintf("%s: %s (%s, %s)", oneLine(e.Where), oneLine(why), oneLine(who), until)
	if e.Ended {
		return text + " " + p.paint(red, "ended: it no longer holds")
	}
	return text
}

// full makes an empty list of none, for JSON.
func full(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func listRules(env *Env, o *output, rules []*dogwatch.Rule) error {
	switch o.format {
	case "json":
		lines := make([]ruleLine, len(rules))
		for i, r := range rules {
			lines[i] = lineOf(r, env.Now())
		}
		return o.writeJSON(env.Stdout, lines)
	case "jsonl":
		for _, r := range rules {
			if err := o.writeJSON(env.Stdout, lineOf(r, env.Now())); err != nil {
				return err
			}
		}
		return nil
	}
	t := &table{heads: []string{"RULE", "SEVERITY", "TACTICS", "TECHNIQUES", "TESTS", "NAME"}, right: []bool{false, false, false, false, true, false}}
	for _, r := range rules {
		name := r.Name
		if !r.Enabled {
			name += " (disabled)"
		}
		t.add(text(r.Short), cell{r.Severity.String(), func(s string) string { return o.palette.severity(r.Severity, s) }},
			text(strings.Join(r.Tactics, ", ")), text(strings.Join(r.Techniques, ", ")), text(strconv.Itoa(r.Tests)), text(name))
	}
	if err := o.print(env, env.Stdout, t); err != nil {
		return err
	}
	if o.format == "table" {
		listExceptions(env, o, rules)
		o.note(env, "%s", plural(int64(len(rules)), "rule"))
	}
	return nil
}

// listExceptions says below a table of rules what of them is excepted, and
// why.
func listExceptions(env *Env, o *output, rules []*dogwatch.Rule) {
	first := true
	for _, r := range rules {
		for _, e := range exceptionsOf(r, env.Now()) {
			if first {
				fmt.Fprintf(env.Stdout, "\n%s\n", o.palette.paint(bold, "Exceptions"))
				first = false
			}
			fmt.Fprintf(env.Stdout, "%s  %s\n", r.Short, e.text(o.palette))
		}
	}
}
