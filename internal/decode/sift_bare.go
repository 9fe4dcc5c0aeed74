package decode

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch"
)

// bareSets are the rules with needs that may care for a deed with each of the
// bodies that say nothing, whoever the caller.
type bareSets struct {
	asked dogwatch.RuleSet
	sets  [len(bareBodies)]dogwatch.RuleSet // of those that were asked
}

// askBodies asks which rules would care without bodies: those that care with
// one of the bodies that say nothing.
func (j *judges) askBodies(kind int, pairs []*pair) {
	var asked []*pair
	for _, p := range pairs {
		none := make(dogwatch.RuleSet, len(p.set))
		if p.bare = p.set; !j.words.needed(p.set, none).isEmpty() {
			p.bare = none
			asked = append(asked, p)
		}
	}
	j.askDeeds(kind, asked)
	for body := range bareBodies {
		var deeds, callers []*judged
		var sets []dogwatch.RuleSet
		var about []*pair
		for _, p := range asked {
			if set, any := j.askedOfCaller(kind, p, body); any {
				deeds, callers, sets, about = append(deeds, p.of), append(callers, p.by), append(sets, set), append(about, p)
			}
		}
		if len(about) > 0 {
			j.judgeBare[kind].Narrow(j.batch(deeds, callers, body), sets)
		}
		for i, set := range sets {
			for w := range set {
				about[i].bare[w] |= set[w]
			}
		}
	}
}

// askDeeds asks which rules with needs would care for the deeds of pairs without
// bodies, as far as that does not depend on the caller.
func (j *judges) askDeeds(kind int, pairs []*pair) {
	var deeds []*judged
	for _, p := range pairs {
		if p.of.bare == nil {
			p.of.bare = newBareSets(len(p.set))
		}
		wanted := j.words.asking(p.set, p.of.bare.asked)
		switch {
		case !isAny(wanted):
		case p.of.wanted == nil:
			p.of.wanted, deeds = wanted, append(deeds, p.of)
		default:
			join(p.of.wanted, wanted)
		}
	}
	if len(deeds) == 0 {
		return
	}
	for body := range bareBodies {
		sets := make([]dogwatch.RuleSet, len(deeds))
		for i, d := range deeds {
			sets[i] = slices.Clone(d.wanted)
		}
		j.judgeBody[kind].Narrow(j.batch(deeds, nil, body), sets)
		for i, d := range deeds {
			join(d.bare.sets[body], sets[i])
		}
	}
	for _, d := range deeds {
		join(d.bare.asked, d.wanted)
		d.wanted = nil
	}
}

func newBareSets(words int) *bareSets {
	b := &bareSets{asked: make(dogwatch.RuleSet, words)}
	for body := range b.sets {
		b.sets[body] = make(dogwatch.RuleSet, words)
	}
	return b
}

// join puts the rules of another set into one.
func join(set, other dogwatch.RuleSet) {
	for w := range set {
		set[w] |= other[w]
	}
}

func isAny(set dogwatch.RuleSet) bool {
	return slices.ContainsFunc(set, func(word uint64) bool { return word != 0 })
}

// askedOfCaller are the rules that would care for a pair with a body that says
// nothing if they cared for the caller, which is not known yet. Those to whom the
// caller does not matter join the pair's bare ones.
func (j *judges) askedOfCaller(kind int, p *pair, body int) (set dogwatch.RuleSet, any bool) {
	set = j.words.asking(p.set, p.bare)
	for w, every := range j.judgeBare[kind].Every {
		care := set[w] & p.of.bare.sets[body][w]
		p.bare[w] |= care & every
		set[w] = care &^ every
		any = any || set[w] != 0
	}
	return set, any
}

// bareRow is a deed's row with a body that says nothing.
func (j *judges) bareRow(p *judged, body int) *keptRow {
	of := &p.rows[body]
	if *of == nil {
		*of = j.rowOf(part{members: p.members + bareBodies[body], aks: p.aks})
	}
	return *of
}
