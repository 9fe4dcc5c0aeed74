package chart

import (
	"fmt"
	"io"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/screen"
)

// A Terminal is what a chart is drawn on.
type Terminal struct {
	Width  int  // columns
	Height int  // rows for what has axes; 0: a usual number
	Color  bool // series are told apart by colour, else by their marks
	ASCII  bool // no characters beyond ASCII
}

// Colours of series, and marks where there are none.
var (
	colors     = []string{"36", "33", "35", "32", "34", "31", "96", "93", "95", "92"}
	marks      = []rune("●▲■◆○△□◇✕✚")
	asciiMarks = []rune("*+xo#@%&=~")
	fills      = []rune("█▓▒░▚▞")
	asciiFills = []rune("#=+-:")
)

const (
	leastWidth  = 30
	leastHeight = 5
	usualHeight = 14
	mostSeries  = 10  // in the legend
	mostRows    = 200 // of bars
)

// Terminal draws the chart.
func (c *Chart) Terminal(w io.Writer, t Terminal) error {
	t.Width = max(t.Width, leastWidth)
	if t.Height <= 0 {
		t.Height = usualHeight
	}
	t.Height = max(t.Height, leastHeight)
	var b strings.Builder
	if c.title != "" {
		b.WriteString(t.bold(screen.Clip(c.title, t.Width)) + "\n")
	}
	switch c.form {
	case card:
		c.card(&b, t)
	case pie:
		c.shares(&b, t)
	case bars:
		c.bars(&b, t)
	case columns:
		if !c.upright(&b, t) {
			c.bars(&b, t)
		}
	default:
		c.plot(&b, t)
	}
	if c.dropped > 0 {
		fmt.Fprintf(&b, "(%d values are no numbers, and not drawn)\n", c.dropped)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Terminal) bold(s string) string {
	if !t.Color {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

// paint gives a text the colour of a series.
func (t *Terminal) paint(s string, series int) string {
	if !t.Color || series < 0 || s == "" {
		return s
	}
	return "\x1b[" + colors[series%len(colors)] + "m" + s + "\x1b[0m"
}

// mark is what stands for a series in the legend.
func (t *Terminal) mark(series int, filled bool) string {
	list := marks
	switch {
	case filled && t.ASCII:
		list = asciiFills
	case filled && !t.Color:
		list = fills
	case filled:
		list = fills[:1]
	case t.ASCII:
		list = asciiMarks
	case t.Color:
		list = marks[:1]
	}
	return t.paint(string(list[series%len(list)]), series)
}

// key writes which series is which, where there are several.
func (c *Chart) key(b *strings.Builder, t Terminal, filled bool) {
	if len(c.series) < 2 || !c.legend {
		return
	}
	used := 0
	for i, s := range c.series {
		if i == mostSeries && len(c.series) > mostSeries+1 {
			fmt.Fprintf(b, "… and %d more series", len(c.series)-i)
			break
		}
		name := screen.Clip(s.name, t.Width/2)
		if w := screen.Width(name) + 4; used > 0 && used+w > t.Width {
			b.WriteString("\n")
			used = w
		} else {
			used += w
		}
		b.WriteString(t.mark(i, filled) + " " + name + "  ")
	}
	text := strings.TrimRight(b.String(), " ")
	b.Reset()
	b.WriteString(text + "\n")
}

// card writes names and values.
func (c *Chart) card(b *strings.Builder, t Terminal) {
	for _, f := range c.facts {
		b.WriteString(screen.Clip(f.name, t.Width) + "\n  " + t.bold(screen.Clip(f.text, t.Width-2)) + "\n")
	}
}
