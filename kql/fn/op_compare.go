package fn

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// comparable says whether two types may stand around a comparison.
func comparable(x, y value.Type) bool {
	switch {
	case x == y, x == value.Unknown, y == value.Unknown, x == value.Dynamic, y == value.Dynamic:
		return true
	}
	number := func(t value.Type) bool { return t.IsNumeric() || t == value.Bool }
	return number(x) && number(y)
}

func mismatch(op string, x, y Arg) error {
	return fmt.Errorf("operator %s cannot compare %s with %s: convert one of them", op, x.Type, y.Type)
}

// equatable says whether two types may stand around == and !=: a text is
// compared with any scalar, as what it spells.
func equatable(x, y value.Type) bool {
	return comparable(x, y) || x == value.String || y == value.String
}

// bindEquality is == or !=. With one null they are false and true, with two
// null.
func bindEquality(not bool, x, y Arg) (Bound, error) {
	op := "=="
	if not {
		op = "!="
	}
	if !equatable(x.Type, y.Type) {
		return Bound{}, mismatch(op, x, y)
	}
	b := Bound{Result: value.Bool}
	if y.Const != nil && y.Const.Kind() == value.KString && (x.Type == value.String || x.Type == value.Dynamic) {
		want := y.Const.Str()
		b.Eval = func(_ *Context, a []value.Value) value.Value {
			if a[0].Kind() == value.KString {
				return value.BoolOf((a[0].Str() == want) != not)
			}
			return value.BoolOf(same(a[0], a[1]) != not)
		}
		return b, nil
	}
	b.Eval = func(_ *Context, a []value.Value) value.Value {
		if a[0].IsNull() && a[1].IsNull() {
			return value.NullOf(value.Bool)
		}
		return value.BoolOf(same(a[0], a[1]) != not)
	}
	return b, nil
}

// same says whether two values are equal. A dynamic value is turned into the
// type of what it is compared with; two dynamic values compare by content.
func same(x, y value.Value) bool {
	x, y, ok := meet(x, y)
	return ok && value.Equal(x, y)
}

// meet brings two values to where they can be compared; not ok when either is
// null or they have nothing in common.
func meet(x, y value.Value) (p, q value.Value, ok bool) {
	if x.IsNull() || y.IsNull() {
		return x, y, false
	}
	xd, yd := x.Type() == value.Dynamic, y.Type() == value.Dynamic
	p, q = plain(x), plain(y)
	if p.Kind() == q.Kind() || p.Type().IsNumeric() && q.Type().IsNumeric() {
		return p, q, true
	}
	switch {
	case xd && !yd:
		p = p.To(q.Type())
	case yd && !xd:
		q = q.To(p.Type())
	case !xd && p.Kind() == value.KString:
		p = p.To(q.Type())
	case !yd && q.Kind() == value.KString:
		q = q.To(p.Type())
	case p.Kind() >= value.Array && q.Kind() >= value.Array: // one may be unparsed
	case p.Kind() >= value.Array || q.Kind() >= value.Array || xd && yd:
		return p, q, false
	default: // bool and number
		p, q = p.To(value.Real), q.To(value.Real)
	}
	return p, q, !p.IsNull() && !q.IsNull()
}

// plain is Inner for what may be a scalar inside dynamic.
func plain(v value.Value) value.Value { return v.Inner() }

// bindOrder is < <= > >=; null when either is null.
func bindOrder(op string, x, y Arg) (Bound, error) {
	if !ordered(x.Type, y.Type) {
		if x.Type == value.String && y.Type == value.String {
			return Bound{}, fmt.Errorf("operator %s is not defined for strings: use strcmp()", op)
		}
		return Bound{}, mismatch(op, x, y)
	}
	holds := orderTest(op)
	return Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
		c, ok := order(a[0], a[1])
		if !ok {
			return value.NullOf(value.Bool)
		}
		return value.BoolOf(c != unordered && holds(c))
	}}, nil
}

func orderTest(op string) func(c int) bool {
	switch op {
	case "<":
		return func(c int) bool { return c < 0 }
	case "<=":
		return func(c int) bool { return c <= 0 }
	case ">":
		return func(c int) bool { return c > 0 }
	}
	return func(c int) bool { return c >= 0 }
}

func ordered(x, y value.Type) bool {
	hasOrder := func(t value.Type) bool { return t != value.String && t != value.GUID }
	return comparable(x, y) && hasOrder(x) && hasOrder(y)
}

// unordered is the answer of order for NaN: no comparison with it holds.
const unordered = 2

// order compares for < and its like; not ok when there is no answer but null.
func order(x, y value.Value) (c int, ok bool) {
	p, q, ok := meet(x, y)
	if !ok {
		return 0, false
	}
	if isNaN(p) || isNaN(q) {
		return unordered, true
	}
	return value.Compare(p, q), true
}

func isNaN(v value.Value) bool {
	return v.Kind() == value.KReal && v.Real() != v.Real()
}

// BindBetween chooses the code of `x between (low .. high)`. A timespan as the
// upper bound of a datetime counts from the lower.
func BindBetween(not bool, x, low, high Arg) (Bound, error) {
	span := high.Type == value.TimeSpan && (x.Type == value.DateTime || low.Type == value.DateTime)
	if !ordered(x.Type, low.Type) {
		return Bound{}, mismatch("between", x, low)
	}
	if !span && !ordered(x.Type, high.Type) {
		return Bound{}, mismatch("between", x, high)
	}
	return Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
		end := a[2]
		if span {
			end = arithmetic('+', a[1].To(value.DateTime), end).To(value.DateTime)
		}
		from, ok1 := order(a[0], a[1])
		to, ok2 := order(a[0], end)
		if !ok1 || !ok2 {
			return value.NullOf(value.Bool)
		}
		inside := from != unordered && to != unordered && from >= 0 && to <= 0
		return value.BoolOf(inside != not)
	}}, nil
}
