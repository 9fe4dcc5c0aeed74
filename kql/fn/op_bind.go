package fn

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// BindBinary chooses the code of `x op y`, op spelt as in the language. A
// constant on the right is prepared once.
func BindBinary(op string, x, y Arg) (Bound, error) {
	switch op {
	case "+", "-", "*", "/", "%":
		return bindArithmetic(op[0], x, y)
	case "==", "!=":
		return bindEquality(op == "!=", x, y)
	case "<", "<=", ">", ">=":
		return bindOrder(op, x, y)
	case "and", "or":
		return bindLogic(op, x, y)
	case "matches regex":
		return bindRegex(x, y)
	case "like", "notlike":
		return bindLike(op == "notlike", x, y)
	}
	if m, not, ok := stringOp(op); ok {
		return bindString(op, m, not, x, y)
	}
	return Bound{}, fmt.Errorf("unknown operator %q", op)
}

// Rebind chooses the code of a function or an operator for arguments of which more are
// constant than when it was bound; false where there is none.
func Rebind(name string, args []Arg) (b Bound, ok bool) {
	var err error
	f, isFunc := Lookup(name)
	switch {
	case isFunc && f.Prepare != nil:
		b, err = Bind(f, args)
	case isFunc:
		return Bound{}, false
	case isListOp(name):
		b, err = BindIn(name, args[0], args[1:])
	case len(args) == 2:
		b, err = BindBinary(name, args[0], args[1])
	default:
		return Bound{}, false
	}
	return b, err == nil
}

// BindUnary chooses the code of `-x` or `+x`.
func BindUnary(op string, x Arg) (Bound, error) {
	t := x.Type
	switch t {
	case value.Int, value.Unknown:
		t = value.Long
	case value.Long, value.Real, value.Decimal, value.TimeSpan, value.Dynamic:
	default:
		return Bound{}, &ArgError{0, fmt.Sprintf("the sign %s is not defined for %s", op, x.Type)}
	}
	if op == "+" {
		return Bound{Result: t, Eval: func(_ *Context, a []value.Value) value.Value { return a[0].To(t) }}, nil
	}
	return Bound{Result: t, Eval: func(_ *Context, a []value.Value) value.Value { return negate(a[0]).To(t) }}, nil
}

func negate(v value.Value) value.Value {
	switch v = v.Inner(); v.Kind() {
	case value.KInt, value.KLong:
		return value.LongOf(-v.Int())
	case value.KReal:
		return value.RealOf(-v.Real())
	case value.KTimeSpan:
		return value.TimeSpanOf(-v.Int())
	case value.KDecimal:
		return value.DecimalOp('-', value.DecimalOf("0"), v)
	}
	return value.NullOf(v.Type())
}

// bindLogic is three-valued: null and false is false, null or true is true.
func bindLogic(op string, x, y Arg) (Bound, error) {
	for i, a := range []Arg{x, y} {
		if a.Type != value.Bool && a.Type != value.Dynamic && a.Type != value.Unknown {
			return Bound{}, &ArgError{i, fmt.Sprintf("%q wants a bool, not %s", op, a.Type)}
		}
	}
	decides := op == "or" // the value that decides alone
	return Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
		p, q := a[0].To(value.Bool), a[1].To(value.Bool)
		switch {
		case !p.IsNull() && p.Bool() == decides, !q.IsNull() && q.Bool() == decides:
			return value.BoolOf(decides)
		case p.IsNull() || q.IsNull():
			return value.NullOf(value.Bool)
		}
		return value.BoolOf(!decides)
	}}, nil
}
