package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// index takes in the clauses of a sieve's conditions, and returns those conditions
// of which they are not all.
func (p *Panel) index(r *run, id int, conds []plan.Expr) (rest []plan.Expr) {
	var singles []clause
	c := &clauser{r}
	for _, e := range conds {
		clauses, whole := c.of(e, true)
		single, several := parted(clauses)
		if len(several) > maxSeveral {
			whole, several = false, several[:maxSeveral]
			if len(single) > 0 { // they turn away most, and the condition is asked anyway
				several = nil
			}
		}
		singles = bothOf(singles, single)
		for _, k := range several {
			p.others = addClause(p.others, p.width, id, k)
		}
		if !whole {
			rest = append(rest, e)
		}
	}
	for _, k := range singles {
		if k[0].text != nil {
			p.others = addClause(p.others, p.width, id, k)
		} else {
			p.glances = addClause(p.glances, p.width, id, k)
		}
	}
	return rest
}

// maxSeveral is how many clauses over several columns are looked up for a condition.
const maxSeveral = 2

// parted are clauses over one column, and over several.
func parted(all []clause) (single, several []clause) {
	for _, k := range all {
		if len(k) == 1 {
			single = append(single, k)
		} else {
			several = append(several, k)
		}
	}
	return single, several
}

// A clauseIndex is the clauses of many sieves over the same columns, one of each:
// they are looked up together.
type clauseIndex struct {
	cols  []*hits
	users Set

	vals [maxColumns][]value.Value // of the batch at hand
}

// addClause puts a sieve's clause into the first index that has room for it.
func addClause(list []*clauseIndex, width, id int, k clause) []*clauseIndex {
	at := slices.IndexFunc(list, func(x *clauseIndex) bool { return x.isFor(k) && !x.users.Has(id) })
	if at < 0 {
		x := &clauseIndex{users: NewSet(width)}
		for _, l := range k {
			x.cols = append(x.cols, newHits(l.col, width))
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
		x.vals[i] = b.Col(h.col, rows)
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
