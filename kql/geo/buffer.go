package geo

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxBuffer is how many edges the outline of a buffer may have: each is
// compared with all others.
const maxBuffer = 10000

// A Buffer is all that lies within a radius of a shape. Arcs become edges that
// are at most a tolerance off, both in meters.
type Buffer struct{ Radius, Tolerance float64 }

// valid says whether there can be such a buffer.
func (b Buffer) valid() bool {
	return b.Radius > 0 && b.Radius < EarthRadius && b.Tolerance > 0
}

// step is the largest arc, in radians, of a circle of an angular radius whose
// chord is not more than the tolerance off.
func (b Buffer) step(radius float64) float64 {
	const atLeast3 = 2*math.Pi/3 + 1e-15
	inner := max(radius-b.Tolerance/EarthRadius, 0)
	return min(atLeast3, 2*math.Acos(math.Tan(inner)/math.Tan(radius)))
}

// Point is a circle around a point.
func (b Buffer) Point(p s2.Point) value.Value {
	if !b.valid() {
		return Null()
	}
	n := int(math.Ceil(2 * math.Pi / b.step(b.Radius/EarthRadius)))
	if n > maxDense {
		return Null()
	}
	start := s2.Ortho(p)
	ahead := s2.Point{Vector: p.Cross(start.Vector).Normalize()}
	ring := make([]s2.Point, n)
	for i := range ring {
		dir := s2.PointOnRay(start, ahead, s1.Angle(float64(i)*2*math.Pi/float64(n)))
		ring[i] = s2.PointOnRay(p, dir, angle(b.Radius))
	}
	return WriteRings([]Rings{{ring}})
}

// Lines is the surroundings of lines.
func (b Buffer) Lines(lines Lines) value.Value {
	if !b.valid() {
		return Null()
	}
	var paths [][]s2.Point
	for _, l := range lines {
		o := b.outline()
		o.cap(l[0], l[1], true)
		for i := 0; i+2 < len(l); i++ {
			o.turn(l[i], l[i+1], l[i+2])
		}
		n := len(l)
		o.edge(l[n-2], l[n-1])
		o.cap(l[n-2], l[n-1], false)
		for i := n - 3; i >= 0; i-- {
			o.turn(l[i+2], l[i+1], l[i])
		}
		o.edge(l[1], l[0])
		paths = append(paths, o.path)
	}
	return b.write(paths)
}

// Polygons is polygons and their surroundings.
func (b Buffer) Polygons(area *s2.Polygon) value.Value {
	if !b.valid() {
		return Null()
	}
	var paths [][]s2.Point
	for i := range area.NumChains() {
		n := area.Chain(i).Length
		corner := func(k int) s2.Point { return area.ChainEdge(i, k%n).V0 }
		o := b.outline()
		for k := range n {
			o.turn(corner(k), corner(k+1), corner(k+2))
		}
		paths = append(paths, o.path)
	}
	return b.write(paths)
}

func (b Buffer) write(paths [][]s2.Point) value.Value {
	total := 0
	for _, p := range paths {
		total += len(p)
	}
	if total > maxBuffer {
		return Null()
	}
	return WriteRings(wound(paths).Rings())
}

// outline makes the path that goes around a shape, at the right of its edges.
// It may cross itself: what counts is how often it winds around a point. A path
// of more than maxBuffer points is of no use and ends there.
type outline struct {
	radius, tip, side float64 // the radius as an angle; steps around points and along edges
	path              []s2.Point
}

func (b Buffer) outline() *outline {
	r := b.Radius / EarthRadius
	return &outline{radius: r, tip: b.step(r), side: b.step(math.Pi/2 - r)}
}

// axis is the direction to the right of an edge.
func axis(a, b s2.Point) s2.Point {
	return s2.Point{Vector: b.PointCross(a).Normalize()}
}

func back(p s2.Point) s2.Point { return s2.Point{Vector: p.Mul(-1)} }

// add puts the point at the radius from one, in a direction, to the path.
func (o *outline) add(from, dir s2.Point) {
	o.path = append(o.path, s2.PointOnRay(from, dir, s1.Angle(o.radius)))
}

// arc goes around a point against the clock, from one direction up to another.
func (o *outline) arc(around, from, to s2.Point) {
	ahead := s2.Point{Vector: around.Cross(from.Vector).Normalize()}
	all := from.Distance(to).Radians()
	for at := 0.0; at < all && len(o.path) <= maxBuffer; at += o.tip {
		o.add(around, s2.PointOnRay(from, ahead, s1.Angle(at)))
	}
}

