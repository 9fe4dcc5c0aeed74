package decode

import (
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func TestEveryColumnIsDescribed(t *testing.T) {
	for _, table := range TableNames() {
		if TableDoc(table) == "" {
			t.Errorf("table %s is not described", table)
		}
		schema, ok := Table(table)
		if !ok || len(schema) == 0 {
			t.Fatalf("table %s has no columns", table)
		}
		seen := map[string]bool{}
		for _, f := range schema {
			if ColumnDoc(table, f.Name) == "" {
				t.Errorf("column %s of %s is not described", f.Name, table)
			}
			if seen[f.Name] || f.Type == value.Unknown {
				t.Errorf("column %s of %s: twice, or without a type", f.Name, table)
			}
			seen[f.Name] = true
		}
		if all := Schemas()[table]; !slices.Equal(all, schema) {
			t.Errorf("Schemas has %d columns for %s, Table %d", len(all), table, len(schema))
		}
	}
	if _, ok := Table("nope"); ok || TableDoc("nope") != "" || ColumnDoc("nope", "x") != "" || ColumnDoc("KubeAudit", "nope") != "" {
		t.Error("what is not there is described")
	}
}
