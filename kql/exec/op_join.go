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
	table *keyTable // numbers the keys of one side
	first []int32   // by number: the first right row with the key, and
	last  []int32   // the last
	next  []int32   // by right row: the next one with its key, or -1
	hit   []bool    // right rows that found a partner
	seen  []bool    // by number: keys that the left had, for innerunique
	at    []int32   // numbers of the rows of a batch
	kept  []int32   // its rows that have a partner
	width int       // columns of the left
	out   sink
}

// mostLeft is how many rows of the left side are gathered at most before the
// right side is read, and leftShare their part of the memory that the query may
// have.
const (
	mostLeft  = 1 << 17
	leftShare = 16
)

// join keeps the right side, and the left side streams by. Where right rows
// without a partner do not matter, some of the left come first: if that is all
// of them, only their partners are kept of the right side.
func (r *run) join(n *plan.Join, out sink) error {
	j := &joiner{run: r, n: n, width: len(n.Left.Schema()), out: out}
	var err error
	if j.left, err = r.compileAll(n.LeftKeys); err != nil {
		return err
	}
	switch {
	case (n.Kind == plan.LeftAnti || n.Kind == plan.LeftSemi) && r.remembers():
		return j.byKeys()
	case j.needsPartners():
		return j.leftFirst()
	}
	if err := j.build(); err != nil {
		return err
	}
	if err := r.stream(n.Left, j.probe); err != nil {
		return err
	}
	return j.finish()
}

// needsPartners says whether right rows without a partner are of no use. Rows
// that were computed before are at hand, and need not be chosen from.
func (j *joiner) needsPartners() bool {
	switch j.n.Kind {
	case plan.Inner, plan.InnerUnique, plan.LeftOuter, plan.LeftAnti, plan.LeftSemi:
		return j.run.cut == nil && j.run.db != nil
	}
	return false
}

// byKeys asks of each left row whether the right side has its key. That is read
// when the first left row comes, and nothing but its keys is kept.
func (j *joiner) byKeys() error {
	return j.run.stream(j.n.Left, func(b *value.Batch) error {
		if j.table == nil {
			if err := j.readKeys(); err != nil {
				return err
			}
		}
		return j.probe(b)
	})
}

func (j *joiner) readKeys() error {
	evs, err := j.run.compileAll(j.n.RightKeys)
	if err != nil {
		return err
	}
	j.right, j.table = newRowStore(j.run, j.n.Right), newKeyTable(j.n.RightKeys)
	return j.run.stream(j.n.Right, func(b *value.Batch) error {
		rows, size := b.Rows(), j.table.size()
		keys := keyColumnsOf(evs, b, rows)
		j.at = j.table.number(keys, rows, j.at[:0])
		for k, i := range rows {
			for int(j.at[k]) >= len(j.first) {
				j.first = append(j.first, -1)
			}
			if !anyNull(keys, i) {
				j.first[j.at[k]] = 0
			}
		}
		return j.right.grow(j.table.size() - size)
	})
}

// leftFirst gathers the left side, unless it is too large.
func (j *joiner) leftFirst() error {
	j.table = newKeyTable(j.n.LeftKeys)
	held := newRowStore(j.run, j.n.Left)
	held.by = j.n
	started := false
	err := j.run.stream(j.n.Left, func(b *value.Batch) error {
		if started {
			return j.probe(b)
		}
		rows, size := b.Rows(), j.table.size()
		j.at = j.table.number(keyColumnsOf(j.left, b, rows), rows, j.at[:0])
		if err := held.grow(j.table.size() - size); err != nil {
			return err
		}
		err := held.add(b)
		if err != nil || held.n <= mostLeft && held.size <= j.run.opt.MaxMemory/leftShare {
			return err
		}
		started, j.table = true, nil
		return j.start(held)
	})
	if err != nil || started || held.n == 0 {
		return err
	}
	return j.start(held)
}

// start reads the right side and takes up the left one from its first row.
func (j *joiner) start(held *rowStore) error {
	if err := j.build(); err != nil {
		return err
	}
	if err := held.emit(j.probe); err != nil {
		return err
	}
	return held.release()
}

