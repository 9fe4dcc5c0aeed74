package exec

import (
	"math/bits"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Set is some of many things that are numbered, a bit each.
type Set []uint64

// NewSet returns an empty set of things below n.
func NewSet(n int) Set { return make(Set, (n+63)/64) }

// Has says whether a thing is in the set.
func (s Set) Has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// Add puts a thing into the set.
func (s Set) Add(i int) { s[i/64] |= 1 << (i % 64) }

func (s Set) meets(o Set) bool {
	for w := range s {
		if s[w]&o[w] != 0 {
			return true
		}
	}
	return false
}

// A Panel is the sieves of many queries over one table, asked together: what
// conditions have in common is asked once of a row, and what columns are compared
// with is looked up and not compared one by one.
type Panel struct {
	width  int // sieves there is room for
	sieves []member
	common *commons
	texts  []*textIndex
	flags  []*flagIndex
	rows   [][]int32 // by sieve, of the batch at hand
}

// A member is a sieve: its conditions, and what follows its first mv-expand.
type member struct {
	conds []int
	rest  *Sieve
}

// NewPanel returns a Panel with room for so many sieves.
func NewPanel(sieves int) *Panel { return &Panel{width: sieves, common: newCommons()} }

// Add takes in a sieve, which gets the next number. Conditions of more than so
// many parts are not asked.
func (p *Panel) Add(l *Live, s *Sieve, maxSize int) {
	id := len(p.sieves)
	p.sieves = append(p.sieves, member{})
	m := &p.sieves[id]
	steps := s.Steps
	for len(steps) > 0 {
		w, ok := steps[0].(*plan.Where)
		if !ok {
			break
		}
		for _, e := range plan.Conjuncts(w.P) {
			if !plan.Larger(e, maxSize) && !p.index(id, e) {
				m.conds = append(m.conds, p.condition(l.run, e))
			}
		}
		steps = steps[1:]
	}
	slices.SortStableFunc(m.conds, func(a, b int) int { return p.common.conds[a].cost - p.common.conds[b].cost })
	if len(steps) > 0 {
		m.rest = &Sieve{run: l.run, Steps: steps}
	}
}

// Judge takes out of the sets those sieves that turn a row away; each row of the
// batch has one.
func (p *Panel) Judge(b *value.Batch, sets []Set) {
	rows := b.Rows()
	for _, x := range p.texts {
		x.judge(b, rows, sets)
	}
	for _, x := range p.flags {
		x.judge(b, rows, sets)
	}
	p.turn(rows, sets)
	p.common.round++
	for id := range p.rows {
		if left := p.rows[id]; len(left) > 0 {
			for _, row := range p.ask(id, b, left) {
				sets[row].Add(id)
			}
		}
	}
}

// turn moves what is in sets of sieves by row into rows by sieve.
func (p *Panel) turn(rows []int32, sets []Set) {
	p.rows = slices.Grow(p.rows[:0], len(p.sieves))[:len(p.sieves)]
	for id := range p.rows {
		p.rows[id] = p.rows[id][:0]
	}
	for _, row := range rows {
		for w, word := range sets[row] {
			for ; word != 0; word &= word - 1 {
				id := w*64 + bits.TrailingZeros64(word)
				p.rows[id] = append(p.rows[id], row)
			}
		}
		clear(sets[row])
	}
}

// ask is the rows that a sieve lets through.
func (p *Panel) ask(id int, b *value.Batch, rows []int32) []int32 {
	m := &p.sieves[id]
	for _, c := range m.conds {
		if rows = p.common.conds[c].ask(b, rows); len(rows) == 0 {
			return nil
		}
	}
	if m.rest != nil {
		return m.rest.Keep(b.With(rows))
	}
	return rows
}

func (p *Panel) condition(r *run, e plan.Expr) int {
	at, isNew := p.common.condition(r, e)
	if isNew {
		p.common.note(r, e)
	}
	return at
}

// index takes in a condition that a column of text is, or is not, one of some
// texts, or that a flag is or is not set; false if it is of another form.
func (p *Panel) index(id int, e plan.Expr) bool {
	if f := flagFilterOf(e); f != nil {
		x := p.flagsOf(f.col)
		if f.want == 1 {
			x.yes.Add(id)
		} else {
			x.no.Add(id)
		}
		return true
	}
	col, texts, not, ok := textsOf(e)
	if !ok {
		return false
	}
	x := p.textsOf(col)
	if not {
		return x.refuse(id, texts, p.width)
	}
	return x.want(id, texts, p.width)
}

// textsOf reads a comparison of a column of text with constants.
func textsOf(e plan.Expr) (col int, texts []string, not, ok bool) {
	c, is := e.(*plan.Call)
	if !is || len(c.Args) < 2 {
		return 0, nil, false, false
	}
	switch c.Name {
	case "==", "in":
	case "!=", "!in":
		not = true
	default:
		return 0, nil, false, false
	}
	x, is := c.Args[0].(*plan.Col)
	if !is || x.Typ != value.String {
		return 0, nil, false, false
	}
	for _, a := range c.Args[1:] {
		k, is := a.(*plan.Const)
		if !is || k.V.Kind() != value.KString || k.V.Type() != value.String {
			return 0, nil, false, false
		}
		texts = append(texts, k.V.Str())
	}
	return x.Index, texts, not, true
}

// A textIndex is what sieves compare a column of text with.
type textIndex struct {
	col     int
	users   Set
	wanting Set            // sieves that want it to be one of some texts
	wanted  map[string]Set // by text, the sieves that want it
	refused map[string]Set // by text, the sieves that do not
}

func (p *Panel) textsOf(col int) *textIndex {
	for _, x := range p.texts {
		if x.col == col {
			return x
		}
	}
	x := &textIndex{col, NewSet(p.width), NewSet(p.width), map[string]Set{}, map[string]Set{}}
	p.texts = append(p.texts, x)
	return x
}

func (x *textIndex) want(id int, texts []string, width int) bool {
	if x.wanting.Has(id) { // a second one is a condition of its own
		return false
	}
	x.users.Add(id)
	x.wanting.Add(id)
	note(x.wanted, id, texts, width)
	return true
}

func (x *textIndex) refuse(id int, texts []string, width int) bool {
	x.users.Add(id)
	note(x.refused, id, texts, width)
	return true
}

func note(in map[string]Set, id int, texts []string, width int) {
	for _, text := range texts {
		if in[text] == nil {
			in[text] = NewSet(width)
		}
		in[text].Add(id)
	}
}

func (x *textIndex) judge(b *value.Batch, rows []int32, sets []Set) {
	one := [1]int32{}
	for _, row := range rows {
		set := sets[row]
		if !set.meets(x.users) {
			continue
		}
		one[0] = row
		text := b.Col(x.col, one[:])[row].Str()
		wanted, refused := x.wanted[text], x.refused[text]
		for w := range set {
			gone := x.wanting[w]
			if wanted != nil {
				gone &^= wanted[w]
			}
			if refused != nil {
				gone |= refused[w]
			}
			set[w] &^= gone
		}
	}
}

// A flagIndex is which sieves want a bool column to be true, and which false.
type flagIndex struct {
	col     int
	yes, no Set
}

func (p *Panel) flagsOf(col int) *flagIndex {
	for _, x := range p.flags {
		if x.col == col {
			return x
		}
	}
	x := &flagIndex{col, NewSet(p.width), NewSet(p.width)}
	p.flags = append(p.flags, x)
	return x
}

func (x *flagIndex) judge(b *value.Batch, rows []int32, sets []Set) {
	one := [1]int32{}
	for _, row := range rows {
		set := sets[row]
		if !set.meets(x.yes) && !set.meets(x.no) {
			continue
		}
		one[0] = row
		v := b.Col(x.col, one[:])[row]
		for w := range set {
			if v.IsNull() || v.Int() == 0 {
				set[w] &^= x.yes[w]
			}
			if v.IsNull() || v.Int() != 0 {
				set[w] &^= x.no[w]
			}
		}
	}
}
