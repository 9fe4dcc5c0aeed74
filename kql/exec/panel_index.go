package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// index takes in a sieve's conditions. What follows from them for single columns
// whose texts need no test is looked up at a glance. What follows for columns that were
// asked about turns nothing away any more.
func (p *Panel) index(r *run, id int, conds []sieveCondition, told []plan.Known) {
	var singles []clause
	c := &clauser{r, p.common}
	for _, cond := range conds {
		clauses, whole := c.of(cond.expr, true)
		d := dearCondition{run: r, id: id, expr: cond.expr, whole: whole, tested: cond.asked}
		for _, k := range clauses {
			switch {
			case len(k) == 1 && isComputed(k[0].col):
				if d.whole = whole && len(clauses) == 1; d.whole {
					d.clauses = append(d.clauses, k)
				}
			case len(k) == 1 && isTold(told, k[0].col):
				d.whole = false
			case len(k) == 1 && (k[0].isList() || k[0].value != nil):
				singles = bothOf(singles, []clause{k})
			default:
				d.clauses = append(d.clauses, k)
			}
		}
		if len(d.clauses) > 0 || d.tested && !d.whole {
			p.dear = append(p.dear, d)
		}
	}
	for _, k := range singles {
		p.glances = p.addClause(p.glances, id, k)
	}
}

func isTold(told []plan.Known, col int) bool {
	return slices.ContainsFunc(told, func(k plan.Known) bool { return k(col, nil) })
}

// A dearCondition is what a glance does not settle of a sieve's condition.
type dearCondition struct {
	run     *run
	id      int
	expr    plan.Expr
	clauses []clause
	whole   bool // they are all that it says
	tested  bool // it may be asked itself
}

const (
	// maxDear is how many clauses are looked up for a dear condition.
	maxDear = 2
	// minDear is how many there must be over the same columns: it is as cheap to
	// ask the conditions of a few, but for those that read an array.
	minDear = 4
)

// indexDear looks up those clauses of dear conditions of which there are many. The
// other conditions are tested.
func (p *Panel) indexDear() {
	users := map[[maxColumns]int]int{}
	for _, d := range p.dear {
		for _, k := range d.clauses {
			users[k.columns()]++
		}
	}
	p.others = nil
	for _, d := range p.dear {
		many := slices.DeleteFunc(slices.Clone(d.clauses), func(k clause) bool {
			return users[k.columns()] < minDear && !slices.ContainsFunc(k, func(l *literal) bool { return l.array })
		})
		many = many[:min(len(many), maxDear)]
		for _, k := range many {
			p.others = p.addClause(p.others, d.id, k)
		}
		if d.tested && (!d.whole || len(many) < len(d.clauses)) {
			p.testFor(d.run, d.expr).users.add(d.id)
		}
	}
}

// A clauseIndex is the clauses of many sieves over the same columns, one of each:
// they are looked up together.
type clauseIndex struct {
	cols  []*hits
	users Set
	from  *commons // what gives columns

	vals [maxColumns][]value.Value // of the batch at hand
}

// addClause puts a sieve's clause into the first index that has room for it.
func (p *Panel) addClause(list []*clauseIndex, id int, k clause) []*clauseIndex {
	at := slices.IndexFunc(list, func(x *clauseIndex) bool { return x.isFor(k) && !x.users.Has(id) })
	if at < 0 {
		x := &clauseIndex{users: NewSet(p.width), from: p.common}
		for _, l := range k {
			x.cols = append(x.cols, newHits(l.col, p.width))
		}
		list, at = append(list, x), len(list)
	}
	x := list[at]
	x.users.Add(id)
	for i, l := range k {
		x.cols[i].add(id, l)
	}
	return list
}

func (x *clauseIndex) isFor(k clause) bool {
	return slices.EqualFunc(x.cols, k, func(h *hits, l *literal) bool { return h.col == l.col })
}

// judge takes out of the rows' sets the sieves whose clauses do not hold.
func (x *clauseIndex) judge(b *value.Batch, rows []int32, sets []Set) {
	if len(rows) == 0 {
		return
	}
	for i, h := range x.cols {
		vals, ok := x.from.column(b, h.col, rows)
		if !ok {
			return
		}
		x.vals[i] = vals
	}
	for _, row := range rows {
		set := sets[row]
		switch first := x.cols[0].of(&x.vals[0][row], set); len(x.cols) {
		case 1:
			for w := range set {
				set[w] &^= x.users[w] &^ first[w]
			}
		case 2:
			second := x.cols[1].of(&x.vals[1][row], set)
			for w := range set {
				set[w] &^= x.users[w] &^ (first[w] | second[w])
			}
		default:
			second, third := x.cols[1].of(&x.vals[1][row], set), x.cols[2].of(&x.vals[2][row], set)
			for w := range set {
				set[w] &^= x.users[w] &^ (first[w] | second[w] | third[w])
			}
		}
	}
}
