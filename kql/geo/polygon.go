package geo

import (
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Merged is the area of polygons as one: nothing in it counts twice.
func Merged(polygons []*s2.Polygon) *s2.Polygon {
	if len(polygons) == 1 {
		return polygons[0]
	}
	return Union(polygons).polygon()
}

// SquareMeters is the size of an area.
func SquareMeters(p *s2.Polygon) float64 { return p.Area() * EarthRadius * EarthRadius }

// Perimeter is the length of all edges of an area in meters.
func Perimeter(p *s2.Polygon) float64 {
	total := s1.Angle(0)
	for i := range p.NumEdges() {
		e := p.Edge(i)
		total += e.V0.Distance(e.V1)
	}
	return meters(total)
}

// Centroid is the middle of an area.
func Centroid(p *s2.Polygon) (s2.Point, bool) { return normal(p.Centroid()) }

// Contains says whether any of the polygons contains a point.
func Contains(polygons []*s2.Polygon, p s2.Point) bool {
	for _, polygon := range polygons {
		if polygon.ContainsPoint(p) {
			return true
		}
	}
	return false
}

// ClosestIn is the point of polygons that is closest to p: p itself when it is
// inside.
func ClosestIn(polygons []*s2.Polygon, p s2.Point) s2.Point {
	if Contains(polygons, p) {
		return p
	}
	best, least := p, s1.InfAngle()
	for _, polygon := range polygons {
		for i := range polygon.NumEdges() {
			e := polygon.Edge(i)
			if at := s2.Project(p, e.V0, e.V1); at.Distance(p) < least {
				best, least = at, at.Distance(p)
			}
		}
	}
	return best
}

// UnionOf writes the union of polygons, each an element of an array; null when
// one is none.
func UnionOf(polygons value.Value) value.Value {
	all, ok := parseAll(polygons)
	if !ok {
		return Null()
	}
	return WriteRings(Union(all).Rings())
}

func parseAll(polygons value.Value) ([]*s2.Polygon, bool) {
	var all []*s2.Polygon
	for _, v := range elements(polygons) {
		some, ok := ParsePolygons(v)
		if !ok {
			return nil, false
		}
		all = append(all, some...)
	}
	return all, len(all) > 0
}
