package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// at is the sum of what a series has at a category, and whether it has any.
func (s *series) at(x float64) (sum float64, ok bool) {
	for _, p := range s.points {
		if p.x == x {
			sum += p.y
			ok = true
		}
	}
	return sum, ok
}

// names are the categories' texts of at most width cells.
func (c *Chart) names(width int) (texts []string, widest int) {
	for _, n := range c.x.names {
		n = screen.Clip(n, width)
		texts = append(texts, n)
		widest = max(widest, screen.Width(n))
	}
	return texts, widest
}

// bars draws bars from left to right, a row each; stacked ones share a row.
func (c *Chart) bars(b *strings.Builder, t Terminal) {
	c.key(b, t, true)
	texts, margin := c.names(t.Width / 3)
	ys, _ := c.yScale(4)
	values := 0
	for _, s := range c.series {
		for _, p := range s.points {
			values = max(values, len(numberText(p.y)))
		}
	}
	room := max(t.Width-margin-values-3, 5)
	rows := 0
	for i, name := range texts {
		if rows++; rows > mostRows {
			fmt.Fprintf(b, "… and %d more\n", len(texts)-i)
			break
		}
		head := screen.Pad(name, margin) + " "
		if c.stacked {
			b.WriteString(strings.TrimRight(head+c.stackedBar(t, float64(i), ys, room), " ") + "\n")
			continue
		}
		for k := range c.series {
			y, ok := c.series[k].at(float64(i))
			if !ok {
				continue
			}
			b.WriteString(head + t.paint(t.bar(ys, y, room, k), k) + " " + numberText(y) + "\n")
			head = strings.Repeat(" ", margin+1)
		}
	}
	c.axisTitle(b, t, margin+1)
}

func (c *Chart) axisTitle(b *strings.Builder, t Terminal, indent int) {
	if c.yTitle != "" {
		b.WriteString(strings.Repeat(" ", indent) + screen.Clip(c.yTitle, max(t.Width-indent, 2)) + "\n")
	}
}

var eighths = []rune(" ▏▎▍▌▋▊▉█")

// bar is a bar of a number, from the place of 0 on.
func (t *Terminal) bar(s scale, y float64, room, series int) string {
	from, to := s.clamp(0)*float64(room), s.clamp(y)*float64(room)
	if to < from {
		from, to = to, from
	}
	start := int(math.Round(from))
	blank := strings.Repeat(" ", start)
	if t.ASCII || !t.Color && series > 0 {
		list := fills
		if t.ASCII {
			list = asciiFills
		}
		return blank + strings.Repeat(string(list[series%len(list)]), max(int(math.Round(to))-start, 0))
	}
	full := int(to) - start
	if full < 0 {
		return blank
	}
	part := eighths[int((to-math.Floor(to))*8)]
	return strings.TrimRight(blank+strings.Repeat("█", full)+string(part), " ")
}

// stackedBar is a row with the parts of all series, and their sum.
func (c *Chart) stackedBar(t Terminal, x float64, s scale, room int) string {
	var b strings.Builder
	sum, done := 0.0, 0
	for k := range c.series {
		y, _ := c.series[k].at(x)
		sum += max(y, 0)
		to := int(math.Round(s.clamp(sum) * float64(room)))
		b.WriteString(strings.Repeat(t.mark(k, true), max(to-done, 0)))
		done = max(done, to)
	}
	return b.String() + " " + numberText(sum)
}

// upright draws bars from the bottom up; false when they do not fit.
func (c *Chart) upright(b *strings.Builder, t Terminal) bool {
	ys, yTicks := c.yScale(max(t.Height/3, 2))
	labels := yLabels(ys, yTicks, t.Height)
	margin := 0
	for _, l := range labels {
		margin = max(margin, screen.Width(l))
	}
	width := t.Width - margin - 2
	each := 1 // bars of a category
	if !c.stacked {
		each = len(c.series)
	}
	_, widest := c.names(t.Width)
	group := width / max(len(c.x.names), 1)
	thick := min((group-1)/each, 8)
	if thick < 1 || widest > max(3*group, 12) {
		return false
	}
	group = max(min(group, max(thick*each+1, widest+1)), thick*each+1)
	c.key(b, t, true)
	rows := make([]string, t.Height)
	for i := range c.x.names {
		c.pillars(t, rows, ys, float64(i), thick, group)
	}
	if c.yTitle != "" {
		b.WriteString(screen.Clip(c.yTitle, t.Width) + "\n")
	}
	side := "│"
	if t.ASCII {
		side = "|"
	}
	for row, line := range rows {
		b.WriteString(strings.Repeat(" ", margin-screen.Width(labels[row])) + labels[row] + " " + side + strings.TrimRight(line, " ") + "\n")
	}
	c.under(b, t, margin+1, group, thick*each)
	return true
}

