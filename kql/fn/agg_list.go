package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

// The sizes that lists and sets have when the author asks for none.
const (
	maxList    = 1 << 20
	maxOldList = 128 // of makelist and makeset
)

func listAggs() []Agg {
	expr := param("expr", nil, "the value gathered")
	predicate := param("predicate", tBool, "only rows for which it is true count")
	size := optional("maxSize", tLong, "how many at most")
	bag := param("expr", tDynamic, "the bags put together")
	list := func(name, prefix, doc string, limit int, set bool, examples ...string) Agg {
		return Agg{
			Name: name, Prefix: prefix, Result: value.Dynamic, Params: []Param{expr, size}, Doc: doc, Examples: examples,
			New: func(args []Arg) State { return newGatherer(set, limitArg(args, 1, limit)) },
		}
	}
	listIf := func(name, prefix, doc string, set bool, examples ...string) Agg {
		return Agg{
			Name: name, Prefix: prefix, Result: value.Dynamic, Params: []Param{expr, predicate, size}, Doc: doc, Examples: examples,
			New: func(args []Arg) State {
				return &filtered{of: newGatherer(set, limitArg(args, 2, maxList)), at: 1}
			},
		}
	}
	return []Agg{
		list("make_list", "list_", "Gathers the values of a column into an array; nulls are left out, and arrays are taken apart.", maxList, false,
			`datatable(a:long)[1, 1] | summarize l = make_list(a) | project tostring(l) == "[1,1]"`,
			`datatable(a:dynamic)[dynamic([1, 2]), dynamic([3])] | summarize l = make_list(a) | project tostring(l) == "[1,2,3]"`),
		list("make_set", "set_", "Gathers the different values of a column into an array; arrays are taken apart.", maxList, true,
			`datatable(a:long)[1, 1] | summarize l = make_set(a) | project tostring(l) == "[1]"`),
		list("makelist", "list_", "The old name of make_list, with at most 128 elements unless more are asked for.", maxOldList, false,
			`datatable(a:long)[1, 1] | summarize l = makelist(a) | project array_length(l) == 2`),
		list("makeset", "set_", "The old name of make_set, with at most 128 elements unless more are asked for.", maxOldList, true,
			`datatable(a:long)[1, 1] | summarize l = makeset(a) | project array_length(l) == 1`),
		listIf("make_list_if", "list_", "Gathers the values of the rows for which a condition is true.", false,
			`datatable(a:long)[1, 2] | summarize l = make_list_if(a, a > 1) | project tostring(l) == "[2]"`),
		listIf("make_set_if", "set_", "Gathers the different values of the rows for which a condition is true.", true,
			`datatable(a:long)[1, 2, 2] | summarize l = make_set_if(a, a > 1) | project tostring(l) == "[2]"`),
		{
			Name: "make_list_with_nulls", Prefix: "list_", Result: value.Dynamic, Params: []Param{expr},
			Doc:      "Gathers the values of a column into an array, nulls too.",
			Examples: []string{`datatable(a:long)[1, long(null)] | summarize l = make_list_with_nulls(a) | project array_length(l) == 2`},
			New: func([]Arg) State {
				g := newGatherer(false, maxList)
				g.nulls = true
				return g
			},
		},
		{
			Name: "make_bag", Aliases: []string{"make_dictionary"}, Prefix: "bag_", Result: value.Dynamic, Params: []Param{bag, size},
			Doc:      "Puts the bags of a column together; of keys that come twice any one value is kept.",
			Examples: []string{`datatable(d:dynamic)[dynamic({"a":1}), dynamic({"b":2})] | summarize b = make_bag(d) | project tostring(b) == '{"a":1,"b":2}'`},
			New:      func(args []Arg) State { return newBagger(limitArg(args, 1, maxList)) },
		},
		{
			Name: "make_bag_if", Prefix: "bag_", Result: value.Dynamic, Params: []Param{bag, predicate, size},
			Doc:      "Puts the bags of the rows together for which a condition is true.",
			Examples: []string{`datatable(n:long, d:dynamic)[1, dynamic({"a":1}), 2, dynamic({"b":2})] | summarize b = make_bag_if(d, n > 1) | project tostring(b) == '{"b":2}'`},
			New: func(args []Arg) State {
				return &filtered{of: newBagger(limitArg(args, 2, maxList)), at: 1}
			},
		},
	}
}

func limitArg(args []Arg, i, otherwise int) int {
	if i < len(args) && args[i].Const != nil && !args[i].Const.IsNull() {
		if n := args[i].Const.To(value.Long).Int(); n > 0 {
			return int(min(n, maxList))
		}
	}
	return otherwise
}

// gatherer makes a list, or a set.
type gatherer struct {
	limit      int
	nulls, set bool
	elems      []value.Value
	seen       distinct // of a set
	size       int
}

func newGatherer(set bool, limit int) *gatherer {
	return &gatherer{limit: limit, set: set, elems: []value.Value{}}
}

func (g *gatherer) Add(a []value.Value) {
	v := a[0]
	if v.IsArray() {
		elems := v.Elems()
		for i := range elems {
			if !g.set || i == 0 || !isSameText(&elems[i], &elems[i-1]) {
				g.add(elems[i])
			}
		}
		return
	}
	g.add(v)
}

// isSameText is true of texts that are the same, as many matches of a pattern are.
func isSameText(x, y *value.Value) bool {
	return x.Kind() == value.KString && y.Kind() == value.KString && x.Str() == y.Str()
}

func (g *gatherer) add(v value.Value) {
	if len(g.elems) >= g.limit || v.IsNull() && !g.nulls || g.set && !g.seen.add(v) {
		return
	}
	v = v.Own()
	g.size += v.Size()
	g.elems = append(g.elems, v)
}

func (g *gatherer) Result() value.Value { return value.ArrayOf(g.elems) }

func (g *gatherer) Size() int {
	return 64 + g.size + g.seen.Size()
}

// bagger puts bags together.
type bagger struct {
	limit int
	keys  []string
	elems []value.Value
	at    map[string]int
	size  int
}

func newBagger(limit int) *bagger { return &bagger{limit: limit, at: map[string]int{}} }

func (b *bagger) Add(a []value.Value) {
	keys, elems := a[0].Members()
	for i, k := range keys {
		b.put(k, elems[i])
	}
}

// put keeps the first value of a key.
func (b *bagger) put(key string, v value.Value) {
	if _, ok := b.at[key]; ok || len(b.keys) >= b.limit {
		return
	}
	v = v.Own()
	key = string([]byte(key))
	b.at[key] = len(b.keys)
	b.keys, b.elems = append(b.keys, key), append(b.elems, v)
	b.size += v.Size() + 2*len(key) + 48
}

func (b *bagger) Result() value.Value { return value.BagOf(b.keys, b.elems) }
func (b *bagger) Size() int           { return 64 + b.size }
