package fn

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func bagFuncs() []Func {
	bag := param("bag", tDynamic, "a property bag")
	return []Func{
		{
			Name: "bag_keys", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{bag},
			Doc:      "Lists the keys of a bag; null for what is none.",
			Examples: []string{`tostring(bag_keys(dynamic({"a": 1, "b": 2}))) == '["a","b"]'`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if !a[0].IsBag() {
					return value.NullOf(value.Dynamic)
				}
				return textArray(a[0].Keys())
			},
		},
		{
			Name: "bag_has_key", Category: dynamicCategory, Result: value.Bool,
			Params:   []Param{bag, param("key", tText, "a key, or a path such as $.a.b")},
			Doc:      "Says whether a bag has a key.",
			Examples: []string{`bag_has_key(dynamic({"a": 1}), "a")`, `bag_has_key(dynamic({"a": {"b": 1}}), "$.a.b")`},
			Eval:     bagHasKey,
		},
		{
			Name: "bag_merge", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{bag, repeated("more", tDynamic, "further bags")},
			Doc:      "Puts bags together; of keys that come twice the first value is kept.",
			Examples: []string{`bag_merge(dynamic({"a": 1}), dynamic({"a": 2, "b": 3})).a == 1`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				b := newBagger(maxArray)
				for _, v := range a {
					b.Add([]value.Value{v})
				}
				return b.Result()
			},
		},
		{
			Name: "bag_pack", Aliases: []string{"pack", "pack_dictionary"}, Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{param("key", tText, "a key"), repeated("value", nil, "its value, then further keys and values")},
			Doc:      "Makes a bag of keys and values.",
			Examples: []string{`bag_pack("a", 1, "b", "c").b == "c"`},
			Check:    checkPack, Eval: bagPack,
		},
		{
			Name: "bag_pack_columns", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{repeated("value", nil, "columns")},
			Doc:      "Makes a bag of columns, with their names as keys.",
			Examples: nil,
			Prepare:  prepareBagPackColumns,
		},
		{
			Name: "bag_remove_keys", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{bag, param("keys", tDynamic, "an array of keys, or paths such as $.a.b")},
			Doc:      "Takes keys out of a bag.",
			Examples: []string{`tostring(bag_remove_keys(dynamic({"a": 1, "b": {"c": 2, "d": 3}}), dynamic(["a", "$.b.c"]))) == '{"b":{"d":3}}'`},
			Eval:     bagRemoveKeys,
		},
		{
			Name: "bag_set_key", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{bag, param("key", tText, "a key, or a path such as $.a.b"), param("value", nil, "its value")},
			Doc:      "Sets a key of a bag, which is made if it is not there.",
			Examples: []string{`bag_set_key(dynamic({"a": 1}), "b", 2).b == 2`, `bag_set_key(dynamic({}), "$.a.b", 2).a.b == 2`},
			Eval:     bagSetKey,
		},
		{
			Name: "bag_zip", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{param("keys", tDynamic, "an array of keys; what is no text is left out"), param("values", tDynamic, "an array of values; null where there is none")},
			Doc:      "Makes a bag of an array of keys and one of values.",
			Examples: []string{`bag_zip(dynamic(["a", "b"]), dynamic([1, 2])).b == 2`},
			Eval:     bagZip,
		},
	}
}

func bagHasKey(_ *Context, a []value.Value) value.Value {
	if !a[0].IsBag() {
		return value.NullOf(value.Bool)
	}
	key := text(a[1])
	if steps, ok := parsePath(key); ok && len(steps) > 0 {
		last := steps[len(steps)-1]
		v := follow(a[0], steps[:len(steps)-1])
		if last.name == nil {
			return value.BoolOf(v.IsArray() && place(int64(last.index), v.Len()) < int64(v.Len()))
		}
		return value.BoolOf(v.Has(*last.name))
	}
	return value.BoolOf(a[0].Has(key))
}

func checkPack(args []Arg) error {
	if len(args)%2 != 0 {
		return &ArgError{len(args) - 1, "bag_pack() takes pairs of key and value: this key has no value"}
	}
	return nil
}

func bagPack(_ *Context, a []value.Value) value.Value {
	var keys []string
	var elems []value.Value
	for i := 0; i+1 < len(a); i += 2 {
		key := text(a[i])
		if at := slices.Index(keys, key); at >= 0 {
			elems[at] = a[i+1]
			continue
		}
		keys, elems = append(keys, key), append(elems, a[i+1])
	}
	return value.BagOf(keys, elems)
}

func prepareBagPackColumns(args []Arg) (Eval, error) {
	keys := make([]string, len(args))
	for i, a := range args {
		if a.Name == "" || slices.Contains(keys[:i], a.Name) {
			return nil, &ArgError{i, "bag_pack_columns() wants columns of different names"}
		}
		keys[i] = a.Name
	}
	return func(_ *Context, a []value.Value) value.Value {
		return value.BagOf(keys, slices.Clone(a))
	}, nil
}

func bagRemoveKeys(_ *Context, a []value.Value) value.Value {
	v := a[0]
	if !v.IsBag() || !a[1].IsArray() {
		return value.NullOf(value.Dynamic)
	}
	names := map[string]bool{}
	for _, e := range a[1].Elems() {
		key := text(e)
		if strings.HasPrefix(key, "$") {
			if steps, ok := parsePath(key); ok && len(steps) > 0 {
				v = without(v, steps)
				continue
			}
		}
		names[key] = true
	}
	if len(names) == 0 {
		return v
	}
	var keys []string
	var elems []value.Value
	v.Each(func(key string, e value.Value) bool {
		if !names[key] {
			keys, elems = append(keys, key), append(elems, e)
		}
		return true
	})
	return value.BagOf(keys, elems)
}

// without is v less what a path finds.
func without(v value.Value, steps []pathStep) value.Value {
	if steps[0].name == nil || !v.IsBag() {
		return v
	}
	var keys []string
	var elems []value.Value
	v.Each(func(key string, e value.Value) bool {
		if key == *steps[0].name {
			if len(steps) == 1 {
				return true
			}
			e = without(e, steps[1:])
		}
		keys, elems = append(keys, key), append(elems, e)
		return true
	})
	return value.BagOf(keys, elems)
}

func bagSetKey(_ *Context, a []value.Value) value.Value {
	if !a[0].IsBag() && !a[0].IsNull() {
		return value.NullOf(value.Dynamic)
	}
	key := text(a[1])
	steps, ok := parsePath(key)
	if !ok || len(steps) == 0 {
		steps = []pathStep{{name: &key}}
	}
	return with(a[0], steps, a[2])
}

// with is v with what a path names set.
func with(v value.Value, steps []pathStep, to value.Value) value.Value {
	if len(steps) == 0 {
		return to
	}
	if steps[0].name == nil {
		return v
	}
	name := *steps[0].name
	keys, elems := v.Members()
	keys, elems = slices.Clone(keys), slices.Clone(elems)
	at := slices.Index(keys, name)
	if at < 0 {
		at = len(keys)
		keys, elems = append(keys, name), append(elems, value.NullOf(value.Dynamic))
	}
	elems[at] = with(elems[at], steps[1:], to)
	return value.BagOf(keys, elems)
}

func bagZip(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() {
		return value.NullOf(value.Dynamic)
	}
	b := newBagger(maxArray)
	values := a[1].Resolve()
	for i, k := range a[0].Elems() {
		if k.Kind() == value.KString {
			b.put(k.Str(), values.At(i))
		}
	}
	return b.Result()
}
