package h3

import (
	"math"
	"slices"
)

// MaxRings is how far rings may reach.
const MaxRings = 142

// ways are the steps of a walk around a cell, against the clock, that begins
// at the end of the axis i.
var ways = [6]int{2, 3, digitK, digitIK, digitI, 6}

// Rings gives the cells at each distance from a cell, up to n: itself, those
// next to it, and so on, each ring against the clock.
func (c Cell) Rings(n int) [][]Cell {
	if rings, ok := c.flatRings(n); ok {
		return rings
	}
	return c.spread(n)
}

// Neighbours are the cells next to a cell.
func (c Cell) Neighbours() []Cell { return c.Rings(1)[1] }

// flatRings walks as if the grid were flat, which it is but around pentagons.
func (c Cell) flatRings(n int) ([][]Cell, bool) {
	out := [][]Cell{{c}}
	seen := map[Cell]bool{c: true}
	if c.IsPentagon() {
		return nil, false
	}
	for k := 1; k <= n; k++ {
		var ring []Cell
		at := digits[digitI].times(k)
		for _, way := range ways {
			for range k {
				at = at.plus(digits[way])
				next := c.off(at)
				if seen[next] || next.IsPentagon() {
					return nil, false
				}
				seen[next] = true
				ring = append(ring, next)
			}
		}
		out = append(out, ring)
	}
	return out, true
}

// off is the cell that lies some steps away, along the axes of the base cell.
func (c Cell) off(by ijk) Cell {
	pentagon := isPentagon(c.base())
	if pentagon && c.leading() == digitIK {
		c, by = c.turn(rightDigit), by.right()
	}
	res := c.Resolution()
	p := homes[c.base()]
	p.at = c.descend(p.at).plus(by)
	grid := res + res%2
	if odd(res) {
		p.at = p.at.down(grid)
	}
	p.over(grid, pentagon && c.leading() == digitI, false)
	for p.over(grid, false, false) == over {
		continue
	}
	if odd(res) {
		p.at = p.at.up(grid)
	}
	x, y := p.at.point()
	lat, lng := degrees(place(p.face, x, y, res))
	return At(lat, lng, res)
}

// spread finds rings by going from cell to cell over their edges.
func (c Cell) spread(n int) [][]Cell {
	out := [][]Cell{{c}}
	seen := map[Cell]bool{c: true}
	for range n {
		var ring []Cell
		for _, from := range out[len(out)-1] {
			for _, next := range from.adjacent() {
				if !seen[next] {
					seen[next] = true
					ring = append(ring, next)
				}
			}
		}
		out = append(out, ring)
	}
	return out
}

// adjacent finds the cells beyond each edge, where the cell's middle would be
// in a mirror that stands on the edge.
func (c Cell) adjacent() []Cell {
	var out []Cell
	middle := vectorOf(c.Center())
	corners := c.Boundary()
	for i, p := range corners {
		q := corners[(i+1)%len(corners)]
		a, b := vectorOf(p.Lat, p.Lng), vectorOf(q.Lat, q.Lng)
		m := vector{a[0] + b[0], a[1] + b[1], a[2] + b[2]}
		f := 2 * m.dot(middle) / m.dot(m)
		next := vector{f*m[0] - middle[0], f*m[1] - middle[1], f*m[2] - middle[2]}
		lat, lng := degrees(math.Atan2(next[2], math.Hypot(next[0], next[1])), math.Atan2(next[1], next[0]))
		if cell := At(lat, lng, c.Resolution()); cell != c && !slices.Contains(out, cell) {
			out = append(out, cell)
		}
	}
	return out
}

type vector [3]float64

func vectorOf(lat, lng float64) vector {
	sin, cos := math.Sincos(lat * math.Pi / 180)
	sinLng, cosLng := math.Sincos(lng * math.Pi / 180)
	return vector{cos * cosLng, cos * sinLng, sin}
}

func (v vector) dot(w vector) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

// Parent is the cell of a coarser resolution that a cell belongs to.
func (c Cell) Parent(res int) (Cell, bool) {
	if res < 0 || res > c.Resolution() {
		return 0, false
	}
	for r := res + 1; r <= c.Resolution(); r++ {
		c = c.with(r, digitUnset)
	}
	return c.resized(res), true
}

func (c Cell) resized(res int) Cell { return c&^(15<<resShift) | Cell(res)<<resShift }

// Children are the cells of a finer resolution that belong to a cell.
func (c Cell) Children(res int) []Cell {
	out := []Cell{c}
	for r := c.Resolution() + 1; r <= res; r++ {
		var next []Cell
		for _, above := range out {
			for d := range 7 {
				if d != digitK || !above.IsPentagon() {
					next = append(next, above.resized(r).with(r, d))
				}
			}
		}
		out = next
	}
	return out
}
