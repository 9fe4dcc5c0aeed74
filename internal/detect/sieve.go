package detect

import (
	"math"
	"math/bits"

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
	j = &rulesSieve{rules: len(feeds), every: newRuleSet(len(feeds)), tested: newRuleSet(len(feeds)), bound: len(feeds)}
	reads = make([][]kql.Ref, len(feeds))
	sieves := make([][]*kql.Sieve, len(feeds))
	for bit, f := range feeds {
		sieves[bit] = f.sieves(len(schema), known)
		if sieves[bit] == nil {
			j.every.add(bit)
		} else {
			j.tested.add(bit)
		}
		for n, s := range sieves[bit] {
			if n > 0 {
				j.further = append(j.further, further{bit, j.bound})
				j.bound++
			}
			reads[bit] = append(reads[bit], s.Reads...)
		}
	}
	j.join(feeds, sieves, maxSize)
	return j, reads
}

// join makes the panel of all sieves.
func (j *rulesSieve) join(feeds []*feed, sieves [][]*kql.Sieve, maxSize int) {
	j.panel = kql.NewPanel(j.bound)
	behind := len(feeds)
	for bit, f := range feeds {
		for n, s := range sieves[bit] {
			number := bit
			if n > 0 {
				number = behind
				behind++
			}
			f.live.Join(j.panel, number, s, maxSize)
		}
	}
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

// A rulesSieve is the sieves of all rules over what is known. In its panel a
// rule's sieve has the rule's number; a rule with several readings of the table
// has further ones, behind those.
type rulesSieve struct {
	rules   int
	every   ruleSet // the rules that nothing is known to turn away from
	tested  ruleSet // the others
	panel   *kql.Panel
	further []further
	bound   int // of the numbers in the panel

	asked kql.Sets // by row, of the batch at hand
}

// A further sieve of a rule has a number of its own.
type further struct{ rule, number int }

// narrow takes the rules out of the rows' sets that do not care for them.
func (j *rulesSieve) narrow(b *value.Batch, sets []dogwatch.RuleSet) {
	asked := j.asked.Clear(b.N, j.bound)
	rows := b.Rows()
	for _, row := range rows {
		for w := range sets[row] {
			asked[row][w] = sets[row][w] & j.tested[w]
		}
		for _, f := range j.further {
			if asked[row].Has(f.rule) {
				asked[row].Add(f.number)
			}
		}
	}
	j.panel.Judge(b, asked)
	for _, row := range rows {
		for _, f := range j.further {
			if asked[row].Has(f.number) {
				asked[row].Add(f.rule)
			}
		}
		for w := range sets[row] {
			sets[row][w] = sets[row][w]&j.every[w] | asked[row][w]&j.tested[w]
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

func (s ruleSet) add(bit int) { s[bit/64] |= 1 << (bit % 64) }
