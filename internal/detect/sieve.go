package detect

import (
	"math"
	"math/bits"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Judge makes the sieve of all rules that read a table over what is known of
// its rows. The worker uses it; so it is used by the worker's goroutine.
func (w *Worker) Judge(table string, known ...kql.Known) dogwatch.Judge {
	j, reads := w.newSieve(table, math.MaxInt32, known...)
	return dogwatch.Judge{Narrow: j.narrow, Every: dogwatch.RuleSet(j.every), Reads: reads}
}

// newSieve makes a sieve of the rules' conditions that have no more than so
// many parts. reads is by rule what it reads.
func (w *Worker) newSieve(table string, maxSize int, known ...kql.Known) (j *rulesSieve, reads [][]kql.Ref) {
	feeds := w.feeds[table]
	schema, _ := w.e.opt.Catalog.Table(table)
	j = &rulesSieve{every: newRuleSet(len(feeds)), tests: make([]numbers, len(feeds))}
	reads = make([][]kql.Ref, len(feeds))
	sieves := make([][]*kql.Sieve, len(feeds))
	for bit, f := range feeds {
		sieves[bit] = f.sieves(len(schema), known)
		if sieves[bit] == nil {
			j.every.add(bit)
		}
		j.tests[bit] = numbers{len(j.rules), len(j.rules) + len(sieves[bit])}
		for _, s := range sieves[bit] {
			j.rules = append(j.rules, bit)
			reads[bit] = append(reads[bit], s.Reads...)
		}
	}
	j.panel = kql.NewPanel(len(j.rules))
	for bit, f := range feeds {
		for _, s := range sieves[bit] {
			f.live.Join(j.panel, s, maxSize)
		}
	}
	return j, reads
}

// sieves are those of the readings of the table; nil if any of them lets every
// row through.
func (f *feed) sieves(width int, known []kql.Known) []*kql.Sieve {
	var out []*kql.Sieve
	for _, leaf := range f.leaves {
		s := f.live.Sieve(leaf, width, known...)
		if s == nil {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// A rulesSieve is the sieves of all rules over what is known.
type rulesSieve struct {
	every ruleSet // the rules that nothing is known to turn away from
	panel *kql.Panel
	rules []int     // by number in the panel
	tests []numbers // by rule, those of its sieves

	asked []kql.Set // by row, of the batch at hand
	words []uint64  // that asked is made of
}

type numbers struct{ from, to int }

// narrow takes the rules out of the rows' sets that do not care for them.
func (j *rulesSieve) narrow(b *value.Batch, sets []dogwatch.RuleSet) {
	j.clear(b.N)
	rows := b.Rows()
	for _, row := range rows {
		each(sets[row], func(rule int) {
			if rule < len(j.tests) {
				for n := j.tests[rule].from; n < j.tests[rule].to; n++ {
					j.asked[row].Add(n)
				}
			}
		})
	}
	j.panel.Judge(b, j.asked)
	for _, row := range rows {
		for w := range sets[row] {
			sets[row][w] &= j.every[w]
		}
		each(dogwatch.RuleSet(j.asked[row]), func(n int) { ruleSet(sets[row]).add(j.rules[n]) })
	}
}

func (j *rulesSieve) clear(rows int) {
	size := (len(j.rules) + 63) / 64
	j.words = slices.Grow(j.words[:0], rows*size)[:rows*size]
	clear(j.words)
	j.asked = slices.Grow(j.asked[:0], rows)[:rows]
	for i := range j.asked {
		j.asked[i] = kql.Set(j.words[i*size : (i+1)*size : (i+1)*size])
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

func (s ruleSet) add(bit int) { s[bit/64] |= 1 << (bit % 64) }
