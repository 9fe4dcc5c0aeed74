package decode

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// judges ask the sieve about what was not seen before. Sifters share them.
type judges struct {
	mu        sync.Mutex       // held by the sifter that asks
	r         *Reader          // for what columns look up
	ofCaller  []bool           // by column: it is told by the caller
	ofDeed    []bool           // or by what was done, whatever the bodies
	told      []dogwatch.Known // what is known of parts by which all rules are judged
	part      [nKinds]dogwatch.Judge
	judgePair [2]dogwatch.Judge // for deeds, and for addresses
	judgeBody [2]dogwatch.Judge // of these with bodies
	judgeBare [2]dogwatch.Judge // of these with bodies, and their callers
	judgeAny  dogwatch.Judge    // by what is known of every event
	words     *bodyWords

	placed   dogwatch.RuleSet // rules that ask a deed for its namespace
	possible dogwatch.RuleSet // those that may care for any event at all; nil: not asked yet

	// What was judged for one sifter is known to the others.
	seed  maphash.Seed
	parts [nKinds]map[uint64]*judged // by hash of the factor's key
	acts  map[part]*judged
	pairs map[[2]*judged]*pairSets
	rows  *value.Batch // that are judged
	sets  knownSets
	room  scratchSets // until the next question

	ledger Ledger    // of their records
	drawn  []*judged // whose rows are there
}

// A judged is a part, the rules that may care for it, and what its columns say.
// A look at single columns settles most rules. The others are only asked about
// a deed or a caller once there is an event of the two that they may care for.
type judged struct {
	part
	act   *judged                   // of a deed
	place value.Value               // of a deed: its namespace
	set   dogwatch.RuleSet          // known, as is asked
	asked dogwatch.RuleSet          // rules of which there is no more to ask
	row   atomic.Pointer[keptRow]   // nil: it was dropped
	bare  *bareSets                 // of deeds, once they are asked for
	rows  [len(bareBodies)]*keptRow // with bodies that say nothing, as far as they are asked for
	// tells are the words that may stand where they count, in bodies of the deed.
	tells wordSet

	wanted dogwatch.RuleSet // rules that are asked about it now
}

// pairSets are the rules that may care for a deed and a caller, and those of
// them that bodies do not matter to.
type pairSets struct{ set, bare dogwatch.RuleSet }

// newJudges makes ready to judge rows of KubeAudit.
func newJudges(r *Reader, s dogwatch.Sieve) *judges {
	columns := r.kube.table.columns
	all := func(names ...[]string) func(int, []string) bool {
		known := make([]bool, len(columns))
		for i, c := range columns {
			for _, list := range append(names, always) {
				for _, name := range list {
					known[i] = known[i] || c.name == name
				}
			}
		}
		return func(column int, _ []string) bool { return known[column] }
	}
	body := bodyKnown(columns)
	withBody := func(seen func(int, []string) bool) func(int, []string) bool {
		return func(column int, path []string) bool { return seen(column, path) || body(column, path) }
	}
	j := &judges{r: r, seed: maphash.MakeSeed(), sets: newKnownSets(), acts: map[part]*judged{}, pairs: map[[2]*judged]*pairSets{}}
	caller, done := all(callerColumns), all(addressColumns)
	j.judgeAny = s.Judge("KubeAudit", all())
	j.told = []dogwatch.Known{all(deedColumns, callerColumns), all(verdictColumns)}
	for kind, names := range [][]string{deedColumns, addressColumns} {
		deed := all(names)
		j.judgePair[kind] = s.Judge("KubeAudit", deed, caller)
		j.judgeBody[kind] = s.Judge("KubeAudit", withBody(deed))
		j.judgeBare[kind] = s.Judge("KubeAudit", withBody(deed), caller)
	}
	for kind, columns := range [nKinds][]string{deedColumns, addressColumns, callerColumns, verdictColumns} {
		j.part[kind], j.parts[kind] = s.Judge("KubeAudit", all(columns)), map[uint64]*judged{}
	}
	for i := range columns {
		j.ofCaller, j.ofDeed = append(j.ofCaller, caller(i, nil)), append(j.ofDeed, done(i, nil))
	}
	j.placed = reading(namespaceColumn, &j.part[kindDeed], &j.judgePair[0], &j.judgeBody[0], &j.judgeBare[0])
	j.words = newBodyWords(columns, slices.Concat(j.judgeBody[:], j.judgeBare[:]))
	return j
}

