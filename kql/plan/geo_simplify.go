package plan

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// simplifyPolygon binds geo_polygon_simplify and geo_simplify_polygons_array.
// Which corners they leave is not documented, only what is invalid: that gives
// null, and all else is told to be missing.
func (b *binder) simplifyPolygon(x *syntax.Call, v *env) Expr {
	name := strings.ToLower(x.Func.Text)
	if len(x.Args) < 1 || len(x.Args) > 2 {
		b.fail(x, "%s() takes polygons and a tolerance in meters", name)
		return bad
	}
	args, written, ok := b.arguments(x, v)
	if !ok {
		return bad
	}
	if t := args[0].Type(); t != value.Dynamic {
		b.fail(written[0], "%s() needs a dynamic value here, not %s", name, describe(t))
		return bad
	}
	invalid := constantly(args[0], func(shape value.Value) bool { return !validShape(name, shape) })
	if len(args) == 2 {
		if t := args[1].Type(); t != value.Int && t != value.Long && t != value.Real {
			b.fail(written[1], "%s() needs a number here, not %s", name, describe(t))
			return bad
		}
		invalid = invalid || constantly(args[1], func(meters value.Value) bool { return !validTolerance(name, meters) })
	}
	if invalid {
		return &Const{value.NullOf(value.Dynamic)}
	}
	b.unsupported(&x.Func, name+"()").Hint = "only what is invalid has a documented answer: null"
	return bad
}

// constantly says whether an expression is a constant for which is holds.
func constantly(e Expr, is func(value.Value) bool) bool {
	c, ok := e.(*Const)
	return ok && is(c.V)
}

// validTolerance says whether a tolerance is in the range that the function
// documents.
func validTolerance(name string, meters value.Value) bool {
	if meters.IsNull() {
		return false
	}
	m := meters.To(value.Real).Real()
	if name == "geo_polygon_simplify" {
		return m >= 0.1 && m <= 10_000
	}
	return m >= 0
}

// validShape says whether a constant is a polygon, or an array of them: whether
// it has an area.
func validShape(name string, shape value.Value) bool {
	shape = shape.Inner()
	if name == "geo_polygon_simplify" {
		return hasArea(shape)
	}
	return shape.IsArray() && !slices.ContainsFunc(shape.Elems(), func(e value.Value) bool { return !hasArea(e) })
}

func hasArea(shape value.Value) bool {
	area, _ := fn.Lookup("geo_polygon_area")
	bound, err := fn.Bind(area, []fn.Arg{{Type: value.Dynamic}})
	return err == nil && !bound.Eval(&fn.Context{}, []value.Value{shape}).IsNull()
}
