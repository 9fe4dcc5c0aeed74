package detect

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch"
)

// A rowSieve asks of rows what many rules have in common before each of those
// that are left is run over them.
type rowSieve struct {
	*rulesSieve
	rows  [][]int32          // by rule, of the batch at hand
	gone  []int64            // by rule, how many were turned away
	sets  []dogwatch.RuleSet // by row
	words []uint64           // that sets is made of
}

// maxAsked is how many parts a condition may have to be asked of a row before
// the rule is run: what is larger is seldom shared.
const maxAsked = 400

func (w *Worker) newRowSieve(table string) *rowSieve {
	j, _ := w.newSieve(table, maxAsked, func(int, []string) bool { return true })
	return &rowSieve{rulesSieve: j}
}

// sifted lists by rule the rows of a batch that it may care for.
func (w *Worker) sifted(b dogwatch.Batch) [][]int32 {
	f := w.whole[b.Table]
	f.start(b)
	f.rows = slices.Grow(f.rows[:0], f.rules)[:f.rules]
	f.gone = slices.Grow(f.gone[:0], f.rules)[:f.rules]
	clear(f.gone)
	for i := range f.rows {
		f.rows[i] = f.rows[i][:0]
	}
	rows := b.Rows.Rows()
	for _, row := range rows {
		each(f.sets[row], func(rule int) { f.gone[rule]++ })
	}
	if !w.e.opt.Plain {
		f.narrow(b.Rows, f.sets)
	}
	for _, row := range rows {
		each(f.sets[row], func(rule int) { f.rows[rule] = append(f.rows[rule], row) })
	}
	for rule := range f.gone {
		f.gone[rule] -= int64(len(f.rows[rule]))
	}
	w.e.turnedAway(w.feeds[b.Table], f.gone)
	return f.rows
}

// turnedAway counts rows that rules were asked about and do not care for.
func (e *Engine) turnedAway(feeds []*feed, rows []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, f := range feeds {
		e.stats[f.u].Rows += rows[i]
	}
}

// start begins with the rules that the batch names for each row.
func (f *rowSieve) start(b dogwatch.Batch) {
	size := len(f.every)
	f.words = slices.Grow(f.words[:0], b.Rows.N*size)[:b.Rows.N*size]
	clear(f.words)
	f.sets = slices.Grow(f.sets[:0], b.Rows.N)[:b.Rows.N]
	for row := range f.sets {
		f.sets[row] = f.words[row*size : (row+1)*size : (row+1)*size]
		if b.Rules != nil && b.Rules[row] != nil {
			copy(f.sets[row], b.Rules[row])
			continue
		}
		for rule := range f.rules {
			ruleSet(f.sets[row]).add(rule)
		}
	}
}
