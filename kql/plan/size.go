package plan

// maxParts bounds the steps and the parts of expressions that a query comes to
// when it runs. What a let names is run in each place that names it: a few lets
// that name one another twice come to millions.
const maxParts = 200_000

// A sizer counts what a query comes to. What was counted is not counted again,
// so that it takes no longer than the text is long.
type sizer struct {
	nodes map[Node]int
	exprs map[Expr]int
}

func newSizer() *sizer { return &sizer{nodes: map[Node]int{}, exprs: map[Expr]int{}} }

func (z *sizer) node(n Node) int {
	if size, ok := z.nodes[n]; ok {
		return size
	}
	size := 1
	for _, e := range exprsOf(n) {
		size = min(size+z.expr(e), maxParts+1)
	}
	for _, r := range Readers(n) {
		size = min(size+z.node(r), maxParts+1)
	}
	z.nodes[n] = size
	if _, once := n.(*Shared); once {
		z.nodes[n] = 1 // from now on: it has run
	}
	return size
}

// expr counts an expression without the tables in it, which are among the
// Readers of its node.
func (z *sizer) expr(e Expr) int {
	switch e.(type) {
	case nil, *Const, *Col:
		return 0
	}
	if size, ok := z.exprs[e]; ok {
		return size
	}
	size := 1
	for _, c := range Children(e) {
		size = min(size+z.expr(c), maxParts+1)
	}
	z.exprs[e] = size
	return size
}

// fits says whether a table, or an expression, is no more than a query may come
// to.
func (z *sizer) fits(n Node, e Expr) bool {
	if n != nil && z.node(n) > maxParts {
		return false
	}
	return e == nil || z.expr(e) <= maxParts
}
