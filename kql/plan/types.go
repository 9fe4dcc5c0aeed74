package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// promote is the numeric type of two: int with long is long, real contaminates,
// decimal over all. Equal types are themselves.
func promote(t, u value.Type) (value.Type, bool) {
	switch {
	case t == u:
		return t, true
	case !t.IsNumeric() || !u.IsNumeric():
		return value.Unknown, false
	}
	return max(t, u), true // the constants are in this order: int, long, real, decimal
}

// widen is the type of a choice between two: as promote; a dynamic value takes
// the other's type; types that have nothing in common give dynamic.
func widen(t, u value.Type) value.Type {
	if w, ok := promote(t, u); ok {
		return w
	}
	switch {
	case t == value.Unknown || t == value.Dynamic:
		return u
	case u == value.Unknown || u == value.Dynamic:
		return t
	}
	return value.Dynamic
}

// commonType is the type of a choice between expressions. A null constant
// takes the type of the others.
func commonType(list []Expr) value.Type {
	t := value.Unknown
	for _, e := range list {
		if c, ok := e.(*Const); ok && c.V.IsNull() && t != value.Unknown {
			continue
		}
		t = widen(t, e.Type())
	}
	return t
}

// isCondition reports whether a type may stand where true or false is needed.
func isCondition(t value.Type) bool { return t == value.Bool || t == value.Unknown }

// convert makes an expression have a type, as Kusto does by itself.
func convertTo(e Expr, t value.Type) Expr {
	if e.Type() == t || t == value.Unknown || isBad(e) {
		return e
	}
	if t == value.Dynamic {
		return fold(&Call{"todynamic", fn.Bound{Result: t, Eval: func(_ *fn.Context, args []value.Value) value.Value {
			return value.DynamicOf(args[0])
		}}, []Expr{e}})
	}
	return fold(&Call{"to" + t.String(), fn.Bound{Result: t, Eval: func(_ *fn.Context, args []value.Value) value.Value {
		return args[0].To(t)
	}}, []Expr{e}})
}
