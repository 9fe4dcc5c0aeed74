// Package h3 computes with the cells of H3: hexagons, and twelve pentagons, on
// the faces of an icosahedron around the Earth, each divided into seven at the
// next resolution. Numbers and constants are those of the system as it is
// described at h3geo.org.
package h3

import "math"

// MaxResolution is that of the smallest cells.
const MaxResolution = 15

const (
	sqrt7 = 2.6457513110645905905016157536392604257102
	// turnIII is how far the grid of an odd resolution is turned.
	turnIII = 0.333473172251832115336090755351601070065900389
	// unit is the distance of neighbours at resolution 0 on a face's plane.
	unit  = 0.38196601125010500003
	sin60 = 0.8660254037844386467637231707529361834714
)

// odd says whether the grid of a resolution is turned (class III).
func odd(res int) bool { return res%2 == 1 }

// A face of the icosahedron: where its centre is, and in which direction its
// first axis goes from there (clockwise from the north).
type face struct {
	lat, lng, azimuth float64
}

var faces = [20]face{
	{0.803582649718989942, 1.248397419617396099, 5.619958268523939882},
	{1.307747883455638156, 2.536945009877921159, 5.760339081714187279},
	{1.054751253523952054, -1.347517358900396623, 0.780213654393430055},
	{0.600191595538186799, -0.450603909469755746, 0.430469363979999913},
	{0.491715428198773866, 0.401988202911306943, 6.130269123335111400},
	{0.172745327415618701, 1.678146885280433686, 2.692877706530642877},
	{0.605929321571350690, 2.953923329812411617, 2.982963003477243874},
	{0.427370518328979641, -1.888876200336285401, 3.532912002790141181},
	{-0.079066118549212831, -0.733429513380867741, 3.494305004259568154},
	{-0.230961644455383637, 0.506495587332349035, 3.003214169499538391},
	{0.079066118549212831, 2.408163140208925497, 5.930472956509811562},
	{0.230961644455383637, -2.635097066257444203, 0.138378484090254847},
	{-0.172745327415618701, -1.463445768309359553, 0.448714947059150361},
	{-0.605929321571350690, -0.187669323777381622, 0.158629650112549365},
	{-0.427370518328979641, 1.252716453253507838, 5.891865957979238535},
	{-0.600191595538186799, 2.690988744120037492, 2.711123289609793325},
	{-0.491715428198773866, -2.739604450678486295, 3.294508837434268316},
	{-0.803582649718989942, -1.893195233972397139, 3.804819692245439833},
	{-1.307747883455638156, -0.604647643711872080, 3.664438879055192436},
	{-1.054751253523952054, 1.794075294689396615, 2.361378999196363184},
}

// The sides of a face, named for the axes that they lie between.
const (
	sideIJ = iota
	sideKI
	sideJK
)

// A neighbour is the face beyond a side: how places go over to it.
type neighbour struct {
	face  int
	shift ijk
	turns int // by 60 degrees, against the clock
}

// beyond is the neighbour of a face beyond a side.
func beyond(f, side int) neighbour {
	forth, back := ijk{2, 0, 2}, ijk{2, 2, 0}
	jk := ijk{0, 2, 2}
	next, before := f/5*5+(f+1)%5, f/5*5+(f+4)%5
	switch f / 5 {
	case 0: // around the first pole
		return [3]neighbour{{before, forth, 1}, {next, back, 5}, {f + 5, jk, 3}}[side]
	case 1:
		return [3]neighbour{{f + 5, back, 3}, {10 + (f+4)%5, forth, 3}, {f - 5, jk, 3}}[side]
	case 2:
		return [3]neighbour{{f - 5, back, 3}, {5 + (f+1)%5, forth, 3}, {f + 5, jk, 3}}[side]
	}
	return [3]neighbour{{next, forth, 1}, {before, back, 5}, {f - 5, jk, 3}}[side]
}

// sideTo is the side of a face beyond which another lies.
func sideTo(from, to int) int {
	for side := range 3 {
		if beyond(from, side).face == to {
			return side
		}
	}
	return sideIJ
}

// project gives the face nearest to a point, and where on its plane the point
// is: in units of a resolution, from the face's centre.
func project(lat, lng float64, res int) (f int, x, y float64) {
	best := math.Inf(-1)
	sin, cos := math.Sincos(lat)
	for i, c := range faces {
		sinC, cosC := math.Sincos(c.lat)
		if dot := sin*sinC + cos*cosC*math.Cos(lng-c.lng); dot > best {
			f, best = i, dot
		}
	}
	c := faces[f]
	r := distance(c.lat, c.lng, lat, lng)
	if r < 1e-16 {
		return f, 0, 0
	}
	theta := c.azimuth - azimuth(c.lat, c.lng, lat, lng)
	if odd(res) {
		theta -= turnIII
	}
	r = math.Tan(r) / unit * scale(res)
	return f, r * math.Cos(theta), r * math.Sin(theta)
}

// scale is how many units of a resolution one of resolution 0 has.
func scale(res int) float64 {
	s := 1.0
	for range res {
		s *= sqrt7
	}
	return s
}

// place is a point's way back from a face's plane.
func place(f int, x, y float64, res int) (lat, lng float64) {
	turn := 0.0
	if odd(res) {
		turn = turnIII
	}
	return onEarth(f, x, y, scale(res), turn)
}

// placeFine is place for the fine grid, which is one of an even resolution.
func placeFine(f int, x, y float64, res int) (lat, lng float64) {
	return onEarth(f, x, y, 3*scale(res), 0)
}

func onEarth(f int, x, y, scale, turn float64) (lat, lng float64) {
	r := math.Hypot(x, y) / scale
	c := faces[f]
	if r < 1e-16 {
		return c.lat, c.lng
	}
	return destination(c.lat, c.lng, c.azimuth-math.Atan2(y, x)-turn, math.Atan(r*unit))
}

func distance(lat1, lng1, lat2, lng2 float64) float64 {
	sinLat, sinLng := math.Sin((lat2-lat1)/2), math.Sin((lng2-lng1)/2)
	a := sinLat*sinLat + sinLng*sinLng*math.Cos(lat1)*math.Cos(lat2)
	return 2 * math.Atan2(math.Sqrt(a), math.Sqrt(1-a))
}

func azimuth(lat1, lng1, lat2, lng2 float64) float64 {
	sin, cos := math.Sincos(lng2 - lng1)
	return math.Atan2(math.Cos(lat2)*sin, math.Cos(lat1)*math.Sin(lat2)-math.Sin(lat1)*math.Cos(lat2)*cos)
}

// destination is the point at a direction and distance from another.
func destination(lat, lng, az, r float64) (float64, float64) {
	sinR, cosR := math.Sincos(r)
	sinLat, cosLat := math.Sincos(lat)
	sinAz, cosAz := math.Sincos(az)
	sin := min(max(sinLat*cosR+cosLat*sinR*cosAz, -1), 1)
	return math.Asin(sin), math.Remainder(lng+math.Atan2(sinAz*sinR*cosLat, cosR-sinLat*sin), 2*math.Pi)
}
