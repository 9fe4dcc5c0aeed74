package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

func extremeAggs() []Agg {
	expr := param("expr", nil, "the value compared")
	predicate := param("predicate", tBool, "only rows for which it is true count")
	return []Agg{
		{
			Name: "min", Prefix: "min_", ResultOf: typeOfFirst, Params: []Param{expr},
			Doc:      "Gives the least value; nulls do not count.",
			Examples: []string{`datatable(a:long)[2, 1] | summarize m = min(a) | project m == 1`},
			New:      newExtreme(-1),
		},
		{
			Name: "minif", Prefix: "minif_", ResultOf: typeOfFirst, Params: []Param{expr, predicate},
			Doc:      "Gives the least value of the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize m = minif(a, a > 1) | project m == 2`},
			New:      func(args []Arg) State { return &filtered{of: newExtreme(-1)(args), at: 1} },
		},
		{
			Name: "max", Prefix: "max_", ResultOf: typeOfFirst, Params: []Param{expr},
			Doc:      "Gives the greatest value; nulls do not count.",
			Examples: []string{`datatable(a:long)[2, 1] | summarize m = max(a) | project m == 2`},
			New:      newExtreme(1),
		},
		{
			Name: "maxif", Prefix: "maxif_", ResultOf: typeOfFirst, Params: []Param{expr, predicate},
			Doc:      "Gives the greatest value of the rows for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize m = maxif(a, a < 2) | project m == 1`},
			New:      func(args []Arg) State { return &filtered{of: newExtreme(1)(args), at: 1} },
		},
		{
			Name: "take_any", Aliases: []string{"any"}, Prefix: "", ResultOf: typeOfFirst,
			Params: []Param{repeated("expr", nil, "the columns wanted; * for all")},
			Doc:    "Gives the values of one row of the group; of a single column one that is not null, if there is one.",
		},
		{
			Name: "take_anyif", Aliases: []string{"anyif"}, Prefix: "take_anyif_", ResultOf: typeOfFirst,
			Params:   []Param{expr, predicate},
			Doc:      "Gives a value that is not null of a row for which a condition is true.",
			Examples: []string{`datatable(a:long)[1, 2] | summarize m = take_anyif(a, a > 1) | project m == 2`},
			New:      func(args []Arg) State { return &filtered{of: &first{v: value.NullOf(args[0].Type)}, at: 1} },
		},
		{
			Name: "arg_max", Aliases: []string{"argmax"},
			Params: []Param{
				param("maximized", nil, "the value whose greatest is looked for"),
				repeated("returned", nil, "the columns wanted of that row; * for all"),
			},
			Doc: "Gives columns of the row in which a value is greatest.",
		},
		{
			Name: "arg_min", Aliases: []string{"argmin"},
			Params: []Param{
				param("minimized", nil, "the value whose least is looked for"),
				repeated("returned", nil, "the columns wanted of that row; * for all"),
			},
			Doc: "Gives columns of the row in which a value is least.",
		},
	}
}

// extreme keeps the greatest (sign 1) or least (sign -1) value.
type extreme struct {
	sign int
	best value.Value
	some bool
}

func newExtreme(sign int) func(args []Arg) State {
	return func(args []Arg) State { return &extreme{sign: sign, best: value.NullOf(args[0].Type)} }
}

func (e *extreme) Add(a []value.Value) {
	v := a[0]
	if v.IsNull() || isNaN(v) && e.some {
		return
	}
	if !e.some || isNaN(e.best) || value.Compare(v, e.best)*e.sign > 0 {
		e.best, e.some = v.Own(), true
	}
}

func (e *extreme) Result() value.Value { return e.best }
func (e *extreme) Size() int           { return 32 + e.best.Size() }

// first keeps the first value that is not null.
type first struct{ v value.Value }

func (f *first) Add(a []value.Value) {
	if f.v.IsNull() || f.v.Kind() == value.KString && f.v.Str() == "" {
		f.v = a[0].Own()
	}
}

func (f *first) Result() value.Value { return f.v }
func (f *first) Size() int           { return 16 + f.v.Size() }
