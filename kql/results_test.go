package kql_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// storm is a table for queries with several results.
const storm = `let T = datatable(State:string, Deaths:long, Injuries:long)["FLORIDA", 2, 0, "FLORIDA", 0, 3, "TEXAS", 5, 4, "FLORIDA", 1, 1];
`

// TestResults runs queries that give several tables.
func TestResults(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{
			// learn.microsoft.com/kusto/query/fork-operator: named by = and by as
			`T | where State == "FLORIDA" | fork A = (where Deaths > 0) (where Injuries > 2 | as B) (count)`,
			`A(State,Deaths,Injuries): FLORIDA 2 0; FLORIDA 1 1
B(State,Deaths,Injuries): FLORIDA 0 3
(Count): 3`,
		},
		{
			// learn.microsoft.com/kusto/query/facet-operator
			`T | where Deaths > 0 | facet by State, Deaths with (where Injuries > 0 | project State)`,
			`(State): TEXAS; FLORIDA
State(State,count_State): FLORIDA 2; TEXAS 1
Deaths(Deaths,count_Deaths): 2 1; 5 1; 1 1`,
		},
		{`T | facet by State`, `(State,count_State): FLORIDA 3; TEXAS 1`},
		{
			// learn.microsoft.com/kusto/query/preview-plugin
			`T | evaluate preview(2)`,
			`(State,Deaths,Injuries): FLORIDA 2 0; FLORIDA 0 3
(Count): 4`,
		},
		{
			// learn.microsoft.com/kusto/query/batches
			`T | where State == "FLORIDA" | count | as ['In Florida']; T | where State == "TEXAS" | count | as ['In Texas']`,
			`In Florida(Count): 3
In Texas(Count): 1`,
		},
		{
			// learn.microsoft.com/kusto/query/graph-to-table-operator: names for what follows
			`datatable(a:long, b:long)[1, 2, 2, 3] | make-graph a --> b with_node_id=n | graph-to-table nodes as N, edges as E; N; E | count`,
			`(n): 1; 2; 3
(Count): 2`,
		},
		{
			`datatable(a:long, b:long)[1, 2] | make-graph a --> b with_node_id=n | graph-to-table nodes as N, edges as E`,
			`N(n): 1; 2
E(a,b): 1 2`,
		},
		{
			// one reading of a random value for all
			`range x from 1 to 100 step 1 | where rand() < 0.5 | summarize n = count() | fork (project a = n) (project b = n) | as R`,
			"several tables where one is needed",
		},
	} {
		if got := results(t, storm+c.query); got != c.want && !strings.Contains(got, c.want) {
			t.Errorf("%s\ngot\n%s\nwant\n%s", c.query, got, c.want)
		}
	}
}

// TestForkReadsOnce gives every leg the same rows, also of what is random.
func TestForkReadsOnce(t *testing.T) {
	got := results(t, `range x from 1 to 100 step 1 | extend r = rand() | take 3 | fork A = (project r) A = (project r)`)
	legs := strings.Split(got, "\n")
	if len(legs) != 2 || legs[0] != legs[1] {
		t.Errorf("the legs see other rows:\n%s", got)
	}
}

// TestOneTable refuses several tables where one is needed.
func TestOneTable(t *testing.T) {
	for _, query := range []string{
		`let x = T | fork (count) (take 1); x`, `T | fork (count) (take 1) | count`, `T | union (T | facet by State)`,
		`T | evaluate preview(1) | take 1`, `let f = () { T | evaluate preview(1) }; f()`, `print toscalar(T | facet by State, Deaths)`,
		`T | fork (fork (count) (take 1)) (count)`,
	} {
		if _, err := kql.CompileAll(diag.NewFile("q", storm+query), empty{}); err == nil || !strings.Contains(err.Error(), "several tables where one is needed") {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{`T; T`, `T | evaluate preview(1)`} {
		if _, err := kql.Compile(diag.NewFile("q", storm+query), empty{}); err == nil || !strings.Contains(err.Error(), "the query gives 2 tables") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// results writes all tables of a query, a line each.
func results(t *testing.T, query string) string {
	q, err := kql.CompileAll(diag.NewFile("q", query), empty{})
	if err != nil {
		return err.Error()
	}
	rows := make([][]string, len(q.Results()))
	at := 0
	opt := kql.RunOptions{OnResult: func(i int) { at = i }}
	err = q.Run(context.Background(), nil, opt, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			var cells []string
			for c := range b.Cols {
				cells = append(cells, b.At(int(i), c).String())
			}
			rows[at] = append(rows[at], strings.Join(cells, " "))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var out []string
	for i, r := range q.Results() {
		var names []string
		for _, f := range r.Schema {
			names = append(names, f.Name)
		}
		out = append(out, fmt.Sprintf("%s(%s): %s", r.Name, strings.Join(names, ","), strings.Join(slices.Clone(rows[i]), "; ")))
	}
	return strings.Join(out, "\n")
}

// empty is a catalog without tables.
type empty struct{}

func (empty) Table(string) (value.Schema, bool)                      { return nil, false }
func (empty) TableNames() []string                                   { return nil }
func (empty) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }
