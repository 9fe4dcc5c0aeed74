package fn

import (
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxArray is the most elements that a function makes out of nothing (range,
// repeat).
const maxArray = 1 << 20

func arrayFuncs() []Func {
	array := param("array", tDynamic, "an array")
	return []Func{
		{
			Name: "array_length", Aliases: []string{"arraylength"}, Category: dynamicCategory, Result: value.Long, Params: []Param{array},
			Doc:      "Counts the elements of an array; null for what is none.",
			Examples: []string{`array_length(dynamic([1, 2, 3])) == 3`, `isnull(array_length(dynamic({})))`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if !a[0].IsArray() {
					return value.NullOf(value.Long)
				}
				return value.LongOf(int64(a[0].Len()))
			},
		},
		{
			Name: "array_concat", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{repeated("array", tDynamic, "arrays")},
			Doc:      "Puts arrays together; what is no array is taken as one of a single element, null as none.",
			Examples: []string{`tostring(array_concat(dynamic([1, 2]), dynamic([3]))) == "[1,2,3]"`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				out := []value.Value{}
				for _, v := range a {
					if !v.IsNull() {
						out = appendElements(out, v)
					}
				}
				return value.ArrayOf(out)
			},
		},
		{
			Name: "array_iff", Aliases: []string{"array_iif"}, Category: dynamicCategory, Result: value.Dynamic,
			Params: []Param{
				param("condition_array", tDynamic, "an array of bools or numbers"),
				param("when_true", nil, "an array, or one value for all"), param("when_false", nil, "an array, or one value for all"),
			},
			Doc:      "Chooses element by element between two arrays.",
			Examples: []string{`tostring(array_iff(dynamic([true, false]), dynamic([1, 2]), dynamic([3, 4]))) == "[1,4]"`},
			Eval:     arrayIff,
		},
		{
			Name: "array_index_of", Category: dynamicCategory, Result: value.Long,
			Params: []Param{
				array, param("value", nil, "what is looked for"),
				optional("start", tLong, "where to start, from 0; negative counts from the end"),
				optional("length", tLong, "how many elements to look at; -1 for all"),
				optional("occurrence", tLong, "which occurrence, from 1"),
			},
			Doc:      "Finds a value in an array: its place, or -1.",
			Examples: []string{`array_index_of(dynamic(["this", "is"]), "is") == 1`, `array_index_of(dynamic([1]), 2) == -1`},
			Eval:     arrayIndexOf,
		},
		{
			Name: "array_slice", Category: dynamicCategory, Result: value.Dynamic,
			Params: []Param{
				array, param("start", tLong, "the first element, from 0; negative counts from the end"),
				param("end", tLong, "the last element, included; negative counts from the end"),
			},
			Doc:      "Cuts a part out of an array.",
			Examples: []string{`tostring(array_slice(dynamic([1, 2, 3, 4]), 1, 2)) == "[2,3]"`, `tostring(array_slice(dynamic([1, 2, 3, 4]), -3, -2)) == "[2,3]"`},
			Eval:     arraySlice,
		},
		{
			Name: "array_split", Category: dynamicCategory, Result: value.Dynamic,
			Params: []Param{
				array, param("index", []value.Type{value.Long, value.Dynamic}, "where to part, or an array of places; negative counts from the end"),
			},
			Doc:      "Parts an array into several.",
			Examples: []string{`tostring(array_split(dynamic([1, 2, 3, 4, 5]), 2)) == "[[1,2],[3,4,5]]"`, `tostring(array_split(dynamic([1, 2, 3]), dynamic([1, 2]))) == "[[1],[2],[3]]"`},
			Eval:     arraySplit,
		},
		{
			Name: "array_reverse", Category: dynamicCategory, Result: value.Dynamic, Params: []Param{array},
			Doc:      "Turns the order of an array round.",
			Examples: []string{`tostring(array_reverse(dynamic([1, 2]))) == "[2,1]"`},
			Eval: onArray(func(elems []value.Value, _ []value.Value) value.Value {
				out := slices.Clone(elems)
				slices.Reverse(out)
				return value.ArrayOf(out)
			}),
		},
		rotateFunc("array_rotate_left", `tostring(array_rotate_left(dynamic([1, 2, 3]), 1)) == "[2,3,1]"`, 1),
		rotateFunc("array_rotate_right", `tostring(array_rotate_right(dynamic([1, 2, 3]), 1)) == "[3,1,2]"`, -1),
		shiftFunc("array_shift_left", `tostring(array_shift_left(dynamic([1, 2, 3]), 1, 0)) == "[2,3,0]"`, 1),
		shiftFunc("array_shift_right", `tostring(array_shift_right(dynamic([1, 2, 3]), 1)) == "[null,1,2]"`, -1),
		sortFunc("array_sort_asc", "Sorts an array, the least first", `tostring(array_sort_asc(dynamic([3, 1, 2]))) == "[1,2,3]"`, 1),
		sortFunc("array_sort_desc", "Sorts an array, the greatest first", `tostring(array_sort_desc(dynamic([3, 1, 2]))) == "[3,2,1]"`, -1),
		{
			Name: "array_sum", Aliases: []string{"series_sum"}, Category: dynamicCategory, Result: value.Real, Params: []Param{array},
			Doc:      "Adds up the numbers of an array; null when it holds anything else.",
			Examples: []string{`array_sum(dynamic([1, 2, 3, 4])) == 10.0`},
			Eval:     arraySum,
		},
		{
			Name: "pack_array", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{{Name: "value", Repeat: true, Optional: true, Doc: "the elements"}},
			Doc:      "Makes an array of its arguments.",
			Examples: []string{`tostring(pack_array(1, "a", 1s)) == '[1,"a","00:00:01"]'`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.ArrayOf(slices.Clone(a)) },
		},
		{
			Name: "zip", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{param("array", tDynamic, "an array"), repeated("more", tDynamic, "further arrays")},
			Doc:      "Makes of several arrays one, each of whose elements is an array of those at one place; shorter ones are filled with null.",
			Examples: []string{`tostring(zip(dynamic([1, 3]), dynamic([2, 4]))) == "[[1,2],[3,4]]"`},
			Eval:     zip,
		},
		{
			Name: "range", Category: dynamicCategory, Result: value.Dynamic,
			Params: []Param{
				param("start", nil, "the first value: a number, datetime or timespan"), param("stop", nil, "the last value that may be there"),
				optional("step", nil, "the distance; 1, or 1h for datetimes and timespans"),
			},
			Doc:      "Makes an array of values at equal distances, 1048576 at most.",
			Examples: []string{`tostring(range(1, 8, 3)) == "[1,4,7]"`, `array_length(range(1h, 5h)) == 5`},
			Eval:     rangeArray,
		},
		{
			Name: "repeat", Category: dynamicCategory, Result: value.Dynamic,
			Params:   []Param{param("value", nil, "the element"), param("count", tLong, "how often")},
			Doc:      "Makes an array of one value repeated.",
			Examples: []string{`tostring(repeat(1, 3)) == "[1,1,1]"`},
			Eval: func(ctx *Context, a []value.Value) value.Value {
				n := a[1].Int()
				if a[1].IsNull() || n < 0 {
					return value.NullOf(value.Dynamic)
				}
				ctx.Need(int(min(n, maxArray)) * a[0].Size())
				return value.ArrayOf(slices.Repeat([]value.Value{a[0]}, int(min(n, maxArray))))
			},
		},
	}
}

// onArray makes the code of a function whose first argument is an array, null
// for anything else. The elements are shared: f must not write to them.
func onArray(f func(elems, more []value.Value) value.Value) Eval {
	return func(_ *Context, a []value.Value) value.Value {
		if !a[0].IsArray() {
			return value.NullOf(value.Dynamic)
		}
		return f(a[0].Elems(), a[1:])
	}
}

func arrayIff(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() {
		return value.NullOf(value.Dynamic)
	}
	pick := func(v value.Value, i int) value.Value {
		if v.IsArray() {
			return v.At(i)
		}
		return v
	}
	yes, no := a[1].Resolve(), a[2].Resolve()
	conditions := a[0].Elems()
	out := make([]value.Value, len(conditions))
	for i, c := range conditions {
		switch c.Kind() {
		case value.KBool, value.KLong, value.KInt, value.KReal:
			if c.To(value.Bool).Bool() {
				out[i] = pick(yes, i)
			} else {
				out[i] = pick(no, i)
			}
		}
	}
	return value.ArrayOf(out)
}

func arrayIndexOf(_ *Context, a []value.Value) value.Value {
	start, ok1 := longArg(a, 2, 0)
	length, ok2 := longArg(a, 3, -1)
	occurrence, ok3 := longArg(a, 4, 1)
	if !a[0].IsArray() || !ok1 || !ok2 || !ok3 || occurrence < 1 {
		return value.NullOf(value.Long)
	}
	elems := a[0].Elems()
	n := int64(len(elems))
	if start < 0 {
		start = max(start+n, 0)
	}
	end := n
	if length >= 0 && length < n-start {
		end = start + length
	}
	for i := start; i < end; i++ {
		if same(elems[i], a[1]) {
			if occurrence--; occurrence == 0 {
				return value.LongOf(i)
			}
		}
	}
	return value.LongOf(-1)
}

// place counts negative places from the end.
func place(i int64, n int) int64 {
	if i < 0 {
		i += int64(n)
	}
	return i
}

func arraySlice(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() || a[1].IsNull() || a[2].IsNull() {
		return value.NullOf(value.Dynamic)
	}
	elems := a[0].Elems()
	from := max(place(a[1].Int(), len(elems)), 0)
	to := min(place(a[2].Int(), len(elems)), int64(len(elems)-1))
	if from > to {
		return value.ArrayOf([]value.Value{})
	}
	return value.ArrayOf(slices.Clone(elems[from : to+1]))
}

func arraySplit(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() {
		return value.NullOf(value.Dynamic)
	}
	elems := a[0].Elems()
	out, last := []value.Value{}, int64(0)
	for _, v := range appendElements(nil, a[1]) {
		v = v.To(value.Long)
		at := min(max(place(v.Int(), len(elems)), last), int64(len(elems)))
		if v.IsNull() {
			return value.NullOf(value.Dynamic)
		}
		out = append(out, value.ArrayOf(slices.Clone(elems[last:at])))
		last = at
	}
	return value.ArrayOf(append(out, value.ArrayOf(slices.Clone(elems[last:]))))
}

func rotateFunc(name, example string, sign int64) Func {
	return Func{
		Name: name, Category: dynamicCategory, Result: value.Dynamic,
		Params: []Param{param("array", tDynamic, "an array"), param("rotate_count", tLong, "how many places; negative goes the other way")},
		Doc:    "Moves the elements of an array; what leaves at one end comes in at the other.", Examples: []string{example},
		Eval: onArray(func(elems, more []value.Value) value.Value {
			if len(elems) == 0 || more[0].IsNull() {
				return value.ArrayOf([]value.Value{})
			}
			by := modulo(sign*(more[0].Int()%int64(len(elems))), int64(len(elems)))
			return value.ArrayOf(append(slices.Clone(elems[by:]), elems[:by]...))
		}),
	}
}

func shiftFunc(name, example string, sign int64) Func {
	return Func{
		Name: name, Category: dynamicCategory, Result: value.Dynamic,
		Params: []Param{
			param("array", tDynamic, "an array"), param("shift_count", tLong, "how many places; negative goes the other way"),
			optional("default_value", nil, "what fills the gap; null when left out"),
		},
		Doc: "Moves the elements of an array; what leaves is lost.", Examples: []string{example},
		Eval: onArray(func(elems, more []value.Value) value.Value {
			fill := value.NullOf(value.Dynamic)
			if len(more) > 1 {
				fill = more[1]
			}
			n := int64(len(elems))
			by := sign * min(max(more[0].Int(), -n), n)
			out := make([]value.Value, n)
			for i := range out {
				out[i] = fill
				if from := int64(i) + by; from >= 0 && from < n {
					out[i] = elems[from]
				}
			}
			return value.ArrayOf(out)
		}),
	}
}

func sortFunc(name, doc, example string, sign int) Func {
	return Func{
		Name: name, Category: dynamicCategory, Result: value.Dynamic,
		Params: []Param{
			param("array", tDynamic, "the array sorted"),
			{Name: "more", Types: []value.Type{value.Dynamic, value.Bool}, Repeat: true, Optional: true,
				Doc: "arrays put into the same order; as the last argument a bool: whether nulls come last (they do when it is left out)"},
		},
		Doc:      doc + ". With further arrays the result is an array of all.",
		Examples: []string{example},
		Eval: onArray(func(elems, more []value.Value) value.Value {
			nullsLast := true
			if n := len(more); n > 0 && more[n-1].Kind() == value.KBool {
				nullsLast, more = more[n-1].Bool(), more[:n-1]
			}
			order := sortedOrder(elems, sign, nullsLast)
			sorted := value.ArrayOf(pickAll(elems, order))
			if len(more) == 0 {
				return sorted
			}
			out := []value.Value{sorted}
			for _, m := range more {
				if !m.IsArray() || m.Len() != len(elems) {
					out = append(out, value.NullOf(value.Dynamic))
					continue
				}
				out = append(out, value.ArrayOf(pickAll(m.Elems(), order)))
			}
			return value.ArrayOf(out)
		}),
	}
}

func sortedOrder(elems []value.Value, sign int, nullsLast bool) []int {
	order := make([]int, len(elems))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		x, y := elems[i], elems[j]
		if x.IsNull() != y.IsNull() {
			if x.IsNull() == nullsLast {
				return 1
			}
			return -1
		}
		return sign * value.Compare(x, y)
	})
	return order
}

