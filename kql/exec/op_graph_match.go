package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A graphMatch looks for a pattern. It begins with the node that fewest nodes
// fit, and follows the edges one after another; each condition is asked as soon
// as what it names is found.
type graphMatch struct {
	run    *run
	n      *plan.GraphMatch
	g      *graph
	fits   [][]bool // of each element: its nodes, or edges, that conditions allow
	within [][]bool // of each edge of several steps: the nodes allowed between
	moves  []move
	conds  [][]*graphCond // by how many moves are made
	lists  []*graphList

	at       []int32   // of each element: its node, or edge; -1
	steps    [][]int32 // of each edge of several steps: its edges, from left to right
	between  [][]int32 // and the nodes between them
	usedEdge []bool
	usedNode []bool
	tried    int

	cells  [][]value.Value // the row that conditions see
	row    *value.Batch
	chunk  [][]value.Value // matches that wait, by the column of the row
	needed []int           // columns that the result is computed of
	origin [][]int64
	found  int
	evs    []evaluator
	out    sink
}

// A move goes over an edge of the pattern, from the node that is found.
type move struct {
	edge      int
	from, to  int // elements
	rightward bool
}

// A graphCond is a condition, and the columns that it reads.
type graphCond struct {
	ev   evaluator
	cols []int
}

// A graphList computes any, all or map.
type graphList struct {
	of    *plan.GraphList
	ev    evaluator
	width int   // columns of a step
	own   []int // those that are read, and those of the match, behind them
	outer []int
}

func (r *run) graphMatch(n *plan.GraphMatch, out sink) error {
	g, err := r.graphOf(n.In)
	if err != nil {
		return err
	}
	m := &graphMatch{run: r, n: n, g: g, out: out}
	if err := m.prepare(); err != nil {
		return err
	}
	if n.Shortest {
		err = m.shortest()
	} else {
		err = m.search()
	}
	if err != nil {
		return err
	}
	return m.flush()
}

func (m *graphMatch) prepare() error {
	count := len(m.n.Elems)
	m.at, m.steps, m.between = make([]int32, count), make([][]int32, count), make([][]int32, count)
	for i := range m.at {
		m.at[i] = -1
	}
	m.usedEdge, m.usedNode = make([]bool, len(m.g.from)), make([]bool, len(m.g.keys))
	m.fits, m.within = make([][]bool, count), make([][]bool, count)
	total := m.n.Width + len(m.n.Lists)
	m.cells, m.chunk = make([][]value.Value, total), make([][]value.Value, total)
	cols := make([]value.Column, total)
	for i := range cols {
		m.cells[i] = make([]value.Value, 1)
		cols[i] = value.ColumnOf(m.cells[i])
	}
	m.row = value.NewBatch(1, cols)
	var err error
	if m.evs, err = m.run.compileAll(m.n.Project); err != nil {
		return err
	}
	m.needed = columnsRead(m.n.Project...)
	if err := m.prepareLists(); err != nil {
		return err
	}
	return m.prepareWhere()
}

// columnsRead are the columns that expressions read, each once.
func columnsRead(list ...plan.Expr) []int {
	var out []int
	for _, e := range list {
		plan.Walk(e, func(e plan.Expr) bool {
			if c, ok := e.(*plan.Col); ok && !slices.Contains(out, c.Index) {
				out = append(out, c.Index)
			}
			return true
		})
	}
	return out
}

func (m *graphMatch) prepareLists() error {
	for i := range m.n.Lists {
		of := &m.n.Lists[i]
		ev, err := m.run.compile(of.X)
		if err != nil {
			return err
		}
		l := &graphList{of: of, ev: ev, width: len(m.g.edges)}
		if of.Inner {
			l.width = len(m.g.nodes)
		}
		for _, c := range columnsRead(of.X) {
			if c < l.width {
				l.own = append(l.own, c)
			} else {
				l.outer = append(l.outer, c)
			}
		}
		m.lists = append(m.lists, l)
	}
	return nil
}

