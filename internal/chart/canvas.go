package chart

import "math"

// A canvas is a grid of dots, some of them in each cell of the terminal, and
// which series drew last in each cell.
type canvas struct {
	width, height int // cells
	dx, dy        int // dots in a cell
	dots          []bool
	owner         []int // of cells; -1 nobody
}

func newCanvas(width, height, dx, dy int) *canvas {
	c := &canvas{width: width, height: height, dx: dx, dy: dy, dots: make([]bool, width*height*dx*dy), owner: make([]int, width*height)}
	for i := range c.owner {
		c.owner[i] = -1
	}
	return c
}

// set draws a dot; y counts from below.
func (c *canvas) set(x, y, series int) {
	y = c.height*c.dy - 1 - y
	if x < 0 || y < 0 || x >= c.width*c.dx || y >= c.height*c.dy {
		return
	}
	c.dots[y*c.width*c.dx+x] = true
	c.owner[y/c.dy*c.width+x/c.dx] = series
}

// line draws a line of dots.
func (c *canvas) line(x0, y0, x1, y1, series int) {
	steps := max(x1-x0, x0-x1, y1-y0, y0-y1, 1)
	for i := range steps + 1 {
		part := float64(i) / float64(steps)
		c.set(x0+int(math.Round(part*float64(x1-x0))), y0+int(math.Round(part*float64(y1-y0))), series)
	}
}

// braille are the bits of the dots of a cell, row by row.
var braille = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// cell is the character of a cell: dots in braille, or the mark of who drew.
func (c *canvas) cell(x, y int, marks []rune) (r rune, series int) {
	series = c.owner[y*c.width+x]
	if series < 0 {
		return ' ', series
	}
	if marks != nil {
		return marks[series%len(marks)], series
	}
	r = 0x2800
	for dy := range 4 {
		for dx := range 2 {
			if c.dots[(y*4+dy)*c.width*2+x*2+dx] {
				r |= braille[dy][dx]
			}
		}
	}
	return r, series
}
