package plan

import "github.com/dogwatch-dev/dogwatch/kql/value"

// Unexpanded are the rows that the input of a summarize is expanded from, and what
// is left of its keys over them, where a row has at most one of its expanded rows
// in a group: then no group has more rows than these keys have there.
func (s *Summarize) Unexpanded() (in Node, by []Expr, ok bool) {
	m, isExpand := s.In.(*MvExpand)
	if !isExpand || !m.differs() {
		return nil, nil, false
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
			return nil, nil, false
		}
		by = append(by, over)
	}
	return m.In, by, apart
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