// prepareWhere asks conditions on one element of all nodes, or edges, at once,
// chooses the moves, and gives the other conditions their places.
func (m *graphMatch) prepareWhere() error {
	var rest []plan.Expr
	for _, p := range m.n.Where {
		done, err := m.mask(p)
		if err != nil {
			return err
		}
		if !done {
			rest = append(rest, p)
		}
	}
	start := m.chooseMoves()
	known := map[int]int{start: 0} // elements, and the moves until they are found
	for i, mv := range m.moves {
		for _, e := range []int{mv.edge, mv.to} {
			if _, ok := known[e]; !ok {
				known[e] = i + 1
			}
		}
	}
	m.conds = make([][]*graphCond, len(m.moves)+1)
	for _, p := range rest {
		ev, err := m.run.compile(p)
		if err != nil {
			return err
		}
		c := &graphCond{ev, columnsRead(p)}
		last := 0
		for _, e := range m.elements(c.cols) {
			last = max(last, known[e])
		}
		m.conds[last] = append(m.conds[last], c)
	}
	return nil
}

// elements are those that columns belong to; a list reads its edge, and what
// its expression names.
func (m *graphMatch) elements(cols []int) []int {
	var out []int
	for _, c := range cols {
		if c < m.n.Width {
			out = append(out, m.n.ElemOf(c))
			continue
		}
		l := m.lists[c-m.n.Width]
		out = append(out, l.of.Edge)
		for _, o := range l.outer {
			out = append(out, m.n.ElemOf(o-l.width))
		}
	}
	return out
}

// mask asks a condition on a single element beforehand.
func (m *graphMatch) mask(p plan.Expr) (done bool, err error) {
	if l, ok := m.n.ListOf(p); ok {
		if l.Kind != "all" || !m.n.Alone(l) {
			return false, nil
		}
		if l.Inner {
			return true, m.allow(&m.within[l.Edge], m.g.nodes, len(m.g.keys), l.X, 0)
		}
		return true, m.allow(&m.fits[l.Edge], m.g.edges, len(m.g.from), l.X, 0)
	}
	elems := m.elements(columnsRead(p))
	if len(elems) == 0 || slices.Max(elems) != slices.Min(elems) || readsLists(p, m.n.Width) {
		return false, nil
	}
	e := &m.n.Elems[elems[0]]
	switch {
	case !e.Edge:
		return true, m.allow(&m.fits[elems[0]], m.g.nodes, len(m.g.keys), p, e.At)
	case !e.Many:
		return true, m.allow(&m.fits[elems[0]], m.g.edges, len(m.g.from), p, e.At)
	}
	return false, nil
}

func readsLists(p plan.Expr, width int) bool {
	return slices.ContainsFunc(columnsRead(p), func(c int) bool { return c >= width })
}

// allow narrows what an element may be, of count nodes or edges, to that for
// which a condition holds; its first property is column at.
func (m *graphMatch) allow(where *[]bool, props [][]value.Value, count int, p plan.Expr, at int) error {
	ev, err := m.run.compile(p)
	if err != nil {
		return err
	}
	cols := make([]value.Column, at, at+len(props))
	for _, vals := range props {
		cols = append(cols, value.ColumnOf(vals))
	}
	if *where == nil {
		*where = make([]bool, count)
		for i := range *where {
			(*where)[i] = true
		}
	}
	b, all := value.NewBatch(count, cols), value.AllRows(count)
	for from := 0; from < count; from += batchRows {
		if err := m.run.ctx.Err(); err != nil {
			return err
		}
		rows := all[from:min(from+batchRows, count)]
		vals := ev.eval(b, rows)
		for _, i := range rows {
			(*where)[i] = (*where)[i] && vals[i].Bool()
		}
	}
	return nil
}

// chooseMoves begins with the node that fewest nodes fit, and goes on to the
// nodes that fewest fit; edges between nodes that are found come first.
func (m *graphMatch) chooseMoves() (start int) {
	size := make([]int, len(m.n.Elems))
	start = -1
	for i, e := range m.n.Elems {
		if e.Edge {
			continue
		}
		size[i] = len(m.g.keys)
		if m.fits[i] != nil {
			size[i] = 0
			for _, ok := range m.fits[i] {
				if ok {
					size[i]++
				}
			}
		}
		if start < 0 || size[i] < size[start] {
			start = i
		}
	}
	found := map[int]bool{start: true}
	gone := map[int]bool{}
	for {
		best, cost := move{edge: -1}, 0
		for i, e := range m.n.Elems {
			if !e.Edge || gone[i] || !found[e.Left] && !found[e.Right] {
				continue
			}
			mv := move{i, e.Left, e.Right, true}
			if !found[e.Left] {
				mv = move{i, e.Right, e.Left, false}
			}
			c := size[mv.to] + 1
			if found[mv.to] {
				c = 0
			}
			if best.edge < 0 || c < cost {
				best, cost = mv, c
			}
		}
		if best.edge < 0 {
			return start
		}
		gone[best.edge], found[best.to] = true, true
		m.moves = append(m.moves, best)
	}
}

