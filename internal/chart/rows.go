package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A layout says which columns are what.
type layout struct {
	schema value.Schema
	x      int
	xType  value.Type // of its values, or of its arrays' elements
	ys     []int
	by     []int // whose values name the series
	arrays bool  // a row holds whole series, as make-series gives them
	yNamed bool  // the columns of y are part of the names
}

// resolve finds the columns that a chart is made of: those that render names,
// else x is the first column (of a timechart the first time), y all numbers, and
// the rest name the series.
func resolve(r *Request, kind string, f form, schema value.Schema, rows [][]value.Value) (*layout, error) {
	l := &layout{schema: schema, x: -1}
	if name := r.option("xcolumn"); name != "" {
		if l.x = schema.Index(name); l.x < 0 {
			return nil, fmt.Errorf("render %s: there is no column %q for x", kind, name)
		}
	}
	if l.x < 0 {
		l.x = firstX(kind, schema, rows)
	}
	if l.x < 0 {
		return nil, fmt.Errorf("render %s needs a column of times", kind)
	}
	l.xType = schema[l.x].Type
	if first := elements(rows, l.x); first != nil && schema[l.x].Type == value.Dynamic {
		l.arrays, l.xType = true, elementType(first)
	}
	if kind == "timechart" && l.xType != value.DateTime {
		return nil, fmt.Errorf("render timechart needs a column of times, and %s is none", schema[l.x].Name)
	}
	var err error
	if l.ys, err = l.named(r, "ycolumns", l.isY(rows)); err != nil {
		return nil, err
	}
	if len(l.ys) == 0 {
		return nil, fmt.Errorf("render %s needs a column of numbers beside %s", kind, schema[l.x].Name)
	}
	if f == pie {
		l.ys = l.ys[:1]
	}
	if l.by, err = l.named(r, "series", func(i int) bool { return !slices.Contains(l.ys, i) && isName(schema[i].Type) && f != pie }); err != nil {
		return nil, err
	}
	l.yNamed = len(l.by) == 0 || len(l.ys) > 1
	return l, nil
}

// firstX is the column of x where none is named.
func firstX(kind string, schema value.Schema, rows [][]value.Value) int {
	if kind != "timechart" && kind != "anomalychart" {
		return 0
	}
	for i, f := range schema {
		if f.Type == value.DateTime {
			return i
		}
	}
	for i, f := range schema {
		if all := elements(rows, i); f.Type == value.Dynamic && all != nil && elementType(all) == value.DateTime {
			return i
		}
	}
	return -1
}

// named are the columns that an option names, else those that fit.
func (l *layout) named(r *Request, option string, fits func(int) bool) ([]int, error) {
	var out []int
	for _, name := range r.Options[option] {
		i := l.schema.Index(name)
		if i < 0 {
			return nil, fmt.Errorf("render %s: there is no column %q for %s", r.Kind, name, option)
		}
		out = append(out, i)
	}
	if out != nil {
		return out, nil
	}
	for i := range l.schema {
		if i != l.x && fits(i) {
			out = append(out, i)
		}
	}
	return out, nil
}

// isY says which columns hold numbers, or whole series of them.
func (l *layout) isY(rows [][]value.Value) func(int) bool {
	return func(i int) bool {
		if !l.arrays {
			return l.schema[i].Type.IsNumeric()
		}
		all := elements(rows, i)
		return l.schema[i].Type == value.Dynamic && all != nil && slices.ContainsFunc(all, isNumber)
	}
}

func isName(t value.Type) bool {
	return t == value.String || t == value.Bool || t == value.GUID
}

// elements are those of the first array in a column.
func elements(rows [][]value.Value, i int) []value.Value {
	for _, row := range rows {
		if all := elementsOf(row[i]); len(all) > 0 {
			return all
		}
	}
	return nil
}

func elementsOf(v value.Value) []value.Value {
	if !v.IsArray() {
		return nil
	}
	return v.Resolve().Elems()
}

// elementType is the type of the elements of an array: times are text there.
func elementType(all []value.Value) value.Type {
	switch v := all[0].Inner(); {
	case v.Kind() != value.KString:
		return v.Type()
	case isTime(v.Str()):
		return value.DateTime
	}
	return value.String
}

func isTime(s string) bool {
	_, ok := value.ParseDateTime(s)
	return ok
}

func isNumber(v value.Value) bool { return v.Inner().Type().IsNumeric() }

