package decode

import (
	"strings"

	lines "github.com/dogwatch-dev/dogwatch/internal/skeleton"
)

// A skeleton is where texts and brackets stand in an event.
type skeleton = lines.Line

// A glance is what is seen of an audit event at first sight: where its members
// stand, and of those that nearly every rule asks for also theirs. Only what
// the API server writes is read so; any other event is left to recognise, which
// reads everything.
type glance struct {
	event
	seen   uint32
	begins uint32 // 1 and more: with one of laidLevels, and laidStage
	ref    [nRefs]span
	code   span

	caller, verdict int32 // the entries of runs that stood there, or -1

	clocked   [2]int64 // ticks of fReceived and fStageTime
	isClocked bool     // they were read at once
}

// The members of objectRef.
const (
	refGroup = iota
	refVersion
	refResource
	refSubresource
	refNamespace
	refName
	nRefs
)

func (g *glance) refText(member int) string {
	s := g.ref[member]
	return g.text[s.start:s.end]
}

// has says whether the event has a member.
func (g *glance) has(field int) bool { return g.seen&(1<<field) != 0 }

// read looks at the event at the start of s, which ends with the text or its line;
// r may be nil. It is false for what another than the API server may have written,
// or what is no event.
func (g *glance) read(s string, k *skeleton, r *runs) bool {
	w := walk{s: s, k: k}
	if !g.readMembers(&w, r) || !w.ended() {
		return false
	}
	g.text = s[:w.i]
	return g.isEvent()
}

// readElement is read for an element of a list at the start of s: whether the list goes
// on behind it remains to be seen.
func (g *glance) readElement(s string, r *runs) bool {
	w := walk{s: s}
	if !g.readMembers(&w, r) || !w.closed() {
		return false
	}
	g.text = s[:w.i]
	return g.isEvent()
}

// readMembers reads an object's members, and steps behind it.
func (g *glance) readMembers(w *walk, r *runs) bool {
	g.seen, g.begins, g.prior, g.caller, g.verdict = 0, 0, "", -1, -1
	g.spans, g.ref, g.code, g.isClocked = [nFields]span{}, [nRefs]span{}, span{}, false
	for more := g.laidOut(w, r); more; more = w.next() {
		key, ok := w.key()
		if !ok {
			return false
		}
		field := eventField(key)
		if field < 0 || g.has(field) {
			return false
		}
		start := w.i
		if !w.member(g, field) || w.i == start {
			return false
		}
		g.seen |= 1 << field
		g.spans[field] = span{uint32(start), uint32(w.i)}
	}
	return true
}

// isEvent says whether the object is an audit event by its kind, or, as the elements of
// the webhook's lists have none, by what only audit events have.
func (g *glance) isEvent() bool {
	if g.seen&(1<<fKind|1<<fAPIVersion) == 0 {
		return g.has(fAuditID) && g.seen&(1<<fStage|1<<fURI|1<<fVerb) != 0
	}
	return g.raw(fKind) == `"Event"` && strings.HasPrefix(g.raw(fAPIVersion), `"audit.k8s.io/`)
}

// member reads the value of a member of the event.
func (w *walk) member(g *glance, field int) bool {
	switch field {
	case fObjectRef:
		return w.refs(g)
	case fStatus:
		return w.status(g)
	}
	return w.value()
}

// refs reads objectRef.
func (w *walk) refs(g *glance) bool {
	if w.i >= len(w.s) || w.s[w.i] != '{' {
		return false
	}
	for more := w.open(); more; more = w.next() {
		key, ok := w.key()
		if !ok {
			return false
		}
		start := w.i
		if !w.value() || w.i == start {
			return false
		}
		at := 0
		switch key {
		case "apiGroup":
			at = refGroup
		case "apiVersion":
			at = refVersion
		case "resource":
			at = refResource
		case "subresource":
			at = refSubresource
		case "namespace":
			at = refNamespace
		case "name":
			at = refName
		case "uid", "resourceVersion":
			continue
		default:
			return false
		}
		if g.ref[at].end > 0 {
			return false
		}
		g.ref[at] = span{uint32(start), uint32(w.i)}
	}
	return w.closed()
}

