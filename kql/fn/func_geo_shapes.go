package fn

import (
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/geo"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ofLines makes functions of lines alone.
func ofLines(result value.Type, f func(geo.Lines) value.Value) Eval {
	return func(_ *Context, a []value.Value) value.Value {
		l, ok := geo.ParseLines(a[0])
		if !ok {
			return value.NullOf(result)
		}
		return f(l)
	}
}

// ofArea makes functions of the area that polygons cover.
func ofArea(result value.Type, f func(*s2.Polygon) value.Value) Eval {
	return func(_ *Context, a []value.Value) value.Value {
		all, ok := geo.ParsePolygons(a[0])
		if !ok {
			return value.NullOf(result)
		}
		merged := geo.Merged(all)
		if merged == nil {
			return value.NullOf(result)
		}
		return f(merged)
	}
}

func pointUnless(p s2.Point, ok bool) value.Value {
	if !ok {
		return geo.Null()
	}
	return geo.WritePoint(p)
}

func geoLineFuncs() []Func {
	return []Func{
		{
			Name: "geo_line_length", Result: value.Real, Params: []Param{lineParam},
			Doc:      "Gives the length of a line in meters.",
			Examples: []string{`round(geo_line_length(dynamic({"type": "LineString", "coordinates": [[0, 0], [1, 0]]}))) == 111195`},
			Eval:     ofLines(value.Real, func(l geo.Lines) value.Value { return value.RealOf(l.Length()) }),
		},
		{
			Name: "geo_line_centroid", Result: value.Dynamic, Params: []Param{lineParam},
			Doc:      "Gives the middle of a line, its pieces weighed by their lengths.",
			Examples: []string{`round(toreal(geo_line_centroid(dynamic({"type": "LineString", "coordinates": [[0, 0], [2, 0]]})).coordinates[0]), 9) == 1`},
			Eval:     ofLines(value.Dynamic, func(l geo.Lines) value.Value { return pointUnless(l.Centroid()) }),
		},
		{
			Name: "geo_line_simplify", Result: value.Dynamic, Params: []Param{lineParam, toleranceParam},
			Doc:      "Leaves out points of a line that lie within a distance, in meters, of what remains.",
			Examples: []string{`array_length(geo_line_simplify(dynamic({"type": "LineString", "coordinates": [[0, 0], [1, 0], [2, 0]]})).coordinates) == 2`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				l, ok := geo.ParseLines(a[0])
				tolerance, ok2 := toleranceArg(a, 1)
				if !ok || !ok2 {
					return geo.Null()
				}
				return geo.WriteLines(l.Simplify(tolerance))
			},
		},
		{
			Name: "geo_line_interpolate_point", Result: value.Dynamic,
			Params:   []Param{lineParam, param("fraction", tReal, "a part of the line's length, 0 to 1")},
			Doc:      "Gives the point that lies a part of a line's length from its beginning.",
			Examples: []string{`round(toreal(geo_line_interpolate_point(dynamic({"type": "LineString", "coordinates": [[0, 0], [2, 0]]}), 0.5).coordinates[0]), 9) == 1`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				l, ok := geo.ParseLines(a[0])
				if !ok || len(l) > 1 || a[1].IsNull() || !(a[1].Real() >= 0 && a[1].Real() <= 1) {
					return geo.Null()
				}
				return geo.WritePoint(geo.At(l[0], a[1].Real()))
			},
		},
		{
			Name: "geo_line_locate_point", Result: value.Real,
			Params:   []Param{lineParam, lngParam, latParam, spheroidParam},
			Check:    onlyWithout(3, "measuring along a spheroid"),
			Doc:      "Gives the part of a line's length, 0 to 1, at which it comes closest to a point.",
			Examples: []string{`round(geo_line_locate_point(dynamic({"type": "LineString", "coordinates": [[0, 0], [2, 0]]}), 1, 1), 9) == 0.5`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				l, ok := geo.ParseLines(a[0])
				p, ok2 := pointArg(a, 1)
				if !ok || len(l) > 1 || !ok2 {
					return value.NullOf(value.Real)
				}
				return value.RealOf(geo.Locate(l[0], p))
			},
		},
	}
}

// onlyWithout makes the check of a function whose last argument asks for what is
// not supported, unless it is false or 0.
func onlyWithout(at int, what string) func([]Arg) error {
	return func(args []Arg) error {
		if at < len(args) && (args[at].Const == nil || args[at].Const.IsNull() || realOf(*args[at].Const) != 0) {
			return Unsupported(what)
		}
		return nil
	}
}

var toleranceParam = optional("tolerance", tReal, "meters, 0.1 to 10,000; 10 when left out")

// toleranceArg reads a tolerance in meters.
func toleranceArg(a []value.Value, at int) (float64, bool) {
	if at >= len(a) {
		return 10, true
	}
	t := a[at].Real()
	return t, !a[at].IsNull() && t >= 0.1 && t <= 10000
}

func geoPolygonFuncs() []Func {
	return []Func{
		{
			Name: "geo_polygon_area", Result: value.Real, Params: []Param{polygonParam},
			Doc:      "Gives the size of a polygon in square meters; what several cover together counts once.",
			Examples: []string{`round(geo_polygon_area(dynamic({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]})) / 1e6) == 12364`},
			Eval:     ofArea(value.Real, func(p *s2.Polygon) value.Value { return value.RealOf(geo.SquareMeters(p)) }),
		},
		{
			Name: "geo_polygon_perimeter", Result: value.Real, Params: []Param{polygonParam},
			Doc:      "Gives the length of a polygon's boundary in meters.",
			Examples: []string{`round(geo_polygon_perimeter(dynamic({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]})) / 1000) == 445`},
			Eval:     ofArea(value.Real, func(p *s2.Polygon) value.Value { return value.RealOf(geo.Perimeter(p)) }),
		},
		{
			Name: "geo_polygon_centroid", Result: value.Dynamic, Params: []Param{polygonParam},
			Doc:      "Gives the middle of a polygon.",
			Examples: []string{`round(todouble(geo_polygon_centroid(dynamic({"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]})).coordinates[0]), 3) == 1`},
			Eval:     ofArea(value.Dynamic, func(p *s2.Polygon) value.Value { return pointUnless(geo.Centroid(p)) }),
		},
		{
			Name: "geo_union_polygons_array", Result: value.Dynamic, Params: []Param{param("polygons", tDynamic, "an array of polygons")},
			Doc:      "Joins polygons to one, or several where they lie apart.",
			Examples: []string{`geo_union_polygons_array(pack_array(geo_geohash_to_polygon("sunny"), geo_geohash_to_polygon("sunnv"))).type == "Polygon"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return geo.UnionOf(a[0]) },
		},
	}
}

func geoCellFuncs() []Func {
	return append(geohashFuncs(), s2Funcs()...)
}

func geohashFuncs() []Func {
	hash := []Param{param("geohash", tText, "a geohash")}
	return []Func{
		{
			Name: "geo_point_to_geohash", Result: value.String,
			Params:   []Param{lngParam, latParam, optional("accuracy", tLong, "how many digits, 1 to 18; 5 when left out")},
			Doc:      "Gives the geohash of a point.",
			Examples: []string{`geo_point_to_geohash(-80.195829, 25.802215, 8) == "dhwfz15h"`},
			Eval:     cellOfPoint(5, geo.Geohash),
		},
		ofCell("geo_geohash_to_central_point", hash, "Gives the middle of a geohash.", `geo_geohash_to_central_point("sunny").coordinates[0] == 42.47314453125`, geo.GeohashCenter),
		ofCell("geo_geohash_to_polygon", hash, "Gives the area of a geohash.", `geo_geohash_to_polygon("sunny").type == "Polygon"`, geo.GeohashPolygon),
		ofCell("geo_geohash_neighbors", hash, "Lists the geohashes around one.", `geo_geohash_neighbors("sunny")[0] == "sunnv"`, geo.GeohashNeighbors),
	}
}

func s2Funcs() []Func {
	token := []Param{param("s2cell", tText, "the token of an S2 cell")}
	return []Func{
		{
			Name: "geo_point_to_s2cell", Result: value.String,
			Params:   []Param{lngParam, latParam, optional("level", tLong, "the cell's level, 0 to 30; 11 when left out")},
			Doc:      "Gives the token of the S2 cell that holds a point.",
			Examples: []string{`geo_point_to_s2cell(-80.195829, 25.802215, 8) == "88d9b"`},
			Eval:     cellOfPoint(11, geo.S2Cell),
		},
		ofCell("geo_s2cell_to_central_point", token, "Gives the middle of an S2 cell.", `geo_s2cell_to_central_point("1234567").type == "Point"`, geo.S2Center),
		ofCell("geo_s2cell_to_polygon", token, "Gives the area of an S2 cell.", `geo_s2cell_to_polygon("89c259").type == "Polygon"`, geo.S2Polygon),
		ofCell("geo_s2cell_neighbors", token, "Lists the S2 cells of the same level around one.", `array_length(geo_s2cell_neighbors("89c259")) == 8`, geo.S2Neighbors),
	}
}

// ofCell makes functions of the name of a cell.
func ofCell(name string, params []Param, doc, example string, f func(string) value.Value) Func {
	return Func{
		Name: name, Result: value.Dynamic, Params: params, Doc: doc, Examples: []string{example},
		Eval: eachText(value.Dynamic, f),
	}
}

// cellOfPoint makes functions that name the cell of a point.
func cellOfPoint(level int64, f func(lng, lat float64, level int64) string) Eval {
	return func(_ *Context, a []value.Value) value.Value {
		n, ok := longArg(a, 2, level)
		if !ok || a[0].IsNull() || a[1].IsNull() {
			return value.StringOf("")
		}
		return value.StringOf(f(a[0].Real(), a[1].Real(), n))
	}
}

func geoCoverFuncs() []Func {
	level := optional("level", tLong, "the cells' level, 0 to 30; 11 when left out")
	radius := optional("radius", tReal, "meters around the shape that are covered too")
	return []Func{
		{
			Name: "geo_polygon_to_s2cells", Result: value.Dynamic, Params: []Param{polygonParam, level, radius},
			Doc:      "Lists the tokens of the S2 cells of a level that cover a polygon.",
			Examples: []string{`array_length(geo_polygon_to_s2cells(geo_s2cell_to_polygon("89c259"), 6)) == 1`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				all, ok := geo.ParsePolygons(a[0])
				if !ok {
					return geo.Null()
				}
				return covered(a, all)
			},
		},
		{
			Name: "geo_line_to_s2cells", Result: value.Dynamic, Params: []Param{lineParam, level, radius},
			Doc:      "Lists the tokens of the S2 cells of a level that cover a line.",
			Examples: []string{`array_length(geo_line_to_s2cells(dynamic({"type": "LineString", "coordinates": [[1, 1], [1.0001, 1]]}), 5)) == 1`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				l, ok := geo.ParseLines(a[0])
				if !ok {
					return geo.Null()
				}
				return covered(a, l.Each())
			},
		},
	}
}

func covered[R geo.Region](a []value.Value, shapes []R) value.Value {
	level, ok := longArg(a, 1, 11)
	radius := 0.0
	if len(a) > 2 {
		radius = a[2].Real()
		ok = ok && !a[2].IsNull()
	}
	if !ok {
		return geo.Null()
	}
	return geo.Cover(shapes, level, radius)
}
