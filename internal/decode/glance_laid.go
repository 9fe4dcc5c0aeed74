package decode

import "strings"

// A laidName is a member's name as the API server writes it, up to the first byte
// of the value that the member is to have.
type laidName struct {
	text   string // of at most 32 bytes
	field  int
	is, of [2]uint64 // the first 16 bytes, and which of them belong to it
	last   [2]uint64 // the last 16 bytes, if it is longer
}

func laid(text string, field int) laidName {
	n := laidName{text: text, field: field}
	first, ones := text+strings.Repeat("\x00", 16), strings.Repeat("\xff", len(text))+strings.Repeat("\x00", 16)
	for i := range n.is {
		n.is[i], n.of[i] = load(first[8*i:]), load(ones[8*i:])
		if len(text) > 16 {
			n.last[i] = load(text[len(text)-16+8*i:])
		}
	}
	return n
}

// at says whether the name stands at a place in s.
func (n *laidName) at(s string, i int) bool {
	if i+16 > len(s) {
		return false
	}
	t := s[i : i+16]
	return load(t)&n.of[0] == n.is[0] && load(t[8:])&n.of[1] == n.is[1] && (len(n.text) <= 16 || n.ends(s, i))
}

// ends says whether the last bytes of a name of more than 16 stand where they do if it
// is at a place in s.
func (n *laidName) ends(s string, i int) bool {
	if i += len(n.text); i > len(s) {
		return false
	}
	t := s[i-16 : i]
	return load(t) == n.last[0] && load(t[8:]) == n.last[1]
}

// What the API server writes, in its order. Of laidRest and laidRef any may be
// missing.
const laidHead = `{"kind":"Event","apiVersion":"audit.k8s.io/v1",`

// laidElement begins an event in a list of the webhook's, which has no kind.
const laidElement = `{"level":"`

var (
	laidTexts = [...]laidName{
		laid(`"level":"`, fLevel), laid(`"auditID":"`, fAuditID), laid(`"stage":"`, fStage),
		laid(`"requestURI":"`, fURI), laid(`"verb":"`, fVerb),
	}
	laidRest = [...]laidName{
		laid(`"user":{`, fUser), laid(`"impersonatedUser":{`, fImpersonated), laid(`"sourceIPs":[`, fSourceIPs),
		laid(`"userAgent":"`, fUserAgent), laid(`"objectRef":{`, fObjectRef), laid(`"responseStatus":{`, fStatus),
		laid(`"requestObject":{`, fRequest), laid(`"responseObject":{`, fResponse),
		laid(`"requestReceivedTimestamp":"`, fReceived), laid(`"stageTimestamp":"`, fStageTime), laid(`"annotations":{`, fAnnotations),
	}
	laidRef = [...]laidName{
		laid(`"resource":"`, refResource), laid(`"namespace":"`, refNamespace), laid(`"name":"`, refName), laid(`"uid":"`, nRefs),
		laid(`"apiGroup":"`, refGroup), laid(`"apiVersion":"`, refVersion), laid(`"resourceVersion":"`, nRefs),
		laid(`"subresource":"`, refSubresource),
	}
)

// laidAgent is the last of laidRest that tells of the caller, laidBody the first of the
// bodies, which the times follow, and laidLast the last of these.
const (
	laidAgent = 3
	laidBody  = 6
	laidLast  = 9
)

// laidOut is open for an event. It steps over the members that stand as the API
// server writes them, and stops at the first that does not.
func (g *glance) laidOut(w *walk, r *runs) (more bool) {
	switch {
	case strings.HasPrefix(w.s, laidHead):
		g.spans[fKind], g.spans[fAPIVersion] = span{8, 15}, span{29, 46}
		g.seen = 1<<fKind | 1<<fAPIVersion
		w.i = len(laidHead)
	case strings.HasPrefix(w.s, laidElement):
		w.i = 1
	default:
		return w.open()
	}
	if w.ahead(); !g.texts(w) {
		return true
	}
	return g.rest(w, r)
}

// Nearly every event begins with one of laidLevels, which come behind laidHead, and
// has laidStage behind its audit ID.
const laidStage = `","stage":"ResponseComplete","requestURI":"`

var laidLevels = [...]string{`"level":"Metadata","auditID":"`, `"level":"Request","auditID":"`, `"level":"RequestResponse","auditID":"`}

// levelTold is where no two of laidLevels have the same byte.
const levelTold = len(`"level":"Request`)