func pickAll(elems []value.Value, order []int) []value.Value {
	out := make([]value.Value, len(order))
	for i, at := range order {
		out[i] = elems[at]
	}
	return out
}

func arraySum(_ *Context, a []value.Value) value.Value {
	s := &sum{t: value.Real, as: value.Real}
	if !a[0].IsArray() {
		return value.NullOf(value.Real)
	}
	for _, e := range a[0].Elems() {
		if !e.IsNull() && !e.Inner().Type().IsNumeric() {
			return value.NullOf(value.Real)
		}
		s.Add([]value.Value{e})
	}
	return s.Result()
}

func zip(_ *Context, a []value.Value) value.Value {
	arrays := make([][]value.Value, len(a))
	longest := 0
	for i, v := range a {
		arrays[i] = appendElements(nil, v)
		longest = max(longest, len(arrays[i]))
	}
	out := make([]value.Value, longest)
	for k := range out {
		row := make([]value.Value, len(a))
		for i, elems := range arrays {
			if k < len(elems) {
				row[i] = elems[k]
			}
		}
		out[k] = value.ArrayOf(row)
	}
	return value.ArrayOf(out)
}

func rangeArray(ctx *Context, a []value.Value) value.Value {
	at, stop := a[0].Inner(), a[1].Inner()
	step := value.LongOf(1)
	if t := at.Type(); t == value.DateTime || t == value.TimeSpan {
		step = value.TimeSpanOf(value.Hour)
	}
	if len(a) > 2 {
		step = a[2].Inner()
	}
	if at.Type() == value.Int || at.Type() == value.Long && (stop.Type() == value.Real || step.Type() == value.Real) {
		at = at.To(widest(stop.Type(), step.Type()))
	}
	direction := directionOf(step)
	if at.IsNull() || stop.IsNull() || step.IsNull() || direction == 0 {
		return value.NullOf(value.Dynamic)
	}
	out := []value.Value{}
	for len(out) < maxArray {
		c, ok := order(at, stop)
		if !ok || c == unordered || c*direction > 0 {
			break
		}
		if len(out)%(1<<14) == 1<<14-1 {
			ctx.Need(2 * len(out) * at.Size())
		}
		out = append(out, at)
		next := arithmetic('+', at, step)
		if c, ok := order(next, at); !ok || c*direction <= 0 { // beyond what the type holds
			break
		}
		at = next
	}
	return value.ArrayOf(out)
}

// directionOf is the sign of a step.
func directionOf(step value.Value) int {
	switch step.Kind() {
	case value.KReal:
		if math.IsNaN(step.Real()) {
			return 0
		}
		return int(sign(step.Real()))
	case value.KDecimal:
		return value.CompareDecimals(step.Str(), "0")
	}
	return int(sign(float64(step.Int())))
}
