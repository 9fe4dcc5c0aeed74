// Package chart draws the result of a query as its render operator asks: on a
// terminal, with braille, blocks or plain ASCII, and as SVG. It gets rows and
// writes text; it knows neither queries nor streams.
package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Request is what render says: render Kind with (Options).
type Request struct {
	Kind    string
	Options map[string][]string
}

func (r *Request) option(name string) string {
	if all := r.Options[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// A form is how points are drawn.
type form uint8

const (
	lines form = iota
	areas
	dots
	bars    // from left to right
	columns // from the bottom up
	pie
	card
)

// kinds are the kinds of render that are drawn.
var kinds = map[string]form{
	"timechart": lines, "linechart": lines, "areachart": areas, "stackedareachart": areas, "scatterchart": dots,
	"anomalychart": lines, "barchart": bars, "columnchart": columns, "piechart": pie, "card": card,
}

// Kinds are the kinds that are drawn, sorted.
func Kinds() []string {
	var out []string
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Draws says whether a kind is drawn; a table and what is not known are not.
func Draws(kind string) bool {
	_, ok := kinds[strings.ToLower(kind)]
	return ok
}

// A Chart is points, ready to be drawn.
type Chart struct {
	form           form
	stacked        bool
	title          string
	about          string // by the columns, where there is no title
	xTitle, yTitle string
	x              axis
	series         []series
	logY           bool
	hasMin, hasMax bool
	min, max       float64 // of y, where asked for
	facts          []fact  // of a card
	legend         bool
	dropped        int // points that have no number
}

// An axis is what x means.
type axis struct {
	kind  axisKind
	names []string // of categories, by x
}

type axisKind uint8

const (
	categories axisKind = iota
	numbers
	times
)

type series struct {
	name   string
	points []point
}

// A point's x is ticks, a number, or the number of a category.
type point struct{ x, y float64 }

// A fact is a line of a card.
type fact struct{ name, text string }

// New makes a chart of rows. The error says what the rows lack.
func New(r Request, schema value.Schema, rows [][]value.Value) (*Chart, error) {
	kind := strings.ToLower(r.Kind)
	f, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("render %s is not drawn: the kinds are %s", r.Kind, strings.Join(Kinds(), ", "))
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("render %s has no rows to draw", r.Kind)
	}
	c := &Chart{form: f, title: r.option("title"), xTitle: r.option("xtitle"), yTitle: r.option("ytitle"), legend: r.option("legend") != "hidden"}
	if f == card {
		c.facts, c.about = factsOf(schema, rows[0]), "Result"
		return c, nil
	}
	how := strings.ToLower(r.option("kind"))
	c.stacked = kind == "stackedareachart" || how == "stacked" || how == "stacked100"
	c.logY = strings.EqualFold(r.option("yaxis"), "log")
	c.min, c.hasMin = number(r.option("ymin"))
	c.max, c.hasMax = number(r.option("ymax"))
	l, err := resolve(&r, kind, f, schema, rows)
	if err != nil {
		return nil, err
	}
	c.about = l.about()
	l.gather(c, rows)
	if len(c.series) == 0 {
		return nil, fmt.Errorf("render %s: the rows have no numbers to draw", r.Kind)
	}
	if strings.EqualFold(r.option("accumulate"), "true") {
		c.accumulate()
	}
	if how == "stacked100" {
		c.share()
	}
	return c, nil
}

// Guess is the kind of chart that fits columns: over time, or by name; "" when
// none does.
func Guess(schema value.Schema) string {
	named, timed, counted := false, false, false
	for _, f := range schema {
		named = named || f.Type == value.String
		timed = timed || f.Type == value.DateTime
		counted = counted || f.Type.IsNumeric()
	}
	switch {
	case timed && counted:
		return "timechart"
	case named && counted:
		return "barchart"
	}
	return ""
}

func factsOf(schema value.Schema, row []value.Value) []fact {
	var out []fact
	for i, f := range schema {
		out = append(out, fact{f.Name, textOf(row[i])})
	}
	return out
}

// accumulate makes every point the sum of those up to it.
func (c *Chart) accumulate() {
	for _, s := range c.series {
		sum := 0.0
		for i := range s.points {
			sum += s.points[i].y
			s.points[i].y = sum
		}
	}
}

// share makes every point the part, in percent, of what all have at its x.
func (c *Chart) share() {
	total := map[float64]float64{}
	for _, s := range c.series {
		for _, p := range s.points {
			total[p.x] += p.y
		}
	}
	for _, s := range c.series {
		for i, p := range s.points {
			if total[p.x] != 0 {
				s.points[i].y = 100 * p.y / total[p.x]
			}
		}
	}
}
