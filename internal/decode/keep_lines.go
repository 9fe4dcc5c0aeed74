package decode

import "strings"

// Nearly every input of a store is events on lines of their own. Their members,
// and whether they have something at the paths that are kept, are found by the
// line's skeleton, without a look at the bytes in between.

// line keeps the line at the window's start if it is one record; otherwise it
// takes nothing.
func (k *Keeper) line(f *framer) (took bool) {
	s, ok := k.wholeLine(f.w)
	if !ok {
		return false
	}
	if s[len(s)-1] == '}' && k.sight.read(s, &k.skeleton, &k.r.clock) {
		k.seenLine(f, s)
		return true
	}
	members, ok := k.members(s, f.members[:0])
	f.members = members[:0]
	if !ok {
		return false
	}
	fr := &f.frame
	*fr = frame{text: s, members: members, whole: true, line: f.w.line, number: f.place(0)}
	k.take(f.w, s)
	k.record(fr)
	return true
}

// wholeLine is the line at the window's start, without its break; its skeleton is
// read.
func (k *Keeper) wholeLine(w *window) (s string, ok bool) {
	for {
		rest := w.text()
		end, ok := k.skeleton.Read(rest)
		if end >= 0 && end < len(rest) {
			return rest[:end], ok
		}
		if len(rest) >= blockSize || !w.fill() {
			return "", false
		}
	}
}

func (k *Keeper) take(w *window, s string) {
	w.take(len(s), 0)
	w.kept = true
}

// seenLine keeps the event on a line that is seen.
func (k *Keeper) seenLine(f *framer, s string) {
	rec, x, ledger := &k.event, &k.sight, k.r.ledger
	rec.in, rec.shape, rec.line, rec.number = ledger, shapeEvent, f.w.line, f.place(0)
	rec.text, rec.raw, rec.event = s, s, x.event
	rec.reusedID, rec.inFuture, rec.facts = false, false, nil
	k.take(f.w, s)
	ledger.decoded(rec)
	k.r.held += len(s)
	set := k.tablesOf(rec)
	if k.isRow(rec) {
		set |= k.kubeBit
	}
	at := x.keptTime()
	if x.stageTimed {
		k.delay.add(delayOf(at, x.staged))
	} else {
		k.delay.add(rec.delay(at))
	}
	k.read(rec, true, true)
	k.keep(rec, set, at)
}

// factsOf are the facts of the event at hand, of which what it is about is known.
func (k *Keeper) factsOf() *facts {
	if k.facts.isUsed() {
		k.facts = facts{r: k.r}
	}
	k.facts.ref, k.facts.refDone = k.sight.theRef()
	return &k.facts
}

// isRow is Reader.isRow in KubeAudit for an event that is seen.
func (k *Keeper) isRow(rec *record) bool {
	r, x, cluster := k.r, &k.sight, rec.cluster()
	stage := x.str(fStage)
	if stage == requestReceived {
		r.ledger.Joined++
		return false
	}
	// Copies are looked at as well, see Reader.isRow.
	var reused, inFuture bool
	if x.timed {
		reused, inFuture = r.signs.look(cluster, rec.in.Source, x.asking, x.received)
	}
	if !r.requests.isFirst(cluster, x.asking, times{x.received, x.staged, x.timed}, stage, x.staysOpen) {
		r.ledger.Joined++
		return false
	}
	if shows, _ := x.mayShow(); shows {
		r.versions.follow(cluster, &rec.event, x.refOf(), true)
	}
	rec.reusedID, rec.inFuture = reused, inFuture
	rec.facts = k.factsOf()
	return true
}

// see looks at the event of a record, if it has not been seen: whether it is, and
// if not, whether at least the skeleton is its own.
func (k *Keeper) see(rec *record) (seen, lined bool) {
	if rec.seen {
		return true, true
	}
	if rec.cut || !rec.event.is() {
		return false, false
	}
	return k.seeWith(rec.event.text)
}

func (k *Keeper) seeWith(text string) (seen, lined bool) {
	end, ok := k.skeleton.Read(text)
	lined = ok && end == len(text)
	return lined && k.sight.read(text, &k.skeleton, &k.r.clock), lined
}

// seeText is seeWith for the reader.
func (k *Keeper) seeText(text string) *event {
	if seen, _ := k.seeWith(text); !seen {
		return nil
	}
	return &k.sight.event
}

// partsOf gives those parts their numbers that are not told by the event alone.
func (k *Keeper) partsOf(rec *record) {
	x := &k.sight
	x.parts[partSigns] = signsNumber(rec.reusedID, rec.inFuture, x.timesAreWrong())
	x.parts[partOrigin] = 0
	if rec.resourceID != "" || rec.category != "" {
		x.parts[partOrigin] = x.seed.numbers(x.seed.text(rec.resourceID), x.seed.text(rec.category))
	}
}

func signsNumber(signs ...bool) (n uint64) {
	for i, sign := range signs {
		if sign {
			n |= 1 << i
		}
	}
	return n
}

// members is scanMembers for a line that one object fills.
func (k *Keeper) members(s string, members []member) (_ []member, ok bool) {
	w := walk{s: s, k: &k.skeleton}
	for more := w.open(); more; more = w.next() {
		nameStart := w.i + 1
		name, ok := w.key()
		if !ok || len(members) == maxMembers {
			return members, false
		}
		m := member{keyStart: nameStart, keyEnd: nameStart + len(name), start: w.i}
		if w.i < len(s) && s[w.i] == '[' && isContainer(s, members, name) {
			return members, false
		}
		if !w.value() || w.i == m.start {
			return members, false
		}
		m.end = w.i
		members = append(members, m)
	}
	return members, w.i == len(s)
}

// absent are the paths, a bit each, at which an event, whose skeleton is at hand,
// has nothing for sure. Most have nothing at most paths.
func (k *Keeper) absent(e *event) (bits uint64) {
	for i, p := range k.paths {
		if k.lacks(e, p) {
			bits |= 1 << i
		}
	}
	return bits
}

// lacks says whether the event has nothing at a path.
func (k *Keeper) lacks(e *event, p Path) bool {
	switch p.Column {
	case "Record":
		return k.nothingAt(e.text, 0, p.Keys)
	case "Object":
		return k.objectLacks(e, p.Keys)
	case "Annotations":
		return k.memberLacks(e, fAnnotations, p.Keys)
	}
	return false
}

// objectLacks is for what objectOf makes of the bodies.
func (k *Keeper) objectLacks(e *event, keys []string) bool {
	switch verb := e.str(fVerb); {
	case verb == "delete", verb == "deletecollection":
		return true
	case e.raw(fResponse) != "":
		return k.memberLacks(e, fResponse, keys)
	case verb == "create", verb == "update":
		return k.memberLacks(e, fRequest, keys)
	}
	return true
}

func (k *Keeper) memberLacks(e *event, field int, keys []string) bool {
	return e.raw(field) == "" || k.nothingAt(e.text, int(e.spans[field].start), keys)
}

// nothingAt says whether the object at s[i] has no member of this path. It is
// false where that is not sure.
func (k *Keeper) nothingAt(s string, i int, keys []string) bool {
	if s[i] != '{' {
		return false
	}
	w := walk{s: s, k: &k.skeleton, i: i}
	for more := w.open(); more; more = w.next() {
		name, ok := w.key()
		if !ok || strings.IndexByte(name, '\\') >= 0 {
			return false
		}
		if name == keys[0] && (len(keys) == 1 || !k.nothingAt(s, w.i, keys[1:])) {
			return false
		}
		start := w.i
		if !w.value() || w.i == start {
			return false
		}
	}
	return w.closed()
}
