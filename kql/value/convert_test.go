package value

import (
	"math"
	"testing"
)

func TestTo(t *testing.T) {
	text := StringOf
	for _, c := range []struct {
		in   Value
		to   Type
		want Value
	}{
		{text("123"), Int, IntOf(123)}, {text(" 7 "), Long, LongOf(7)}, {text("2.9"), Int, IntOf(2)}, {RealOf(2.3), Int, IntOf(2)},
		{RealOf(-2.9), Long, LongOf(-2)}, {text("0x1F"), Long, LongOf(31)}, {text("-0x10"), Long, LongOf(-16)}, {text("1e3"), Long, LongOf(1000)},
		{LongOf(1 << 40), Int, NullOf(Int)}, {RealOf(math.NaN()), Long, NullOf(Long)}, {RealOf(1e30), Long, NullOf(Long)},
		{text("x"), Long, NullOf(Long)}, {text(""), Real, NullOf(Real)}, {text("1_000"), Real, NullOf(Real)}, {text("0x1p3"), Real, NullOf(Real)},
		{text("1.5"), Real, RealOf(1.5)}, {text("inf"), Real, RealOf(math.Inf(1))}, {LongOf(2), Real, RealOf(2)},
		{text("TRUE"), Bool, BoolOf(true)}, {text("0"), Bool, BoolOf(false)}, {text("yes"), Bool, NullOf(Bool)}, {LongOf(5), Bool, BoolOf(true)},
		{BoolOf(true), Long, LongOf(1)}, {DateTimeOf(5), Long, LongOf(5)}, {LongOf(5), TimeSpan, TimeSpanOf(5)}, {TimeSpanOf(Hour), String, text("01:00:00")},
		{text("2020-01-01"), DateTime, DateTimeOf(637134336000000000)}, {text("never"), DateTime, NullOf(DateTime)}, {LongOf(-1), DateTime, NullOf(DateTime)},
		{text("1d"), TimeSpan, TimeSpanOf(Day)}, {text("1.50"), Decimal, DecimalOf("1.5")}, {DecimalOf("1.5"), Real, RealOf(1.5)}, {DecimalOf("-1.5"), Long, LongOf(-1)},
		{text("0123456789abcdef0123456789abcdef"), GUID, GUIDOf("01234567-89ab-cdef-0123-456789abcdef")},
		{DynamicOf(LongOf(5)), Long, LongOf(5)}, {DynamicOf(text("5")), Long, LongOf(5)}, {JSONOf("[1]"), Long, NullOf(Long)},
		{JSONOf(`{"a" : 1}`), String, text(`{"a":1}`)}, {NullOf(Dynamic), String, text("")}, {NullOf(Long), String, text("")}, {NullOf(Dynamic), Long, NullOf(Long)},
		{RealOf(1), String, text("1.0")}, {RealOf(123.45), String, text("123.45")}, {RealOf(1e20), String, text("1E+20")}, {RealOf(math.NaN()), String, text("NaN")},
		{BoolOf(false), String, text("false")}, {DateTimeOf(0), String, text("0001-01-01T00:00:00.0000000Z")},
	} {
		if got := c.in.To(c.to); got != c.want {
			t.Errorf("%s %q to %s is %s %q, want %q", c.in.Type(), c.in, c.to, got.Type(), got, c.want)
		}
	}
}

func TestOutput(t *testing.T) {
	for want, v := range map[string]Value{
		`"2018-07-01T00:00:00Z"`: DateTimeOf(636660000000000000), `"2018-07-01T00:00:00.1Z"`: DateTimeOf(636660000001000000),
		`"01:00:00"`: TimeSpanOf(Hour), `"NaN"`: RealOf(math.NaN()), `"Infinity"`: RealOf(math.Inf(1)), `"-Infinity"`: RealOf(math.Inf(-1)),
		`4.0`: RealOf(4), `"1.5"`: DecimalOf("1.5"), `null`: NullOf(Long), `""`: NullOf(String), `true`: BoolOf(true), `-5`: IntOf(-5),
		`"a\"\\\n\u0001é"`: StringOf("a\"\\\n\x01é"), "\"\uFFFD\"": StringOf("\xff"), `{"a":[1,"x",null]}`: JSONOf(`{ "a" : [ 1 , "x", null ] }`),
		`["2018-07-01T00:00:00.0000000Z","00:00:01"]`: ArrayOf([]Value{DateTimeOf(636660000000000000), TimeSpanOf(Second)}),
	} {
		if got := string(AppendOutput(nil, v)); got != want {
			t.Errorf("%s is written %s, want %s", v.Type(), got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	ascending := []Value{
		NullOf(Long), BoolOf(false), BoolOf(true), RealOf(math.NaN()), RealOf(math.Inf(-1)), LongOf(-5), DecimalOf("-1.5"), LongOf(1),
		RealOf(1.5), IntOf(2), DecimalOf("2.5"), LongOf(math.MaxInt64 - 1), LongOf(math.MaxInt64), RealOf(math.Inf(1)),
		DateTimeOf(1), TimeSpanOf(1), StringOf("A"), StringOf("a"), GUIDOf("01234567-89ab-cdef-0123-456789abcdef"), JSONOf("[1]"), JSONOf("[2]"),
	}
	for i, x := range ascending {
		for k, y := range ascending {
			got := Compare(x, y)
			if want := sign(i - k); got != want {
				t.Errorf("Compare(%s %v, %s %v) = %d, want %d", x.Type(), x, y.Type(), y, got, want)
			}
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestEqualValuesShareAGroup(t *testing.T) {
	bag := func(keys ...string) Value {
		elems := make([]Value, len(keys))
		for i, k := range keys {
			elems[i] = StringOf(k)
		}
		return BagOf(keys, elems)
	}
	for _, pair := range [][2]Value{
		{bag("a", "b"), bag("b", "a")}, {bag("a", "b"), JSONOf(`{"b":"b", "a":"a"}`)}, {IntOf(5), LongOf(5)},
		{RealOf(0), RealOf(math.Copysign(0, -1))}, {RealOf(math.NaN()), RealOf(-math.NaN())}, {ArrayOf([]Value{LongOf(1)}), JSONOf("[1 ]")},
	} {
		if x, y := pair[0].GroupKey(nil), pair[1].GroupKey(nil); string(x) != string(y) {
			t.Errorf("%v and %v are in two groups", pair[0], pair[1])
		}
	}
	// Neighbouring keys must not run together.
	x := StringOf("b").GroupKey(StringOf("a").GroupKey(nil))
	y := StringOf("").GroupKey(StringOf("ab").GroupKey(nil))
	if string(x) == string(y) {
		t.Error(`("a", "b") and ("ab", "") are in one group`)
	}
}

func TestOwnIsTheSame(t *testing.T) {
	for _, v := range []Value{StringOf("x"), JSONOf(`{"a":[1,"b"]}`), JSONOf(`{"a":[1,"b"]}`).Resolve(), NullOf(Long), LongOf(4)} {
		if got := v.Own(); Compare(got, v) != 0 || got.Type() != v.Type() || got.Kind() != v.Kind() {
			t.Errorf("Own of %v is %v", v, got)
		}
	}
}
