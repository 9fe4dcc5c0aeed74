package geo

import (
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// mergeRadius is the distance under which two points are one: computed
// crossings are no more exact than this.
const mergeRadius = s1.Angle(4e-15)

// An edge runs from one point to another; id is its place among all that was
// given, and orders the result.
type edge struct {
	s2.Edge
	id int
}

func (e edge) middle() s2.Point { return s2.Interpolate(0.5, e.V0, e.V1) }

// points makes one of points that lie within mergeRadius.
type points map[s2.CellID][]s2.Point

// one returns the point met first of those close to p.
func (ps points) one(p s2.Point) s2.Point {
	id := s2.CellFromPoint(p).ID()
	if q, ok := ps.near(id, p); ok {
		return q
	}
	for _, n := range id.AllNeighbors(30) {
		if q, ok := ps.near(n, p); ok {
			return q
		}
	}
	ps[id] = append(ps[id], p)
	return p
}

func (ps points) near(id s2.CellID, p s2.Point) (s2.Point, bool) {
	for _, q := range ps[id] {
		if q == p || q.Distance(p) <= mergeRadius {
			return q, true
		}
	}
	return p, false
}

// cuts are the points that divide an edge.
type cuts []s2.Point

// divide gives the pieces of an edge.
func (e edge) divide(at cuts) []edge {
	slices.SortFunc(at, func(p, q s2.Point) int {
		switch d := e.V0.Distance(p) - e.V0.Distance(q); {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return 0
	})
	var out []edge
	from := e.V0
	for _, p := range append(at, e.V1) {
		if p != from {
			out = append(out, edge{s2.Edge{V0: from, V1: p}, e.id})
		}
		from = p
	}
	return out
}

// edgesOf lists the edges of shapes, numbered on from first, with their ends
// made one.
func edgesOf[S s2.Shape](shapes []S, first int, ps points) []edge {
	var out []edge
	for _, s := range shapes {
		for i := range s.NumEdges() {
			e := s.Edge(i)
			out = append(out, edge{s2.Edge{V0: ps.one(e.V0), V1: ps.one(e.V1)}, first + len(out)})
		}
	}
	return out
}

// chain is edges made searchable, each a shape of its own.
type chain struct {
	index *s2.ShapeIndex
	at    map[s2.Shape]int
}

func chainOf(edges []edge) chain {
	c := chain{s2.NewShapeIndex(), make(map[s2.Shape]int, len(edges))}
	for i, e := range edges {
		shape := &s2.Polyline{e.V0, e.V1}
		c.index.Add(shape)
		c.at[shape] = i
	}
	return c
}

// crossing lists the edges that cross another inside both.
func (c chain) crossing(query *s2.CrossingEdgeQuery, e edge) []int {
	var out []int
	for shape := range query.CrossingsEdgeMap(e.V0, e.V1, s2.CrossingTypeInterior) {
		out = append(out, c.at[shape])
	}
	slices.Sort(out)
	return out
}

// arrange divides the edges of a and b where they meet. What only crosses, and
// shares no corner, is listed in crossings.
func arrange(a, b []edge, ps points) (as, bs []edge, crossings []s2.Point) {
	if len(a) == 0 || len(b) == 0 {
		return a, b, nil
	}
	cutsA, cutsB := make([]cuts, len(a)), make([]cuts, len(b))
	c := chainOf(b)
	query := s2.NewCrossingEdgeQuery(c.index)
	for i, e := range a {
		for _, j := range c.crossing(query, e) {
			x := ps.one(s2.Intersection(e.V0, e.V1, b[j].V0, b[j].V1))
			cutsA[i], cutsB[j] = append(cutsA[i], x), append(cutsB[j], x)
			crossings = append(crossings, x)
		}
	}
	touch(a, b, cutsA)
	touch(b, a, cutsB)
	return divideAll(a, cutsA), divideAll(b, cutsB), crossings
}

// touch cuts the edges of a where corners of b lie upon them.
func touch(a, b []edge, cut []cuts) {
	limit := s1.ChordAngleFromAngle(mergeRadius).MaxPointError()
	options := s2.NewClosestEdgeQueryOptions().DistanceLimit(s1.ChordAngleFromAngle(mergeRadius).Expanded(limit)).IncludeInteriors(false)
	query := s2.NewClosestEdgeQuery(chainOf(a).index, options)
	seen := map[s2.Point]bool{}
	for _, e := range b {
		for _, p := range []s2.Point{e.V0, e.V1} {
			if seen[p] {
				continue
			}
			seen[p] = true
			for _, r := range query.FindEdges(s2.NewMinDistanceToPointTarget(p)) {
				if on := a[r.ShapeID()]; p != on.V0 && p != on.V1 && s2.DistanceFromSegment(p, on.V0, on.V1) <= mergeRadius {
					cut[r.ShapeID()] = append(cut[r.ShapeID()], p)
				}
			}
		}
	}
}

func divideAll(edges []edge, cut []cuts) []edge {
	var out []edge
	for i, e := range edges {
		out = append(out, e.divide(cut[i])...)
	}
	return out
}
