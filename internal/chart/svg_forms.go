package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// svgPlot draws lines, areas and dots.
func (c *Chart) svgPlot(s *sheet) {
	c.svgKey(s)
	ys, yTicks := c.yScale(6)
	xs, xTicks, xTexts := c.xScale(8)
	f := c.svgFrame(s, xs, xTicks, xTexts, ys, yTicks)
	base := map[float64]float64{}
	for i, each := range c.series {
		var upper, lower []point
		for _, p := range each.points {
			under := 0.0
			if c.stacked {
				under = base[p.x]
				base[p.x] += p.y
				p.y = base[p.x]
			}
			upper, lower = append(upper, p), append(lower, point{p.x, under})
		}
		c.svgTrace(s, f, xs, ys, upper, lower, i)
	}
}

// svgTrace draws a series; lower is what an area stands on.
func (c *Chart) svgTrace(s *sheet, f frame, xs, ys scale, upper, lower []point, series int) {
	if c.form == areas {
		var path strings.Builder
		for i, p := range upper {
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], f.x(xs.clamp(p.x)), f.y(ys.clamp(p.y)))
		}
		for i := len(lower) - 1; i >= 0; i-- {
			fmt.Fprintf(&path, "L%.1f %.1f", f.x(xs.clamp(lower[i].x)), f.y(ys.clamp(lower[i].y)))
		}
		s.put(`<path d="%sZ" fill="%s" fill-opacity="0.35"/>`, path.String(), svgColor(series))
	}
	if c.form != dots && len(upper) > 1 {
		var path strings.Builder
		for i, p := range upper {
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], f.x(xs.clamp(p.x)), f.y(ys.clamp(p.y)))
		}
		s.put(`<path class="line" d="%s" stroke="%s"/>`, path.String(), svgColor(series))
	}
	if c.form == dots || len(upper) < 60 {
		for _, p := range upper {
			s.put(`<circle cx="%.1f" cy="%.1f" r="2.6" fill="%s"><title>%s</title></circle>`, f.x(xs.clamp(p.x)), f.y(ys.clamp(p.y)), svgColor(series), escaped(c.tell(series, p)))
		}
	}
}

// tell is what a point says to who points at it.
func (c *Chart) tell(series int, p point) string {
	at := numberText(p.x)
	switch c.x.kind {
	case times:
		at = timeOf(p.x).Format("2006-01-02 15:04:05")
	case categories:
		at = c.x.names[int(p.x)]
	}
	return fmt.Sprintf("%s: %s at %s", c.series[series].name, numberText(p.y), at)
}

// svgColumns draws bars from the bottom up.
func (c *Chart) svgColumns(s *sheet) {
	c.svgKey(s)
	ys, yTicks := c.yScale(6)
	xs, xTicks, xTexts := c.xScale(0)
	f := c.svgFrame(s, xs, xTicks, xTexts, ys, yTicks)
	group := f.width / float64(len(c.x.names))
	for i := range c.x.names {
		c.svgGroup(s, i, ys, group, func(at, thick, from, to float64, color, tell string) {
			y, bottom := f.y(max(from, to)), f.y(min(from, to))
			s.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s</title></rect>`, f.left+at, y, max(thick, 0.5), max(bottom-y, 0), color, escaped(tell))
		})
	}
}

// svgGroup draws the bars of a category: side by side, or on one another. draw
// gets where a bar begins across, its thickness, and its ends as places.
func (c *Chart) svgGroup(s *sheet, category int, ys scale, group float64, draw func(at, thick, from, to float64, color, tell string)) {
	x := float64(category)
	each := group * 0.78
	if !c.stacked {
		each /= float64(len(c.series))
	}
	at, sum := group*(x+0.11), 0.0
	for k := range c.series {
		y, ok := c.series[k].at(x)
		from, to := ys.clamp(0), ys.clamp(y)
		if c.stacked {
			from, to = ys.clamp(sum), ys.clamp(sum+y)
			sum += y
		}
		if ok {
			draw(at, each, from, to, svgColor(k), c.tell(k, point{x, y}))
		}
		if !c.stacked {
			at += each
		}
	}
}

// svgBars draws bars from left to right.
func (c *Chart) svgBars(s *sheet) {
	c.svgKey(s)
	ys, yTicks := c.yScale(6)
	texts, wide := c.names(28)
	shown := min(len(texts), mostRows)
	f := frame{left: 20 + svgChar*float64(wide), top: svgTop + 6}
	f.width, f.height = svgWidth-f.left-svgRight-50, c.svgHeight()-f.top-svgBottom
	for _, t := range yTicks {
		if at, ok := ys.at(t); ok {
			s.put(`<line class="grid" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, f.x(at), f.top, f.x(at), f.top+f.height)
			s.text(f.x(at), f.top+f.height+18, "middle", "quiet", numberText(t))
		}
	}
	group := f.height / float64(shown)
	for i := range shown {
		s.text(f.left-8, f.top+group*(float64(i)+0.5)+4, "end", "quiet", texts[i])
		c.svgGroup(s, i, ys, group, func(at, thick, from, to float64, color, tell string) {
			left, right := f.x(min(from, to)), f.x(max(from, to))
			s.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s</title></rect>`, left, f.top+at, max(right-left, 0), max(thick, 0.5), color, escaped(tell))
		})
		if len(c.series) == 1 {
			y, _ := c.series[0].at(float64(i))
			s.text(f.x(ys.clamp(y))+6, f.top+group*(float64(i)+0.5)+4, "start", "quiet", numberText(y))
		}
	}
	if shown < len(texts) {
		s.text(f.left, f.top+f.height+36, "start", "quiet", fmt.Sprintf("… and %d more", len(texts)-shown))
	}
	if c.yTitle != "" {
		s.text(f.left+f.width/2, c.svgHeight()-14, "middle", "quiet", screen.Clip(c.yTitle, 100))
	}
}

// svgPie draws parts of a whole, with what they are beside them.
func (c *Chart) svgPie(s *sheet) {
	const cx, cy, r = 220.0, svgTop + 170.0, 150.0
	parts := &c.series[0]
	total := 0.0
	for _, p := range parts.points {
		total += max(p.y, 0)
	}
	if total == 0 {
		total = 1
	}
	angle := -math.Pi / 2
	for i, name := range c.x.names {
		y, _ := parts.at(float64(i))
		share := max(y, 0) / total
		to := angle + 2*math.Pi*share
		tell := escaped(fmt.Sprintf("%s: %s, %.1f %%", name, numberText(y), 100*share))
		switch large := 0; {
		case share > 0.9999:
			s.put(`<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s"><title>%s</title></circle>`, cx, cy, r, svgColor(i), tell)
		case share > 0:
			if share > 0.5 {
				large = 1
			}
			s.put(`<path d="M%.1f %.1fL%.2f %.2fA%.1f %.1f 0 %d 1 %.2f %.2fZ" fill="%s"><title>%s</title></path>`,
				cx, cy, cx+r*math.Cos(angle), cy+r*math.Sin(angle), r, r, large, cx+r*math.Cos(to), cy+r*math.Sin(to), svgColor(i), tell)
		}
		angle = to
		if i < mostRows && c.legend {
			row := svgTop + 20 + svgRow*float64(i)
			s.put(`<rect x="430" y="%.1f" width="12" height="12" rx="2" fill="%s"/>`, row-10, svgColor(i))
			s.text(450, row, "start", "quiet", fmt.Sprintf("%s: %s, %.1f %%", screen.Clip(name, 36), numberText(y), 100*share))
		}
	}
}
