package geo

import (
	"slices"

	"github.com/golang/geo/s2"
)

// Union is the area that any of the polygons covers. The two smallest are
// joined first, and so on.
func Union(polygons []*s2.Polygon) Area {
	type sized struct {
		edges int
		area  *s2.Polygon
	}
	var queue []sized
	push := func(s sized) {
		at, _ := slices.BinarySearchFunc(queue, s.edges+1, func(q sized, n int) int { return q.edges - n })
		queue = slices.Insert(queue, at, s)
	}
	for _, p := range polygons {
		push(sized{p.NumEdges(), p})
	}
	var area Area
	for len(queue) > 1 {
		a, b := queue[0], queue[1]
		queue = queue[2:]
		area = overlay(a.area, b.area, true)
		push(sized{a.edges + b.edges, area.polygon()})
	}
	if area == nil {
		return areaOf(queue[0].area)
	}
	return area
}

// areaOf is a polygon as it is.
func areaOf(p *s2.Polygon) Area {
	var out Area
	for i := range p.NumChains() {
		c := p.Chain(i)
		var loop []edge
		for k := range c.Length {
			loop = append(loop, edge{p.ChainEdge(i, k), c.Start + k})
		}
		out = append(out, loop)
	}
	return out
}

// overlay gives the area that a or b covers (union) or both do.
func overlay(a, b *s2.Polygon, union bool) Area {
	as, bs, _ := arrangement(a, b)
	keep := append(kept(as, bs, b, union, true), kept(bs, as, a, union, false)...)
	return loopsOf(keep)
}

func arrangement(a, b *s2.Polygon) (as, bs []edge, crossings []s2.Point) {
	ps := points{}
	as = edgesOf([]*s2.Polygon{a}, 0, ps)
	bs = edgesOf([]*s2.Polygon{b}, len(as), ps)
	return arrange(as, bs, ps)
}

// kept chooses the edges of one polygon that bound the result: those outside
// the other for a union, else those inside; of edges that both have alike only
// one is kept, and of those that run against one another none.
func kept(edges, others []edge, other *s2.Polygon, union, first bool) []edge {
	shared := edgeSet(others)
	var out []edge
	for _, e := range edges {
		switch {
		case shared[e.Edge]:
			if first {
				out = append(out, e)
			}
		case shared[e.Reversed()]:
		case other.ContainsPoint(e.middle()) != union:
			out = append(out, e)
		}
	}
	return out
}

func edgeSet(edges []edge) map[s2.Edge]bool {
	out := make(map[s2.Edge]bool, len(edges))
	for _, e := range edges {
		out[e.Edge] = true
	}
	return out
}
