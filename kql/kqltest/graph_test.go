package kqltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"
)

// A randomGraph is edges between nodes 0 to nodes-1, with a weight.
type randomGraph struct {
	nodes int
	edges [][3]int // from, to, weight
}

func newRandomGraph(r *rand.Rand) randomGraph {
	g := randomGraph{nodes: 2 + r.IntN(4)}
	for range 1 + r.IntN(7) {
		g.edges = append(g.edges, [3]int{r.IntN(g.nodes), r.IntN(g.nodes), r.IntN(3)})
	}
	return g
}

// source is the graph as a query.
func (g randomGraph) source() string {
	var cells, ids []string
	for i, e := range g.edges {
		cells = append(cells, fmt.Sprintf("%d, %d, %d, %d", e[0], e[1], e[2], i))
	}
	for n := range g.nodes {
		ids = append(ids, fmt.Sprint(n))
	}
	return fmt.Sprintf("datatable(from_n:long, to_n:long, w:long, e:long)[%s] | make-graph from_n --> to_n with (datatable(n:long)[%s]) on n",
		strings.Join(cells, ", "), strings.Join(ids, ", "))
}

// A way is a walk: its edges, and its nodes, one more.
type way struct{ edges, nodes []int }

// ways are all walks of low to high steps, each way over an edge that forth and
// back allow, of which ok holds.
func (g randomGraph) ways(low, high int, forth, back bool, ok func(way) bool) []way {
	var out []way
	var walk func(w way)
	walk = func(w way) {
		if !ok(w) {
			return
		}
		if len(w.edges) >= low {
			out = append(out, way{slices.Clone(w.edges), slices.Clone(w.nodes)})
		}
		if len(w.edges) == high {
			return
		}
		at := w.nodes[len(w.nodes)-1]
		for i, e := range g.edges {
			if forth && e[0] == at {
				walk(way{append(slices.Clip(w.edges), i), append(slices.Clip(w.nodes), e[1])})
			}
			if back && e[1] == at && !(forth && e[0] == e[1]) {
				walk(way{append(slices.Clip(w.edges), i), append(slices.Clip(w.nodes), e[0])})
			}
		}
	}
	for n := range g.nodes {
		walk(way{nil, []int{n}})
	}
	return out
}

func different(list []int) bool {
	seen := map[int]bool{}
	for _, x := range list {
		if seen[x] {
			return false
		}
		seen[x] = true
	}
	return true
}

// row is a walk as the query shows it.
func (w way) row() string {
	text := func(list []int) string { return strings.Join(strings.Fields(fmt.Sprint(list)), ",") }
	return fmt.Sprintf(`{"x":%d,"y":%d,"e":%s}`, w.nodes[0], w.nodes[len(w.nodes)-1], text(w.edges))
}

// TestGraphMatchIsAllWalks compares what graph-match finds with all walks, over
// random graphs, for every direction and every rule on cycles.
func TestGraphMatchIsAllWalks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	rules := map[string]func(way) bool{
		"all":          func(way) bool { return true },
		"unique_edges": func(w way) bool { return different(w.edges) },
		"none":         func(w way) bool { return different(w.nodes) },
	}
	for range 50 {
		g := newRandomGraph(r)
		low := r.IntN(3)
		high := low + r.IntN(3)
		for cycles, rule := range rules {
			for arrow, dir := range map[string][2]bool{"-[e*%d..%d]->": {true, false}, "<-[e*%d..%d]-": {false, true}, "-[e*%d..%d]-": {true, true}} {
				heavy := r.IntN(3)
				ok := func(w way) bool {
					return rule(w) && !slices.ContainsFunc(w.edges, func(i int) bool { return g.edges[i][2] < heavy })
				}
				var want []string
				for _, w := range g.ways(low, high, dir[0], dir[1], ok) {
					want = append(want, w.row())
				}
				edge := fmt.Sprintf(arrow, low, high)
				query := fmt.Sprintf("%s | graph-match cycles=%s (x)%s(y) where all(e, w >= %d) project x = x.n, y = y.n, e = e.e", g.source(), cycles, edge, heavy)
				sameRows(t, query, want)
				// begun from the other end, where fewer nodes fit
				sameRows(t, query+" | where y == 0", keep(want, `"y":0,`))
				sameRows(t, strings.Replace(query, " project", " and y.n == 0 project", 1), keep(want, `"y":0,`))
			}
		}
	}
}

