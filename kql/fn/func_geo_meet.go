package fn

import (
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/geo"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ofTwo makes functions of two shapes; null when either is none.
func ofTwo[A, B any](result value.Type, first func(value.Value) (A, bool), second func(value.Value) (B, bool), f func(A, B) value.Value) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		one, other := reader(args, 0, first), reader(args, 1, second)
		return func(_ *Context, a []value.Value) value.Value {
			x, ok := one(a)
			y, ok2 := other(a)
			if !ok || !ok2 {
				return value.NullOf(result)
			}
			return f(x, y)
		}, nil
	}
}

// parseArea reads polygons as one area.
func parseArea(v value.Value) (*s2.Polygon, bool) {
	all, ok := geo.ParsePolygons(v)
	if !ok {
		return nil, false
	}
	p := geo.Merged(all)
	return p, p != nil
}

func geoMeetFuncs() []Func {
	line2 := param("line2", tDynamic, lineParam.Doc)
	polygon2 := param("polygon2", tDynamic, polygonParam.Doc)
	const (
		across = `dynamic({"type": "LineString", "coordinates": [[-5, 0], [5, 0]]})`
		up     = `dynamic({"type": "LineString", "coordinates": [[0, -5], [0, 5]]})`
		square = `dynamic({"type": "Polygon", "coordinates": [[[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]]})`
	)
	return []Func{
		{
			Name: "geo_intersects_2lines", Result: value.Bool, Params: []Param{lineParam, line2},
			Doc:      "Says whether two lines cross or touch.",
			Examples: []string{"geo_intersects_2lines(" + across + ", " + up + ")"},
			Prepare: ofTwo(value.Bool, geo.ParseLines, geo.ParseLines, func(a, b geo.Lines) value.Value {
				return value.BoolOf(geo.LinesTouch(a, b))
			}),
		},
		{
			Name: "geo_intersects_line_with_polygon", Result: value.Bool, Params: []Param{lineParam, polygonParam},
			Doc:      "Says whether a line and a polygon cross or touch.",
			Examples: []string{"geo_intersects_line_with_polygon(" + across + ", " + square + ")"},
			Prepare: ofTwo(value.Bool, geo.ParseLines, geo.ParsePolygons, func(l geo.Lines, p []*s2.Polygon) value.Value {
				return value.BoolOf(geo.LineTouches(l, p))
			}),
		},
		{
			Name: "geo_intersects_2polygons", Result: value.Bool, Params: []Param{polygonParam, polygon2},
			Doc:      "Says whether two polygons overlap or touch.",
			Examples: []string{"geo_intersects_2polygons(" + square + ", " + square + ")"},
			Prepare: ofTwo(value.Bool, geo.ParsePolygons, geo.ParsePolygons, func(a, b []*s2.Polygon) value.Value {
				return value.BoolOf(geo.PolygonsTouch(a, b))
			}),
		},
		{
			Name: "geo_intersection_2lines", Result: value.Dynamic, Params: []Param{lineParam, line2},
			Doc:      "Gives what two lines have in common: points, lines, or an empty collection.",
			Examples: []string{"geo_intersection_2lines(" + across + ", " + up + `).type == "Point"`},
			Prepare:  ofTwo(value.Dynamic, geo.ParseLines, geo.ParseLines, geo.LinesMeet),
		},
		{
			Name: "geo_intersection_line_with_polygon", Result: value.Dynamic, Params: []Param{lineParam, polygonParam},
			Doc:      "Gives the part of a line that lies in a polygon.",
			Examples: []string{"geo_intersection_line_with_polygon(" + across + ", " + square + `).type == "LineString"`},
			Prepare:  ofTwo(value.Dynamic, geo.ParseLines, parseArea, geo.LinesInside),
		},
		{
			Name: "geo_intersection_2polygons", Result: value.Dynamic, Params: []Param{polygonParam, polygon2},
			Doc:      "Gives the area that two polygons both cover.",
			Examples: []string{"geo_intersection_2polygons(" + square + ", " + square + `).type == "Polygon"`},
			Prepare:  ofTwo(value.Dynamic, parseArea, parseArea, geo.AreasMeet),
		},
		{
			Name: "geo_union_lines_array", Result: value.Dynamic, Params: []Param{param("lines", tDynamic, "an array of lines")},
			Doc:      "Joins lines to one, or several where they lie apart; what several have is there once.",
			Examples: []string{"geo_union_lines_array(pack_array(" + across + ", " + up + `)).type == "MultiLineString"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return geo.UnionOfLines(a[0]) },
		},
		{
			Name: "geo_from_wkt", Result: value.Dynamic, Params: []Param{param("wkt", tText, "well-known text")},
			Doc:      "Turns well-known text into GeoJSON.",
			Examples: []string{`geo_from_wkt("LINESTRING (1 2, 3 4)").coordinates[1][0] == 3`},
			Eval:     eachText(value.Dynamic, geo.FromWKT),
		},
	}
}

func geoDensifyFuncs() []Func {
	keep := optional("preserve_crossing", tBool, "whether edges may cross the antimeridian")
	return []Func{
		{
			Name: "geo_line_densify", Result: value.Dynamic, Params: []Param{lineParam, toleranceParam, keep},
			Doc:      "Adds points to a line that is straight on a map of degrees, so that the shortest ways between them keep to it.",
			Examples: []string{`array_length(geo_line_densify(dynamic({"type": "LineString", "coordinates": [[50, 50], [51, 51]]})).coordinates) == 9`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				l, ok := geo.ParseLines(a[0])
				d, ok2 := densifierArg(a)
				if !ok || !ok2 {
					return geo.Null()
				}
				if l, ok = d.Lines(l); !ok {
					return geo.Null()
				}
				return geo.WriteLines(l)
			},
		},
		{
			Name: "geo_polygon_densify", Result: value.Dynamic, Params: []Param{polygonParam, toleranceParam, keep},
			Doc:      "Adds points to a polygon whose edges are straight on a map of degrees, so that the shortest ways between them keep to them.",
			Examples: []string{`array_length(geo_polygon_densify(dynamic({"type": "Polygon", "coordinates": [[[10, 10], [11, 10], [11, 11], [10, 11], [10, 10]]]})).coordinates[0]) == 11`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				d, ok := densifierArg(a)
				if !ok {
					return geo.Null()
				}
				return d.Rings(a[0])
			},
		},
	}
}

func densifierArg(a []value.Value) (geo.Densifier, bool) {
	tolerance, ok := toleranceArg(a, 1)
	return geo.Densifier{Tolerance: tolerance, KeepCrossing: len(a) > 2 && a[2].Bool()}, ok
}

func geoBufferFuncs() []Func {
	radius := param("radius", tReal, "meters")
	tolerance := optional("tolerance", tReal, "how many meters the outline may be off; 10 when left out")
	// buffered makes functions of a radius and a tolerance, which may follow.
	buffered := func(at int, f func(a []value.Value, b geo.Buffer) value.Value) Eval {
		return func(_ *Context, a []value.Value) value.Value {
			b := geo.Buffer{Radius: a[at].Real(), Tolerance: 10}
			if len(a) > at+1 {
				b.Tolerance = a[at+1].Real()
			}
			if a[at].IsNull() || len(a) > at+1 && a[at+1].IsNull() {
				return geo.Null()
			}
			return f(a, b)
		}
	}
	return []Func{
		{
			Name: "geo_point_buffer", Result: value.Dynamic, Params: []Param{lngParam, latParam, radius, tolerance},
			Doc:      "Gives a polygon around a point.",
			Examples: []string{`array_length(geo_point_buffer(-115.1745008278, 36.1497251277, 20000).coordinates[0]) == 101`},
			Eval: buffered(2, func(a []value.Value, b geo.Buffer) value.Value {
				p, ok := pointArg(a, 0)
				if !ok {
					return geo.Null()
				}
				return b.Point(p)
			}),
		},
		{
			Name: "geo_line_buffer", Result: value.Dynamic, Params: []Param{lineParam, radius, tolerance},
			Doc:      "Gives a polygon around a line.",
			Examples: []string{`array_length(geo_line_buffer(dynamic({"type": "LineString", "coordinates": [[-80.666, 24.895], [-80.674, 24.891]]}), 4, 0.1).coordinates[0]) == 19`},
			Eval: buffered(1, func(a []value.Value, b geo.Buffer) value.Value {
				l, ok := geo.ParseLines(a[0])
				if !ok {
					return geo.Null()
				}
				return b.Lines(l)
			}),
		},
		{
			Name: "geo_polygon_buffer", Result: value.Dynamic, Params: []Param{polygonParam, radius, tolerance},
			Doc:      "Gives a polygon that reaches farther than another by a distance.",
			Examples: []string{`geo_polygon_area(geo_polygon_buffer(geo_geohash_to_polygon("sunny"), 1000)) > geo_polygon_area(geo_geohash_to_polygon("sunny"))`},
			Eval: buffered(1, func(a []value.Value, b geo.Buffer) value.Value {
				area, ok := parseArea(a[0])
				if !ok {
					return geo.Null()
				}
				return b.Polygons(area)
			}),
		},
	}
}
