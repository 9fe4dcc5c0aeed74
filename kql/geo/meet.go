package geo

import (
	"slices"

	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A common is what two shapes have in common.
type common struct {
	points   []s2.Point
	lines    Lines
	polygons []Rings
}

// write gives one geometry, or a collection: empty when there is nothing.
func (c common) write() value.Value {
	var all []value.Value
	switch len(c.points) {
	case 0:
	case 1:
		all = append(all, WritePoint(c.points[0]))
	default:
		all = append(all, geometry("MultiPoint", positions(c.points)))
	}
	if len(c.lines) > 0 {
		all = append(all, WriteLines(c.lines))
	}
	if len(c.polygons) > 0 {
		all = append(all, WriteRings(c.polygons))
	}
	if len(all) == 1 {
		return all[0]
	}
	return Collection(value.ArrayOf(all))
}

// LinesMeet gives what lines have in common: points where they cross or touch,
// and lines where they run together.
func LinesMeet(a, b Lines) value.Value {
	ps := points{}
	as := edgesOf(a.Each(), 0, ps)
	bs := edgesOf(b.Each(), len(as), ps)
	as, bs, crossings := arrange(as, bs, ps)
	other := edgeSet(bs)
	var together []edge
	for _, e := range as {
		if other[e.Edge] || other[e.Reversed()] {
			together = append(together, e)
		}
	}
	c := common{lines: walks(together)}
	c.points = loose(append(crossings, touching(as, bs)...), together)
	return c.write()
}

// touching lists the corners that edges of a and b share.
func touching(a, b []edge) []s2.Point {
	ends := map[s2.Point]bool{}
	for _, e := range b {
		ends[e.V0], ends[e.V1] = true, true
	}
	var out []s2.Point
	for _, e := range a {
		for _, p := range []s2.Point{e.V0, e.V1} {
			if ends[p] {
				out = append(out, p)
			}
		}
	}
	return out
}

// loose are the points, each once, that none of the edges has.
func loose(points []s2.Point, edges []edge) []s2.Point {
	seen := map[s2.Point]bool{}
	for _, e := range edges {
		seen[e.V0], seen[e.V1] = true, true
	}
	var out []s2.Point
	for _, p := range points {
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

// LinesInside gives the parts of lines that lie in an area, its boundary
// included.
func LinesInside(l Lines, area *s2.Polygon) value.Value {
	ps := points{}
	as := edgesOf(l.Each(), 0, ps)
	bs := edgesOf([]*s2.Polygon{area}, len(as), ps)
	as, bs, _ = arrange(as, bs, ps)
	boundary := edgeSet(bs)
	var inside []edge
	for _, e := range as {
		if boundary[e.Edge] || boundary[e.Reversed()] || area.ContainsPoint(e.middle()) {
			inside = append(inside, e)
		}
	}
	c := common{lines: walks(inside)}
	c.points = loose(touching(as, bs), inside)
	return c.write()
}

// AreasMeet gives what two areas have in common: also lines and points where
// only their boundaries touch.
func AreasMeet(a, b *s2.Polygon) value.Value {
	as, bs, _ := arrangement(a, b)
	area := append(kept(as, bs, b, false, true), kept(bs, as, a, false, false)...)
	other := edgeSet(bs)
	var along []edge
	for _, e := range as {
		if other[e.Reversed()] {
			along = append(along, e)
		}
	}
	c := common{polygons: Area(loopsOf(area)).Rings(), lines: walks(along)}
	c.points = loose(touching(as, bs), append(area, along...))
	return c.write()
}

// UnionOfLines writes lines, each an element of an array, as one: what several
// have is there once. It is null when one is none.
func UnionOfLines(lines value.Value) value.Value {
	var all Lines
	for _, v := range elements(lines) {
		some, ok := ParseLines(v)
		if !ok {
			return Null()
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		return Null()
	}
	edges := edgesOf(all.Each(), 0, points{})
	cut := make([]cuts, len(edges))
	touch(edges, edges, cut)
	seen := map[s2.Edge]bool{}
	var once []edge
	for _, e := range divideAll(edges, cut) {
		if !seen[e.Edge] {
			seen[e.Edge] = true
			once = append(once, e)
		}
	}
	return WriteLines(walks(once))
}

// walks joins edges to lines. A line begins where more edges go out than come
// in, or, when there is no such corner left, with the first edge; it goes on
// by the edge of the lowest number.
func walks(edges []edge) Lines {
	w := &walker{edges: edges, from: map[s2.Point][]int{}, excess: map[s2.Point]int{}, used: make([]bool, len(edges))}
	for i, e := range edges {
		w.from[e.V0] = append(w.from[e.V0], i)
		w.excess[e.V0]++
		w.excess[e.V1]--
	}
	for i, e := range edges {
		if !w.used[i] && w.excess[e.V0] > 0 {
			w.excess[e.V0]--
			w.walk(e.V0)
		}
	}
	for i, e := range edges {
		if !w.used[i] {
			w.walk(e.V0)
		}
	}
	slices.SortStableFunc(w.out, func(a, b walk) int { return a.first - b.first })
	out := make(Lines, len(w.out))
	for i := range w.out {
		out[i] = w.out[i].line
	}
	return out
}

type walk struct {
	first int // the number of the first edge
	line  s2.Polyline
}

type walker struct {
	edges  []edge
	from   map[s2.Point][]int
	excess map[s2.Point]int
	used   []bool
	out    []walk
}

func (w *walker) walk(at s2.Point) {
	line := walk{first: -1, line: s2.Polyline{at}}
	for {
		next := slices.IndexFunc(w.from[at], func(i int) bool { return !w.used[i] })
		if next < 0 {
			break
		}
		i := w.from[at][next]
		if line.first < 0 {
			line.first = i
		}
		w.used[i] = true
		at = w.edges[i].V1
		line.line = append(line.line, at)
		if w.excess[at] < 0 { // as many lines end here as come in
			w.excess[at]++
			break
		}
	}
	w.out = append(w.out, line)
}

// LinesTouch says whether lines have anything in common.
func LinesTouch(a, b Lines) bool {
	for i := range a {
		for k := range b {
			if a[i].Intersects(&b[k]) {
				return true
			}
		}
	}
	return false
}

// LineTouches says whether lines have anything in common with polygons.
func LineTouches(l Lines, polygons []*s2.Polygon) bool {
	for _, p := range polygons {
		ps := points{}
		as := edgesOf(l.Each(), 0, ps)
		bs := edgesOf([]*s2.Polygon{p}, len(as), ps)
		as, bs, crossings := arrange(as, bs, ps)
		if len(crossings) > 0 || len(touching(as, bs)) > 0 {
			return true
		}
		for i := range l {
			if p.ContainsPoint(l[i][0]) {
				return true
			}
		}
	}
	return false
}

// PolygonsTouch says whether polygons have anything in common.
func PolygonsTouch(a, b []*s2.Polygon) bool {
	for _, p := range a {
		for _, q := range b {
			as, bs, crossings := arrangement(p, q)
			if len(crossings) > 0 || len(touching(as, bs)) > 0 || p.Intersects(q) {
				return true
			}
		}
	}
	return false
}
