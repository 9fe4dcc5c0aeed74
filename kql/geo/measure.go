package geo

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Distance is the way between two points in meters.
func Distance(a, b s2.Point) float64 { return meters(a.Distance(b)) }

func meters(a s1.Angle) float64 { return a.Radians() * EarthRadius }

// Azimuth is the direction in which b lies from a, in radians clockwise from
// the north; false when they are one point.
func Azimuth(a, b s2.Point) (float64, bool) {
	if a == b {
		return 0, false
	}
	from, to := s2.LatLngFromPoint(a), s2.LatLngFromPoint(b)
	sinFrom, cosFrom := math.Sincos(from.Lat.Radians())
	sinTo, cosTo := math.Sincos(to.Lat.Radians())
	sin, cos := math.Sincos(to.Lng.Radians() - from.Lng.Radians())
	return turn(math.Atan2(sin*cosTo, cosFrom*sinTo-sinFrom*cosTo*cos)), true
}

// turn brings an angle to 0 up to a full turn.
func turn(a float64) float64 {
	if a < 0 {
		a += 2 * math.Pi
	}
	return a
}

// Angle is the clockwise turn at b from a to c, in radians; false when two of
// them are one point.
func Angle(a, b, c s2.Point) (float64, bool) {
	first, ok := Azimuth(b, a)
	second, ok2 := Azimuth(b, c)
	if !ok || !ok2 || a == c {
		return 0, false
	}
	return turn(second - first), true
}

// The spheroid that stands for the Earth in WGS 84.
const (
	equatorRadius = 6378137.0
	flattening    = 1 / 298.257223563
	polarRadius   = equatorRadius * (1 - flattening)
)

// SpheroidDistance is the way between two points in meters on the spheroid of
// WGS 84, by Vincenty's inverse formula. For points that lie nearly opposite
// to one another it has no answer.
func SpheroidDistance(a, b s2.Point) (float64, bool) {
	p, q := s2.LatLngFromPoint(a), s2.LatLngFromPoint(b)
	l := math.Remainder(q.Lng.Radians()-p.Lng.Radians(), 2*math.Pi)
	sinU1, cosU1 := reduced(p)
	sinU2, cosU2 := reduced(q)
	lambda := l
	for range 200 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(cosU2*sinL, cosU1*sinU2-sinU1*cosU2*cosL)
		if sinS == 0 {
			return 0, true
		}
		cosS := sinU1*sinU2 + cosU1*cosU2*cosL
		sigma := math.Atan2(sinS, cosS)
		sinA := cosU1 * cosU2 * sinL / sinS
		cos2A := 1 - sinA*sinA
		cos2M := 0.0
		if cos2A > 0 { // else along the equator
			cos2M = cosS - 2*sinU1*sinU2/cos2A
		}
		c := flattening / 16 * cos2A * (4 + flattening*(4-3*cos2A))
		before := lambda
		lambda = l + (1-c)*flattening*sinA*(sigma+c*sinS*(cos2M+c*cosS*(2*cos2M*cos2M-1)))
		if math.Abs(lambda-before) < 1e-13 {
			return arcLength(sigma, sinS, cosS, cos2A, cos2M), true
		}
	}
	return 0, false
}

// reduced gives sine and cosine of the latitude on the sphere that touches the
// equator.
func reduced(p s2.LatLng) (sin, cos float64) {
	return math.Sincos(math.Atan((1 - flattening) * math.Tan(p.Lat.Radians())))
}

func arcLength(sigma, sinS, cosS, cos2A, cos2M float64) float64 {
	u := cos2A * (equatorRadius*equatorRadius - polarRadius*polarRadius) / (polarRadius * polarRadius)
	a := 1 + u/16384*(4096+u*(-768+u*(320-175*u)))
	b := u / 1024 * (256 + u*(-128+u*(74-47*u)))
	delta := b * sinS * (cos2M + b/4*(cosS*(2*cos2M*cos2M-1)-b/6*cos2M*(4*sinS*sinS-3)*(4*cos2M*cos2M-3)))
	return polarRadius * a * (sigma - delta)
}
