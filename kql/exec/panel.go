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

// each calls f for each thing in the set, ascending.
func (s Set) each(f func(int)) {
	for w, word := range s {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

func (s Set) meets(o Set) bool {
	for w := range s {
		if s[w]&o[w] != 0 {
			return true
		}
	}
	return false
}

// Sets are memory for sets that is used again.
type Sets struct {
	words []uint64
	sets  []Set
}

// Clear returns n empty sets of things below a bound; those that it returned
// before are gone.
func (s *Sets) Clear(n, bound int) []Set {
	size := (bound + 63) / 64
	s.words = slices.Grow(s.words[:0], n*size)[:n*size]
	clear(s.words)
	s.sets = slices.Grow(s.sets[:0], n)[:n]
	for i := range s.sets {
		s.sets[i] = s.words[i*size : (i+1)*size : (i+1)*size]
	}
	return s.sets
}

// A Panel is the sieves of many queries over one table, asked together: what
// conditions have in common is asked once of a row, what columns are compared
// with is looked up and not compared one by one, and what only rules ask that are
// out already is not asked at all.
type Panel struct {
	width   int // sieves are numbered below it
	common  *commons
	glances []*clauseIndex // each over a column, whose text is not tested
	dear    []dearCondition
	others  []*clauseIndex // of the dear ones, once it is ready
	tests   []*test        // as are these, the cheap ones first
	testOf  map[int]*test
	expands []*expand
	asking  [][]int32 // by sieve: the others that know it, and behind these the tests that it makes
	ready   bool
	// OnFailure, if it is set, is called where a condition could not be asked of
	// rows, all of which may pass then.
	OnFailure func()

	left []int32   // rows of the batch at hand
	by   [][]int32 // by the others, then by test: those that some of its sieves ask about
	due  Set       // of these, those that have any
}

// A test is a condition and the sieves that make it.
type test struct {
	cond   *condition
	users  members
	shared bool // the condition stands in others, for which its answers are kept
}

// NewPanel returns a Panel for sieves that are numbered below a bound.
func NewPanel(bound int) *Panel {
	p := &Panel{width: bound, common: newCommons(), testOf: map[int]*test{}}
	p.common.failed = func() {
		if p.OnFailure != nil {
			p.OnFailure()
		}
	}
	return p
}

// Add takes in a sieve under a number of its own. Conditions of more than so
// many parts are not asked.
func (p *Panel) Add(l *Live, number int, s *Sieve, maxSize int) {
	p.add(l.run, number, s.Steps, s.told, maxSize)
}

// add is Add of steps over rows of which some parts were asked about.
func (p *Panel) add(r *run, id int, steps []plan.Node, told []plan.Known, maxSize int) {
	p.ready = false
	var conds []sieveCondition
	for i, n := range steps {
		w, ok := n.(*plan.Where)
		if !ok {
			p.expandOf(r, n.(*plan.MvExpand)).add(r, id, steps[i+1:], maxSize)
			break
		}
		for _, c := range plan.Conjuncts(w.P) {
			asked := !plan.Larger(c, maxSize)
			for _, e := range plan.Conjuncts(plan.Apart(plan.NotsInside(plan.Answered(c, r.known)))) {
				conds = append(conds, sieveCondition{e, asked})
			}
		}
	}
	p.index(r, id, conds, told)
}

// A sieveCondition is a condition of a sieve.
type sieveCondition struct {
	expr  plan.Expr
	asked bool // else only what follows from it for single columns is looked up
}

// testFor is the test of a condition.
func (p *Panel) testFor(r *run, e plan.Expr) *test {
	at, isNew := p.common.condition(r, e)
	if isNew {
		p.common.note(r, e)
	}
	if p.testOf[at] == nil {
		p.testOf[at] = &test{cond: p.common.conds[at]}
		p.tests = append(p.tests, p.testOf[at])
	}
	return p.testOf[at]
}

// Prepare puts in order what was added. The first question does so, where it is
// not done before.
func (p *Panel) Prepare() {
	if p.ready {
		return
	}
	p.ready = true
	p.indexDear()
	slices.SortStableFunc(p.tests, func(a, b *test) int { return a.cond.cost - b.cond.cost })
	n := len(p.others) + len(p.tests)
	p.due, p.by, p.asking = NewSet(n), make([][]int32, n), make([][]int32, p.width)
	for i, x := range p.others {
		x.users.each(func(id int) { p.asking[id] = append(p.asking[id], int32(i)) })
	}
	for i, t := range p.tests {
		_, t.shared = p.common.isShared(t.cond.run, t.cond.expr)
		t.users.each(func(id int) { p.asking[id] = append(p.asking[id], int32(len(p.others)+i)) })
	}
	for _, x := range p.expands {
		x.panel.Prepare()
	}
}

// Judge takes out of the sets those sieves that turn a row away; each row of the
// batch has one.
func (p *Panel) Judge(b *value.Batch, sets []Set) {
	p.Glance(b, sets)
	p.Ask(b, sets)
}

// Glance is Judge by what is looked up alone.
func (p *Panel) Glance(b *value.Batch, sets []Set) {
	p.Prepare()
	rows := b.Rows()
	for _, x := range p.glances {
		x.judge(b, p.asked(rows, sets, x.users), sets)
	}
}

// Ask is Judge for sets that Glance narrowed.
func (p *Panel) Ask(b *value.Batch, sets []Set) {
	p.Prepare()
	rows := b.Rows()
	p.look(rows, sets)
	p.common.round++
	p.due.each(func(i int) {
		if i < len(p.others) {
			x := p.others[i]
			x.judge(b, p.asked(p.by[i], sets, x.users), sets)
			return
		}
		t := p.tests[i-len(p.others)]
		t.judge(b, p.concerned(p.by[i], sets, t.users), sets)
	})
	for _, x := range p.expands {
		x.judge(b, p.concerned(rows, sets, x.users), sets)
	}
}

// look finds what is to be asked of the rows, and of which.
func (p *Panel) look(rows []int32, sets []Set) {
	clear(p.due)
	for _, row := range rows {
		sets[row].each(func(id int) {
			for _, i := range p.asking[id] {
				p.lookAt(int(i), row)
			}
		})
	}
}

func (p *Panel) lookAt(i int, row int32) {
	if !p.due.Has(i) {
		p.due.Add(i)
		p.by[i] = p.by[i][:0]
	}
	of := p.by[i]
	if n := len(of); n == 0 || of[n-1] != row {
		p.by[i] = append(of, row)
	}
}

// asked are the rows of whose sieves one is among some; good until the next
// call, as is what concerned returns.
func (p *Panel) asked(rows []int32, sets []Set, users Set) []int32 {
	p.left = p.left[:0]
	for _, row := range rows {
		if sets[row].meets(users) {
			p.left = append(p.left, row)
		}
	}
	return p.left
}

// concerned is asked, for a few.
func (p *Panel) concerned(rows []int32, sets []Set, users members) []int32 {
	p.left = p.left[:0]
	for _, row := range rows {
		if users.in(sets[row]) {
			p.left = append(p.left, row)
		}
	}
	return p.left
}

func (t *test) judge(b *value.Batch, rows []int32, sets []Set) {
	if len(rows) == 0 {
		return
	}
	if t.shared {
		t.cond.answer(b, rows)
		for _, row := range rows {
			if !t.cond.yes.Has(int(row)) {
				t.users.leave(sets[row])
			}
		}
		return
	}
	yes := t.cond.keep(b, rows)
	for _, row := range rows {
		if len(yes) > 0 && yes[0] == row {
			yes = yes[1:]
			continue
		}
		t.users.leave(sets[row])
	}
}

// members are a few of many things: the words of a Set that are not empty.
type members []memberWord

type memberWord struct {
	at   int
	bits uint64
}

func (m *members) add(i int) {
	for k := range *m {
		if (*m)[k].at == i/64 {
			(*m)[k].bits |= 1 << (i % 64)
			return
		}
	}
	*m = append(*m, memberWord{i / 64, 1 << (i % 64)})
}

func (m members) each(f func(int)) {
	for _, w := range m {
		Set{w.bits}.each(func(i int) { f(64*w.at + i) })
	}
}

// in says whether any of them is in a set.
func (m members) in(s Set) bool {
	for _, w := range m {
		if s[w.at]&w.bits != 0 {
			return true
		}
	}
	return false
}

// join puts them into a set.
func (m members) join(s Set) {
	for _, w := range m {
		s[w.at] |= w.bits
	}
}

// leave takes them out of a set.
func (m members) leave(s Set) {
	for _, w := range m {
		s[w.at] &^= w.bits
	}
}
