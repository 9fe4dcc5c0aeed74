package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Sieve turns away rows of a table that a leaf's row-by-row steps would turn
// away, by what is known of them only. It may let too many through.
type Sieve struct {
	// Steps are what it runs: Where and MvExpand.
	Steps []plan.Node
	// Reads are what they read of the table.
	Reads []plan.Ref

	run  *run
	told []plan.Known // parts of the rows: what follows for these alone was asked of them
	push sink         // made when it is first run
	kept []int32
}

// Sieve makes a leaf's sieve over what is known of the rows of its table, which
// has width columns; nil if it would let every row through. Where known has
// parts, it tests the conditions that need more than one of them.
func (l *Live) Sieve(leaf, width int, known ...plan.Known) *Sieve {
	s := &Sieve{run: l.run, Steps: l.steps(leaf, width).Sieve(anyOf(known))}
	if len(known) > 1 {
		s.Steps = plan.Spanning(s.Steps, width, known)
	}
	if len(s.Steps) == 0 {
		return nil
	}
	s.Reads = plan.Refs(s.Steps, width)
	return s
}

// Rest is the sieve over all that a row says without the conditions that one of
// some parts of it tells; nil if there are no others.
func (l *Live) Rest(leaf, width int, told ...plan.Known) *Sieve {
	all := l.steps(leaf, width).Sieve(func(int, []string) bool { return true })
	s := &Sieve{run: l.run, Steps: plan.Spanning(all, width, told), told: told}
	if len(s.Steps) == 0 {
		return nil
	}
	s.Reads = plan.Refs(s.Steps, width)
	return s
}

// Settles says whether what comes through the sieve of a leaf over all that a row
// says passes the leaf, if conditions of more than so many parts are not asked.
func (l *Live) Settles(leaf, width, maxSize int) bool { return l.steps(leaf, width).Settles(maxSize) }

// steps are those of a leaf over a table of so many columns.
func (l *Live) steps(leaf, width int) *plan.Steps {
	if l.followed[leaf] == nil {
		l.followed[leaf] = plan.NewSteps(l.leaves[leaf].Scan, l.leaves[leaf].Steps, width)
	}
	return l.followed[leaf]
}

func anyOf(known []plan.Known) plan.Known {
	if len(known) == 1 {
		return known[0]
	}
	return func(column int, path []string) bool {
		return slices.ContainsFunc(known, func(k plan.Known) bool { return k(column, path) })
	}
}

// Conditions are what it tests, as KQL over the table's columns; what stands
// behind an mv-expand is over the elements.
func (s *Sieve) Conditions() (out []string) {
	for _, n := range s.Steps {
		if w, ok := n.(*plan.Where); ok {
			for _, c := range plan.Conjuncts(w.P) {
				out = append(out, plan.Text(c))
			}
		}
	}
	return out
}

// take notes which rows came through.
func (s *Sieve) take(b *value.Batch) error {
	for _, i := range b.Rows() {
		if b.Origin == nil {
			s.kept = append(s.kept, i)
			continue
		}
		for _, o := range b.Origin[i] {
			s.kept = append(s.kept, int32(o))
		}
	}
	return nil
}

// Keep returns those of the batch's rows that may pass, ascending; good until
// the next call. Where a step fails, all may.
func (s *Sieve) Keep(b *value.Batch) []int32 {
	s.kept = s.kept[:0]
	if err := s.pushed(b); err != nil {
		return b.Rows()
	}
	slices.Sort(s.kept)
	s.kept = slices.Compact(s.kept)
	return s.kept
}

func (s *Sieve) pushed(b *value.Batch) (err error) {
	defer s.run.catch(&err)
	if s.push == nil {
		s.push = s.take
		for _, n := range slices.Backward(s.Steps) {
			s.push, _ = s.run.transform(n, s.push)
		}
	}
	return s.push(b)
}
