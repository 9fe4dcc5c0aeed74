package app

import (
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// A list that nobody reads would be kept up for nothing; one that is read and
// not there is a mistake of the rule.
func TestEveryListIsRead(t *testing.T) {
	a := Load(Config{NoTests: true})
	for _, l := range a.Lists() {
		if !slices.ContainsFunc(a.Rules(), func(r *dogwatch.Rule) bool { return slices.Contains(a.ListsOf(r), l.Name) }) {
			t.Errorf("no rule reads the list %s", l.Name)
		}
		if len(l.Files) == 0 {
			t.Errorf("the list %s comes from nowhere", l.Name)
		}
	}
	for _, name := range []string{
		"tor-exit-nodes", "known-bad-addresses", "trusted-registries", "system-identities", "sensitive-paths", "dangerous-capabilities",
		"miner-images", "miner-arguments", "cluster-operators", "hand-tools", "secret-readers",
	} {
		if !slices.ContainsFunc(a.Lists(), func(l List) bool { return l.Name == name }) {
			t.Errorf("there is no list %s", name)
		}
	}
}