// start is the element that the search begins with.
func (m *graphMatch) start() int {
	if len(m.moves) > 0 {
		return m.moves[0].from
	}
	return 0
}

// search finds all matches.
func (m *graphMatch) search() error {
	first := m.start()
	for v := range int32(len(m.g.keys)) {
		if !allowed(m.fits[first], v) {
			continue
		}
		m.usedNode[v] = true
		if err := m.place(first, v, 0); err != nil {
			return err
		}
		m.usedNode[v] = false
	}
	return nil
}

func allowed(mask []bool, i int32) bool { return mask == nil || mask[i] }

// place gives an element its node and, where the conditions hold so far, goes on.
func (m *graphMatch) place(elem int, v int32, moves int) error {
	m.at[elem] = v
	ok := m.holds(moves)
	var err error
	if ok {
		err = m.move(moves)
	}
	m.at[elem] = -1
	return err
}

// holds asks the conditions that can be asked after so many moves.
func (m *graphMatch) holds(moves int) bool {
	for _, c := range m.conds[moves] {
		for _, col := range c.cols {
			m.cells[col][0] = m.cell(col)
		}
		if !c.ev.eval(m.row, oneOf)[0].Bool() {
			return false
		}
	}
	return true
}

// move makes the next move, in every way.
func (m *graphMatch) move(k int) error {
	if m.tried++; m.tried%1024 == 0 {
		if err := m.run.ctx.Err(); err != nil {
			return err
		}
	}
	if k == len(m.moves) {
		return m.give()
	}
	mv := &m.moves[k]
	if m.n.Elems[mv.edge].Many {
		m.steps[mv.edge], m.between[mv.edge] = nil, nil
		return m.walk(k, m.at[mv.from])
	}
	return m.each(mv, m.at[mv.from], func(e, w int32) error {
		m.at[mv.edge] = e
		err := m.arrive(k, w)
		m.at[mv.edge] = -1
		return err
	})
}

// each tries the edges that a move may take from a node. What is used is marked
// while visit runs.
func (m *graphMatch) each(mv *move, v int32, visit func(e, w int32) error) error {
	elem := &m.n.Elems[mv.edge]
	out, in := elem.ToRight, elem.ToLeft
	if !mv.rightward {
		out, in = in, out
	}
	var err error
	m.g.around(v, out, in, func(e, w int32) bool {
		if !allowed(m.fits[mv.edge], e) || m.n.Cycles == "unique_edges" && m.usedEdge[e] || m.n.Cycles == "none" && m.usedNode[w] {
			return true
		}
		usedEdge, usedNode := m.usedEdge[e], m.usedNode[w]
		m.usedEdge[e], m.usedNode[w] = true, true
		err = visit(e, w)
		m.usedEdge[e], m.usedNode[w] = usedEdge, usedNode
		return err == nil
	})
	return err
}

// arrive ends a move at a node.
func (m *graphMatch) arrive(k int, w int32) error {
	to := m.moves[k].to
	if old := m.at[to]; old >= 0 {
		if old != w || !m.holds(k+1) {
			return nil
		}
		return m.move(k + 1)
	}
	if !allowed(m.fits[to], w) {
		return nil
	}
	return m.place(to, w, k+1)
}

// maxSteps bounds the steps of an edge: a walk is as deep as it is long.
const maxSteps = 10_000

var tooLong = &LimitError{What: "steps of an edge", Limit: maxSteps, In: "graph-match"}

// walk goes over an edge of several steps, of which some are made, from v on.
func (m *graphMatch) walk(k int, v int32) error {
	mv := &m.moves[k]
	elem := &m.n.Elems[mv.edge]
	made := int64(len(m.steps[mv.edge]))
	if made >= elem.Low {
		if err := m.ended(k, v); err != nil {
			return err
		}
	}
	switch {
	case made == elem.High || made > 0 && !allowed(m.within[mv.edge], v):
		return nil
	case made == maxSteps:
		return tooLong
	}
	if made > 0 {
		m.between[mv.edge] = append(m.between[mv.edge], v)
	}
	err := m.each(mv, v, func(e, w int32) error {
		m.steps[mv.edge] = append(m.steps[mv.edge], e)
		err := m.walk(k, w)
		m.steps[mv.edge] = m.steps[mv.edge][:made]
		return err
	})
	if made > 0 {
		m.between[mv.edge] = m.between[mv.edge][:made-1]
	}
	return err
}

