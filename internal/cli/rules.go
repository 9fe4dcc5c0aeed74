package cli

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

func rulesCommand(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List, show, lint and test rules",
		Example: `  dogwatch rules list
  dogwatch rules show exec-into-pod
  dogwatch rules lint my-rules/
  dogwatch rules test my-rules/`,
	}
	cmd.AddCommand(rulesListCommand(env), rulesListsCommand(env), rulesShowCommand(env), rulesLintCommand(env), rulesTestCommand(env))
	return cmd
}

// pathsAndNames parts arguments into rule files or folders and names of rules.
// With paths, only what they hold is meant.
func (l *loading) pathsAndNames(args []string) (names []string) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err != nil {
			names = append(names, arg)
			continue
		}
		l.cfg.Rules = append(l.cfg.Rules, arg)
		l.cfg.NoBuiltin = true
	}
	return names
}

// find returns a rule by short name or id, or wrong usage with the nearest.
func find(a *app.App, name string) (*dogwatch.Rule, error) {
	if r := a.Find(name); r != nil {
		return r, nil
	}
	f := usage("there is no rule %q", name)
	if near := a.Nearest(name); near != "" {
		return nil, f.withHint("did you mean %s?", near)
	}
	return nil, f.withHint("dogwatch rules list shows them")
}

// selected are the rules named, or all.
func selected(a *app.App, names []string) (map[string]bool, error) {
	if len(names) == 0 {
		return nil, nil
	}
	out := map[string]bool{}
	for _, name := range names {
		r, err := find(a, name)
		if err != nil {
			return nil, err
		}
		out[r.Short] = true
	}
	return out, nil
}
