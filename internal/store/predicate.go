package store

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Predicate is what an engine can tell of a record without reading it whole.
// It holds for every record that is meant and may hold for others: whoever asks
// looks at the rows again. The algebra is closed: And, Or, In, Range, Word,
// Part and Leaf are all there is, and nothing is negated but a list of a
// column's values, which are known exactly.
type Predicate interface{ predicate() }

type (
	// And holds when all hold.
	And []Predicate
	// Or holds when one holds.
	Or []Predicate

	// In holds when a column's value is one of Values or, with Not, when it is
	// none of them; whatever the case of texts with Fold. It holds where the
	// value is not known.
	In struct {
		Column string
		Values []value.Value
		Fold   bool
		Not    bool
	}
	// Range holds when a column's number is within bounds, or is not known.
	// nil is no bound.
	Range struct {
		Column    string
		Low, High *int64
	}
	// Word holds when the term stands alone somewhere in the record, whatever
	// its case. It is one run of letters and digits; see Words for others.
	Word struct{ Term string }
	// Part holds when the text stands somewhere in the record, whatever its
	// case. It is of letters and digits; see Parts for others.
	Part struct{ Text string }
	// Leaf holds when an object somewhere in the record, however deep, has a
	// member Key with the scalar Value, or with an array that holds it,
	// whatever the case. Numbers are whole.
	Leaf struct{ Key, Value string }
)

func (And) predicate()   {}
func (Or) predicate()    {}
func (In) predicate()    {}
func (Range) predicate() {}
func (Word) predicate()  {}
func (Part) predicate()  {}
func (Leaf) predicate()  {}

// Words is a predicate that holds when a text with all its terms, at the ends
// whole where left and right say so, may stand in a record. Text may be written
// differently in a record (escapes, spaces), hence the terms alone count.
func Words(text string, left, right bool) Predicate {
	terms := termsOf(text)
	var all And
	seen := map[string]bool{}
	for i, t := range terms {
		if len(seen) == mostTerms {
			break
		}
		if seen[t] {
			continue
		}
		seen[t] = true
		whole := (i > 0 || left || !startsWithTerm(text)) && (i < len(terms)-1 || right || !endsWithTerm(text))
		switch {
		case !isFaithful(t):
		case whole:
			all = append(all, Word{t})
		default:
			all = append(all, Part{t})
		}
	}
	return simple(all)
}

// mostTerms is how many terms of a literal are looked for: the rest would tell
// little more.
const mostTerms = 16

// Parts is Words for a text that may stand anywhere.
func Parts(text string) Predicate { return Words(text, false, false) }

func simple(all And) Predicate {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// isFaithful says whether a term reads the same wherever a record holds it.
// Numbers do not: 1e3 is printed 1000.0.
func isFaithful(term string) bool {
	return strings.Trim(term, "0123456789eE") != ""
}

// AllOf joins predicates; nil ones hold always.
func AllOf(ps ...Predicate) Predicate {
	var all And
	for _, p := range ps {
		switch p := p.(type) {
		case nil:
		case And:
			all = append(all, p...)
		default:
			all = append(all, p)
		}
	}
	return simple(all)
}

// AnyOf holds when one of predicates does; a nil one holds always.
func AnyOf(ps ...Predicate) Predicate {
	var all Or
	for _, p := range ps {
		switch p := p.(type) {
		case nil:
			return nil
		case Or:
			all = append(all, p...)
		default:
			all = append(all, p)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}