// under writes the line below the pillars and the names that have room.
func (c *Chart) under(b *strings.Builder, t Terminal, indent, group, thick int) {
	n := len(c.x.names) * group
	ticks := make([]float64, len(c.x.names))
	for i := range ticks {
		ticks[i] = float64(i*group) + float64(thick-1)/2
	}
	writeAxis(b, t, indent, n, scale{low: 0, high: float64(n - 1)}, ticks, c.x.names)
	if c.xTitle != "" {
		b.WriteString(strings.Repeat(" ", indent+1) + screen.Clip(c.xTitle, n) + "\n")
	}
}

var levels = []rune(" ▁▂▃▄▅▆▇█")

// pillars adds the bars of a category to the rows.
func (c *Chart) pillars(t Terminal, rows []string, ys scale, x float64, thick, group int) {
	height := len(rows)
	for row := range rows {
		line, used := "", 0
		below := float64(height - 1 - row) // how much is under this row
		if c.stacked {
			line, used = t.layer(c, ys, x, below, height, thick), thick
		} else {
			for k := range c.series {
				y, _ := c.series[k].at(x)
				line += t.slice(ys, y, below, height, thick, k)
				used += thick
			}
		}
		rows[row] += line + strings.Repeat(" ", group-used)
	}
}

// slice is the part of a pillar that a row shows.
func (t *Terminal) slice(ys scale, y, below float64, height, thick, series int) string {
	zero, top := ys.clamp(0)*float64(height), ys.clamp(y)*float64(height)
	if top < zero { // it hangs down
		if below+0.5 > top && below+0.5 < zero {
			return strings.Repeat(t.mark(series, true), thick)
		}
		return strings.Repeat(" ", thick)
	}
	part := min(max(top-below, 0), 1)
	if below+1 <= zero {
		part = 0
	}
	if t.ASCII || !t.Color && series > 0 {
		if part < 0.5 {
			return strings.Repeat(" ", thick)
		}
		return strings.Repeat(t.mark(series, true), thick)
	}
	return t.paint(strings.Repeat(string(levels[int(part*8)]), thick), series)
}

// layer is the part of a stack that a row shows: that of the series which
// fills the middle of the row.
func (t *Terminal) layer(c *Chart, ys scale, x, below float64, height, thick int) string {
	sum := 0.0
	for k := range c.series {
		y, _ := c.series[k].at(x)
		sum += max(y, 0)
		if ys.clamp(sum)*float64(height) > below+0.5 {
			return strings.Repeat(t.mark(k, true), thick)
		}
	}
	return strings.Repeat(" ", thick)
}

// shares draws the parts of a whole: a strip, and a row each.
func (c *Chart) shares(b *strings.Builder, t Terminal) {
	s := &c.series[0]
	total := 0.0
	for _, p := range s.points {
		total += max(p.y, 0)
	}
	if total == 0 {
		total = 1
	}
	texts, margin := c.names(t.Width / 3)
	room := max(t.Width-margin-22, 5)
	for i, name := range texts {
		if i >= mostRows {
			fmt.Fprintf(b, "… and %d more\n", len(texts)-i)
			return
		}
		y, _ := s.at(float64(i))
		y = max(y, 0)
		bar := t.bar(scale{low: 0, high: 1}, y/total, room, 0)
		fmt.Fprintf(b, "%s %5.1f %%  %s %s\n", screen.Pad(name, margin), 100*y/total, t.paint(bar, i), numberText(y))
	}
}
