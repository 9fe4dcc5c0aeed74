package kql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Scan gives five rows: users a and b in turn, codes 0 to 4.
func (events) Scan(_ context.Context, _ string, _ []int, emit func(*value.Batch) error) error {
	const n = 5
	cols := make([]value.Column, 6)
	for c, t := range []value.Type{value.DateTime, value.String, value.String, value.Long, value.Dynamic, value.Bool} {
		vals := make([]value.Value, n)
		for i := range vals {
			vals[i] = value.NullOf(t)
			switch c {
			case 1:
				vals[i] = value.StringOf(string(rune('a' + i%2)))
			case 3:
				vals[i] = value.LongOf(int64(i))
			}
		}
		cols[c] = value.ColumnOf(vals)
	}
	return emit(value.NewBatch(n, cols))
}

// outline is the steps, one a line, with the rows they gave.
func outline(s *kql.Step, depth string, seen map[*kql.Step]bool) string {
	text := fmt.Sprintf("%s%s %s [%d]\n", depth, s.Op, s.Detail, s.Rows)
	if seen[s] {
		return depth + s.Op + " again\n"
	}
	seen[s] = true
	for _, in := range s.Inputs {
		text += outline(in, depth+" ", seen)
	}
	return text
}

func TestPlanTellsWhatEachStepDid(t *testing.T) {
	const query = `let m = materialize(T | where Code > 0 and User has "a");
m | join kind=leftouter (m | summarize n = count(), max(Code) by User) on User | extend late = n in (2, 3) | top 1 by Code`
	const want = `top 1 by Code desc [1]
 project TimeGenerated, User, Name, Code, Paths, Ok, User1, n, max_Code, late = n in (2, 3) [2]
  join leftouter on User [2]
   shared  [4]
    where Code > 0 and User has "a" [2]
     table T: TimeGenerated, User, Name, Code, Paths, Ok [5]
   project User, n, max_Code [1]
    summarize count(), max(Code) by User [1]
     shared again
`
	q, err := kql.Compile(diag.NewFile("query", query), events{})
	if err != nil {
		t.Fatal(err)
	}
	p := &kql.Profile{}
	if err := q.Run(context.Background(), events{}, kql.RunOptions{Profile: p}, func(*value.Batch) error { return nil }); err != nil {
		t.Fatal(err)
	}
	root := q.Plan(p)
	got := outline(root, "", map[*kql.Step]bool{})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if shared := root.Inputs[0].Inputs[0].Inputs[0]; shared.Memory == 0 || shared.Time == 0 {
		t.Errorf("what is read twice was kept in %d bytes and took %s", shared.Memory, shared.Time)
	}
	if plain := outline(q.Plan(nil), "", map[*kql.Step]bool{}); strings.Count(plain, "[0]") != 8 || strings.Count(plain, "\n") != strings.Count(want, "\n") {
		t.Errorf("the plan alone:\n%s", plain)
	}
}
