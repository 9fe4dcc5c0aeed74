package app

import (
	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// Lists are the lists that rules may read, by name.
func (a *App) Lists() []List { return a.set.Lists.All() }

// listColumns are the columns of KubeAudit that are made with a list.
var listColumns = map[string]string{"IsSystem": "system-identities", "IsHuman": "system-identities", "IsOperator": "cluster-operators"}

// ListsOf are the names of the lists that a rule reads, itself or by a column.
func (a *App) ListsOf(r *dogwatch.Rule) []string { return rule.ListsOf(r, listColumns) }
