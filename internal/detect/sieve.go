package detect

import (
	"context"
	"math"
	"math/bits"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Sieve judges rows as a Worker does, for another goroutine than that.
type Sieve struct{ w *Worker }

// NewSieve makes ready to judge rows of which not all is known.
func (e *Engine) NewSieve(ctx context.Context) *Sieve { return &Sieve{e.newReader(ctx)} }

// Judge is that of a Worker.
func (s *Sieve) Judge(table string, known ...kql.Known) dogwatch.Judge {
	return s.w.Judge(table, known...)
}

// Judge makes the sieve of all rules that read a table over what is known of
// its rows. The worker uses it; so it is used by the worker's goroutine.
func (w *Worker) Judge(table string, known ...kql.Known) dogwatch.Judge {
	j, reads := w.newSieve(table, math.MaxInt32, func(live *kql.Live, leaf, width int) *kql.Sieve {
		return live.Sieve(leaf, width, known...)
	})
	out := dogwatch.Judge{Narrow: j.narrow, Every: dogwatch.RuleSet(j.every), Reads: reads}
	out.Glance = func(b *value.Batch, sets []dogwatch.RuleSet) { j.narrowBy(j.panel.Glance, b, sets) }
	out.Ask = func(b *value.Batch, sets []dogwatch.RuleSet) { j.narrowBy(j.panel.Ask, b, sets) }
	return out
}

// newSieve makes a sieve of those of a table's asks, of their conditions that have no
// more than so many parts. reads is by ask what it reads.
func (w *Worker) newSieve(table string, maxSize int, of func(live *kql.Live, leaf, width int) *kql.Sieve) (j *rulesSieve, reads [][]kql.Ref) {
	asks := w.asks[table]
	schema, _ := w.e.opt.Catalog.Table(table)
	n := len(asks)
	j = &rulesSieve{bound: n, every: newRuleSet(n), tested: newRuleSet(n), panel: kql.NewPanel(n)}
	j.panel.OnFailure = func() { w.e.unsure.Store(true) }
	reads = make([][]kql.Ref, n)
	for bit, a := range asks {
		r := a.readings[0]
		live := w.feeds[table][r.feed].live
		s := of(live, r.leaf, len(schema))
		if s == nil {
			j.every.add(bit)
			continue
		}
		j.tested.add(bit)
		live.Join(j.panel, bit, s, maxSize)
		reads[bit] = s.Reads
	}
	j.panel.Prepare()
	return j, reads
}

// A rulesSieve is the sieves of all asks of a table over what is known.
type rulesSieve struct {
	bound  int     // of the asks' numbers
	every  ruleSet // those that nothing is known to turn away from
	tested ruleSet // the others
	panel  *kql.Panel

	asked kql.Sets // by row, of the batch at hand
}

// narrow takes the asks out of the rows' sets that turn them away.
func (j *rulesSieve) narrow(b *value.Batch, sets []dogwatch.RuleSet) {
	j.narrowBy(j.panel.Judge, b, sets)
}

func (j *rulesSieve) narrowBy(judge func(*value.Batch, []kql.Set), b *value.Batch, sets []dogwatch.RuleSet) {
	asked := j.asked.Clear(b.N, j.bound)
	rows := b.Rows()
	for _, row := range rows {
		for w := range sets[row] {
			asked[row][w] = sets[row][w] & j.tested[w]
		}
	}
	judge(b, asked)
	for _, row := range rows {
		for w := range sets[row] {
			sets[row][w] = sets[row][w]&j.every[w] | asked[row][w]
		}
	}
}

// each calls f for each number in a set.
func each(set dogwatch.RuleSet, f func(int)) {
	for w, word := range set {
		for ; word != 0; word &= word - 1 {
			f(w*64 + bits.TrailingZeros64(word))
		}
	}
}

type ruleSet dogwatch.RuleSet

func newRuleSet(rules int) ruleSet { return make(ruleSet, (rules+63)/64) }

func (s ruleSet) add(bit int)      { s[bit/64] |= 1 << (bit % 64) }
func (s ruleSet) has(bit int) bool { return s[bit/64]>>(bit%64)&1 != 0 }
