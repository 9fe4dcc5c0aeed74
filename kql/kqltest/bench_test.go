package kqltest

import (
	"context"
	"fmt"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// BenchmarkRun measures operators over rows that are in memory; the custom
// figure is rows of the table a second.
func BenchmarkRun(b *testing.B) {
	table := benchTable(100_000)
	c := &Case{Tables: map[string]*Table{"T": table}}
	for _, bench := range []struct{ name, query string }{
		{"where-equals", `T | where Verb == "delete" | count`},
		{"where-path", `T | where Body.spec.hostPID == true | count`},
		{"where-has", `T | where Text has "secret" | count`},
		{"where-contains", `T | where Text contains "SECRET" | count`},
		{"where-regex", `T | where Text matches regex "s[a-z]+t/[0-9]+" | count`},
		{"summarize-1", `T | summarize count() by Verb`},
		{"summarize-3", `T | summarize count(), max(Code) by Verb, User, bin(Time, 5m)`},
		{"join", `T | where Code == 403 | join kind=inner (T | where Verb == "delete" | project User) on User | count`},
		{"mv-expand", `T | mv-expand t = Body.tags | count`},
		{"parse", `T | parse Text with * "secret/" n:long | where n > 10 | count`},
		{"top", `T | top 10 by Time`},
		{"sort", `T | sort by User asc, Time desc | take 1`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			q, err := kql.Compile(diag.NewFile("bench", bench.query), c)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := q.Run(context.Background(), database{c, 1024}, kql.RunOptions{Now: Now}, func(*value.Batch) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(table.Rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func benchTable(n int) *Table {
	t := &Table{Schema: value.Schema{
		{Name: "Time", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Verb", Type: value.String},
		{Name: "Code", Type: value.Long}, {Name: "Text", Type: value.String}, {Name: "Body", Type: value.Dynamic},
	}}
	verbs := []string{"get", "list", "watch", "create", "update", "patch", "delete"}
	codes := []int64{200, 200, 200, 201, 403, 404}
	for i := range n {
		body := fmt.Sprintf(`{"kind":"Pod","metadata":{"name":"p%d","labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}],"hostPID":%t},"tags":["a","b"]}`, i, i%97 == 0)
		t.Rows = append(t.Rows, []value.Value{
			value.DateTimeOf(Now + int64(i)*1e6), value.StringOf(fmt.Sprintf("user-%d", i*7919%1000)), value.StringOf(verbs[i*31%len(verbs)]),
			value.LongOf(codes[i*17%len(codes)]), value.StringOf(fmt.Sprintf("get /api/v1/namespaces/team-%d/secret/%d", i%50, i)), value.JSONOf(body),
		})
	}
	return t
}
