package decode

import (
	"slices"
	"strings"
)

// runs finds again what stood in events before, byte for byte: the members from
// user to userAgent, and annotations. Their bytes are compared at once then, and
// nothing in them is looked for.
type runs struct {
	seed    *hashKey
	clock   *clock
	aks     bool // the events come through a proxy of AKS
	ofAKS   runTable
	callers runTable // of others
	answers runTable
}

// aksMark ends the key of a run of an event that came through a proxy of AKS.
const aksMark = "\x00"

// whose is the table of callers.
func (r *runs) whose() *runTable {
	if r.aks {
		return &r.ofAKS
	}
	return &r.callers
}

// A runTable finds, by some of their bytes, the entries of a factor whose keys are
// such runs.
type runTable struct {
	of    *factor
	mark  string         // that ends the keys
	slots [1024][4]int32 // entries + 1, those that were found last first
	list  []run          // by entry
}

// A run is where members stand in a key.
type run struct {
	fields uint32
	spans  [len(callerFields)]span
}

// sampled is how many bytes tell runs apart, as a rule.
const sampled = 64

// callerHash is of some bytes of the run of callerFields that rest starts with, at
// the value of user: they hold the caller's name, mostly.
func (r *runs) callerHash(rest string) uint64 { return r.seed.text(rest[:min(len(rest), sampled)]) }

// answerHash is that for annotations: one who asks is mostly allowed for one of a
// few reasons.
func answerHash(caller int32) uint64 { return uint64(caller + 1) }

// find is the entry whose key rest starts with, or -1.
func (t *runTable) find(hash uint64, rest string) int32 {
	slot := &t.slots[hash%uint64(len(t.slots))]
	for i, e := range slot {
		if e == 0 {
			break
		}
		if strings.HasPrefix(rest, t.run(e-1)) {
			copy(slot[1:i+1], slot[:i])
			slot[0] = e
			return e - 1
		}
	}
	return -1
}

// run is the text of an entry.
func (t *runTable) run(e int32) string {
	key := t.of.entries[e].key
	return key[:len(key)-len(t.mark)]
}

// add adds an entry whose key, at its end, cannot go on.
func (t *runTable) add(hash uint64, e int32, of run) {
	key := t.run(e)
	switch key[len(key)-1] {
	case '"', '}', ']':
	default:
		return
	}
	for len(t.list) <= int(e) {
		t.list = append(t.list, run{})
	}
	t.list[e] = of
	slot := &t.slots[hash%uint64(len(t.slots))]
	if slices.Contains(slot[:], e+1) {
		return
	}
	copy(slot[1:], slot[:])
	slot[0] = e + 1
}

func (t *runTable) forget() {
	clear(t.slots[:])
	t.list = t.list[:0]
}

// caller steps over the members that say who asks, if they stood so before; start
// is where the value of user does.
func (r *runs) caller(g *glance, w *walk, start int) bool {
	rest := w.s[start:]
	callers := r.whose()
	e := callers.find(r.callerHash(rest), rest)
	if e < 0 {
		return false
	}
	known := &callers.list[e]
	for i, field := range callerFields {
		if s := known.spans[i]; s.end > 0 {
			g.spans[field] = span{uint32(start) + s.start, uint32(start) + s.end}
		}
	}
	g.seen |= known.fields
	g.caller = e
	w.i = start + len(callers.run(e))
	return true
}

// answer steps over annotations.
func (r *runs) answer(g *glance, w *walk) bool {
	e := r.answers.find(answerHash(g.caller), w.s[w.i:])
	if e < 0 {
		return false
	}
	g.verdict = e
	w.i += len(r.answers.of.entries[e].key)
	return true
}

// The members between bodies and annotations, up to their values and behind them.
const laidBehind = `","`

var (
	laidReceived = laid(`"requestReceivedTimestamp":"`, fReceived)
	laidReached  = laid(`","stageTimestamp":"`, fStageTime)
)

// times steps over the two times of an event, if these are of the last one's minute
// and other members follow.
func (r *runs) times(g *glance, w *walk) bool {
	const received = len(`"requestReceivedTimestamp":"`)
	const reached = received + laidTime + len(`","stageTimestamp":"`)
	const end = reached + laidTime
	if !laidReceived.at(w.s, w.i) || len(w.s)-w.i < end+len(laidBehind) {
		return false
	}
	s := w.s[w.i : w.i+end+len(laidBehind)]
	if !laidReached.at(s, received+laidTime) || s[end:] != laidBehind {
		return false
	}
	var ok [2]bool
	g.clocked[0], ok[0] = r.clock.near(s[received : received+laidTime])
	g.clocked[1], ok[1] = r.clock.near(s[reached:end])
	if !ok[0] || !ok[1] {
		return false
	}
	at := uint32(w.i)
	g.spans[fReceived] = span{at + uint32(received) - 1, at + uint32(received+laidTime) + 1}
	g.spans[fStageTime] = span{at + uint32(reached) - 1, at + uint32(end) + 1}
	g.seen |= 1<<fReceived | 1<<fStageTime
	g.isClocked = true
	w.i += end + 2
	return true
}

// callerOf is the entry of an event's caller.
func (f *sifter) callerOf(it *item) int32 {
	f.runs.aks = it.aks
	callers := f.runs.whose()
	if e := it.caller; e >= 0 && it.seen&callerMask == callers.list[e].fields {
		return e
	}
	key, isRun := f.callerKey(it)
	e := f.caller.place(key, f, it, callerText)
	if !isRun || e < 0 {
		return e
	}
	from := it.spans[fUser].start
	known := run{fields: it.seen & callerMask}
	for i, field := range callerFields {
		if s := it.spans[field]; s.end > 0 {
			known.spans[i] = span{s.start - from, s.end - from}
		}
	}
	callers.add(f.runs.callerHash(it.text[from:]), e, known)
	return e
}

// verdictOf is the entry of an event's annotations.
func (f *sifter) verdictOf(it *item) int32 {
	if it.verdict >= 0 {
		return it.verdict
	}
	key := it.raw(fAnnotations)
	e := f.verdict.place(key, f, it, verdictText)
	if e >= 0 && key != "" {
		f.runs.answers.add(answerHash(it.caller), e, run{})
	}
	return e
}