// Told are the parts of KubeAudit's rows by each of which its sieve has judged
// them where a batch names rules: these need not be asked again what one part
// tells. There are none where the Reader has no sieve.
func (r *Reader) Told() []dogwatch.Known {
	if r.siftings == nil {
		return nil
	}
	return r.siftings.sifters[0].judges.told
}

// maxJudged bounds what is known to all sifters of one kind.
const maxJudged = 1 << 14

// ask judges the fresh entries of a factor.
func (j *judges) ask(of *factor) {
	known := j.parts[of.kind]
	if len(known)+len(of.fresh) > maxJudged {
		clear(known)
		clear(j.acts)
		clear(j.pairs)
	}
	var fresh []*judged
	for _, e := range of.fresh {
		entry, p := &of.entries[e], of.texts[e]
		if entry.of = known[entry.hash]; entry.of != nil && entry.of.part == p {
			continue
		}
		switch of.kind {
		case kindDeed:
			entry.of, fresh = j.newDeed(p, fresh)
		case kindAddress:
			entry.of = j.newDone(p)
		default:
			entry.of = j.newJudged(p)
		}
		known[entry.hash], fresh = entry.of, append(fresh, entry.of)
	}
	if len(fresh) > 0 {
		j.look(of.kind, fresh)
	}
}

// look begins with parts. There is an answer by which an event is allowed, or
// few: they are asked about at once.
func (j *judges) look(kind int, parts []*judged) {
	judge := &j.part[kind]
	sets := j.toJudge(kind, parts)
	if kind == kindVerdict {
		judge.Narrow(j.batch(j.rowsOf(parts)), sets)
	} else {
		judge.Glance(j.batch(j.rowsOf(parts)), sets)
	}
	for i, p := range parts {
		p.set, p.asked = j.sets.of(sets[i]), judge.Every
	}
}

// askParts asks about the deeds of pairs, or their callers, as of tells: those
// rules that the other does not turn away.
func (j *judges) askParts(kind int, pairs []*pair, of func(*pair) (x, other *judged)) {
	var parts []*judged
	for _, p := range pairs {
		x, other := of(p)
		isNew := x.wanted == nil
		for w := range x.set {
			if more := x.set[w] & other.set[w] &^ x.asked[w]; more != 0 {
				if x.wanted == nil {
					x.wanted = j.room.empty(len(x.set))
				}
				x.wanted[w] |= more
			}
		}
		if isNew && x.wanted != nil {
			parts = append(parts, x)
		}
	}
	if len(parts) == 0 {
		return
	}
	sets := make([]dogwatch.RuleSet, len(parts))
	for i, x := range parts {
		sets[i] = j.room.copyOf(x.wanted)
	}
	j.part[kind].Ask(j.batch(j.rowsOf(parts)), sets)
	for i, x := range parts {
		set, asked := j.room.copyOf(x.set), j.room.copyOf(x.asked)
		for w, wanted := range x.wanted {
			set[w] &^= wanted &^ sets[i][w]
			asked[w] |= wanted
		}
		x.set, x.asked, x.wanted = j.sets.of(set), j.sets.of(asked), nil
	}
}

// askPairs fills in the sets of pairs.
func (j *judges) askPairs(pairs []*pair) {
	if len(j.pairs)+2*len(pairs) > 8*maxJudged {
		clear(j.pairs)
	}
	acts, fresh := j.actPairs(pairs)
	asked := fresh
	for _, p := range pairs {
		if p.of.act == nil || isAny(p.of.set) {
			asked = append(asked, p)
		}
	}
	j.judgePairs(asked)
	for _, p := range fresh {
		*j.pairs[[2]*judged{p.of, p.by}] = pairSets{p.set, p.bare}
	}
	j.joinActs(pairs, acts)
}

