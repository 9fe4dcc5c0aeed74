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
		none := j.room.empty(len(p.set))
		if p.bare = p.set; !j.words.needed(p.set, none).isEmpty() {
			p.bare = none
			asked = append(asked, p)
		}
	}
	j.askDeeds(kind, asked)
	for _, p := range asked {
		for body := range bareBodies {
			j.joinFree(kind, p, body)
		}
	}
	j.askCallers(kind, asked, bareNumbers[:1]) // mostly that settles it
	j.askCallers(kind, asked, bareNumbers[1:])
}

// askCallers asks about deeds with some of the bodies that say nothing, and their
// callers.
func (j *judges) askCallers(kind int, pairs []*pair, bodies []int) {
	rows, sets, about := &partRows{j: j}, []dogwatch.RuleSet(nil), []*pair(nil)
	for _, p := range pairs {
		for _, body := range bodies {
			if set := j.askedOfCaller(p, body); set != nil {
				rows.add(p.of, p.by, body)
				sets, about = append(sets, set), append(about, p)
			}
		}
	}
	if len(about) == 0 {
		return
	}
	j.judgeBare[kind].Narrow(j.batch(rows), sets)
	for i, set := range sets {
		join(about[i].bare, set)
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
		wanted := j.asking(p.set, p.of.bare.asked)
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
	rows, sets := &partRows{j: j}, []dogwatch.RuleSet(nil)
	for body := range bareBodies {
		for _, d := range deeds {
			rows.add(d, nil, body)
			sets = append(sets, j.room.copyOf(d.wanted))
		}
	}
	j.judgeBody[kind].Narrow(j.batch(rows), sets)
	for i, r := range rows.list {
		join(r.of.bare.sets[r.body], sets[i])
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

// joinFree adds to a pair's bare rules those that care for the deed with a body that
// says nothing, and to whom the caller does not matter.
func (j *judges) joinFree(kind int, p *pair, body int) {
	care := p.of.bare.sets[body]
	for w, every := range j.judgeBare[kind].Every {
		p.bare[w] |= p.set[w] & j.words.rules[w] & care[w] & every
	}
}

// asking are the rules of a set with needs, but for those of bare.
func (j *judges) asking(set, bare dogwatch.RuleSet) dogwatch.RuleSet {
	out := j.room.empty(len(set))
	for i := range set {
		out[i] = set[i] & j.words.rules[i] &^ bare[i]
	}
	return out
}

// askedOfCaller are the rules that would care for a pair with a body that says
// nothing if they cared for the caller, which is not known yet; nil if there are
// none.
func (j *judges) askedOfCaller(p *pair, body int) dogwatch.RuleSet {
	set := j.asking(p.set, p.bare)
	for w, care := range p.of.bare.sets[body] {
		set[w] &= care
	}
	if !isAny(set) {
		return nil
	}
	return set
}

// bareRow is a deed's row with a body that says nothing.
func (j *judges) bareRow(p *judged, body int) *keptRow {
	of := &p.rows[body]
	if *of == nil {
		*of = j.rowOf(part{members: p.members + bareBodies[body], aks: p.aks})
		j.drawn = append(j.drawn, p)
	}
	return *of
}
