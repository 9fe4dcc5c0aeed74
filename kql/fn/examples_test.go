package fn_test

import (
	"context"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// noTables is a catalog without tables.
type noTables struct{}

func (noTables) Table(string) (value.Schema, bool) { return nil, false }
func (noTables) TableNames() []string              { return nil }
func (noTables) Watchlist(string) (value.Schema, [][]value.Value, bool) {
	return nil, nil, false
}

// only runs a query that needs no table and returns the value of its one cell.
func only(t *testing.T, query string) value.Value {
	t.Helper()
	q, err := kql.Compile(diag.NewFile("example", query), noTables{})
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	var got []value.Value
	err = q.Run(context.Background(), nil, kql.RunOptions{Now: 638_000_000_000_000_000}, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			got = append(got, b.At(int(i), 0))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	if len(got) != 1 {
		t.Fatalf("%s\n%d rows, want one", query, len(got))
	}
	return got[0]
}

func TestFunctionExamplesAreTrue(t *testing.T) {
	for _, f := range fn.Funcs() {
		t.Run(f.Name, func(t *testing.T) {
			for _, example := range f.Examples {
				if v := only(t, "print "+example); !v.Bool() {
					t.Errorf("%s is %q, want true", example, v)
				}
			}
		})
	}
}

func TestAggregateExamplesAreTrue(t *testing.T) {
	for _, a := range fn.Aggs() {
		t.Run(a.Name, func(t *testing.T) {
			for _, example := range a.Examples {
				if v := only(t, example); !v.Bool() {
					t.Errorf("%s is %q, want true", example, v)
				}
			}
		})
	}
}