// know puts known sets in the place of a pair's.
func (j *judges) know(p *pair) { p.set, p.bare = j.sets.of(p.set), j.sets.of(p.bare) }

// judgePairs is askPairs for acts, and for deeds by the rules that their acts are
// not asked about.
func (j *judges) judgePairs(pairs []*pair) {
	var kinds [2][]*pair
	for _, p := range pairs {
		kinds[p.kind()] = append(kinds[p.kind()], p)
	}
	for kind, pairs := range kinds {
		j.askParts(kind, pairs, func(p *pair) (x, other *judged) { return p.of, p.by })
	}
	j.askParts(kindCaller, pairs, func(p *pair) (x, other *judged) { return p.by, p.of })
	for kind, pairs := range kinds {
		j.meetPairs(kind, pairs)
	}
}

// meetPairs asks about deeds of one kind with their callers.
func (j *judges) meetPairs(kind int, pairs []*pair) {
	var fresh []*pair
	var results []*pairSets
	for _, p := range pairs {
		p.set = j.met(p.of.set, p.by.set)
		p.bare = p.set
		if !isTested(p.set, j.judgePair[kind].Every, j.words.rules) {
			j.know(p)
			continue
		}
		known := j.pairs[[2]*judged{p.of, p.by}]
		if known == nil {
			known = &pairSets{}
			j.pairs[[2]*judged{p.of, p.by}] = known
		}
		if known.set != nil {
			p.set, p.bare = known.set, known.bare
		} else {
			fresh, results = append(fresh, p), append(results, known)
		}
	}
	if len(fresh) == 0 {
		return
	}
	rows, sets := &partRows{j: j}, make([]dogwatch.RuleSet, len(fresh))
	for i, p := range fresh {
		rows.add(p.of, p.by, noBody)
		sets[i] = p.set
	}
	j.judgePair[kind].Narrow(j.batch(rows), sets)
	j.askBodies(kind, fresh)
	for i, p := range fresh {
		j.words.left(p.set, p.bare, p.of.tells)
		j.know(p)
		*results[i] = pairSets{p.set, p.bare}
	}
}

// isTested says whether a set has rules that are not in every, or that ask for
// bodies.
func isTested(set, every, bodies dogwatch.RuleSet) bool {
	for i := range set {
		if set[i]&(bodies[i]|^every[i]) != 0 {
			return true
		}
	}
	return false
}

// toJudge are the rules by which parts are to be judged.
func (j *judges) toJudge(kind int, parts []*judged) []dogwatch.RuleSet {
	if j.possible == nil {
		j.findPossible()
	}
	sets := make([]dogwatch.RuleSet, len(parts))
	for i := range sets {
		sets[i] = j.room.empty(len(j.possible))
		for w, possible := range j.possible {
			switch {
			case parts[i].act != nil:
				possible &= j.placed[w]
			case kind == kindDeed:
				possible &^= j.placed[w]
			}
			sets[i][w] = possible
		}
	}
	return sets
}

// findPossible takes out the rules that need what no event is that the sieve
// judges, such as one whose audit ID came before.
func (j *judges) findPossible() {
	j.possible = make(dogwatch.RuleSet, len(j.judgeAny.Every))
	for w := range j.possible {
		j.possible[w] = ^uint64(0)
	}
	j.judgeAny.Narrow(j.batch(j.rowsOf([]*judged{j.newJudged(part{})})), []dogwatch.RuleSet{j.possible})
}

func (j *judges) newJudged(p part) *judged { return &judged{part: p} }

// newDone is newJudged for what was done.
func (j *judges) newDone(p part) *judged {
	x := j.newJudged(p)
	x.tells = j.rowOfPart(x).record.mayTell()
	return x
}

// aRow is a row of a part, with what is worked out of it.
type aRow struct {
	keptRow
	room columnRoom
}

