package app

import (
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// Lists are the lists that rules may read, by name.
func (a *App) Lists() []List { return a.set.Lists.All() }

// listColumns are the columns of KubeAudit that are made with a list.
var listColumns = map[string]string{"IsSystem": "system-identities", "IsHuman": "system-identities", "IsOperator": "cluster-operators"}

// ListsOf are the names of the lists that a rule reads, itself or by a column.
func (a *App) ListsOf(r *dogwatch.Rule) []string { return rule.ListsOf(r, listColumns) }

// ListAdvice says which lines of lists can hardly be meant, and which lists,
// of folders that were given, nobody reads.
func (a *App) ListAdvice() diag.List {
	return a.set.ListAdvice(slices.Collect(maps.Values(listColumns)))
}