// build reads the right side: what has a key of the table, or all of it.
func (j *joiner) build() error {
	j.right = newRowStore(j.run, j.n.Right)
	j.right.by = j.n
	evs, err := j.run.compileAll(j.n.RightKeys)
	if err != nil {
		return err
	}
	keep := j.keepPartners
	if j.table == nil {
		j.table, keep = newKeyTable(j.n.RightKeys), j.keepAll
	}
	err = j.run.stream(j.n.Right, func(b *value.Batch) error { return keep(evs, b) })
	j.hit, j.seen = make([]bool, j.right.n), make([]bool, len(j.first))
	return err
}

// keepAll keeps right rows.
func (j *joiner) keepAll(evs []evaluator, b *value.Batch) error {
	rows, size := b.Rows(), j.table.size()
	keys := keyColumnsOf(evs, b, rows)
	j.at = j.table.number(keys, rows, j.at[:0])
	for k, i := range rows {
		j.link(int32(j.right.n+k), j.at[k], anyNull(keys, i))
	}
	if err := j.right.grow(j.table.size() - size + len(rows)*linkSize); err != nil {
		return err
	}
	return j.right.add(b)
}

// keepPartners keeps right rows with a key that the left side has.
func (j *joiner) keepPartners(evs []evaluator, b *value.Batch) error {
	rows := b.Rows()
	j.at = j.table.known(keyColumnsOf(evs, b, rows), rows, j.at[:0])
	j.kept = j.kept[:0]
	for k, i := range rows {
		if j.at[k] >= 0 {
			j.link(int32(j.right.n+len(j.kept)), j.at[k], false)
			j.kept = append(j.kept, i)
		}
	}
	if len(j.kept) == 0 {
		return j.run.ctx.Err()
	}
	if err := j.right.grow(len(j.kept) * linkSize); err != nil {
		return err
	}
	return j.right.add(b.With(j.kept))
}

// linkSize is what a right row takes beside its values.
const linkSize = 16

// link puts a right row behind the others with its key; a null is equal to
// nothing.
func (j *joiner) link(row, key int32, null bool) {
	j.next = append(j.next, -1)
	for int(key) >= len(j.first) {
		j.first, j.last = append(j.first, -1), append(j.last, -1)
	}
	switch {
	case null:
		return
	case j.first[key] < 0:
		j.first[key] = row
	default:
		j.next[j.last[key]] = row
	}
	j.last[key] = row
}

// pairs are rows of the result: a left row of the batch (or -1) beside a right
// row (or -1).
type pairs struct{ left, right []int32 }

func (p *pairs) add(l, r int32) { p.left, p.right = append(p.left, l), append(p.right, r) }

func (j *joiner) probe(b *value.Batch) error {
	rows := b.Rows()
	j.at = j.table.known(keyColumnsOf(j.left, b, rows), rows, j.at[:0])
	p := &pairs{}
	for k, i := range rows {
		if j.row(p, i, j.at[k]); len(p.left) < batchRows {
			continue
		}
		if err := j.push(b, p); err != nil {
			return err
		}
		p = &pairs{}
	}
	return j.push(b, p)
}

// row adds what one left row gives, whose key has a number or -1.
func (j *joiner) row(p *pairs, i, key int32) {
	match := int32(-1)
	if key >= 0 && int(key) < len(j.first) {
		match = j.first[key]
	}
	switch j.n.Kind {
	case plan.LeftAnti:
		if match < 0 {
			p.add(i, -1)
		}
		return
	case plan.LeftSemi:
		if match >= 0 {
			p.add(i, -1)
		}
		return
	case plan.InnerUnique:
		if match < 0 || j.seen[key] {
			return
		}
		j.seen[key] = true
	case plan.LeftOuter, plan.FullOuter:
		if match < 0 {
			p.add(i, -1)
		}
	}
	paired := j.n.Kind != plan.RightAnti && j.n.Kind != plan.RightSemi
	for ; match >= 0; match = j.next[match] {
		j.hit[match] = true
		if paired {
			p.add(i, match)
		}
	}
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
	needed := j.run.needed()[j.n]
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
