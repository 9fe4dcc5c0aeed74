package h3

import (
	"math"
	"slices"
	"strconv"
)

// A Cell is the number of a cell: from the top a mode, its resolution, one of
// 122 base cells, and a digit of three bits for each resolution below.
type Cell uint64

const (
	mode       = 1 << 59
	resShift   = 52
	baseShift  = 45
	digitUnset = 7
)

func newCell(res, base int) Cell {
	return Cell(mode | uint64(res)<<resShift | uint64(base)<<baseShift | (1<<baseShift - 1))
}

// Parse reads a cell as it is written, and says whether there is such a cell.
func Parse(text string) (Cell, bool) {
	n, err := strconv.ParseUint(text, 16, 64)
	c := Cell(n)
	return c, err == nil && c.valid()
}

// String writes the number as 15 hexadecimal digits.
func (c Cell) String() string { return strconv.FormatUint(uint64(c), 16) }

// Resolution is 0 for base cells, 15 for the smallest.
func (c Cell) Resolution() int { return int(c >> resShift & 15) }

func (c Cell) base() int { return int(c >> baseShift & 127) }

func (c Cell) digit(res int) int { return int(c >> (3 * (MaxResolution - res)) & 7) }

func (c Cell) with(res, digit int) Cell {
	shift := 3 * (MaxResolution - res)
	return c&^(7<<shift) | Cell(digit)<<shift
}

func (c Cell) valid() bool {
	if c>>56 != mode>>56 || c.base() >= len(homes) {
		return false
	}
	for r := 1; r <= MaxResolution; r++ {
		if unset := c.digit(r) == digitUnset; unset != (r > c.Resolution()) {
			return false
		}
	}
	return !isPentagon(c.base()) || c.leading() != digitK
}

// leading is the first digit that is not 0.
func (c Cell) leading() int {
	for r := 1; r <= c.Resolution(); r++ {
		if d := c.digit(r); d != 0 {
			return d
		}
	}
	return 0
}

// IsPentagon says whether the cell has five sides.
func (c Cell) IsPentagon() bool { return isPentagon(c.base()) && c.leading() == 0 }

// turn turns all digits.
func (c Cell) turn(f func(int) int) Cell {
	for r := 1; r <= c.Resolution(); r++ {
		c = c.with(r, f(c.digit(r)))
	}
	return c
}

// turnPentagon turns the digits under a pentagon against the clock: past the
// side that it lacks.
func (c Cell) turnPentagon() Cell {
	first := true
	for r := 1; r <= c.Resolution(); r++ {
		c = c.with(r, leftDigit(c.digit(r)))
		if first && c.digit(r) != 0 {
			first = false
			if c.leading() == digitK {
				c = c.turn(leftDigit)
			}
		}
	}
	return c
}

// At is the cell of a resolution at a point of degrees.
func At(lat, lng float64, res int) Cell {
	f, x, y := project(lat*math.Pi/180, lng*math.Pi/180, res)
	return cellAt(facePlace{f, nearest(x, y)}, res)
}

// cellAt is the cell at a place on a face.
func cellAt(p facePlace, res int) Cell {
	c, at := newCell(res, 0), p.at
	for r := res; r > 0; r-- {
		above := at.up(r)
		c = c.with(r, digitOf(at.minus(above.down(r))))
		at = above
	}
	b := spots[p.face][spotOf(at)]
	c |= Cell(b.cell) << baseShift
	if !isPentagon(b.cell) {
		for range b.turns {
			c = c.turn(leftDigit)
		}
		return c
	}
	if c.leading() == digitK {
		if pair := turnedRight[b.cell]; slices.Contains(pair[:], p.face) {
			c = c.turn(rightDigit)
		} else {
			c = c.turn(leftDigit)
		}
	}
	for range b.turns {
		c = c.turnPentagon()
	}
	return c
}

// place is where a cell's middle lies, on the face that it belongs to.
func (c Cell) place() facePlace {
	pentagon := isPentagon(c.base())
	if pentagon && c.leading() == digitIK {
		c = c.turn(rightDigit)
	}
	p, res := homes[c.base()], c.Resolution()
	if !pentagon && (res == 0 || p.at == ijk{}) {
		p.at = c.descend(p.at)
		return p
	}
	p.at = c.descend(p.at)
	before := p.at
	grid := res
	if odd(res) {
		grid++
		p.at = p.at.down(grid)
	}
	moved := p.over(grid, pentagon && c.leading() == digitI, false)
	if moved != over {
		p.at = before
		return p
	}
	for pentagon && p.over(grid, false, false) == over {
		continue
	}
	if odd(res) {
		p.at = p.at.up(grid)
	}
	return p
}

// descend follows the digits down from a place.
func (c Cell) descend(at ijk) ijk {
	for r := 1; r <= c.Resolution(); r++ {
		at = at.down(r).plus(digits[c.digit(r)])
	}
	return at
}

// Where a place lies that counts from the middle of a face.
type where int

const (
	inside where = iota
	onSide
	over
)

// over brings a place that lies beyond a side of its face to the face that it
// lies on. The grid is one of an even resolution, or, when fine, that of a
// third of its size. fold tells of a place under a pentagon that is met by the
// side that the pentagon lacks.
func (p *facePlace) over(res int, fold, fine bool) where {
	size := sevens(res)
	if fine {
		size *= 3
	}
	reach := 2 * size
	switch sum := p.at.i + p.at.j + p.at.k; {
	case fine && sum == reach:
		return onSide
	case sum <= reach:
		return inside
	}
	side := sideIJ
	if p.at.k > 0 && p.at.j > 0 {
		side = sideJK
	} else if p.at.k > 0 {
		side = sideKI
		if fold {
			corner := ijk{reach, 0, 0}
			p.at = p.at.minus(corner).right().plus(corner)
		}
	}
	p.cross(beyond(p.face, side), size)
	if fine && p.at.i+p.at.j+p.at.k == reach {
		return onSide
	}
	return over
}

// sevens is how many steps of an even resolution one of resolution 0 has.
func sevens(res int) int {
	n := 1
	for range res / 2 {
		n *= 7
	}
	return n
}

// cross counts a place from the middle of another face.
func (p *facePlace) cross(to neighbour, size int) {
	p.face = to.face
	for range to.turns {
		p.at = p.at.left()
	}
	p.at = p.at.plus(to.shift.times(size))
}

// Center is the middle of a cell in degrees.
func (c Cell) Center() (lat, lng float64) {
	p := c.place()
	x, y := p.at.point()
	return degrees(place(p.face, x, y, c.Resolution()))
}

func degrees(lat, lng float64) (float64, float64) { return lat * 180 / math.Pi, lng * 180 / math.Pi }
