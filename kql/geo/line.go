package geo

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Length is the length of lines in meters.
func (l Lines) Length() float64 {
	total := s1.Angle(0)
	for i := range l {
		total += l[i].Length()
	}
	return meters(total)
}

// Centroid is the middle of lines, each piece weighed by its length.
func (l Lines) Centroid() (s2.Point, bool) {
	sum := s2.Point{}
	for i := range l {
		sum.Vector = sum.Add(l[i].Centroid().Vector)
	}
	return normal(sum)
}

// normal brings a sum of points to the surface.
func normal(p s2.Point) (s2.Point, bool) {
	if p.Norm() == 0 || math.IsNaN(p.Norm()) {
		return s2.Point{}, false
	}
	return s2.Point{Vector: p.Normalize()}, true
}

// Closest is the point of lines that is closest to p.
func (l Lines) Closest(p s2.Point) s2.Point {
	best, least := s2.Point{}, s1.InfAngle()
	for i := range l {
		if at, _ := l[i].Project(p); at.Distance(p) < least {
			best, least = at, at.Distance(p)
		}
	}
	return best
}

// At is the point that lies a fraction of a line's length from its beginning.
func At(line s2.Polyline, fraction float64) s2.Point {
	p, _ := line.Interpolate(fraction)
	return p
}

// Locate is the fraction of a line's length at which it comes closest to p.
func Locate(line s2.Polyline, p s2.Point) float64 {
	at, next := line.Project(p)
	return line.Uninterpolate(at, next)
}

// Simplify leaves out points of lines that lie within a distance of what
// remains.
func (l Lines) Simplify(tolerance float64) Lines {
	out := make(Lines, len(l))
	for i := range l {
		for _, at := range l[i].SubsampleVertices(angle(tolerance)) {
			out[i] = append(out[i], l[i][at])
		}
	}
	return out
}

// Each are the lines as shapes.
func (l Lines) Each() []*s2.Polyline {
	out := make([]*s2.Polyline, len(l))
	for i := range l {
		out[i] = &l[i]
	}
	return out
}
