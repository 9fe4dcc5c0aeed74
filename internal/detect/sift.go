package detect

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
)

// A rowSieve asks of rows what many rules have in common before each of those
// that are left is run over them.
type rowSieve struct {
	*rulesSieve
	rest  *rulesSieve // for rows that name their rules, if these were asked about parts of them
	asks  []ask
	rows  [][]int32          // by feed, of the batch at hand
	gone  []int64            // by feed, how many were turned away
	sets  []dogwatch.RuleSet // by row
	words []uint64           // that sets is made of
}

// maxAsked is how many parts a condition may have to be asked of a row before
// the rule is run: what is larger is seldom shared.
const maxAsked = 400

func (w *Worker) newRowSieve(table string) *rowSieve {
	j, _ := w.newSieve(table, maxAsked, (*kql.Live).Whole)
	n := len(w.feeds[table])
	return &rowSieve{rulesSieve: j, asks: w.asks[table], rows: make([][]int32, n), gone: make([]int64, n)}
}

// sifted lists by feed the rows of a batch that it may care for.
func (w *Worker) sifted(b dogwatch.Batch) [][]int32 {
	f := w.whole[b.Table]
	f.start(b)
	rows := b.Rows.Rows()
	f.spread(rows)
	for feed := range f.rows {
		f.gone[feed] = int64(len(f.rows[feed]))
	}
	if !w.e.opt.Plain {
		f.narrowAll(b)
		f.spread(rows)
	}
	for feed := range f.rows {
		f.gone[feed] -= int64(len(f.rows[feed]))
	}
	w.e.turnedAway(w.feeds[b.Table], f.gone)
	return f.rows
}

// Trust says by what parts the rows of a table were judged for the rules that their
// batches name: what one of them tells is not asked again.
func (w *Worker) Trust(table string, told ...kql.Known) {
	if f := w.whole[table]; f != nil && len(told) > 0 {
		f.rest, _ = w.newSieve(table, maxAsked, func(live *kql.Live, leaf, width int) *kql.Sieve {
			return live.Rest(leaf, width, told...)
		})
	}
}

// narrowAll is narrow, that asks rows which were judged before what is left.
func (f *rowSieve) narrowAll(b dogwatch.Batch) {
	if f.rest == nil || b.Rules == nil {
		f.narrow(b.Rows, f.sets)
		return
	}
	var judged, others []int32
	for _, row := range b.Rows.Rows() {
		if b.Rules[row] != nil {
			judged = append(judged, row)
		} else {
			others = append(others, row)
		}
	}
	if len(judged) > 0 {
		f.rest.narrow(b.Rows.With(judged), f.sets)
	}
	if len(others) > 0 {
		f.narrow(b.Rows.With(others), f.sets)
	}
}

// spread lists the rows by feed, of which any reading may care for a row.
func (f *rowSieve) spread(rows []int32) {
	for feed := range f.rows {
		f.rows[feed] = f.rows[feed][:0]
	}
	for _, row := range rows {
		each(f.sets[row], func(bit int) {
			for _, r := range f.asks[bit].readings {
				of := f.rows[r.feed]
				if n := len(of); n == 0 || of[n-1] != row {
					f.rows[r.feed] = append(of, row)
				}
			}
		})
	}
}

// turnedAway counts rows that rules were asked about and do not care for.
func (e *Engine) turnedAway(feeds []*feed, rows []int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, n := range rows {
		if n > 0 {
			feeds[i].u.stats.Rows += n
		}
	}
}

// start begins with the asks that the batch names for each row.
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
		for bit := range f.asks {
			ruleSet(f.sets[row]).add(bit)
		}
	}
}
