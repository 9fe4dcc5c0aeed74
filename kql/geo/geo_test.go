package geo

import (
	"math"
	"testing"

	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// squares are polygons that lie in, on, beside and far from one another.
var squares = []string{
	`{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]]]}`,
	`{"type":"Polygon","coordinates":[[[5,5],[15,5],[15,15],[5,15],[5,5]]]}`,
	`{"type":"Polygon","coordinates":[[[10,0],[20,0],[20,10],[10,10],[10,0]]]}`,
	`{"type":"Polygon","coordinates":[[[2,2],[4,2],[4,4],[2,4],[2,2]]]}`,
	`{"type":"Polygon","coordinates":[[[40,40],[50,40],[50,50],[40,40]]]}`,
	`{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[1,1],[1,9],[9,9],[9,1],[1,1]]]}`,
	`{"type":"MultiPolygon","coordinates":[[[[0,0],[3,0],[3,3],[0,0]]],[[[2,1],[8,1],[8,8],[2,1]]]]}`,
	`{"type":"Polygon","coordinates":[[[175,-5],[-175,-5],[-175,5],[175,5],[175,-5]]]}`,
}

func area(t *testing.T, text string) *s2.Polygon {
	t.Helper()
	all, ok := ParsePolygons(value.JSONOf(text))
	if !ok {
		t.Fatalf("%s is no polygon", text)
	}
	return Merged(all)
}

func size(a Area) float64 {
	if p := a.polygon(); p != nil {
		return p.Area()
	}
	return 0
}

// What two areas cover together and what both cover is what each covers.
func TestUnionAndIntersectionAddUp(t *testing.T) {
	for _, x := range squares {
		for _, y := range squares {
			a, b := area(t, x), area(t, y)
			union, both := size(overlay(a, b, true)), size(overlay(a, b, false))
			if math.Abs(union+both-a.Area()-b.Area()) > 1e-12 {
				t.Errorf("%s\n%s\nunion %v, both %v, areas %v and %v", x, y, union, both, a.Area(), b.Area())
			}
			if again := size(overlay(b, a, true)); math.Abs(again-union) > 1e-12 {
				t.Errorf("%s\n%s\nunion %v, the other way round %v", x, y, union, again)
			}
		}
	}
}

// A buffer holds what lies nearer than its radius and nothing beyond it.
func TestBuffersReachAsFarAsTheirRadius(t *testing.T) {
	const radius, tolerance = 50000.0, 500.0
	for _, x := range squares {
		a := area(t, x)
		all, ok := ParsePolygons(Buffer{radius, tolerance}.Polygons(a))
		if !ok {
			t.Errorf("the buffer of %s is no polygon", x)
			continue
		}
		buffer := Merged(all)
		middle, _ := Centroid(a)
		for i := range 1000 {
			dir := s2.PointOnRay(s2.Ortho(middle), s2.Point{Vector: middle.Cross(s2.Ortho(middle).Vector)}, angle(EarthRadius*float64(i)))
			p := s2.PointOnRay(middle, dir, angle(float64(i)*2000))
			far := Distance(p, ClosestIn([]*s2.Polygon{a}, p))
			if in := buffer.ContainsPoint(p); in && far > radius+tolerance || !in && far < radius-tolerance {
				t.Fatalf("%s: %v meters away, in the buffer: %v", x, far, in)
			}
		}
	}
}

func TestPositionsAreReadAsWritten(t *testing.T) {
	for lng := -180.0; lng <= 180; lng += 7.3 {
		for lat := -90.0; lat <= 90; lat += 3.7 {
			p := ofDegrees(lat, lng)
			if d := p.Distance(s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lng))); d > 1e-15 {
				t.Errorf("%v, %v is %v off", lat, lng, d)
			}
			again, _ := inDegrees(p)
			if math.Abs(again-lat) > 1e-13 {
				t.Errorf("latitude %v is read as %v", lat, again)
			}
		}
	}
}

func FuzzFromWKT(f *testing.F) {
	for _, s := range []string{"POINT (1 2)", "MULTIPOLYGON (((0 0, 2 0, 2 2, 0 0)))", "GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (2 2, 3 3))", "((", "POINT Z(1 2 3)"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, text string) { _ = FromWKT(text).String() })
}

func FuzzShapes(f *testing.F) {
	for _, s := range squares {
		f.Add(s, squares[1])
	}
	f.Add(`{"type":"LineString","coordinates":[[0,0],[10,10],[0,10]]}`, `{"type":"MultiLineString","coordinates":[[[5,0],[5,9]],[[1,1],[2,2]]]}`)
	f.Fuzz(func(_ *testing.T, x, y string) {
		if len(x)+len(y) > 2000 {
			return
		}
		v, _ := value.ParseJSON(x)
		w, _ := value.ParseJSON(y)
		if p, ok := ParsePolygons(v); ok {
			if q, ok := ParsePolygons(w); ok {
				a, b := Merged(p), Merged(q)
				if a != nil && b != nil {
					AreasMeet(a, b)
					Buffer{1000, 100}.Polygons(a)
				}
				PolygonsTouch(p, q)
			}
			Cover(p, 3, 10)
			H3Fill(v, 1)
		}
		if l, ok := ParseLines(v); ok {
			if m, ok := ParseLines(w); ok {
				LinesMeet(l, m)
			}
			Buffer{1000, 100}.Lines(l)
			Densifier{Tolerance: 10000}.Lines(l)
		}
	})
}
