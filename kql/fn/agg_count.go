package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

func countAggs() []Agg {
	predicate := param("predicate", tBool, "counts the rows for which it is true")
	return []Agg{
		{
			Name: "count", Aliases: []string{"cnt"}, Prefix: "count_", Result: value.Long,
			Params:   []Param{optional("column", nil, "makes no difference: rows with null are counted too")},
			Doc:      "Counts the rows.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize n = count() | project n == 2`},
			New:      func([]Arg) State { return &counter{} },
		},
		{
			Name: "countif", Prefix: "countif_", Result: value.Long,
			Params:   []Param{predicate},
			Doc:      "Counts the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize n = countif(a > 1) | project n == 1`},
			New:      func([]Arg) State { return &filtered{of: &counter{}} },
		},
		{
			Name: "dcount", Prefix: "dcount_", Result: value.Long,
			Params: []Param{
				param("expr", nil, "the value whose different values are counted"),
				optional("accuracy", tLong, "accepted; the count is exact here"),
			},
			Doc:      "Counts the different values, exactly. Null does not count.",
			Examples: []string{`datatable(a:string)["x", "y", "x"] | summarize n = dcount(a) | project n == 2`},
			New:      func([]Arg) State { return &distinct{} },
		},
		{
			Name: "dcountif", Prefix: "dcountif_", Result: value.Long,
			Params: []Param{
				param("expr", nil, "the value whose different values are counted"),
				predicate, optional("accuracy", tLong, "accepted; the count is exact here"),
			},
			Doc:      "Counts the different values of the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2, 2] | summarize n = dcountif(a, a > 1) | project n == 1`},
			New:      func([]Arg) State { return &filtered{of: &distinct{}, at: 1} },
		},
		{
			Name: "count_distinct", Prefix: "count_distinct_", Result: value.Long,
			Params:   []Param{param("expr", nil, "the value whose different values are counted")},
			Doc:      "Counts the different values, exactly.",
			Examples: []string{`datatable(a:long)[1, 2, 2] | summarize n = count_distinct(a) | project n == 2`},
			New:      func([]Arg) State { return &distinct{} },
		},
		{
			Name: "count_distinctif", Prefix: "count_distinctif_", Result: value.Long,
			Params: []Param{
				param("expr", nil, "the value whose different values are counted"), predicate,
			},
			Doc:      "Counts the different values of the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2, 2] | summarize n = count_distinctif(a, a < 2) | project n == 1`},
			New:      func([]Arg) State { return &filtered{of: &distinct{}, at: 1} },
		},
	}
}

type counter struct{ n int64 }

func (c *counter) Add([]value.Value)   { c.n++ }
func (c *counter) Result() value.Value { return value.LongOf(c.n) }
func (c *counter) Size() int           { return 16 }

// filtered passes on the rows whose argument number at is true.
type filtered struct {
	of State
	at int
}

func (f *filtered) Add(a []value.Value) {
	if a[f.at].To(value.Bool).Bool() {
		f.of.Add(a)
	}
}
func (f *filtered) Result() value.Value { return f.of.Result() }
func (f *filtered) Size() int           { return 32 + f.of.Size() }
