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

// commonType is the type of a choice between expressions: as promote; dynamic
// values take the others' type; types that have nothing in common give dynamic.
func commonType(list []Expr) value.Type {
	t := value.Unknown
	for _, e := range list {
		u := e.Type()
		if u == value.Dynamic || u == value.Unknown {
			continue
		}
		if t == value.Unknown {
			t = u
		}
		wide, ok := promote(t, u)
		if !ok {
			return value.Dynamic
		}
		t = wide
	}
	if t == value.Unknown {
		return value.Dynamic
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