// rowOf is a row of KubeAudit of an event of which only some members stand
// there.
func (j *judges) rowOf(p part) *keptRow {
	row := &aRow{room: columnRoom{facts: facts{r: j.r}}}
	row.columns = j.r.kube.table.columns
	row.take(&row.room)
	row.told = make(toldValues, nTold)
	rec := &row.record
	rec.in, rec.number, rec.shape = &j.ledger, -1, shapeEvent
	if p.aks {
		rec.resourceID = anAKSCluster
	}
	rec.event.text = `{"kind":"Event"` + p.members + `}`
	var room [16]member
	members, _ := scanObject(rec.event.text, 0, room[:0])
	rec.event.set(members)
	return &row.keptRow
}

// maxDrawn is how many parts have rows at most, beyond those of the parts at hand:
// most are asked about soon after they are met, and not again.
const maxDrawn = 1 << 11

// rowOfPart is the row of a part, made anew if it was dropped. A deed has its act's.
func (j *judges) rowOfPart(p *judged) *keptRow {
	if p.act != nil {
		p = p.act
	}
	row := p.row.Load()
	if row == nil {
		row = j.rowOf(p.part)
		p.row.Store(row)
		j.drawn = append(j.drawn, p)
	}
	return row
}

// saidOf is the row of a part for those who read it when others may ask the sieve.
func (j *judges) saidOf(p *judged) *keptRow {
	if p.act != nil {
		p = p.act
	}
	if row := p.row.Load(); row != nil {
		return row
	}
	return j.rowOf(p.part)
}

// dropRows makes room where there are many rows.
func (j *judges) dropRows() {
	if len(j.drawn) <= maxDrawn {
		return
	}
	for _, p := range j.drawn {
		p.row.Store(nil)
		clear(p.rows[:])
	}
	clear(j.drawn)
	j.drawn = j.drawn[:0]
}

// batch is of rows of parts, good until the next.
func (j *judges) batch(rows *partRows) *value.Batch {
	if j.rows == nil {
		j.rows = value.NewLazyBatch(0, len(j.ofCaller), nil)
	}
	j.rows.Reset(len(rows.list), rows)
	return j.rows
}

// partRows fill a batch with what was read of parts.
type partRows struct {
	j    *judges
	list []partRow
}

// A partRow is a part, or a deed and its caller. body is the number of the body that
// the deed is to have, or noBody.
type partRow struct {
	of, by *judged
	body   int
}

// noBody is in place of a body's number where none is to be asked for.
const noBody = -1

func (b *partRows) add(of, by *judged, body int) { b.list = append(b.list, partRow{of, by, body}) }

// rowsOf are rows of parts alone.
func (j *judges) rowsOf(parts []*judged) *partRows {
	b := &partRows{j: j, list: make([]partRow, 0, len(parts))}
	for _, p := range parts {
		b.add(p, nil, noBody)
	}
	return b
}

func (b *partRows) Value(row, col int) value.Value {
	r := &b.list[row]
	if r.by != nil && b.j.ofCaller[col] {
		return b.j.rowOfPart(r.by).Value(col)
	}
	p := r.of
	switch {
	case p.act != nil && col == namespaceColumn:
		return p.place
	case r.body == noBody || b.j.ofDeed[col]:
		return b.j.rowOfPart(p).Value(col)
	case p.act != nil:
		p = p.act
	}
	return b.j.bareRow(p, r.body).Value(col)
}

// met are the rules that are in both sets.
func (j *judges) met(x, y dogwatch.RuleSet) dogwatch.RuleSet {
	if !meets(x, y) {
		return j.sets.empty(len(x))
	}
	out := j.room.copyOf(x)
	meet(out, y)
	return out
}

// meets says whether there are rules that are in both sets.
func meets(x, y dogwatch.RuleSet) bool {
	for w := range x {
		if x[w]&y[w] != 0 {
			return true
		}
	}
	return false
}

// meet leaves in a set the rules that are in another too.
func meet(set, other dogwatch.RuleSet) {
	for w := range set {
		set[w] &= other[w]
	}
}
