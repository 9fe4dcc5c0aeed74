package kqltest

import (
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
)

// TestExamples runs every example of every function and aggregate: each must
// be true.
func TestExamples(t *testing.T) {
	for _, f := range fn.Funcs() {
		for _, ex := range f.Examples {
			isTrue(t, f.Name, "print r = ("+ex+")")
		}
	}
	for _, a := range fn.Aggs() {
		for _, ex := range a.Examples {
			isTrue(t, a.Name, ex)
		}
	}
}

func isTrue(t *testing.T, name, query string) {
	t.Helper()
	rows, err := (&Case{Query: query}).Scan(1024)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if len(rows) != 1 || !strings.HasSuffix(rows[0], ":true}") {
		t.Errorf("%s: not true: %s\ngot %v", name, query, rows)
	}
}
