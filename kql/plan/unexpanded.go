package plan

import "github.com/dogwatch-dev/dogwatch/kql/value"

// A Crowd is a way to put the rows of a step into groups.
type Crowd struct {
	In Node
	By []Expr // what the rows of a group agree in
	// Near, if there is one, is of those rows no further apart than Apart: a whole
	// number or a time, in ticks.
	Near  Expr
	Apart int64
}

// Crowds are those of the input of a summarize, first that which costs least: each
// that follows tells more, and the last is as good as its groups.
func (s *Summarize) Crowds() []Crowd {
	whole := Crowd{In: s.In, By: s.By}
	c, ok := s.unexpanded()
	switch {
	case !ok:
		return []Crowd{whole}
	case c.Near != nil:
		return []Crowd{c}
	}
	return []Crowd{c, whole}
}

// unexpanded is that of the rows that the input of a summarize is expanded from,
// where a row has at most one of its expanded rows in a group: then no group has
// more rows than there are of these.
func (s *Summarize) unexpanded() (c Crowd, ok bool) {
	m, isExpand := s.In.(*MvExpand)
	if !isExpand || !m.differs() {
		return c, false
	}
	apart := false
	for _, e := range s.By {
		if c, isCol := e.(*Col); isCol && m.Out[c.Index] < 0 {
			apart = true // its own rows lie in groups of their own
			continue
		}
		known := true
		over := rewrite(e, func(c *Col) Expr {
			from := m.Out[c.Index]
			if from < 0 {
				known = false
				return c
			}
			return &Col{from, c.Name, c.Typ}
		}, &known)
		if !known {
			return c, false
		}
		c.By = append(c.By, over)
	}
	c.In = m.In
	c.Near, c.Apart = m.reaches()
	return c, apart
}

// differs says whether what a row expands to differs: the members of a range do.
func (m *MvExpand) differs() bool {
	if len(m.Exprs) != 1 || m.Index >= 0 {
		return false
	}
	c, ok := m.Exprs[0].(*Call)
	if !ok || c.Name != "range" || len(c.Args) == 0 {
		return false
	}
	t := m.Types[0] // another may give one for several
	return (t == value.DateTime || t == value.Long) && c.Args[0].Type() == t
}

// reaches is where the range of a row begins, if it ends so far behind that in
// every row: what lies in the ranges of two rows begins them no further apart. Of
// rows without a beginning nothing is said.
func (m *MvExpand) reaches() (from Expr, far int64) {
	args := m.Exprs[0].(*Call).Args
	minus, ok := args[0].(*Call)
	if !ok || minus.Name != "-" || len(minus.Args) != 2 || len(args) < 2 || !sameBin(minus.Args[0], args[1]) {
		return nil, 0
	}
	by, ok := minus.Args[1].(*Const)
	if !ok || by.V.IsNull() || by.V.Int() < 0 {
		return nil, 0
	}
	if t := by.V.Type(); t != value.TimeSpan && t != value.Long {
		return nil, 0
	}
	return minus, by.V.Int()
}

// sameBin says whether two expressions are a column, or its bins, and the same.
func sameBin(x, y Expr) bool {
	switch x := x.(type) {
	case *Col:
		y, ok := y.(*Col)
		return ok && x.Index == y.Index
	case *Const:
		y, ok := y.(*Const)
		return ok && x.V.Type() == y.V.Type() && value.Compare(x.V, y.V) == 0
	case *Call:
		y, ok := y.(*Call)
		if !ok || x.Name != "bin" || y.Name != "bin" || len(x.Args) != 2 || len(y.Args) != 2 {
			return false
		}
		return sameBin(x.Args[0], y.Args[0]) && sameBin(x.Args[1], y.Args[1])
	}
	return false
}
