package plan

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// GeoLookup joins rows with the shapes of a lookup table that their place lies
// in, or near. Test takes longitude, latitude and shape; its result is true, or
// a distance of at most Radius. Out is as Join's.
type GeoLookup struct {
	node
	Left, Right         Node
	Longitude, Latitude Expr
	Shape               Expr
	Test                fn.Bound
	Radius              Expr // nil when Test says true or false
	Unmatched           bool
	Out                 []int
}

// Inputs of the node.
func (n *GeoLookup) Inputs() []Node { return []Node{n.Left, n.Right} }

func (n *GeoLookup) exprs() []Expr { return []Expr{n.Longitude, n.Latitude, n.Shape, n.Radius} }

// geoLookup is geo_line_lookup(Table, Line, longitude, latitude, radius
// [, options]) and geo_polygon_lookup, whose radius is an option. Shape and
// place may change places: both orders are documented.
func (b *binder) geoLookup(op *syntax.Evaluate, in Node, s *scope) Node {
	name, args := op.Call.Func.Text, op.Call.Args
	if len(args) < 4 {
		b.fail(op.Call, "%s() takes a table, its column of shapes, a longitude and a latitude", name)
		return &Values{}
	}
	before := len(b.errs)
	right := b.table(args[0], s)
	if len(right.Schema()) == 0 {
		return &Values{}
	}
	n := &GeoLookup{Left: in, Right: right}
	shape, place := args[1], args[2:4]
	if id, ok := shape.(*syntax.Ident); ok && right.Schema().Index(id.Name.Text) < 0 {
		shape, place = args[3], args[1:3]
	}
	n.Shape = b.scalar(shape, b.envOf(right, s))
	n.Longitude, n.Latitude = b.scalar(place[0], b.envOf(in, s)), b.scalar(place[1], b.envOf(in, s))
	withKey := b.geoOptions(n, strings.HasPrefix(name, "geo_line"), args[4:], s)
	if len(b.errs) > before {
		return &Values{}
	}
	test := "geo_point_in_polygon"
	switch {
	case strings.HasPrefix(name, "geo_line"):
		test = "geo_distance_point_to_line"
		if n.Radius == nil {
			b.fail(op.Call, "%s() needs a radius", name)
		}
	case n.Radius != nil:
		test = "geo_distance_point_to_polygon"
	}
	b.geoTest(op, n, test)
	key, _ := n.Shape.(*Col)
	taken := b.newNames()
	for i, f := range append(slices.Clone(in.Schema()), right.Schema()...) {
		if key != nil && !withKey && i == len(in.Schema())+key.Index {
			continue
		}
		n.Out = append(n.Out, i)
		n.schema = append(n.schema, value.Field{Name: taken.take(f.Name), Type: f.Type})
	}
	if len(b.errs) > before {
		return &Values{}
	}
	return n
}

// geoTest chooses the function that tests a place against a shape.
func (b *binder) geoTest(op *syntax.Evaluate, n *GeoLookup, name string) {
	f, ok := fn.Lookup(name)
	if !ok {
		b.unsupported(op, name+"()")
		return
	}
	bound, err := fn.Bind(f, []fn.Arg{argOf(n.Longitude), argOf(n.Latitude), argOf(n.Shape)})
	if err != nil {
		b.bound(op.Call, name, fn.Bound{}, err, nil)
		return
	}
	n.Test = bound
}

// geoOptions reads what follows the place and says whether the shape is kept.
func (b *binder) geoOptions(n *GeoLookup, line bool, args []syntax.Expr, s *scope) (withKey bool) {
	order := []string{"radius", "return_unmatched", "lookup_area_radius", "return_lookup_key"}
	for i, x := range args {
		name := ""
		if i < len(order) {
			name = order[i]
		}
		if named, ok := x.(*syntax.Named); ok && len(named.Names) == 1 {
			name, x = named.Names[0].Text, named.X
		}
		e := b.scalar(x, &env{scope: s})
		c, isConst := e.(*Const)
		switch {
		case isBad(e):
		case name == "radius" && e.Type().IsNumeric():
			n.Radius = b.convert(e, value.Real)
		case name == "lookup_area_radius" || name == "join_hint": // how to search, not what to find
		case name == "return_unmatched" && isConst && e.Type() == value.Bool:
			n.Unmatched = c.V.Bool()
		case name == "return_lookup_key" && isConst && e.Type() == value.Bool:
			withKey = c.V.Bool()
		default:
			b.fail(x, "this is no option of the lookup").Hint = "radius = 100, return_unmatched = true, return_lookup_key = true"
		}
	}
	return withKey
}
