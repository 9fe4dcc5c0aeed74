package cli

import (
	"strconv"
	"strings"

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
	Enabled    bool              `json:"enabled"`
	Tests      int               `json:"tests"`
	Path       string            `json:"path"`
}

func lineOf(r *dogwatch.Rule) ruleLine {
	return ruleLine{r.ID, r.Short, r.Name, r.Severity, full(r.Tactics), full(r.Techniques), full(r.Tags), r.Kind, r.Enabled, r.Tests, r.Path}
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
			lines[i] = lineOf(r)
		}
		return o.writeJSON(env.Stdout, lines)
	case "jsonl":
		for _, r := range rules {
			if err := o.writeJSON(env.Stdout, lineOf(r)); err != nil {
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
		o.note(env, "%s", plural(int64(len(rules)), "rule"))
	}
	return nil
}
