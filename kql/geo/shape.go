// Package geo computes with shapes on the Earth: points, lines and polygons
// as GeoJSON writes them, cells of geohash and S2, and distances. The Earth is
// a sphere, and edges are the shortest ways along it, as Kusto has them; the
// geometry is S2's.
package geo

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// EarthRadius is the mean radius of the Earth in meters.
const EarthRadius = 6371010.0

// angle is the angle that a distance in meters has at the Earth's centre.
func angle(meters float64) s1.Angle { return s1.Angle(meters / EarthRadius) }

// Lines are one line or several.
type Lines []s2.Polyline

// Point makes a point of degrees; false when there is none such.
func Point(lng, lat float64) (s2.Point, bool) {
	if !(lng >= -180 && lng <= 180) || !(lat >= -90 && lat <= 90) {
		return s2.Point{}, false
	}
	return ofDegrees(lat, lng), true
}

// ParseLines reads a LineString or a MultiLineString.
func ParseLines(v value.Value) (Lines, bool) {
	var all []value.Value
	switch coordinates := v.Get("coordinates"); kindOf(v) {
	case "LineString":
		all = []value.Value{coordinates}
	case "MultiLineString":
		all = elements(coordinates)
	}
	var out Lines
	for _, one := range all {
		line, ok := parsePoints(one)
		if !ok || len(line) < 2 || s2Line(line).Validate() != nil {
			return nil, false
		}
		out = append(out, line)
	}
	return out, len(out) > 0
}

func s2Line(line s2.Polyline) *s2.Polyline { return &line }

// ParsePolygons reads a Polygon or a MultiPolygon. Each is made of its rings
// in the order given, so that the same area may be covered twice.
func ParsePolygons(v value.Value) ([]*s2.Polygon, bool) {
	var all []value.Value
	switch coordinates := v.Get("coordinates"); kindOf(v) {
	case "Polygon":
		all = []value.Value{coordinates}
	case "MultiPolygon":
		all = elements(coordinates)
	}
	var out []*s2.Polygon
	for _, one := range all {
		p, ok := parsePolygon(one)
		if !ok {
			return nil, false
		}
		out = append(out, p)
	}
	return out, len(out) > 0
}

// parsePolygon reads the rings of one polygon, the shell first.
func parsePolygon(rings value.Value) (*s2.Polygon, bool) {
	var loops []*s2.Loop
	for _, ring := range elements(rings) {
		points, ok := parsePoints(ring)
		if !ok || len(points) < 4 || points[0] != points[len(points)-1] {
			return nil, false
		}
		loop := s2.LoopFromPoints(points[:len(points)-1])
		if !simple(loop) {
			return nil, false
		}
		loop.Normalize()
		loops = append(loops, loop)
	}
	if len(loops) == 0 {
		return nil, false
	}
	p := s2.PolygonFromLoops(loops)
	return p, len(loops) == 1 || disjoint(p)
}

// simple says whether a ring has distinct corners and edges that do not cross.
func simple(l *s2.Loop) bool {
	if l.Validate() != nil {
		return false
	}
	seen := make(map[s2.Point]bool, l.NumVertices())
	for _, p := range l.Vertices() {
		if seen[p] {
			return false
		}
		seen[p] = true
	}
	return !crosses(l)
}

// disjoint says whether the rings of a polygon neither cross nor share edges.
func disjoint(p *s2.Polygon) bool {
	edges := make(map[s2.Edge]bool, p.NumEdges())
	for i := range p.NumEdges() {
		e := p.Edge(i)
		if edges[e] || edges[e.Reversed()] {
			return false
		}
		edges[e] = true
	}
	return !crosses(p)
}

// crosses says whether any two edges of a shape cross inside both.
func crosses(shape s2.Shape) bool {
	index := s2.NewShapeIndex()
	index.Add(shape)
	query := s2.NewCrossingEdgeQuery(index)
	for i := range shape.NumEdges() {
		e := shape.Edge(i)
		if len(query.Crossings(e.V0, e.V1, shape, s2.CrossingTypeInterior)) > 0 {
			return true
		}
	}
	return false
}

// kindOf is the type that a GeoJSON object names.
func kindOf(v value.Value) string {
	t := v.Get("type").Inner()
	if t.Type() != value.String {
		return ""
	}
	return t.Str()
}

func elements(v value.Value) []value.Value {
	if !v.IsArray() {
		return nil
	}
	return v.Elems()
}

// parsePoints reads an array of positions.
func parsePoints(v value.Value) (s2.Polyline, bool) {
	all := elements(v)
	out := make(s2.Polyline, len(all))
	for i, position := range all {
		p, ok := parsePoint(position)
		if !ok {
			return nil, false
		}
		out[i] = p
	}
	return out, len(out) > 0
}

// parsePoint reads [longitude, latitude]; an altitude may follow.
func parsePoint(v value.Value) (s2.Point, bool) {
	c := elements(v)
	if len(c) < 2 {
		return s2.Point{}, false
	}
	lng, lat := c[0].Inner(), c[1].Inner()
	if !lng.Type().IsNumeric() || !lat.Type().IsNumeric() {
		return s2.Point{}, false
	}
	return Point(lng.To(value.Real).Real(), lat.To(value.Real).Real())
}