// gather makes the series.
func (l *layout) gather(c *Chart, rows [][]value.Value) {
	g := &gathering{c: c, l: l, at: map[string]int{}, category: map[string]int{}}
	switch {
	case l.xType == value.DateTime:
		c.x.kind = times
	case l.xType.IsNumeric() && c.form != bars && c.form != columns && c.form != pie:
		c.x.kind = numbers
	}
	for _, row := range rows {
		if l.arrays {
			g.arrays(row)
			continue
		}
		for _, y := range l.ys {
			g.add(l.seriesName(row, y), row[l.x], row[y])
		}
	}
	if c.x.kind == times && (c.form == bars || c.form == columns || c.form == pie) {
		c.categorize()
	}
	if c.x.kind != categories {
		for _, s := range c.series {
			slices.SortStableFunc(s.points, func(a, b point) int { return cmp.Compare(a.x, b.x) })
		}
	}
}

// about says what is drawn by what: n by Verb.
func (l *layout) about() string {
	names := func(columns []int) string {
		var out []string
		for _, i := range columns {
			out = append(out, l.schema[i].Name)
		}
		return strings.Join(out, ", ")
	}
	by := l.by
	if len(by) == 0 {
		by = []int{l.x}
	}
	return names(l.ys) + " by " + names(by)
}

// seriesName is the values of the columns that name the series, and y's name
// where there are several.
func (l *layout) seriesName(row []value.Value, y int) string {
	var parts []string
	for _, i := range l.by {
		parts = append(parts, textOf(row[i]))
	}
	if l.yNamed {
		parts = append(parts, l.schema[y].Name)
	}
	return strings.Join(parts, ":")
}

// A gathering puts points into their series.
type gathering struct {
	c        *Chart
	l        *layout
	at       map[string]int // series by name
	category map[string]int
}

// arrays takes a row that holds whole series.
func (g *gathering) arrays(row []value.Value) {
	xs := elementsOf(row[g.l.x])
	for _, y := range g.l.ys {
		ys := elementsOf(row[y])
		for i := range min(len(xs), len(ys)) {
			g.add(g.l.seriesName(row, y), xs[i], ys[i])
		}
	}
}

func (g *gathering) add(name string, xv, yv value.Value) {
	y, ok := toNumber(yv)
	if !ok {
		g.c.dropped++
		return
	}
	x, ok := g.place(xv)
	if !ok {
		g.c.dropped++
		return
	}
	i, known := g.at[name]
	if !known {
		i = len(g.c.series)
		g.at[name] = i
		g.c.series = append(g.c.series, series{name: name})
	}
	g.c.series[i].points = append(g.c.series[i].points, point{x, y})
}

// place is the x of a value.
func (g *gathering) place(v value.Value) (float64, bool) {
	switch g.c.x.kind {
	case times:
		if v = v.Inner(); v.Kind() == value.KDateTime {
			return float64(v.Int()), true
		}
		ticks, ok := value.ParseDateTime(v.Str())
		return float64(ticks), ok && v.Kind() == value.KString
	case numbers:
		return toNumber(v)
	}
	name := textOf(v)
	i, known := g.category[name]
	if !known {
		i = len(g.c.x.names)
		g.category[name] = i
		g.c.x.names = append(g.c.x.names, name)
	}
	return float64(i), true
}

// categorize turns times into categories in their order: bars stand side by
// side.
func (c *Chart) categorize() {
	var all []float64
	for _, s := range c.series {
		for _, p := range s.points {
			all = append(all, p.x)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	format := timeFormat(all)
	for _, x := range all {
		c.x.names = append(c.x.names, timeOf(x).Format(format))
	}
	for _, s := range c.series {
		for i, p := range s.points {
			n, _ := slices.BinarySearch(all, p.x)
			s.points[i].x = float64(n)
		}
	}
	c.x.kind = categories
}

// toNumber is a value as a number that can be drawn.
func toNumber(v value.Value) (float64, bool) {
	var f float64
	switch v = v.Inner(); v.Kind() {
	case value.KInt, value.KLong:
		f = float64(v.Int())
	case value.KReal:
		f = v.Real()
	case value.KDecimal:
		f, _ = strconv.ParseFloat(textOf(v), 64) // what is no number is 0, and decimals are
	default:
		return 0, false
	}
	return f, !math.IsNaN(f) && !math.IsInf(f, 0)
}

func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// textOf is a value for people.
func textOf(v value.Value) string {
	switch {
	case v.IsNull():
		return "(none)"
	case v.Kind() == value.KString && v.Str() == "":
		return "(empty)"
	case v.Kind() == value.KString:
		return strings.Clone(v.Str())
	}
	return strings.Trim(string(value.AppendOutput(nil, v)), `"`)
}
