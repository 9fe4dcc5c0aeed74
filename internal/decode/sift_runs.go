package decode

import "strings"

// runs finds again what stood in events before, byte for byte: the members from
// user to userAgent, and annotations. Their bytes are compared at once then, and
// nothing in them is looked for.
type runs struct {
	seed    *hashKey
	callers runTable
	answers runTable
}

// A runTable finds, by some of their bytes, the entries of a factor whose keys are
// such runs.
type runTable struct {
	of    *factor
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

// answerHash is that for annotations, which end the event: the names of a role and
// of whom it is bound to stand at their end.
func (r *runs) answerHash(rest string) uint64 { return r.seed.text(rest[max(0, len(rest)-sampled):]) }

// find is the entry whose key rest starts with, or -1.
func (t *runTable) find(hash uint64, rest string) int32 {
	slot := &t.slots[hash%uint64(len(t.slots))]
	for i, e := range slot {
		if e == 0 {
			break
		}
		if strings.HasPrefix(rest, t.of.entries[e-1].key) {
			copy(slot[1:i+1], slot[:i])
			slot[0] = e
			return e - 1
		}
	}
	return -1
}

// add adds an entry whose key, at its end, cannot go on.
func (t *runTable) add(hash uint64, e int32, of run) {
	key := t.of.entries[e].key
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
	e := r.callers.find(r.callerHash(rest), rest)
	if e < 0 {
		return false
	}
	known := &r.callers.list[e]
	for i, field := range callerFields {
		if s := known.spans[i]; s.end > 0 {
			g.spans[field] = span{uint32(start) + s.start, uint32(start) + s.end}
		}
	}
	g.seen |= known.fields
	g.caller = e
	w.i = start + len(r.callers.of.entries[e].key)
	return true
}

// answer steps over annotations.
func (r *runs) answer(g *glance, w *walk) bool {
	rest := w.s[w.i:]
	e := r.answers.find(r.answerHash(rest), rest)
	if e < 0 {
		return false
	}
	g.verdict = e
	w.i += len(r.answers.of.entries[e].key)
	return true
}

// callerOf is the entry of an event's caller.
func (f *sifter) callerOf(it *item) int32 {
	if e := it.caller; e >= 0 && !it.aks && it.seen&callerMask == f.runs.callers.list[e].fields {
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
	f.runs.callers.add(f.runs.callerHash(it.text[from:]), e, known)
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
		f.runs.answers.add(f.runs.answerHash(it.text[it.spans[fAnnotations].start:]), e, run{})
	}
	return e
}
