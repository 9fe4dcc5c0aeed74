package h3

import "math"

// A LatLng is a point in degrees.
type LatLng struct{ Lat, Lng float64 }

// rounds are the corners of a cell, against the clock, in the fine grid around
// its middle: of even and of odd resolutions. A pentagon lacks the last one.
var rounds = [2][6]ijk{
	{{2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {2, 0, 1}},
	{{5, 4, 0}, {1, 5, 0}, {0, 5, 4}, {0, 1, 5}, {4, 0, 5}, {5, 0, 1}},
}

// Boundary gives the corners of a cell against the clock. Where an edge goes
// over the side of a face it bends, and has a corner there too.
func (c Cell) Boundary() []LatLng {
	p, res := c.place(), c.Resolution()
	o := outline{face: p.face, res: res, grid: res + res%2}
	middle := p.at.fine()
	if odd(res) {
		middle = middle.down(o.grid)
	}
	corners := rounds[res%2][:]
	if c.IsPentagon() {
		corners = corners[:5]
	}
	for _, r := range corners {
		o.corners = append(o.corners, middle.plus(r))
	}
	if c.IsPentagon() {
		return o.pentagon()
	}
	return o.hexagon()
}

// outline is a cell's corners, all counted from the middle of one face.
type outline struct {
	face, res, grid int
	corners         []ijk
	out             []LatLng
}

// add puts a point of a face's plane to the corners.
func (o *outline) add(f int, x, y float64) {
	// The fine grid is straight: of the even resolution above an odd one.
	lat, lng := degrees(placeFine(f, x, y, o.grid))
	o.out = append(o.out, LatLng{lat, lng})
}

func (o *outline) hexagon() []LatLng {
	last, lastWhere := o.face, inside
	for n := range len(o.corners) + 1 {
		v := n % len(o.corners)
		p := facePlace{o.face, o.corners[v]}
		at := p.over(o.grid, false, true)
		if odd(o.res) && n > 0 && p.face != last && lastWhere != onSide {
			before := o.corners[(v+len(o.corners)-1)%len(o.corners)]
			far := last
			if last == o.face {
				far = p.face
			}
			o.bend(o.face, far, before, o.corners[v])
		}
		if n < len(o.corners) {
			x, y := p.at.point()
			o.add(p.face, x, y)
		}
		last, lastWhere = p.face, at
	}
	return o.out
}

// pentagon goes around a cell that lies on five faces; of an odd resolution,
// each of its edges bends.
func (o *outline) pentagon() []LatLng {
	var last facePlace
	for n := range len(o.corners) + 1 {
		p := facePlace{o.face, o.corners[n%len(o.corners)]}
		for p.over(o.grid, false, true) == over {
			continue
		}
		if odd(o.res) && n > 0 {
			here := p
			here.cross(beyond(p.face, sideTo(p.face, last.face)), 3*sevens(o.grid))
			o.bend(here.face, p.face, last.at, here.at)
		}
		if n < len(o.corners) {
			x, y := p.at.point()
			o.add(p.face, x, y)
		}
		last = p
	}
	return o.out
}

// bend adds the point at which an edge, of places on a face, goes over to
// another; none when that is a corner.
func (o *outline) bend(f, to int, from, next ijk) {
	reach := float64(2 * sevens(o.grid))
	ends := [3][2]float64{{3 * reach, 0}, {-1.5 * reach, 3 * sin60 * reach}, {-1.5 * reach, -3 * sin60 * reach}}
	pair := [3][2]int{sideIJ: {0, 1}, sideJK: {1, 2}, sideKI: {2, 0}}[sideTo(f, to)]
	x0, y0 := from.point()
	x1, y1 := next.point()
	x, y := crossing(x0, y0, x1, y1, ends[pair[0]], ends[pair[1]])
	if !close(x, y, x0, y0) && !close(x, y, x1, y1) {
		o.add(f, x, y)
	}
}

// crossing is where two lines meet.
func crossing(x0, y0, x1, y1 float64, p, q [2]float64) (x, y float64) {
	dx, dy, ex, ey := x1-x0, y1-y0, q[0]-p[0], q[1]-p[1]
	t := (ex*(y0-p[1]) - ey*(x0-p[0])) / (-ex*dy + dx*ey)
	return x0 + t*dx, y0 + t*dy
}

func close(x, y, x0, y0 float64) bool {
	return math.Abs(x-x0) < 1.2e-7 && math.Abs(y-y0) < 1.2e-7
}
