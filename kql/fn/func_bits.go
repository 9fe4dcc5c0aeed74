package fn

import (
	"math/bits"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const bitCategory = "Bits"

func bitFuncs() []Func {
	return []Func{
		bitPair("binary_and", "Joins the bits of two numbers by and.", `binary_and(7, 5) == 5`, func(x, y int64) (int64, bool) { return x & y, true }),
		bitPair("binary_or", "Joins the bits of two numbers by or.", `binary_or(5, 3) == 7`, func(x, y int64) (int64, bool) { return x | y, true }),
		bitPair("binary_xor", "Joins the bits of two numbers by exclusive or.", `binary_xor(5, 3) == 6`, func(x, y int64) (int64, bool) { return x ^ y, true }),
		bitPair("binary_shift_left", "Shifts the bits of a number to the left, modulo 64.", `binary_shift_left(1, 10) == 1024`,
			func(x, n int64) (int64, bool) { return x << (uint64(n) % 64), n >= 0 }),
		bitPair("binary_shift_right", "Shifts the bits of a number to the right, modulo 64.", `binary_shift_right(4, 1) == 2`,
			func(x, n int64) (int64, bool) { return x >> (uint64(n) % 64), n >= 0 }),
		{
			Name: "binary_not", Category: bitCategory, Result: value.Long,
			Params: []Param{param("value", tLong, "the number")},
			Doc:    "Turns every bit of a number over.", Examples: []string{`binary_not(100) == -101`},
			Eval: each(value.Long, func(v value.Value) value.Value { return value.LongOf(^v.Int()) }),
		},
		{
			Name: "bitset_count_ones", Category: bitCategory, Result: value.Long,
			Params: []Param{param("value", tLong, "the number")},
			Doc:    "Counts the bits that are set.", Examples: []string{`bitset_count_ones(42) == 3`},
			Eval: each(value.Long, func(v value.Value) value.Value {
				return value.LongOf(int64(bits.OnesCount64(uint64(v.Int()))))
			}),
		},
	}
}

func bitPair(name, doc, example string, f func(x, y int64) (int64, bool)) Func {
	return Func{
		Name: name, Category: bitCategory, Result: value.Long, Doc: doc, Examples: []string{example},
		Params: []Param{param("value1", tLong, "a number"), param("value2", tLong, "a number")},
		Eval: func(_ *Context, a []value.Value) value.Value {
			if a[0].IsNull() || a[1].IsNull() {
				return value.NullOf(value.Long)
			}
			n, ok := f(a[0].Int(), a[1].Int())
			if !ok {
				return value.NullOf(value.Long)
			}
			return value.LongOf(n)
		},
	}
}
