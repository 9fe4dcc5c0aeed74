package geo

import (
	"slices"

	"github.com/golang/geo/s2"
)

// loopsOf joins edges, each with the area at its left, to rings: at every
// corner the way goes left, and where it comes back to a corner a ring is
// closed. A ring ends with the last of its edges, rings come by their first.
func loopsOf(edges []edge) [][]edge {
	next, used := leftTurns(edges), make([]bool, len(edges))
	var out [][]edge
	for start := range edges {
		var path []int
		at := map[s2.Point]int{} // where on the path a corner is
		for e := start; e >= 0 && !used[e]; e = next[e] {
			used[e] = true
			at[edges[e].V0] = len(path)
			path = append(path, e)
			from, ok := at[edges[e].V1]
			if !ok {
				continue
			}
			var loop []edge
			for _, k := range path[from:] {
				loop = append(loop, edges[k])
				delete(at, edges[k].V0)
			}
			path = path[:from]
			out = append(out, lastLast(loop))
		}
	}
	slices.SortStableFunc(out, func(a, b []edge) int { return a[0].id - b[0].id })
	return out
}

// lastLast turns a ring so that the edge of the highest number, the last of
// several, ends it.
func lastLast(loop []edge) []edge {
	best := -1
	for i, e := range loop {
		last := loop[(i+1)%len(loop)].id != e.id
		if last && (best < 0 || e.id > loop[best].id) {
			best = i
		}
	}
	return append(slices.Clone(loop[best+1:]), loop[:best+1]...)
}

// leftTurns says for each edge which one goes on from its end, leftmost; -1
// when none does.
func leftTurns(edges []edge) []int {
	from := map[s2.Point][]int{}
	for i, e := range edges {
		from[e.V0] = append(from[e.V0], i)
	}
	next, taken := make([]int, len(edges)), make([]bool, len(edges))
	for i, e := range edges {
		next[i] = -1
		for _, k := range from[e.V1] {
			if !taken[k] && (next[i] < 0 || clockwise(e.V1, e.V0, edges[k].V1, edges[next[i]].V1)) {
				next[i] = k
			}
		}
		if next[i] >= 0 {
			taken[next[i]] = true
		}
	}
	return next
}

// clockwise says whether, going clockwise around a point from one direction, a
// is met before b.
func clockwise(around, from, a, b s2.Point) bool {
	if a == from || b == from { // the way back comes last
		return a != from
	}
	return s2.OrderedCCW(b, a, from, around)
}

func corners(loop []edge) []s2.Point {
	out := make([]s2.Point, len(loop))
	for i, e := range loop {
		out[i] = e.V0
	}
	return out
}

// An Area is polygons that do not overlap, as loops with the area at their
// left.
type Area [][]edge

// polygon is the area as S2 has it; nil when there is none.
func (a Area) polygon() *s2.Polygon {
	if len(a) == 0 {
		return nil
	}
	loops := make([]*s2.Loop, len(a))
	for i, l := range a {
		loops[i] = s2.LoopFromPoints(corners(l))
	}
	return s2.PolygonFromOrientedLoops(loops)
}

// Rings are the area's polygons, each a shell and the holes in it, in the
// order of the shells.
func (a Area) Rings() []Rings {
	var shells, holes []*s2.Loop
	for _, l := range a {
		loop := s2.LoopFromPoints(corners(l))
		if loop.IsNormalized() {
			shells = append(shells, loop)
		} else {
			holes = append(holes, loop)
		}
	}
	out := make([]Rings, len(shells))
	for i, s := range shells {
		out[i] = Rings{s.Vertices()}
	}
	for _, h := range holes {
		if i := innermost(shells, h); i >= 0 {
			out[i] = append(out[i], h.Vertices())
		}
	}
	return out
}

// innermost finds the smallest shell around a hole.
func innermost(shells []*s2.Loop, hole *s2.Loop) int {
	inside := s2.LoopFromPoints(hole.Vertices())
	inside.Invert()
	best := -1
	for i, s := range shells {
		if s.Contains(inside) && (best < 0 || s.Area() < shells[best].Area()) {
			best = i
		}
	}
	return best
}
