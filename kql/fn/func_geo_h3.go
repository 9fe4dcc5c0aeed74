package fn

import (
	"github.com/dogwatch-dev/dogwatch/kql/geo"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// levelArg reads an optional resolution: nil when it is left out, false when it
// is null.
func levelArg(a []value.Value, at int) (*int64, bool) {
	if at >= len(a) {
		return nil, true
	}
	n := a[at].Int()
	return &n, !a[at].IsNull()
}

func geoHexagonFuncs() []Func {
	cell := param("h3cell", tText, "the name of an H3 cell")
	return []Func{
		{
			Name: "geo_point_to_h3cell", Result: value.String,
			Params:   []Param{lngParam, latParam, optional("resolution", tLong, "0 to 15; 6 when left out")},
			Doc:      "Gives the H3 cell that holds a point.",
			Examples: []string{`geo_point_to_h3cell(-74.04450446039874, 40.689250859314974) == "862a1072fffffff"`},
			Eval:     cellOfPoint(6, geo.H3Cell),
		},
		ofCell("geo_h3cell_to_central_point", []Param{cell}, "Gives the middle of an H3 cell.", `round(todouble(geo_h3cell_to_central_point("862a1072fffffff").coordinates[1]), 2) == 40.7`, geo.H3Center),
		ofCell("geo_h3cell_to_polygon", []Param{cell}, "Gives the area of an H3 cell.", `array_length(geo_h3cell_to_polygon("862a1072fffffff").coordinates[0]) == 7`, geo.H3Polygon),
		ofCell("geo_h3cell_neighbors", []Param{cell}, "Lists the H3 cells around one.", `array_length(geo_h3cell_neighbors("862a1072fffffff")) == 6`, geo.H3Neighbors),
		{
			Name: "geo_h3cell_level", Result: value.Int, Params: []Param{cell},
			Doc:      "Gives the resolution of an H3 cell.",
			Examples: []string{`geo_h3cell_level("862a1072fffffff") == 6`},
			Eval:     eachText(value.Int, geo.H3Level),
		},
		{
			Name: "geo_h3cell_parent", Result: value.String,
			Params:   []Param{cell, optional("resolution", tLong, "0 to 14; the one before when left out")},
			Doc:      "Gives the coarser H3 cell that one is part of; empty when there is none.",
			Examples: []string{`geo_h3cell_parent("862a1072fffffff", 1) == "812a3ffffffffff"`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				res, ok := levelArg(a, 1)
				if !ok {
					return value.StringOf("")
				}
				return value.StringOf(geo.H3Parent(text(a[0]), res))
			},
		},
		{
			Name: "geo_h3cell_children", Result: value.Dynamic,
			Params:   []Param{cell, optional("resolution", tLong, "1 to 15; the next one when left out")},
			Doc:      "Lists the finer H3 cells that one is made of, up to five resolutions below.",
			Examples: []string{`geo_h3cell_children("862a1072fffffff")[0] == "872a10728ffffff"`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				res, ok := levelArg(a, 1)
				if !ok {
					return geo.Null()
				}
				return geo.H3Children(text(a[0]), res)
			},
		},
		{
			Name: "geo_h3cell_rings", Result: value.Dynamic,
			Params:   []Param{cell, param("distance", tLong, "0 to 142")},
			Doc:      "Lists the H3 cells at each distance from one.",
			Examples: []string{`array_length(geo_h3cell_rings("861f8894fffffff", 2)[2]) == 12`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if a[1].IsNull() {
					return geo.Null()
				}
				return geo.H3Rings(text(a[0]), a[1].Int())
			},
		},
	}
}

func geoFillFunc() Func {
	return Func{
		Name: "geo_polygon_to_h3cells", Result: value.Dynamic,
		Params:   []Param{polygonParam, optional("resolution", tLong, "0 to 15; 6 when left out"), optional("radius", tReal, "0: a polygon's surroundings are not supported")},
		Check:    onlyWithout(2, "a radius around a polygon"),
		Doc:      "Lists the H3 cells whose middles lie in a polygon; its edges are straight on a map of degrees.",
		Examples: []string{`geo_polygon_to_h3cells(geo_h3cell_to_polygon("862a1072fffffff"))[0] == "862a1072fffffff"`},
		Eval: func(_ *Context, a []value.Value) value.Value {
			res, ok := longArg(a, 1, 6)
			if !ok {
				return geo.Null()
			}
			return geo.H3Fill(a[0], res)
		},
	}
}
