package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

func setFuncs() []Func {
	set := param("set", tDynamic, "an array")
	more := repeated("more", tDynamic, "further arrays")
	return []Func{
		{
			Name: "set_has_element", Category: dynamicCategory, Result: value.Bool,
			Params:   []Param{set, param("value", nil, "what is looked for")},
			Doc:      "Says whether an array has an element. Case matters.",
			Examples: []string{`set_has_element(dynamic(["this", "is"]), "is")`, `not(set_has_element(dynamic([1]), 2))`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if !a[0].IsArray() {
					return value.NullOf(value.Bool)
				}
				for _, e := range a[0].Elems() {
					if same(e, a[1]) {
						return value.BoolOf(true)
					}
				}
				return value.BoolOf(false)
			},
		},
		{
			Name: "set_union", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{set, more},
			Doc:      "Gives the different elements of all arrays.",
			Examples: []string{`tostring(set_union(dynamic([1, 2]), dynamic([2, 3]))) == "[1,2,3]"`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				g := newGatherer(true, maxArray)
				g.nulls = true
				for _, v := range a {
					if !v.IsArray() {
						return value.NullOf(value.Dynamic)
					}
					g.Add([]value.Value{v})
				}
				return g.Result()
			},
		},
		{
			Name: "set_intersect", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{set, more},
			Doc:      "Gives the different elements that all arrays have.",
			Examples: []string{`tostring(set_intersect(dynamic([1, 2, 3]), dynamic([2, 3, 4]))) == "[2,3]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return setKeep(a, true) },
		},
		{
			Name: "set_difference", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{set, more},
			Doc:      "Gives the different elements of the first array that no other has.",
			Examples: []string{`tostring(set_difference(dynamic([1, 2, 3]), dynamic([2]))) == "[1,3]"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return setKeep(a, false) },
		},
		{
			Name: "set_equals", Category: dynamicCategory, Result: value.Bool, Params: []Param{set, param("set2", tDynamic, "another array")},
			Doc:      "Says whether two arrays have the same different elements.",
			Examples: []string{`set_equals(dynamic([1, 2, 1]), dynamic([2, 1]))`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				common, all, ok := overlap(a[0], a[1])
				if !ok {
					return value.NullOf(value.Bool)
				}
				return value.BoolOf(common == all)
			},
		},
		{
			Name: "jaccard_index", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{set, param("set2", tDynamic, "another array")},
			Doc:      "Gives how much two arrays overlap: the share of their different elements that both have.",
			Examples: []string{`jaccard_index(dynamic([1, 2, 3]), dynamic([2, 3, 4])) == 0.5`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				common, all, ok := overlap(a[0], a[1])
				if !ok {
					return value.NullOf(value.Real)
				}
				return value.RealOf(float64(common) / float64(all))
			},
		},
	}
}

func keySet(v value.Value) *distinct {
	d := &distinct{}
	for _, e := range v.Elems() {
		d.add(e)
	}
	return d
}

// setKeep keeps the elements of the first array that every other has, or none.
func setKeep(a []value.Value, every bool) value.Value {
	others := make([]*distinct, len(a)-1)
	for i, v := range a {
		if !v.IsArray() {
			return value.NullOf(value.Dynamic)
		}
		if i > 0 {
			others[i-1] = keySet(v)
		}
	}
	out, seen := []value.Value{}, distinct{}
next:
	for _, e := range a[0].Elems() {
		for _, o := range others {
			if o.has(e) != every {
				continue next
			}
		}
		if seen.add(e) {
			out = append(out, e)
		}
	}
	return value.ArrayOf(out)
}

func overlap(x, y value.Value) (common, all int, ok bool) {
	if !x.IsArray() || !y.IsArray() {
		return 0, 0, false
	}
	var p distinct
	q := keySet(y)
	for _, e := range x.Elems() {
		if p.add(e) && q.has(e) {
			common++
		}
	}
	return common, p.n + q.n - common, true
}
