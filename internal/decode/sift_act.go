package decode

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An act is a deed wherever it is done: few rules ask for the namespace, and a
// cluster has many. The others are asked about an act, and once for all its deeds.

// namespaceColumn is the number of KubeAudit's column.
var namespaceColumn = slices.IndexFunc(tableOf("KubeAudit").columns, func(c column) bool { return c.name == "Namespace" })

// reading are the rules that judges ask for a column.
func reading(column int, all ...*dogwatch.Judge) dogwatch.RuleSet {
	set := make(dogwatch.RuleSet, len(all[0].Every))
	for _, judge := range all {
		for rule, refs := range judge.Reads {
			for _, ref := range refs {
				if ref.Column == column {
					set[rule/64] |= 1 << (rule % 64)
				}
			}
		}
	}
	return set
}

// newDeed makes a deed that was not judged before. Its act is appended to fresh,
// if that was not either.
func (j *judges) newDeed(p part, fresh []*judged) (*judged, []*judged) {
	of := p
	of.namespace = ""
	act := j.acts[of]
	if act == nil {
		act = j.newDone(of)
		j.acts[of], fresh = act, append(fresh, act)
	}
	return &judged{part: p, act: act, place: value.StringOf(str(p.namespace)), tells: act.tells}, fresh
}

// actPairs are what is known of the acts of pairs with their callers. Those of
// which nothing is known yet are fresh.
func (j *judges) actPairs(pairs []*pair) (acts []*pairSets, fresh []*pair) {
	acts = make([]*pairSets, len(pairs))
	for i, p := range pairs {
		if p.pathed {
			continue
		}
		key := [2]*judged{p.of.act, p.by}
		if acts[i] = j.pairs[key]; acts[i] == nil {
			acts[i] = &pairSets{}
			j.pairs[key], fresh = acts[i], append(fresh, &pair{of: p.of.act, by: p.by})
		}
	}
	return acts, fresh
}

// joinActs adds to the rules that may care for pairs those that may care for their
// acts with the callers.
func (j *judges) joinActs(pairs []*pair, acts []*pairSets) {
	for i, p := range pairs {
		switch act := acts[i]; {
		case act == nil:
		case !isAny(p.set):
			p.set, p.bare = act.set, act.bare
		default:
			p.set, p.bare = j.joined(p.set, act.set), j.joined(p.bare, act.bare)
		}
	}
}

func (j *judges) joined(x, y dogwatch.RuleSet) dogwatch.RuleSet {
	out := j.room.copyOf(x)
	join(out, y)
	return j.sets.of(out)
}
