package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// The picture's measures, in its own units.
const (
	svgWidth  = 860.0
	svgHeight = 420.0
	svgTop    = 56.0 // below the title
	svgRight  = 24.0
	svgBottom = 64.0
	svgChar   = 7.0 // of a character of the axes' texts, about
	svgRow    = 22.0
)

// svgColors can be told apart by those who see colours differently (Okabe, Ito).
var svgColors = []string{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6d1f", "#7f7f7f"}

func svgColor(i int) string { return svgColors[i%len(svgColors)] }

// A sheet is an SVG that is being written. All texts go through text and
// escaped: names in records may hold anything.
type sheet struct{ strings.Builder }

// escaped is a text for a place in XML.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(screen.OneLine(s))) // a Builder takes everything
	return b.String()
}

func (s *sheet) put(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

// text writes a text at a place; anchor is start, middle or end.
func (s *sheet) text(x, y float64, anchor, class, text string) {
	s.put(`<text x="%.1f" y="%.1f" text-anchor="%s" class="%s">%s</text>`, x, y, anchor, class, escaped(text))
}

// SVG writes the chart as a picture that stands for itself: no script, no font,
// nothing from elsewhere. It has a title and a description for those who hear it.
func (c *Chart) SVG(w io.Writer) error {
	s := &sheet{}
	height := c.svgHeight()
	title := c.title
	if title == "" {
		title = c.about
	}
	s.put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="chart-title chart-description">`, svgWidth, height, svgWidth, height)
	s.put(`<title id="chart-title">%s</title>`, escaped(title))
	s.put(`<desc id="chart-description">%s</desc>`, escaped(c.description()))
	s.put("%s", svgStyle)
	s.put(`<rect class="page" x="0" y="0" width="%.0f" height="%.0f"/>`, svgWidth, height)
	s.text(16, 26, "start", "title", screen.Clip(title, 100))
	switch c.form {
	case card:
		c.svgCard(s)
	case pie:
		c.svgPie(s)
	case bars:
		c.svgBars(s)
	case columns:
		c.svgColumns(s)
	default:
		c.svgPlot(s)
	}
	s.put("</svg>")
	_, err := io.WriteString(w, s.String())
	return err
}

const svgStyle = `<style>
.page { fill: #fff } text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #222 }
.title { font-size: 16px; font-weight: 600 } .big { font-size: 34px; font-weight: 600 } .quiet { fill: #555 }
.grid { stroke: #ddd; stroke-width: 1 } .axis { stroke: #666; stroke-width: 1 } .line { fill: none; stroke-width: 1.8; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
  .page { fill: #16181d } text { fill: #e6e6e6 } .quiet { fill: #a8adb8 } .grid { stroke: #333842 } .axis { stroke: #8a909c }
}
</style>`

// svgHeight grows with the rows of a chart that has them.
func (c *Chart) svgHeight() float64 {
	switch c.form {
	case card:
		return svgTop + 76*float64(len(c.facts))
	case bars:
		return max(svgHeight, svgTop+svgBottom+svgRow*c.barRows())
	case pie:
		return max(svgHeight, svgTop+30+svgRow*float64(min(len(c.x.names), mostRows)))
	}
	return svgHeight
}

func (c *Chart) barRows() float64 {
	n := float64(min(len(c.x.names), mostRows))
	if c.stacked {
		return n
	}
	return n * max(1, float64(len(c.series))*0.6)
}

// description says in words what there is to see.
func (c *Chart) description() string {
	if c.form == card {
		var parts []string
		for _, f := range c.facts {
			parts = append(parts, f.name+": "+f.text)
		}
		return strings.Join(parts, "; ")
	}
	n := 0
	var names []string
	for i, s := range c.series {
		n += len(s.points)
		if i < mostSeries {
			names = append(names, s.name)
		}
	}
	low, high := c.span(func(p point) float64 { return p.y })
	text := fmt.Sprintf("%d values of %s, from %s to %s", n, strings.Join(names, ", "), numberText(low), numberText(high))
	if c.x.kind == times {
		from, to := c.span(func(p point) float64 { return p.x })
		text += fmt.Sprintf(", between %s and %s UTC", timeOf(from).Format("2006-01-02 15:04:05"), timeOf(to).Format("2006-01-02 15:04:05"))
	}
	return text
}

// svgKey writes which series is which, in a line below the title.
func (c *Chart) svgKey(s *sheet) {
	if len(c.series) < 2 || !c.legend {
		return
	}
	x := 16.0
	for i, each := range c.series {
		name := screen.Clip(each.name, 32)
		w := 24 + svgChar*float64(screen.Width(name))
		if i == mostSeries || x+w > svgWidth-90 {
			s.text(x, 46, "start", "quiet", fmt.Sprintf("… and %d more", len(c.series)-i))
			return
		}
		s.put(`<rect x="%.1f" y="36" width="11" height="11" rx="2" fill="%s"/>`, x, svgColor(i))
		s.text(x+16, 46, "start", "quiet", name)
		x += w + 10
	}
}

// A frame is the part of the picture that has the axes around it.
type frame struct{ left, top, width, height float64 }

func (f frame) x(at float64) float64 { return f.left + at*f.width }
func (f frame) y(at float64) float64 { return f.top + (1-at)*f.height }

// svgFrame draws the axes with y upwards.
func (c *Chart) svgFrame(s *sheet, xs scale, xTicks []float64, xTexts []string, ys scale, yTicks []float64) frame {
	wide := 0
	for _, t := range yTicks {
		wide = max(wide, len(numberText(t)))
	}
	f := frame{left: 28 + svgChar*float64(wide), top: svgTop + 10}
	f.width, f.height = svgWidth-f.left-svgRight, svgHeight-f.top-svgBottom
	for _, t := range yTicks {
		at, ok := ys.at(t)
		if !ok {
			continue
		}
		s.put(`<line class="grid" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, f.left, f.y(at), f.left+f.width, f.y(at))
		s.text(f.left-8, f.y(at)+4, "end", "quiet", numberText(t))
	}
	s.put(`<line class="axis" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, f.left, f.y(ys.clamp(0)), f.left+f.width, f.y(ys.clamp(0)))
	end := math.Inf(-1)
	for i, t := range xTicks {
		at, ok := xs.at(t)
		text := screen.Clip(xTexts[i], 24)
		half := svgChar * float64(screen.Width(text)) / 2
		x := min(f.x(at), svgWidth-half-2)
		if !ok || x-half < end+6 {
			continue
		}
		s.text(x, f.top+f.height+18, "middle", "quiet", text)
		end = x + half
	}
	if c.xTitle != "" {
		s.text(f.left+f.width/2, svgHeight-14, "middle", "quiet", screen.Clip(c.xTitle, 100))
	} else if c.x.kind == times {
		s.text(f.left+f.width/2, svgHeight-14, "middle", "quiet", "UTC, from "+timeOf(xs.low).Format("2006-01-02 15:04:05")+" to "+timeOf(xs.high).Format("2006-01-02 15:04:05"))
	}
	if c.yTitle != "" {
		s.put(`<text transform="translate(14 %.1f) rotate(-90)" text-anchor="middle" class="quiet">%s</text>`, f.top+f.height/2, escaped(screen.Clip(c.yTitle, 60)))
	}
	return f
}

// svgCard writes names and values.
func (c *Chart) svgCard(s *sheet) {
	for i, f := range c.facts {
		y := svgTop + 76*float64(i)
		s.text(16, y+14, "start", "quiet", screen.Clip(f.name, 90))
		s.text(16, y+52, "start", "big", screen.Clip(f.text, 42))
	}
}