// edge goes along an edge.
func (o *outline) edge(a, b s2.Point) {
	right := axis(a, b)
	all := a.Distance(b).Radians()
	for at := 0.0; at < all && len(o.path) <= maxBuffer; at += o.side {
		o.add(s2.PointOnLine(a, b, s1.Angle(at)), right)
	}
	o.add(b, right)
}

// turn goes along an edge and around its end, on to the next. Where that lies
// to the right, the path goes by the corner itself, so that it does not wind
// the wrong way.
func (o *outline) turn(a, b, c s2.Point) {
	o.edge(a, b)
	if s2.RobustSign(a, b, c) == s2.Clockwise && a != c {
		o.path = append(o.path, b)
		return
	}
	o.arc(b, axis(a, b), axis(b, c))
}

// cap goes around an end of a line.
func (o *outline) cap(a, b s2.Point, first bool) {
	if first {
		o.arc(a, back(axis(a, b)), axis(a, b))
	} else {
		o.arc(b, axis(a, b), back(axis(a, b)))
	}
}

// wound is the area that closed paths wind around against the clock.
func wound(paths [][]s2.Point) Area {
	ps := points{}
	var edges []edge
	for _, path := range paths {
		for i := range path {
			e := s2.Edge{V0: ps.one(path[i]), V1: ps.one(path[(i+1)%len(path)])}
			if e.V0 != e.V1 {
				edges = append(edges, edge{e, len(edges)})
			}
		}
	}
	edges = selfArranged(edges, ps)
	// How often an edge is gone along, less the times against it.
	times := map[s2.Edge]int{}
	for _, e := range edges {
		times[e.Edge]++
		times[e.Reversed()]--
	}
	degree := map[s2.Point]int{}
	for _, e := range edges {
		degree[e.V0]++
	}
	w := winder{edges: edges, times: times, outside: away(edges)}
	var keep []edge
	done := map[s2.Edge]bool{}
	right := 0
	for i, e := range edges {
		n := times[e.Edge]
		if n <= 0 || done[e.Edge] {
			continue
		}
		done[e.Edge] = true
		// Along a path nothing changes where nothing crosses it.
		if i == 0 || edges[i-1].V1 != e.V0 || degree[e.V0] != 1 || times[edges[i-1].Edge] != n {
			right = w.right(e)
		}
		if right <= 0 && right+n > 0 {
			keep = append(keep, e)
		}
	}
	return loopsOf(keep)
}

// selfArranged divides edges where they cross.
func selfArranged(edges []edge, ps points) []edge {
	c, cut := chainOf(edges), make([]cuts, len(edges))
	query := s2.NewCrossingEdgeQuery(c.index)
	for i, e := range edges {
		for _, k := range c.crossing(query, e) {
			if k > i {
				x := ps.one(s2.Intersection(e.V0, e.V1, edges[k].V0, edges[k].V1))
				cut[i], cut[k] = append(cut[i], x), append(cut[k], x)
			}
		}
	}
	return divideAll(edges, cut)
}

// away is a point far from all edges.
func away(edges []edge) s2.Point {
	middle := s2.Point{}
	for _, e := range edges {
		middle.Vector = middle.Add(e.V0.Vector)
	}
	if middle.Norm() == 0 {
		return s2.OriginPoint()
	}
	// Of all directions one that no edge is likely to run in.
	return s2.Ortho(s2.Point{Vector: middle.Normalize()})
}

// A winder counts how often edges wind around a point, by those that lie
// between it and a point that they do not wind around.
type winder struct {
	edges   []edge
	times   map[s2.Edge]int
	outside s2.Point
}

// right is for the points just to the right of an edge.
func (w *winder) right(of edge) int {
	at, n := of.middle(), 0
	crosser := s2.NewEdgeCrosser(at, w.outside)
	for _, e := range w.edges {
		if e.Edge == of.Edge || e.Edge == of.Reversed() || crosser.CrossingSign(e.V0, e.V1) != s2.Cross {
			continue
		}
		if s2.RobustSign(e.V0, e.V1, at) == s2.CounterClockwise {
			n++
		} else {
			n--
		}
	}
	if s2.RobustSign(of.V0, of.V1, w.outside) == s2.CounterClockwise {
		n -= w.times[of.Edge] // the way out begins at the left
	}
	return n
}
