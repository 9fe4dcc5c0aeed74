package detect

import (
	"slices"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// An exception may be over columns that the result lacks: then the rule does
// not see the rows.
func TestExceptionsOverRows(t *testing.T) {
	tests := []struct {
		name, query, where, expires string
		change                      func(*dogwatch.Rule)
		want                        []string
		excepted                    int64
	}{
		{"row by row", "Requests | where Verb == 'exec' and User == 'ann' | project TimeGenerated, User", "Name == 'a'", "", nil,
			[]string{"10:08:00-10:08:00 1x Low [ann] lines [4]", "10:34:59-10:34:59 1x Low [ann] lines [7]"}, 4},
		{"on change", "Requests | where Verb == 'exec' | summarize n = count() by User | where n > 1", "Name in ('b', 'c')", "", onChange(5 * time.Minute),
			[]string{"10:00:00-10:04:00 2x Low [ann] lines [1 2]"}, 2},
		{"twice read", "Requests | where Verb == 'exec' | join kind=inner (Requests | where Verb == 'exec' | project User, At = TimeGenerated) on User | where At > TimeGenerated | summarize n = count() by User",
			"Name != 'b' and User == 'ann'", "", onChange(5 * time.Minute), nil, 5},
		{"until its last day", "Requests | where Verb == 'exec' and User == 'bob' | project TimeGenerated, User", "Name == 'a'", "2026-11-21", nil,
			[]string{"10:09:00-10:09:00 1x Low [bob] lines [5]"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, err := kql.Compile(diag.NewFile("where", "Requests | where "+test.where), world{})
			if err != nil {
				t.Fatal(err)
			}
			r := compile(t, test.query, test.change)
			ends, _ := time.Parse(time.DateOnly, test.expires)
			r.Exceptions = []dogwatch.Exception{{Where: test.where, Rows: []*kql.Query{rows}, Expires: ends}}
			for _, size := range []int{1, 3, 100} {
				alerts, stats := judge(t, []*dogwatch.Rule{r}, batches(day, size))
				if got := tellAll(alerts); !slices.Equal(got, test.want) || stats[0].Excepted[0] != test.excepted {
					t.Errorf("got  %q, %d excepted\nwant %q", got, stats[0].Excepted[0], test.want)
				}
			}
		})
	}
}
