package h3

import "math"

// ijk is a place in a grid of hexagons, counted along three axes that are 120
// degrees apart; the least of the counts is 0.
type ijk struct{ i, j, k int }

func (p ijk) plus(q ijk) ijk { return ijk{p.i + q.i, p.j + q.j, p.k + q.k}.normal() }

func (p ijk) minus(q ijk) ijk { return ijk{p.i - q.i, p.j - q.j, p.k - q.k}.normal() }

func (p ijk) times(n int) ijk { return ijk{p.i * n, p.j * n, p.k * n} }

func (p ijk) normal() ijk {
	least := min(p.i, p.j, p.k)
	return ijk{p.i - least, p.j - least, p.k - least}
}

// along is p with other steps for its axes.
func (p ijk) along(i, j, k ijk) ijk {
	return i.times(p.i).plus(j.times(p.j)).plus(k.times(p.k))
}

// left turns a place by 60 degrees against the clock, right with it.
func (p ijk) left() ijk  { return p.along(ijk{1, 1, 0}, ijk{0, 1, 1}, ijk{1, 0, 1}) }
func (p ijk) right() ijk { return p.along(ijk{1, 0, 1}, ijk{1, 1, 0}, ijk{0, 1, 1}) }

// down is the same place in the grid of the next resolution: the centre of the
// seven. Which of the two grids that are turned that is, the resolution says.
func (p ijk) down(res int) ijk {
	if odd(res) {
		return p.along(ijk{3, 0, 1}, ijk{1, 3, 0}, ijk{0, 1, 3})
	}
	return p.along(ijk{3, 1, 0}, ijk{0, 3, 1}, ijk{1, 0, 3})
}

// up is the place in the grid above that of a resolution.
func (p ijk) up(res int) ijk {
	i, j := float64(p.i-p.k), float64(p.j-p.k)
	if odd(res) {
		return ijk{round((3*i - j) / 7), round((i + 2*j) / 7), 0}.normal()
	}
	return ijk{round((2*i + j) / 7), round((3*j - i) / 7), 0}.normal()
}

func round(f float64) int { return int(math.Round(f)) }

// fine is the same place in a grid of a third of the size, in which corners of
// hexagons are places too.
func (p ijk) fine() ijk {
	p = p.along(ijk{2, 0, 1}, ijk{1, 2, 0}, ijk{0, 1, 2})
	return p.along(ijk{2, 1, 0}, ijk{0, 2, 1}, ijk{1, 0, 2})
}

// point is the place on the plane.
func (p ijk) point() (x, y float64) {
	i, j := float64(p.i-p.k), float64(p.j-p.k)
	return i - j/2, j * sin60
}

// nearest is the place that is closest to a point of the plane.
func nearest(x, y float64) ijk {
	j := y / sin60
	i := x + j/2
	// Differences of the counts add up to 0, and round as cubes do.
	a, b, c := i-j, j, -i
	ra, rb, rc := math.Round(a), math.Round(b), math.Round(c)
	da, db, dc := math.Abs(ra-a), math.Abs(rb-b), math.Abs(rc-c)
	switch {
	case da > db && da > dc:
		ra = -rb - rc
	case db > dc:
		rb = -ra - rc
	}
	return ijk{int(ra + rb), int(rb), 0}.normal()
}

// digits are the places around one, by the digit that stands for each.
var digits = [7]ijk{{}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 0}}

const (
	digitK  = 1
	digitI  = 4
	digitIK = 5
)

// digitOf is the digit of a place next to the middle.
func digitOf(p ijk) int { return p.i<<2 | p.j<<1 | p.k }

func leftDigit(d int) int  { return digitOf(digits[d].left()) }
func rightDigit(d int) int { return digitOf(digits[d].right()) }