// TestGraphPatternsAreJoins takes a pattern apart into its edges and joins them.
func TestGraphPatternsAreJoins(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		g := newRandomGraph(r)
		var chain, star, triangle []string
		for i, e := range g.edges {
			for j, f := range g.edges {
				if i == j {
					continue
				}
				if e[1] == f[0] {
					chain = append(chain, fmt.Sprintf(`{"a":%d,"b":%d,"c":%d}`, e[0], e[1], f[1]))
				}
				for k, h := range g.edges {
					if k == i || k == j {
						continue
					}
					if e[0] == f[0] && f[0] == h[1] {
						star = append(star, fmt.Sprintf(`{"a":%d,"b":%d,"c":%d}`, e[1], f[1], h[0]))
					}
					if e[1] == f[0] && f[1] == h[0] && h[1] == e[0] {
						triangle = append(triangle, fmt.Sprintf(`{"a":%d,"b":%d,"c":%d}`, e[0], f[0], h[0]))
					}
				}
			}
		}
		project := " project a = a.n, b = b.n, c = c.n"
		sameRows(t, g.source()+" | graph-match (a)-->(b)-->(c)"+project, chain)
		sameRows(t, g.source()+" | graph-match (m)-->(a), (m)-->(b), (c)-->(m)"+project, star)
		sameRows(t, g.source()+" | graph-match (a)-->(b)-->(c)-->(a)"+project, triangle)
	}
}

// TestShortestPathsAreShortest compares with the shortest of all walks between
// nodes.
func TestShortestPathsAreShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		g := newRandomGraph(r)
		low, high, heavy := r.IntN(2), 2+r.IntN(4), r.IntN(3)
		best := map[[2]int][]way{}
		ok := func(w way) bool {
			return different(w.nodes) && !slices.ContainsFunc(w.edges, func(i int) bool { return g.edges[i][2] < heavy })
		}
		for _, w := range g.ways(low, high, true, false, ok) {
			ends := [2]int{w.nodes[0], w.nodes[len(w.nodes)-1]}
			switch old := best[ends]; {
			case len(old) == 0 || len(w.edges) < len(old[0].edges):
				best[ends] = []way{w}
			case len(w.edges) == len(old[0].edges):
				best[ends] = append(old, w)
			}
		}
		var all, pairs []string
		for ends, ws := range best {
			pairs = append(pairs, fmt.Sprintf(`{"x":%d,"y":%d,"n":%d}`, ends[0], ends[1], len(ws[0].edges)))
			for _, w := range ws {
				all = append(all, w.row())
			}
		}
		pattern := fmt.Sprintf("(x)-[e*%d..%d]->(y) where all(e, w >= %d)", low, high, heavy)
		sameRows(t, g.source()+" | graph-shortest-paths output=all "+pattern+" project x = x.n, y = y.n, e = e.e", all)
		sameRows(t, g.source()+" | graph-shortest-paths "+pattern+" project x = x.n, y = y.n, e = e.e | project x, y, n = array_length(e)", pairs)
	}
}

// keep are the texts that hold a part.
func keep(list []string, part string) []string {
	var out []string
	for _, s := range list {
		if strings.Contains(s, part) {
			out = append(out, s)
		}
	}
	return out
}

func sameRows(t *testing.T, query string, want []string) {
	t.Helper()
	got, err := (&Case{Query: query}).Scan(1024)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	want = slices.Clone(want)
	sort.Strings(got)
	sort.Strings(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%s\ngot\n%s\nwant\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