// ended takes the steps made as the whole edge, from left to right while the
// rest of the pattern is looked for.
func (m *graphMatch) ended(k int, v int32) error {
	mv := &m.moves[k]
	steps, between := m.steps[mv.edge], m.between[mv.edge]
	if !mv.rightward {
		m.steps[mv.edge], m.between[mv.edge] = reversed(steps), reversed(between)
	}
	err := m.arrive(k, v)
	m.steps[mv.edge], m.between[mv.edge] = steps, between
	return err
}

func reversed(list []int32) []int32 {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

// cell is a column of the match that is found.
func (m *graphMatch) cell(col int) value.Value {
	if col >= m.n.Width {
		return m.list(m.lists[col-m.n.Width])
	}
	i := m.n.ElemOf(col)
	e := &m.n.Elems[i]
	c := col - e.At
	switch {
	case !e.Edge:
		return m.g.nodes[c][m.at[i]]
	case !e.Many:
		return m.g.edges[c][m.at[i]]
	}
	vals := make([]value.Value, len(m.steps[i]))
	for k, s := range m.steps[i] {
		vals[k] = m.g.edges[c][s]
	}
	return value.ArrayOf(vals)
}

// list computes any, all or map of an edge of several steps.
func (m *graphMatch) list(l *graphList) value.Value {
	steps, props := m.steps[l.of.Edge], m.g.edges
	if l.of.Inner {
		steps, props = m.between[l.of.Edge], m.g.nodes
	}
	count := len(steps)
	cols := make([]value.Column, l.width+m.n.Width+len(m.lists))
	for _, c := range l.own {
		vals := make([]value.Value, count)
		for k, s := range steps {
			vals[k] = props[c][s]
		}
		cols[c] = value.ColumnOf(vals)
	}
	for _, c := range l.outer {
		cols[c] = value.ColumnOf(constants(m.cell(c-l.width), count))
	}
	vals := l.ev.eval(value.NewBatch(count, cols), value.AllRows(count))
	switch l.of.Kind {
	case "map":
		out := make([]value.Value, count)
		for k := range out {
			out[k] = vals[k].Own()
		}
		return value.ArrayOf(out)
	case "any":
		return value.BoolOf(slices.ContainsFunc(vals[:count], value.Value.Bool))
	}
	return value.BoolOf(!slices.ContainsFunc(vals[:count], func(v value.Value) bool { return !v.Bool() }))
}

// give lets a match out.
func (m *graphMatch) give() error {
	for _, c := range m.needed {
		m.chunk[c] = append(m.chunk[c], m.cell(c))
	}
	if m.run.opt.TrackOrigin {
		m.origin = append(m.origin, m.sources())
	}
	if m.found++; m.found == batchRows {
		return m.flush()
	}
	return nil
}

// sources are the rows that a match was made of.
func (m *graphMatch) sources() []int64 {
	var out []int64
	for i, e := range m.n.Elems {
		switch {
		case !e.Edge:
			out = append(out, m.g.nodeOrigin[m.at[i]]...)
		case !e.Many:
			out = append(out, m.g.edgeOrigin[m.at[i]]...)
		}
		for _, s := range m.steps[i] {
			out = append(out, m.g.edgeOrigin[s]...)
		}
		for _, v := range m.between[i] {
			out = append(out, m.g.nodeOrigin[v]...)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), m.run.opt.MaxOrigins)]
}

// flush computes the columns of the matches that wait.
func (m *graphMatch) flush() error {
	if err := m.run.ctx.Err(); err != nil || m.found == 0 {
		return err
	}
	cols := make([]value.Column, len(m.chunk))
	for c := range cols {
		cols[c] = value.ColumnOf(m.chunk[c])
	}
	in := value.NewBatch(m.found, cols)
	result := make([]value.Column, len(m.evs))
	for i, ev := range m.evs {
		vals := slices.Clone(ev.eval(in, in.Rows())[:m.found])
		for k := range vals {
			vals[k] = typedValue(vals[k], m.n.Schema()[i].Type)
		}
		result[i] = value.ColumnOf(vals)
	}
	b := value.NewBatch(m.found, result)
	if m.run.opt.TrackOrigin {
		b.Origin = m.origin
	}
	m.found, m.origin = 0, nil
	for _, c := range m.needed {
		m.chunk[c] = nil
	}
	return m.out(b)
}