// status reads the code in responseStatus.
func (w *walk) status(g *glance) bool {
	if w.i >= len(w.s) || w.s[w.i] != '{' {
		return false
	}
	for more := w.open(); more; more = w.next() {
		key, ok := w.key()
		if !ok {
			return false
		}
		start := w.i
		if !w.value() || w.i == start {
			return false
		}
		switch {
		case key == "code" && g.code.end == 0:
			g.code = span{uint32(start), uint32(w.i)}
		case key == "code", strings.IndexByte(key, '\\') >= 0:
			return false
		}
	}
	return w.closed()
}

// A walk goes through the members of objects on a line, by their skeleton. Without
// one it looks for the ends of values itself: that is less work where most of what
// stands on the line is known.
type walk struct {
	s    string
	k    *skeleton
	i    int
	near lines.Quotes // what is known without one, where it was read
}

// quote is the place of the quote that ends the text in which the byte at i stands,
// or -1.
func (w *walk) quote(i int) int {
	if w.k != nil {
		return w.k.Quote(i)
	}
	if at := w.near.Quote(i); at >= 0 {
		return at
	}
	return lines.Quote(w.s, i)
}

// ahead finds the next quotes, of which several will be looked for.
func (w *walk) ahead() {
	if w.k == nil {
		w.near.Read(w.s, w.i)
	}
}

// nested is the place behind the bracket that closes the one at i, or -1.
func (w *walk) nested(i int) int {
	if w.k == nil {
		return lines.Nested(w.s, i)
	}
	return w.k.Nested(i)
}

// open steps to an object's first member; false if there is none.
func (w *walk) open() bool {
	if w.i >= len(w.s) || w.s[w.i] != '{' {
		w.i = len(w.s) + 1
		return false
	}
	w.i++
	w.space()
	if w.i < len(w.s) && w.s[w.i] == '}' {
		w.i++
		return false
	}
	return true
}

// key reads a member's name, escapes and all, and steps to its value.
func (w *walk) key() (string, bool) {
	if w.i >= len(w.s) || w.s[w.i] != '"' {
		return "", false
	}
	end := w.quote(w.i + 1)
	if end < 0 {
		return "", false
	}
	key := w.s[w.i+1 : end]
	w.i = end + 1
	w.space()
	if w.i >= len(w.s) || w.s[w.i] != ':' {
		return "", false
	}
	w.i++
	w.space()
	return key, true
}

// value steps behind a value.
func (w *walk) value() bool {
	if w.i >= len(w.s) {
		return false
	}
	switch w.s[w.i] {
	case '"':
		w.i = w.quote(w.i+1) + 1
		return w.i > 0
	case '{', '[':
		w.i = w.nested(w.i)
		return w.i > 0
	}
	for w.i < len(w.s) && inScalar[w.s[w.i]] {
		w.i++
	}
	return w.i < len(w.s)
}

// next steps to the object's next member, or behind the object.
func (w *walk) next() bool {
	w.space()
	if w.i < len(w.s) {
		switch w.s[w.i] {
		case ',':
			w.i++
			w.space()
			return true
		case '}':
			w.i++
			return false
		}
	}
	w.i = len(w.s) + 1
	return false
}

// closed says whether the object that was walked through has its bracket.
func (w *walk) closed() bool { return w.i <= len(w.s) }

// ended says whether nothing follows it on the line but space.
func (w *walk) ended() bool {
	w.space()
	return w.i == len(w.s) || w.i < len(w.s) && w.s[w.i] == '\n'
}

func (w *walk) space() {
	for w.i < len(w.s) && w.s[w.i] <= ' ' && isSpace(w.s[w.i]) && w.s[w.i] != '\n' {
		w.i++
	}
}