// head steps over the members before verb of an event that begins so, and says how
// many of laidTexts that were.
func (g *glance) head(w *walk) int {
	const before, behind = len(`"level":`), len(`,"auditID":"`)
	s, i := w.s, w.i
	if len(s) <= i+levelTold {
		return 0
	}
	for n, level := range laidLevels {
		if s[i+levelTold] != level[levelTold] || !strings.HasPrefix(s[i:], level) {
			continue
		}
		id := i + len(level)
		stage := w.quote(id)
		if stage < 0 || !strings.HasPrefix(s[stage:], laidStage) {
			return 0
		}
		uri := stage + len(laidStage)
		end := w.quote(uri)
		if end < 0 || end+2 >= len(s) || s[end+1] != ',' || s[end+2] != '"' {
			return 0
		}
		const name, value = len(`","stage":`), len(`"ResponseComplete"`)
		g.begins = uint32(n) + 1
		g.seen |= 1<<fLevel | 1<<fAuditID | 1<<fStage | 1<<fURI
		g.spans[fLevel] = span{uint32(i + before), uint32(id - behind)}
		g.spans[fAuditID] = span{uint32(id) - 1, uint32(stage) + 1}
		g.spans[fStage] = span{uint32(stage + name), uint32(stage + name + value)}
		g.spans[fURI] = span{uint32(uri) - 1, uint32(end) + 1}
		w.i = end + 2
		return len(laidTexts) - 1
	}
	return 0
}

// texts is false where one of laidTexts is missing.
func (g *glance) texts(w *walk) bool {
	s := w.s
	for n := g.head(w); n < len(laidTexts); n++ {
		name := &laidTexts[n]
		if !name.at(s, w.i) {
			return false
		}
		start := w.i + len(name.text)
		end := w.quote(start)
		if end < 0 || end+2 >= len(s) || s[end+1] != ',' || s[end+2] != '"' {
			return false
		}
		g.seen |= 1 << name.field
		g.spans[name.field] = span{uint32(start) - 1, uint32(end) + 1}
		w.i = end + 2
	}
	return true
}

func (g *glance) rest(w *walk, r *runs) (more bool) {
	s := w.s
	for n := 0; n < len(laidRest); n++ {
		name, from := &laidRest[n], w.i
		if n >= laidBody && r != nil && r.times(g, w) {
			n = laidLast
			continue
		}
		if !name.at(s, from) {
			continue
		}
		w.i += len(name.text) - 1
		start := w.i
		switch {
		case r != nil && name.field == fUser && r.caller(g, w, start):
			n = laidAgent
		case g.laidValue(w, name.field, r):
			g.seen |= 1 << name.field
			g.spans[name.field] = span{uint32(start), uint32(w.i)}
		default:
			w.i = from
			return true
		}
		if w.i+1 >= len(s) || s[w.i] != ',' || s[w.i+1] != '"' {
			return w.next()
		}
		w.i++
	}
	return true
}

// laidValue steps behind a value.
func (g *glance) laidValue(w *walk, field int, r *runs) bool {
	switch field {
	case fAnnotations:
		return r != nil && r.answer(g, w) || w.value()
	case fObjectRef:
		return g.laidRefs(w) || w.refs(g)
	case fStatus:
		return g.laidStatus(w) || w.status(g)
	}
	return w.value()
}

// laidRefs is refs where each of objectRef's members is one of laidRef.
func (g *glance) laidRefs(w *walk) bool {
	w.ahead()
	s, i := w.s, w.i+1
	for n := range laidRef {
		name := &laidRef[n]
		if !name.at(s, i) {
			continue
		}
		start := i + len(name.text)
		end := w.quote(start)
		if end < 0 || end+1 >= len(s) {
			break
		}
		if name.field < nRefs {
			g.ref[name.field] = span{uint32(start) - 1, uint32(end) + 1}
		}
		if i = end + 2; s[end+1] == '}' {
			w.i = i
			return true
		}
		if s[end+1] != ',' {
			break
		}
	}
	g.ref = [nRefs]span{}
	return false
}

// laidStatus is status where that is but a code of three digits.
func (g *glance) laidStatus(w *walk) bool {
	const before = `{"metadata":{},"code":`
	i := w.i + len(before)
	if i+4 > len(w.s) || w.s[w.i:i] != before || w.s[i+3] != '}' || !inScalar[w.s[i]] || !inScalar[w.s[i+1]] || !inScalar[w.s[i+2]] {
		return false
	}
	g.code = span{uint32(i), uint32(i) + 3}
	w.i = i + 4
	return true
}
