package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func coverageCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
		missing bool
	}
	cmd := &cobra.Command{
		Use:   "coverage [CATALOGUE]",
		Short: "Show which attacks the rules tell of, and which need other data",
		Long: `Holds the rules against catalogues of attacks: matrix (the Threat Matrix for
Kubernetes), attack (ATT&CK for containers), defender (the alerts of Defender for
Containers), wanted (the detections that dogwatch set out to have).`,
		Example: `  dogwatch coverage
  dogwatch coverage attack --missing
  dogwatch coverage --rules my-rules/ -o json --jq '.[] | select(.rules == []) | .id'`,
		Args: arguments(0, 1, "the name of a catalogue, or nothing"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			a, err := f.load()
			if err != nil {
				return err
			}
			all, err := catalogues(a, args)
			if err != nil {
				return err
			}
			return showCoverage(env, &f.output, all, f.missing)
		},
	}
	f.flags(cmd, "table", "json", "jsonl", "csv", "markdown")
	f.rulesFlags(cmd)
	f.functionsFlag(cmd, env)
	cmd.Flags().BoolVar(&f.missing, "missing", false, "show only what has no rule")
	cmd.ValidArgs = []string{"matrix", "attack", "defender", "wanted"}
	return cmd
}

// catalogues are all, or the one that is named.
func catalogues(a *app.App, args []string) ([]app.Coverage, error) {
	all := a.Coverage()
	if len(args) == 0 {
		return all, nil
	}
	var names []string
	for _, c := range all {
		if strings.EqualFold(c.Key, args[0]) {
			return []app.Coverage{c}, nil
		}
		names = append(names, c.Key)
	}
	f := usage("there is no catalogue %q", args[0])
	if near := diag.Nearest(args[0], names); near != "" {
		return nil, f.withHint("did you mean %s?", near)
	}
	return nil, f.withHint("they are %s", strings.Join(names, ", "))
}

// A coverageLine is a row of a catalogue as JSON.
type coverageLine struct {
	Catalogue string   `json:"catalogue"`
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Rules     []string `json:"rules"`
	Without   string   `json:"without,omitempty"` // why there is no rule
}

func showCoverage(env *Env, o *output, all []app.Coverage, missing bool) error {
	lines := []coverageLine{}
	t := &table{heads: []string{"CATALOGUE", "ID", "NAME", "RULES"}, right: []bool{false, false, false, false}}
	for _, c := range all {
		for _, r := range c.Rows {
			if missing && len(r.Rules) > 0 {
				continue
			}
			line := coverageLine{c.Key, r.ID, r.Name, full(r.Rules), r.Without}
			lines = append(lines, line)
			t.add(text(c.Key), text(r.ID), text(r.Name), o.coveredBy(line))
		}
	}
	if err := printRecords(env, o, t, lines); err != nil {
		return err
	}
	if o.format == "table" {
		for _, c := range all {
			o.note(env, "%s: %s", c.Title, coverageFigures(&c))
		}
	}
	return nil
}

// coveredBy is a row's rules, else why it has none.
func (o *output) coveredBy(l coverageLine) cell {
	switch {
	case len(l.Rules) > 0:
		return text(strings.Join(l.Rules, ", "))
	case l.Without != "":
		return cell{l.Without, func(s string) string { return o.palette.paint(dim, s) }}
	}
	return cell{"no rule yet", func(s string) string { return o.palette.paint(red, s) }}
}

// coverageFigures is "31 of 40 have a rule, 9 cannot, 0 could".
func coverageFigures(c *app.Coverage) string {
	open := len(c.Open())
	return fmt.Sprintf("%d of %d have a rule, %d need something else, %d have none yet", c.Covered(), len(c.Rows), len(c.Rows)-c.Covered()-open, open)
}
