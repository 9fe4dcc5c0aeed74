package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A sequence is rows that matched the steps up to one, in their order.
type sequence struct {
	id   int64
	rows []matched
	// last is a row that the step at the end gives only if no other follows it.
	last *matched
}

// A matched row is one that a step matched: the input's columns and the
// declared ones.
type matched struct {
	vals   []value.Value
	origin []int64
}

// A seqScan follows sequences. Each step holds at most one, that which has come
// as far as it.
type seqScan struct {
	run    *run
	n      *plan.SeqScan
	width  int
	conds  []evaluator
	assign [][]evaluator
	state  []*sequence
	next   int64 // number of the next sequence

	row   *value.Batch    // what the expressions see, as one row
	cells [][]value.Value // its columns
	empty []value.Value   // a step's row before anything matched

	out    sink
	result *rowStore
}

func (r *run) seqScan(n *plan.SeqScan, out sink) error {
	s := &seqScan{run: r, n: n, width: len(n.In.Schema()), state: make([]*sequence, len(n.Steps)), out: out, result: newRowStore(r, n)}
	for _, st := range n.Steps {
		ev, err := r.compile(st.Cond)
		if err != nil {
			return err
		}
		evs := make([]evaluator, len(st.Assign))
		for i, a := range st.Assign {
			if a == nil {
				continue
			}
			if evs[i], err = r.compile(a); err != nil {
				return err
			}
		}
		s.conds, s.assign = append(s.conds, ev), append(s.assign, evs)
	}
	s.frame()
	if err := r.stream(n.In, s.add); err != nil {
		return err
	}
	for _, seq := range s.state {
		if err := s.giveLast(seq); err != nil {
			return err
		}
	}
	return s.flush()
}

// frame makes the row that expressions see.
func (s *seqScan) frame() {
	for _, f := range s.n.In.Schema() {
		s.empty = append(s.empty, value.NullOf(f.Type))
	}
	s.empty = append(s.empty, s.n.Declared...)
	total := s.width + len(s.n.Steps)*s.n.Width()
	s.cells = make([][]value.Value, total)
	cols := make([]value.Column, total)
	for i := range cols {
		s.cells[i] = make([]value.Value, 1)
		cols[i] = value.ColumnOf(s.cells[i])
	}
	s.row = value.NewBatch(1, cols)
}

func (s *seqScan) add(b *value.Batch) error {
	if err := s.run.ctx.Err(); err != nil {
		return err
	}
	rows := b.Rows()
	needed := s.run.needed()[s.n.In]
	cols := make([][]value.Value, s.width)
	for c := range cols {
		if needed == nil || needed[c] {
			cols[c] = b.Col(c, rows)
		}
	}
	for _, i := range rows {
		for c := range cols {
			s.cells[c][0] = s.empty[c]
			if cols[c] != nil {
				s.cells[c][0] = cols[c][i]
			}
		}
		s.row.Now = nil
		if b.Now != nil {
			s.row.Now = func(int) int64 { return b.Now(int(i)) }
		}
		if err := s.match(b, i); err != nil {
			return err
		}
	}
	return nil
}

// match tries the row at every step, from the last one.
func (s *seqScan) match(b *value.Batch, i int32) error {
	for k := len(s.n.Steps) - 1; k >= 0; k-- {
		var err error
		switch {
		case k > 0 && s.state[k-1] != nil && s.holds(k, s.state[k-1]):
			err = s.advance(b, i, k)
		case (k == 0 || s.state[k] != nil) && s.holds(k, s.state[k]):
			err = s.stay(b, i, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// holds says whether a step's condition holds, given a sequence.
func (s *seqScan) holds(k int, seq *sequence) bool {
	for j := range s.n.Steps {
		vals := s.empty
		if seq != nil && j < len(seq.rows) {
			vals = seq.rows[j].vals
		}
		for c, v := range vals {
			s.cells[s.width+j*len(vals)+c][0] = v
		}
	}
	return s.conds[k].eval(s.row, oneOf)[0].Bool()
}

var oneOf = []int32{0}

// advance moves the sequence of the step before to this one.
func (s *seqScan) advance(b *value.Batch, i int32, k int) error {
	for _, ends := range []*sequence{s.state[k], s.state[k-1]} {
		if err := s.giveLast(ends); err != nil {
			return err
		}
	}
	seq := s.state[k-1]
	s.state[k-1], s.state[k] = nil, seq
	seq.rows = append(seq.rows, s.extended(b, i, k))
	return s.give(k, seq)
}

// stay takes the row in place of that which the step matched last; at the first
// step it may begin a sequence.
func (s *seqScan) stay(b *value.Batch, i int32, k int) error {
	seq := s.state[k]
	if seq == nil {
		seq = &sequence{id: s.next, rows: make([]matched, 1)}
		s.next++
		s.state[k] = seq
	}
	seq.rows[k] = s.extended(b, i, k)
	return s.give(k, seq)
}

// extended is the row with its declared columns.
func (s *seqScan) extended(b *value.Batch, i int32, k int) matched {
	vals := slices.Clone(s.empty)
	for c := range s.width {
		vals[c] = s.cells[c][0].Own()
	}
	for d, ev := range s.assign[k] {
		if ev != nil {
			vals[s.width+d] = typedValue(ev.eval(s.row, oneOf)[0].Own(), s.n.Schema()[s.width+d].Type)
		}
	}
	m := matched{vals: vals}
	if s.run.opt.TrackOrigin {
		m.origin = originOf(b, i)
	}
	return m
}

// typedValue gives a null the type of its column.
func typedValue(v value.Value, t value.Type) value.Value {
	if v.IsNull() {
		return value.NullOf(t)
	}
	return v
}

// give lets out the row that a step has just matched, as the step wants it.
func (s *seqScan) give(k int, seq *sequence) error {
	switch s.n.Steps[k].Output {
	case "all":
		return s.emit(seq, seq.rows[k])
	case "last":
		row := seq.rows[k]
		seq.last = &row
	}
	return nil
}

// giveLast lets out the row that waited, when a sequence leaves its step.
func (s *seqScan) giveLast(seq *sequence) error {
	if seq == nil || seq.last == nil {
		return nil
	}
	row := *seq.last
	seq.last = nil
	return s.emit(seq, row)
}

// emit appends a row to the result. It was made from the rows of its sequence.
func (s *seqScan) emit(seq *sequence, row matched) error {
	vals := row.vals
	if s.n.MatchID {
		vals = append(slices.Clip(vals), value.LongOf(seq.id))
	}
	for c, v := range vals {
		s.result.cols[c] = append(s.result.cols[c], v)
	}
	if s.run.opt.TrackOrigin {
		var origin []int64
		for _, m := range seq.rows {
			origin = append(origin, m.origin...)
		}
		s.result.origin = append(s.result.origin, origin)
	}
	if s.result.n++; s.result.n >= batchRows {
		return s.flush()
	}
	return nil
}

func (s *seqScan) flush() error {
	full := s.result
	s.result = newRowStore(s.run, s.n)
	return full.emit(s.out)
}
