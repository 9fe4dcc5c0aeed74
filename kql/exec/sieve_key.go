package exec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
)

// SieveKeys tell whether sieves of several queries over one table are the same: those
// that have one key let the same rows through, and read the same of them.
type SieveKeys struct{ common *commons }

// NewSieveKeys returns an empty SieveKeys.
func NewSieveKeys() *SieveKeys { return &SieveKeys{newCommons()} }

// Of is the key of a query's sieve; some have none.
func (k *SieveKeys) Of(l *Live, s *Sieve) (key string, ok bool) {
	var b strings.Builder
	for _, n := range s.Steps {
		part, ok := "", false
		switch n := n.(type) {
		case *plan.Where:
			part, ok = k.common.listKey(l.run, plan.Conjuncts(n.P))
		case *plan.MvExpand:
			part, ok = k.common.expandKey(l.run, n)
		}
		if !ok {
			return "", false
		}
		b.WriteString(part)
	}
	return b.String(), true
}

// Parts are the keys of what a sieve's conditions are made of, but for columns and
// constants, each once: sieves that have many in common are much alike.
func (k *SieveKeys) Parts(l *Live, s *Sieve) []int {
	seen := map[int]bool{}
	for _, n := range s.Steps {
		switch n := n.(type) {
		case *plan.Where:
			k.common.addParts(l.run, seen, n.P)
		case *plan.MvExpand:
			k.common.addParts(l.run, seen, n.Exprs...)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (c *commons) addParts(r *run, seen map[int]bool, all ...plan.Expr) {
	for _, e := range all {
		switch e.(type) {
		case *plan.Const, *plan.Col, *plan.Scalar:
			continue
		}
		key, ok := c.key(r, e)
		if ok && seen[key] {
			continue
		}
		if ok {
			seen[key] = true
		}
		c.addParts(r, seen, plan.Children(e)...)
	}
}

// listKey is the key of some expressions.
func (c *commons) listKey(r *run, all []plan.Expr) (string, bool) {
	var b strings.Builder
	for _, e := range all {
		key, ok := c.key(r, e)
		if !ok {
			return "", false
		}
		fmt.Fprintf(&b, "%d,", key)
	}
	return b.String(), true
}

// expandKey is the key of a step: those that have one key make the same rows.
func (c *commons) expandKey(r *run, n *plan.MvExpand) (string, bool) {
	list, ok := c.listKey(r, n.Exprs)
	if n.Limit != nil || !ok {
		return "", false
	}
	return fmt.Sprintf("mv-expand %d %t %v %v(%s)", n.Index, n.ArrayBag, n.Types, n.Out, list), true
}
