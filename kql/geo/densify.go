package geo

import (
	"math"

	"github.com/golang/geo/r2"
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxDense is how many points a shape may come to have.
const maxDense = 10485760

// A Densifier adds points to edges that are meant to be straight on a map of
// degrees, so that the shortest ways between the points keep to them.
type Densifier struct {
	// Tolerance is how far off the way may be, in meters.
	Tolerance float64
	// KeepCrossing lets an edge cross the antimeridian where that is shorter.
	KeepCrossing bool
}

// Lines makes lines dense; false when that takes too many points.
func (d Densifier) Lines(lines Lines) (Lines, bool) {
	out, total := make(Lines, len(lines)), 0
	for i, l := range lines {
		out[i] = d.path(l)
		total += len(out[i])
	}
	return out, total <= maxDense
}

// Rings makes the rings of GeoJSON polygons dense, in the order given.
func (d Densifier) Rings(polygon value.Value) value.Value {
	if _, ok := ParsePolygons(polygon); !ok {
		return Null()
	}
	total := 0
	ring := func(v value.Value) value.Value {
		points, _ := parsePoints(v)
		dense := d.path(points)
		total += len(dense)
		return positions(dense)
	}
	rings := func(v value.Value) value.Value { return arrayOf(elements(v), ring) }
	kind, coordinates := kindOf(polygon), polygon.Get("coordinates")
	var out value.Value
	if kind == "Polygon" {
		out = rings(coordinates)
	} else {
		out = arrayOf(elements(coordinates), rings)
	}
	if total > maxDense {
		return Null()
	}
	return geometry(kind, out)
}

func (d Densifier) path(points []s2.Point) []s2.Point {
	out := []s2.Point{points[0]}
	for i := 1; i < len(points) && len(out) <= maxDense; i++ {
		out = d.straight(points[i-1], points[i], out)
	}
	return out
}

// straight adds the points after a, up to b.
func (d Densifier) straight(a, b s2.Point, out []s2.Point) []s2.Point {
	from, to := planar(a), planar(b)
	if math.Abs(to.X-from.X) > 180 {
		if d.KeepCrossing {
			to.X += math.Copysign(360, from.X-to.X)
		} else {
			middle := from.Add(to).Mul(0.5)
			p := onMap(middle)
			return append(d.halve(middle, to, p, b, append(d.halve(from, middle, a, p, out), p)), b)
		}
	}
	return append(d.halve(from, to, a, b, out), b)
}

// halve adds the points between a and b that the way there needs: their middle
// on the map, when the middle of the shortest way lies too far from it.
func (d Densifier) halve(from, to r2.Point, a, b s2.Point, out []s2.Point) []s2.Point {
	middle := from.Add(to).Mul(0.5)
	p := onMap(middle)
	if len(out) > maxDense || s2.Interpolate(0.5, a, b).Distance(p) <= angle(d.Tolerance) {
		return out
	}
	return d.halve(middle, to, p, b, append(d.halve(from, middle, a, p, out), p))
}

// planar and onMap go between the Earth and a map of degrees.
func planar(p s2.Point) r2.Point {
	lat, lng := inDegrees(p)
	return r2.Point{X: lng, Y: lat}
}

func onMap(p r2.Point) s2.Point { return ofDegrees(p.Y, p.X) }
