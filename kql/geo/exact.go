package geo

import (
	"math"

	"github.com/golang/geo/r3"
	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Positions are written with all their digits, and the last of them depends on
// how exactly sines and angles are computed. What follows rounds once, at the
// end, as good C libraries do.

// A double holds a number as a sum of two: twice as exact as one.
type double struct{ hi, lo float64 }

func sum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) double {
	p := a * b
	return double{p, math.FMA(a, b, -p)}
}

func (x double) plus(y double) double {
	s := sum(x.hi, y.hi)
	return sum(s.hi, s.lo+x.lo+y.lo)
}

func (x double) times(y double) double {
	p := product(x.hi, y.hi)
	return sum(p.hi, p.lo+x.hi*y.lo+x.lo*y.hi)
}

func (x double) over(n float64) double {
	q := x.hi / n
	p := product(q, n)
	return sum(q, (x.hi-p.hi-p.lo+x.lo)/n)
}

// halfPi is a quarter turn.
var halfPi = double{1.5707963267948966, 6.123233995736766e-17}

// sincos of an angle of at most a turn.
func sincos(x float64) (sin, cos double) {
	k := math.Round(x / halfPi.hi)
	r := double{hi: x}.plus(product(halfPi.hi, -k)).plus(product(halfPi.lo, -k))
	sin, cos = series(r, 1), series(r, 0)
	for range (int(k)%4 + 4) % 4 {
		sin, cos = cos, double{-sin.hi, -sin.lo}
	}
	return sin, cos
}

// series adds up the powers of x over their factorials, every other one, with
// changing signs: from the first for a sine, from the zeroth for a cosine.
func series(x double, first int) double {
	square := x.times(x)
	term := double{hi: 1}
	if first == 1 {
		term = x
	}
	total := term
	for n := first + 2; n < 34; n += 2 {
		term = term.times(square).over(-float64(n * (n - 1)))
		total = total.plus(term)
	}
	return total
}

// atan2 is the angle of a point on the plane.
func atan2(y, x float64) float64 {
	angle := math.Atan2(y, x)
	if x == 0 && y == 0 || math.Abs(angle) < 1e-8 {
		return angle
	}
	sin, cos := sincos(angle)
	off := double{hi: y}.times(cos).plus(double{hi: -x}.times(sin))
	return angle + off.hi/math.Hypot(x, y)
}

// ofDegrees is the point of a latitude and a longitude.
func ofDegrees(lat, lng float64) s2.Point {
	sinLat, cosLat := sincos(float64(s1.Degree) * lat)
	sinLng, cosLng := sincos(float64(s1.Degree) * lng)
	return s2.Point{Vector: r3.Vector{X: cosLng.hi * cosLat.hi, Y: sinLng.hi * cosLat.hi, Z: sinLat.hi}}
}

// inDegrees is the latitude and longitude of a point.
func inDegrees(p s2.Point) (lat, lng float64) {
	const perRadian = 180 / math.Pi
	return perRadian * atan2(p.Z, math.Sqrt(p.X*p.X+p.Y*p.Y)), perRadian * atan2(p.Y, p.X)
}
