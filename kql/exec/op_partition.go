package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// partition runs the subquery over the rows of each key, keys in the order in
// which they first came.
func (r *run) partition(n *plan.Partition, out sink) error {
	store, err := r.collect(n.In)
	if err != nil {
		return err
	}
	by, err := r.compile(n.By)
	if err != nil {
		return err
	}
	all := store.batch()
	keys := slices.Clone(by.eval(all, value.AllRows(store.n))[:store.n])
	parts := map[string][]int32{}
	var order []string
	var key []byte
	for i := range int32(store.n) {
		key = keys[i].GroupKey(key[:0])
		if parts[string(key)] == nil {
			order = append(order, string(key))
		}
		parts[string(key)] = append(parts[string(key)], i)
	}
	for _, k := range order {
		first := parts[k][0]
		if err := r.part(n, store.gather(parts[k]), keys[first], out); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) part(n *plan.Partition, rows *value.Batch, key value.Value, out sink) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if n.Key != nil {
		r.give(n.Key, n.Sub, value.NewBatch(1, []value.Column{value.ColumnOf([]value.Value{key})}))
	} else {
		r.give(n.Rows, n.Sub, rows)
	}
	return r.stream(n.Sub, out)
}

// gather is some rows as one batch.
func (s *rowStore) gather(rows []int32) *value.Batch { return s.slice(rows, 0, len(rows)) }

// give hands rows to a subquery.
func (r *run) give(to *plan.Given, sub plan.Node, rows *value.Batch) {
	r.given[to] = rows
	r.forget(to, sub)
}

// forget drops what was computed of what a subquery was given before.
func (r *run) forget(to, sub plan.Node) {
	depends, ok := r.depends[to]
	if !ok {
		depends = map[plan.Node]bool{}
		r.depends[to] = depends
	}
	dependOn(to, sub, depends)
	for s, store := range r.shared {
		if depends[s] {
			delete(r.shared, s)
			r.lasting -= store.size
		}
	}
	for g := range r.graphs {
		if depends[g] {
			delete(r.graphs, g)
		}
	}
	for e := range r.scalars {
		if depends[e.Sub] {
			delete(r.scalars, e)
		}
	}
	for e, list := range r.lists {
		if depends[e.Sub] {
			delete(r.lists, e)
			r.lasting -= list.size
		}
	}
}

// dependOn notes, for a node and all below it, whether it reads what is given.
func dependOn(to, n plan.Node, depends map[plan.Node]bool) bool {
	if known, ok := depends[n]; ok {
		return known
	}
	depends[n] = n == to
	for _, in := range plan.Readers(n) {
		depends[n] = dependOn(to, in, depends) || depends[n]
	}
	return depends[n]
}
