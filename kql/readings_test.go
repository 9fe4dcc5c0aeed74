package kql_test

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// logs is a catalog with one table.
type logs struct{ empty }

func (logs) Table(name string) (value.Schema, bool) {
	return value.Schema{{Name: "User", Type: value.String}, {Name: "Code", Type: value.Long}}, name == "Logs"
}

// TestReadings counts how often a run reads tables.
func TestReadings(t *testing.T) {
	for query, want := range map[string]int{
		`print 1`:                   0,
		`Logs | where Code > 1`:     1,
		`Logs | union Logs`:         2,
		`let T = Logs; T | union T`: 2,
		`let T = Logs; let U = T | union T; U | union U`:                               4,
		`let T = materialize(Logs); T | union T`:                                       1,
		`Logs | where Code > 1 | fork (count) (take 1)`:                                2,
		`Logs | take 1 | fork (count) (take 1)`:                                        1,
		`Logs | where User in (Logs | where Code == 403 | project User)`:               2,
		`Logs | partition by User (where Code > toscalar(Logs | summarize max(Code)))`: 3,
	} {
		q, err := kql.CompileAll(diag.NewFile("q", query), logs{})
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Readings(); got != want {
			t.Errorf("%s: %d readings, want %d", query, got, want)
		}
	}
}
