package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A joiner holds the right side by key and is pushed the left side.
type joiner struct {
	run   *run
	n     *plan.Join
	left  []evaluator
	right *rowStore
	rows  map[string][]int32 // right rows by key
	hit   []bool             // right rows that found a partner
	seen  map[string]bool    // left keys, for innerunique
	key   []byte
	width int // columns of the left
	out   sink
}

// join keeps the right side, and the left side streams by.
func (r *run) join(n *plan.Join, out sink) error {
	j := &joiner{run: r, n: n, rows: map[string][]int32{}, seen: map[string]bool{}, width: len(n.Left.Schema()), out: out}
	if err := j.build(); err != nil {
		return err
	}
	var err error
	if j.left, err = r.compileAll(n.LeftKeys); err != nil {
		return err
	}
	if err := r.stream(n.Left, j.probe); err != nil {
		return err
	}
	return j.finish()
}

// build reads the right side.
func (j *joiner) build() error {
	j.right = newRowStore(j.run, j.n.Right)
	j.right.by = j.n
	evs, err := j.run.compileAll(j.n.RightKeys)
	if err != nil {
		return err
	}
	err = j.run.stream(j.n.Right, func(b *value.Batch) error {
		keys := j.keys(evs, b)
		for k, i := range b.Rows() {
			if key, ok := keys(i); ok {
				j.rows[string(key)] = append(j.rows[string(key)], int32(j.right.n+k))
			}
		}
		if err := j.run.grow(int64(b.Len()*64), "join"); err != nil {
			return err
		}
		return j.right.add(b)
	})
	j.hit = make([]bool, j.right.n)
	return err
}

// keys gives the joined key of a row; a null is equal to nothing.
func (j *joiner) keys(evs []evaluator, b *value.Batch) func(i int32) ([]byte, bool) {
	rows := b.Rows()
	cols := make([][]value.Value, len(evs))
	for k, ev := range evs {
		cols[k] = ev.eval(b, rows)
	}
	return func(i int32) ([]byte, bool) {
		j.key = j.key[:0]
		for k := range cols {
			if cols[k][i].IsNull() {
				return nil, false
			}
			j.key = cols[k][i].GroupKey(j.key)
		}
		return j.key, true
	}
}

// pairs are rows of the result: a left row of the batch (or -1) beside a right
// row (or -1).
type pairs struct{ left, right []int32 }

func (p *pairs) add(l, r int32) { p.left, p.right = append(p.left, l), append(p.right, r) }

func (j *joiner) probe(b *value.Batch) error {
	keys := j.keys(j.left, b)
	p := &pairs{}
	for _, i := range b.Rows() {
		key, ok := keys(i)
		var matches []int32
		if ok {
			matches = j.rows[string(key)]
		}
		if err := j.row(p, i, key, matches); err != nil {
			return err
		}
		if len(p.left) >= batchRows {
			if err := j.push(b, p); err != nil {
				return err
			}
			p = &pairs{}
		}
	}
	return j.push(b, p)
}

// row adds what one left row gives.
func (j *joiner) row(p *pairs, i int32, key []byte, matches []int32) error {
	switch j.n.Kind {
	case plan.LeftAnti:
		if len(matches) == 0 {
			p.add(i, -1)
		}
		return nil
	case plan.LeftSemi:
		if len(matches) > 0 {
			p.add(i, -1)
		}
		return nil
	case plan.InnerUnique:
		if len(matches) == 0 || j.seen[string(key)] {
			return nil
		}
		j.seen[string(key)] = true
		if err := j.run.grow(int64(len(key)+32), "join"); err != nil {
			return err
		}
	}
	for _, m := range matches {
		j.hit[m] = true
		if j.n.Kind != plan.RightAnti && j.n.Kind != plan.RightSemi {
			p.add(i, m)
		}
	}
	if len(matches) == 0 && (j.n.Kind == plan.LeftOuter || j.n.Kind == plan.FullOuter) {
		p.add(i, -1)
	}
	return nil
}

// finish gives the right rows that the kind asks for beyond the pairs.
func (j *joiner) finish() error {
	p := &pairs{}
	for m, hit := range j.hit {
		switch j.n.Kind {
		case plan.RightOuter, plan.FullOuter, plan.RightAnti:
			if !hit {
				p.add(-1, int32(m))
			}
		case plan.RightSemi:
			if hit {
				p.add(-1, int32(m))
			}
		}
		if len(p.left) >= batchRows {
			if err := j.push(nil, p); err != nil {
				return err
			}
			p = &pairs{}
		}
	}
	return j.push(nil, p)
}

func (j *joiner) push(b *value.Batch, p *pairs) error {
	if len(p.left) == 0 {
		return nil
	}
	if err := j.run.ctx.Err(); err != nil {
		return err
	}
	cols := make([]value.Column, len(j.n.Out))
	needed := j.run.needed[j.n]
	for c, from := range j.n.Out {
		null := value.NullOf(j.n.Schema()[c].Type)
		if needed != nil && !needed[c] {
			cols[c] = nullColumn(null)
			continue
		}
		vals := constants(null, len(p.left))
		switch {
		case from < j.width:
			if b != nil {
				fill(vals, b.Col(from, nil), p.left)
			}
		case len(j.right.cols[from-j.width]) > 0:
			fill(vals, j.right.cols[from-j.width], p.right)
		}
		cols[c] = value.ColumnOf(vals)
	}
	nb := value.NewBatch(len(p.left), cols)
	if err := j.origins(nb, b, p); err != nil {
		return err
	}
	return j.out(nb)
}

// nullColumn is nulls, made when they are asked for.
func nullColumn(null value.Value) value.Column {
	return value.LazyColumn(func(rows []int32, vals []value.Value) {
		for _, i := range rows {
			vals[i] = null
		}
	})
}

func fill(vals, from []value.Value, rows []int32) {
	for k, i := range rows {
		if i >= 0 {
			vals[k] = from[i]
		}
	}
}

// origins of a pair are those of both rows. Groups on both sides may have many
// each, and every pair has them all.
func (j *joiner) origins(nb, b *value.Batch, p *pairs) error {
	if !j.run.opt.TrackOrigin {
		return nil
	}
	size := 0
	nb.Origin = make([][]int64, nb.N)
	for k := range nb.Origin {
		var list []int64
		if p.left[k] >= 0 {
			list = append(list, originOf(b, p.left[k])...)
		}
		if p.right[k] >= 0 {
			list = append(list, j.right.origin[p.right[k]]...)
		}
		nb.Origin[k] = list
		if len(list) > 100 {
			size += 8 * len(list)
		}
		if size > 1<<20 {
			if err := j.run.grow(int64(size), "join"); err != nil {
				return err
			}
			size = 0
		}
	}
	return nil
}
