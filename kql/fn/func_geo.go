package fn

import (
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/geo"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const geoCategory = "Geospatial"

// The parameters of functions that take places and shapes.
var (
	lngParam      = param("longitude", tReal, "degrees east, -180 to 180")
	latParam      = param("latitude", tReal, "degrees north, -90 to 90")
	lineParam     = param("line", tDynamic, "a LineString or MultiLineString of GeoJSON")
	polygonParam  = param("polygon", tDynamic, "a Polygon or MultiPolygon of GeoJSON")
	spheroidParam = optional("use_spheroid", tBool, "whether to measure on the spheroid of WGS 84 and not on a sphere")
)

func geoFuncs() []Func {
	all := append(geoPointFuncs(), geoLineFuncs()...)
	all = append(all, geoPolygonFuncs()...)
	all = append(all, geoCellFuncs()...)
	all = append(all, geoHexagonFuncs()...)
	all = append(all, geoFillFunc())
	all = append(all, geoCoverFuncs()...)
	all = append(all, geoMeetFuncs()...)
	all = append(all, geoDensifyFuncs()...)
	all = append(all, geoBufferFuncs()...)
	for i := range all {
		all[i].Category = geoCategory
	}
	return all
}

// pointArg reads longitude and latitude.
func pointArg(a []value.Value, at int) (s2.Point, bool) {
	lng, lat := a[at], a[at+1]
	if lng.IsNull() || lat.IsNull() {
		return s2.Point{}, false
	}
	return geo.Point(lng.Real(), lat.Real())
}

// pointArgs reads several points in a row.
func pointArgs(a []value.Value, n int) ([]s2.Point, bool) {
	out := make([]s2.Point, n)
	for i := range out {
		p, ok := pointArg(a, 2*i)
		if !ok {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}

func pointParams(names ...string) []Param {
	var out []Param
	for _, n := range names {
		out = append(out,
			param(n+"_longitude", tReal, lngParam.Doc),
			param(n+"_latitude", tReal, latParam.Doc))
	}
	return out
}

// realUnless is a real, or null when there is none.
func realUnless(f float64, ok bool) value.Value {
	if !ok {
		return value.NullOf(value.Real)
	}
	return value.RealOf(f)
}

func geoPointFuncs() []Func {
	return []Func{
		{
			Name: "geo_distance_2points", Result: value.Real, Params: append(pointParams("p1", "p2"), spheroidParam),
			Doc:      "Gives the way between two points in meters.",
			Examples: []string{`round(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056)) == 1546754`},
			Eval:     geoDistance,
		},
		{
			Name: "geo_azimuth", Result: value.Real, Params: pointParams("p1", "p2"),
			Doc:      "Gives the direction from one point to another in radians clockwise from the north.",
			Examples: []string{`round(degrees(geo_azimuth(0, 0, 1, 0))) == 90`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				p, ok := pointArgs(a, 2)
				if !ok {
					return value.NullOf(value.Real)
				}
				return realUnless(geo.Azimuth(p[0], p[1]))
			},
		},
		{
			Name: "geo_angle", Result: value.Real, Params: pointParams("p1", "p2", "p3"),
			Doc:      "Gives the clockwise turn at the second point from the first to the third, in radians.",
			Examples: []string{`round(degrees(geo_angle(0, 10, 0, 5, 3, -10))) == 169`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				p, ok := pointArgs(a, 3)
				if !ok {
					return value.NullOf(value.Real)
				}
				return realUnless(geo.Angle(p[0], p[1], p[2]))
			},
		},
		{
			Name: "geo_point_in_circle", Result: value.Bool,
			Params:   append(pointParams("p", "pc"), param("c_radius", tReal, "the circle's radius in meters")),
			Doc:      "Says whether a point lies within a distance of another.",
			Examples: []string{`geo_point_in_circle(-122.143564, 47.535677, -122.100896, 47.527351, 3500)`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				p, ok := pointArgs(a, 2)
				if !ok || a[4].IsNull() || !(a[4].Real() >= 0) {
					return value.NullOf(value.Bool)
				}
				return value.BoolOf(geo.Distance(p[0], p[1]) <= a[4].Real())
			},
		},
		{
			Name: "geo_point_in_polygon", Result: value.Bool, Params: []Param{lngParam, latParam, polygonParam},
			Doc:      "Says whether a point lies in a polygon.",
			Examples: []string{`geo_point_in_polygon(5, 5, dynamic({"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]}))`},
			Prepare:  withPolygons(2, value.Bool, func(p s2.Point, all []*s2.Polygon) value.Value { return value.BoolOf(geo.Contains(all, p)) }),
		},
		{
			Name: "geo_closest_point_on_polygon", Result: value.Dynamic, Params: []Param{lngParam, latParam, polygonParam},
			Doc:      "Gives the point of a polygon that is closest to a point: that point itself when it is inside.",
			Examples: []string{`geo_closest_point_on_polygon(1, 1, dynamic({"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]})).type == "Point"`},
			Prepare:  withPolygons(2, value.Dynamic, func(p s2.Point, all []*s2.Polygon) value.Value { return geo.WritePoint(geo.ClosestIn(all, p)) }),
		},
		{
			Name: "geo_distance_point_to_polygon", Result: value.Real, Params: []Param{lngParam, latParam, polygonParam},
			Doc:      "Gives the distance of a point from a polygon in meters: 0 inside.",
			Examples: []string{`geo_distance_point_to_polygon(1, 1, dynamic({"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]})) == 0`},
			Prepare: withPolygons(2, value.Real, func(p s2.Point, all []*s2.Polygon) value.Value {
				return value.RealOf(geo.Distance(p, geo.ClosestIn(all, p)))
			}),
		},
		{
			Name: "geo_closest_point_on_line", Result: value.Dynamic, Params: []Param{lngParam, latParam, lineParam},
			Doc:      "Gives the point of a line that is closest to a point.",
			Examples: []string{`geo_closest_point_on_line(1, 1, dynamic({"type": "LineString", "coordinates": [[0, 0], [0, 5]]})).coordinates[0] == 0`},
			Prepare:  withLines(func(p s2.Point, l geo.Lines) value.Value { return geo.WritePoint(l.Closest(p)) }, value.Dynamic),
		},
		{
			Name: "geo_distance_point_to_line", Result: value.Real, Params: []Param{lngParam, latParam, lineParam},
			Doc:      "Gives the distance of a point from a line in meters.",
			Examples: []string{`round(geo_distance_point_to_line(1, 0, dynamic({"type": "LineString", "coordinates": [[0, 0], [0, 5]]}))) == 111195`},
			Prepare:  withLines(func(p s2.Point, l geo.Lines) value.Value { return value.RealOf(geo.Distance(p, l.Closest(p))) }, value.Real),
		},
	}
}

func geoDistance(_ *Context, a []value.Value) value.Value {
	p, ok := pointArgs(a, 2)
	if !ok {
		return value.NullOf(value.Real)
	}
	if len(a) > 4 && a[4].Bool() {
		return realUnless(geo.SpheroidDistance(p[0], p[1]))
	}
	return value.RealOf(geo.Distance(p[0], p[1]))
}

// reader reads the shape in argument at: once, when it is constant.
func reader[T any](args []Arg, at int, parse func(value.Value) (T, bool)) func([]value.Value) (T, bool) {
	if c := args[at].Const; c != nil {
		shape, ok := parse(*c)
		return func([]value.Value) (T, bool) { return shape, ok }
	}
	return func(a []value.Value) (T, bool) { return parse(a[at]) }
}

// withPolygons makes functions of a point and, in argument at, polygons.
func withPolygons(at int, result value.Type, f func(s2.Point, []*s2.Polygon) value.Value) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		read := reader(args, at, geo.ParsePolygons)
		return func(_ *Context, a []value.Value) value.Value {
			p, ok := pointArg(a, 0)
			all, ok2 := read(a)
			if !ok || !ok2 {
				return value.NullOf(result)
			}
			return f(p, all)
		}, nil
	}
}

// withLines makes functions of a point and lines.
func withLines(f func(s2.Point, geo.Lines) value.Value, result value.Type) func([]Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		read := reader(args, 2, geo.ParseLines)
		return func(_ *Context, a []value.Value) value.Value {
			p, ok := pointArg(a, 0)
			l, ok2 := read(a)
			if !ok || !ok2 {
				return value.NullOf(result)
			}
			return f(p, l)
		}, nil
	}
}
