package geo

import (
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Null is what a computation gives that has no shape to give.
func Null() value.Value { return value.NullOf(value.Dynamic) }

// geometry is a GeoJSON object.
func geometry(kind string, coordinates value.Value) value.Value {
	return value.BagOf([]string{"type", "coordinates"}, []value.Value{value.StringOf(kind), coordinates})
}

func position(lng, lat float64) value.Value {
	return value.ArrayOf([]value.Value{value.RealOf(lng), value.RealOf(lat)})
}

func positionOf(p s2.Point) value.Value {
	lat, lng := inDegrees(p)
	return position(lng, lat)
}

// PointAt writes a point of degrees.
func PointAt(lng, lat float64) value.Value { return geometry("Point", position(lng, lat)) }

// WritePoint writes a point.
func WritePoint(p s2.Point) value.Value { return geometry("Point", positionOf(p)) }

func positions(points []s2.Point) value.Value {
	return arrayOf(points, positionOf)
}

// ringOf writes the corners of a ring, the first again at the end.
func ringOf(points []s2.Point) value.Value {
	return positions(append(points[:len(points):len(points)], points[0]))
}

func arrayOf[T any](all []T, f func(T) value.Value) value.Value {
	out := make([]value.Value, len(all))
	for i, x := range all {
		out[i] = f(x)
	}
	return value.ArrayOf(out)
}

// WriteLines writes one line as a LineString, several as a MultiLineString.
func WriteLines(lines Lines) value.Value {
	switch len(lines) {
	case 0:
		return Null()
	case 1:
		return geometry("LineString", positions(lines[0]))
	}
	return geometry("MultiLineString", arrayOf(lines, func(l s2.Polyline) value.Value { return positions(l) }))
}

// A Rings is a polygon by its rings, the shell first.
type Rings [][]s2.Point

func (r Rings) value() value.Value { return arrayOf(r, ringOf) }

// WriteRings writes one polygon as a Polygon, several as a MultiPolygon.
func WriteRings(polygons []Rings) value.Value {
	switch len(polygons) {
	case 0:
		return Null()
	case 1:
		return geometry("Polygon", polygons[0].value())
	}
	return geometry("MultiPolygon", arrayOf(polygons, Rings.value))
}

// ring writes one polygon without holes, of degrees.
func ring(degrees [][2]float64) value.Value {
	degrees = append(degrees, degrees[0])
	return geometry("Polygon", value.ArrayOf([]value.Value{
		arrayOf(degrees, func(d [2]float64) value.Value { return position(d[0], d[1]) }),
	}))
}
