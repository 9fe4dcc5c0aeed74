package chart

import (
	"math"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// plot draws lines, areas and dots between two axes.
func (c *Chart) plot(b *strings.Builder, t Terminal) {
	c.key(b, t, false)
	ys, yTicks := c.yScale(max(t.Height/3, 2))
	labels := yLabels(ys, yTicks, t.Height)
	margin := 0
	for _, l := range labels {
		margin = max(margin, screen.Width(l))
	}
	width := max(t.Width-margin-2, 10)
	xs, xTicks, xTexts := c.xScale(max(width/12, 2))
	list := c.glyphs(t)
	cv := newCanvas(width, t.Height, 2, 4)
	if list != nil {
		cv = newCanvas(width, t.Height, 1, 1)
	}
	c.trace(cv, xs, ys)
	if c.yTitle != "" {
		b.WriteString(screen.Clip(c.yTitle, t.Width) + "\n")
	}
	side := "│"
	if t.ASCII {
		side = "|"
	}
	for row := range t.Height {
		b.WriteString(strings.Repeat(" ", margin-screen.Width(labels[row])) + labels[row] + " " + side + t.row(cv, row, list) + "\n")
	}
	writeAxis(b, t, margin+1, width, xs, xTicks, xTexts)
	if c.xTitle != "" {
		b.WriteString(strings.Repeat(" ", margin+2) + screen.Clip(c.xTitle, width) + "\n")
	}
	if c.x.kind == times {
		low, high := timeOf(xs.low).Format("2006-01-02 15:04:05"), timeOf(xs.high).Format("2006-01-02 15:04:05")
		b.WriteString(strings.Repeat(" ", margin+2) + low + " to " + high + " UTC\n")
	}
}

// glyphs are the marks that series are drawn with; nil for braille, which has
// no marks: it will do for one series, or with colours.
func (c *Chart) glyphs(t Terminal) []rune {
	switch {
	case t.ASCII:
		return asciiMarks
	case !t.Color && len(c.series) > 1:
		return marks
	}
	return nil
}

// trace draws all series.
func (c *Chart) trace(cv *canvas, xs, ys scale) {
	base := map[float64]float64{} // what the next series of a stack stands on
	for i, s := range c.series {
		points := s.points
		if c.stacked {
			points = make([]point, len(s.points))
			for k, p := range s.points {
				base[p.x] += p.y
				points[k] = point{p.x, base[p.x]}
			}
		}
		c.traceOne(cv, points, i, xs, ys)
	}
}

func (c *Chart) traceOne(cv *canvas, points []point, series int, xs, ys scale) {
	lastX, lastY, begun := 0, 0, false
	for _, p := range points {
		fx, inX := xs.at(p.x)
		fy, inY := ys.at(p.y)
		if !inX || !inY {
			begun = false
			continue
		}
		x, y := place(fx, cv.width*cv.dx), place(fy, cv.height*cv.dy)
		if c.form == dots || !begun {
			cv.set(x, y, series)
		} else {
			cv.line(lastX, lastY, x, y, series)
		}
		if c.form == areas && (c.stacked || len(c.series) == 1) {
			c.fill(cv, begun, lastX, lastY, x, y, place(ys.clamp(0), cv.height*cv.dy), series)
		}
		lastX, lastY, begun = x, y, true
	}
}

// fill draws what is under a line that nobody else drew.
func (c *Chart) fill(cv *canvas, begun bool, x0, y0, x1, y1, base, series int) {
	if !begun {
		x0, y0 = x1, y1
	}
	for x := x0; x <= x1; x++ {
		y := y1
		if x1 > x0 {
			y = y0 + (y1-y0)*(x-x0)/(x1-x0)
		}
		for at := min(y, base); at <= max(y, base); at++ {
			row := cv.height*cv.dy - 1 - at
			if row >= 0 && row < cv.height*cv.dy && !cv.dots[row*cv.width*cv.dx+min(x, cv.width*cv.dx-1)] {
				cv.set(x, at, series)
			}
		}
	}
}

// place is the dot of a place between 0 and 1.
func place(f float64, n int) int { return min(int(math.Round(f*float64(n-1))), n-1) }

// row is a row of the canvas, painted.
func (t *Terminal) row(cv *canvas, y int, list []rune) string {
	var b, run strings.Builder
	owner := -1
	flush := func() {
		b.WriteString(t.paint(run.String(), owner))
		run.Reset()
	}
	for x := range cv.width {
		r, series := cv.cell(x, y, list)
		if series != owner {
			flush()
			owner = series
		}
		run.WriteRune(r)
	}
	flush()
	return strings.TrimRight(b.String(), " ")
}

// yLabels are the texts beside the rows.
func yLabels(s scale, ticks []float64, height int) []string {
	out := make([]string, height)
	for _, tick := range ticks {
		if f, ok := s.at(tick); ok {
			out[height-1-place(f, height)] = numberText(tick)
		}
	}
	return out
}

// writeAxis writes the line below and the texts of x where there is room.
func writeAxis(b *strings.Builder, t Terminal, indent, width int, s scale, ticks []float64, texts []string) {
	corner, line, tick := "└", '─', '┬'
	if t.ASCII {
		corner, line, tick = "+", '-', '+'
	}
	axis := []rune(strings.Repeat(string(line), width))
	under := strings.Builder{}
	used := 0
	for i, at := range ticks {
		f, ok := s.at(at)
		if !ok {
			continue
		}
		x := place(f, width)
		text := screen.OneLine(texts[i])
		start := max(x-screen.Width(text)/2, 0)
		start = min(start, max(width-screen.Width(text), 0))
		if start < used || start+screen.Width(text) > width {
			continue
		}
		axis[x] = tick
		under.WriteString(strings.Repeat(" ", start-screen.Width(under.String())) + text)
		used = start + screen.Width(text) + 2
	}
	b.WriteString(strings.Repeat(" ", indent) + corner + string(axis) + "\n")
	b.WriteString(strings.TrimRight(strings.Repeat(" ", indent+1)+under.String(), " ") + "\n")
}
