package cli

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// loading is the flags that say which rules and lists are loaded, and what the
// cluster looks like.
type loading struct {
	cfg  app.Config
	hops []string
	own  func(string) string // the environment, in which the user's own functions lie
}

func (l *loading) rulesFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&l.cfg.Rules, "rules", nil, "load the rules of a folder or file as well; one with the name of a built-in rule replaces it (repeatable)")
	f.BoolVar(&l.cfg.NoBuiltin, "no-builtin", false, "leave out the built-in rules")
}

func (l *loading) listsFlag(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&l.cfg.Lists, "lists", nil, "add the lines of a folder's NAME.txt or NAME.csv to the list NAME (repeatable)")
}

func (l *loading) functionsFlag(cmd *cobra.Command, env *Env) {
	l.own = env.Getenv
	cmd.Flags().StringArrayVar(&l.cfg.Functions, "functions", nil, "load the saved functions of a folder's *.kql as well (repeatable)")
}

// ownFolder is a folder of the user's configuration; "" when there is none.
func ownFolder(getenv func(string) string, name string) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		home := getenv("HOME")
		if home == "" {
			return ""
		}
		dir = filepath.Join(home, ".config")
	}
	dir = filepath.Join(dir, "dogwatch", name)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return ""
	}
	return dir
}

func (l *loading) clusterFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.cfg.Cluster, "cluster", "", "name of the cluster of records that do not name theirs")
	f.StringSliceVar(&l.hops, "trusted-hops", nil, "addresses or networks of proxies before the API server, which are no clients")
}

// config settles the flags once they are read.
func (l *loading) config() (app.Config, error) {
	if l.own != nil {
		if dir := ownFolder(l.own, "functions"); dir != "" {
			l.cfg.Functions = append([]string{dir}, l.cfg.Functions...)
		}
		if dir := ownFolder(l.own, "lists"); dir != "" {
			l.cfg.Lists = append([]string{dir}, l.cfg.Lists...)
		}
		l.own = nil // it is there now
	}
	for _, hop := range l.hops {
		prefix, err := parseNetwork(hop)
		if err != nil {
			return l.cfg, usage("--trusted-hops %q: it is no address or network", hop).withHint("for example --trusted-hops 10.0.0.0/8,192.0.2.7")
		}
		l.cfg.TrustedHops = append(l.cfg.TrustedHops, prefix)
	}
	return l.cfg, nil
}

// load loads rules and lists; what is wrong in them is wrong usage, all of it
// at once.
func (l *loading) load() (*app.App, error) {
	a, err := l.loadAnyway()
	if err != nil {
		return nil, err
	}
	return a, usable(a.Fatal())
}

// loadToRun is load for those who run rules and have no use for their tests.
func (l *loading) loadToRun() (*app.App, error) {
	l.cfg.NoTests = true
	return l.load()
}

// usable is the error of mistakes, if there are any.
func usable(mistakes diag.List) error {
	if err := mistakes.Err(); err != nil {
		return &failure{code: ExitUsage, err: err}
	}
	return nil
}

// loadAnyway leaves it to the caller to look at mistakes.
func (l *loading) loadAnyway() (*app.App, error) {
	cfg, err := l.config()
	if err != nil {
		return nil, err
	}
	return app.Load(cfg), nil
}

// parseNetwork reads a network, or an address as a network of one.
func parseNetwork(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return addr.Prefix(addr.BitLen())
}

// ruleNames completes the names of rules.
func (l *loading) ruleNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	a, err := l.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []cobra.Completion
	for _, r := range a.Rules() {
		names = append(names, cobra.CompletionWithDesc(r.Short, r.Name))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
