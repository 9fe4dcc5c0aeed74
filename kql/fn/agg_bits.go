package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

func bitAggs() []Agg {
	agg := func(name, doc, example string, start int64, f func(x, y int64) int64) Agg {
		return Agg{
			Name: name, Prefix: name + "_", ResultOf: typeOfWhole, Doc: doc, Examples: []string{example},
			Params: []Param{param("expr", []value.Type{value.Long, value.Int}, "the whole number")},
			New:    func(args []Arg) State { return &bitFold{n: start, f: f, t: typeOfWhole(args)} },
		}
	}
	return []Agg{
		agg("binary_all_and", "Joins the bits of all values by and.",
			`datatable(a:long)[7, 5] | summarize b = binary_all_and(a) | project b == 5`, -1, func(x, y int64) int64 { return x & y }),
		agg("binary_all_or", "Joins the bits of all values by or.",
			`datatable(a:long)[1, 4] | summarize b = binary_all_or(a) | project b == 5`, 0, func(x, y int64) int64 { return x | y }),
		agg("binary_all_xor", "Joins the bits of all values by exclusive or.",
			`datatable(a:long)[7, 2] | summarize b = binary_all_xor(a) | project b == 5`, 0, func(x, y int64) int64 { return x ^ y }),
	}
}

// typeOfWhole is int for an int, else long.
func typeOfWhole(args []Arg) value.Type {
	if args[0].Type == value.Int {
		return value.Int
	}
	return value.Long
}

type bitFold struct {
	t    value.Type
	n    int64
	f    func(x, y int64) int64
	some bool
}

func (b *bitFold) Add(a []value.Value) {
	if v := a[0].To(value.Long); !v.IsNull() {
		b.n, b.some = b.f(b.n, v.Int()), true
	}
}

func (b *bitFold) Result() value.Value {
	if !b.some {
		return value.NullOf(b.t)
	}
	return value.LongOf(b.n).To(b.t)
}

func (b *bitFold) Size() int { return 32 }
