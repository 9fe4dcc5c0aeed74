package detect

import (
	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Judge makes the sieve of all rules that read a table over what is known of
// its rows. The worker uses it; so it is used by the worker's goroutine.
func (w *Worker) Judge(table string, known ...kql.Known) dogwatch.Judge {
	schema, _ := w.e.opt.Catalog.Table(table)
	j := rulesSieve{every: newRuleSet(len(w.feeds[table]))}
	reads := make([][]kql.Ref, len(w.feeds[table]))
	for bit, f := range w.feeds[table] {
		sieves := f.sieves(len(schema), known)
		if sieves == nil {
			j.every.add(bit)
			continue
		}
		j.tests = append(j.tests, ruleTest{bit, sieves})
		for _, s := range sieves {
			reads[bit] = append(reads[bit], s.Reads...)
		}
	}
	return dogwatch.Judge{Rows: j.judge, Every: dogwatch.RuleSet(j.every), Reads: reads}
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
	tests []ruleTest
}

type ruleTest struct {
	bit    int
	sieves []*kql.Sieve
}

func (j *rulesSieve) judge(b *value.Batch, among dogwatch.RuleSet) []dogwatch.RuleSet {
	words := len(j.every)
	all, out := make(dogwatch.RuleSet, b.N*words), make([]dogwatch.RuleSet, b.N)
	for i := range out {
		out[i] = all[i*words : (i+1)*words : (i+1)*words]
		copy(out[i], j.every)
	}
	for _, t := range j.tests {
		if among != nil && !ruleSet(among).has(t.bit) {
			continue
		}
		for _, s := range t.sieves {
			for _, row := range s.Keep(b) {
				ruleSet(out[row]).add(t.bit)
			}
		}
	}
	return out
}

type ruleSet dogwatch.RuleSet

func newRuleSet(rules int) ruleSet { return make(ruleSet, (rules+63)/64) }

func (s ruleSet) has(bit int) bool { return s[bit/64]&(1<<(bit%64)) != 0 }

func (s ruleSet) add(bit int) { s[bit/64] |= 1 << (bit % 64) }
