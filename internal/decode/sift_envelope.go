package decode

import (
	"slices"
	"strings"
)

// An envelope is what Azure wraps around an event that was seen at a glance.
type envelope struct {
	from              *origin // nil: there is none
	time, pod, stream string  // tokens
}

// An origin is what envelopes have in common: whose log it is.
type origin struct {
	resource, category string // as they were written
	cluster            string // "" if no resource is told
	aks                bool
}

// origins finds origins again. Mostly it is that of the record before.
type origins struct {
	last              *origin
	resource, records string // of the last: its tokens
	all               map[origin]*origin
}

// maxOrigins is how many are remembered at most.
const maxOrigins = 1024

// of is the origin that two tokens tell; nil if they tell none of audit events.
func (o *origins) of(resource, category string) *origin {
	if o.last != nil && o.resource == resource && o.records == category {
		return o.last
	}
	key := origin{resource: str(resource), category: str(category)}
	if !isAudit(key.category) {
		return nil
	}
	known := o.all[key]
	if known == nil {
		if len(o.all) >= maxOrigins || o.all == nil {
			o.all = map[origin]*origin{}
		}
		key = origin{resource: strings.Clone(key.resource), category: strings.Clone(key.category)}
		known = &origin{key.resource, key.category, strings.ToLower(key.resource), isAKS(key.resource)}
		o.all[key] = known
	}
	o.last, o.resource, o.records = known, strings.Clone(resource), strings.Clone(category)
	return known
}

// isText says whether a token is a string.
func isText(token string) bool { return len(token) >= 2 && token[0] == '"' }

// A wrapped is an envelope that is being read.
type wrapped struct {
	envelope
	resource, category string
	seen               uint32
	left               leftOut
	from, to           int    // where the log line stands
	at                 int    // where it stands in what was unescaped
	log                string // unescaped
	padded             string // that, a line break, and what follows in memory
}

// The members of an envelope, and of its properties, of which none may be there
// twice.
const (
	seenCategory = 1 << iota
	seenResource
	seenTime
	seenProperties
	seenLog
	seenPod
	seenStream
)

// once is false if a member was seen before.
func (w *wrapped) once(member uint32) bool {
	before := w.seen
	w.seen |= member
	return before&member == 0
}

// onceAt is end, or -1 if a member was seen before.
func (w *wrapped) onceAt(member uint32, end int) int {
	if !w.once(member) {
		return -1
	}
	return end
}

// unwrap reads an envelope that s starts with, as Azure writes them, and the event
// in it. end is behind it; -1 if it is to be read another way. It leaves nothing
// to recognise but what is exactly so: no member twice, none that tells of another
// kind of record.
func (f *sifter) unwrap(s string, it *item, c *chunk) (end int) {
	before := len(c.logs)
	w := wrapped{}
	if end = f.members(s, &w, c); end < 0 || !f.sees(s[:end], &w, it, c) {
		c.logs = c.logs[:before]
		return -1
	}
	return end
}

// members reads the envelope's members.
func (f *sifter) members(s string, w *wrapped, c *chunk) (end int) {
	return f.around.each(s, 0, func(key string, at, end int) int {
		if key == "properties" {
			return w.onceAt(seenProperties, f.properties(s, at, w, c))
		}
		if end < 0 {
			end = skipValue(s, at)
		}
		if end < 0 || !w.member(key, s[at:end]) {
			return -1
		}
		return end
	})
}

// member takes a member of the envelope.
func (w *wrapped) member(key, token string) bool {
	switch key {
	case "category":
		w.category = token
		return isText(token) && w.once(seenCategory)
	case "resourceId":
		w.resource = token
		return isText(token) && w.once(seenResource)
	case "time":
		w.time = token
		return isText(token) && w.once(seenTime)
	}
	return isAside(key, token)
}

// isAside says whether a member makes no difference to what kind of record an
// envelope of audit events is.
func isAside(key, token string) bool {
	return token != "" && token[0] != '[' && key != "Type" && traitOf(key, token)&^(hasOperation|hasOutcome) == 0
}

// properties reads the object that holds the log line.
func (f *sifter) properties(s string, i int, w *wrapped, c *chunk) (end int) {
	if s[i] != '{' {
		return -1
	}
	return f.beside.each(s, i, func(key string, at, end int) int {
		if key == "log" {
			return w.onceAt(seenLog, f.log(s, at, w, c))
		}
		if end < 0 {
			end = skipValue(s, at)
		}
		if end < 0 || !w.property(key, s[at:end]) {
			return -1
		}
		return end
	})
}

func (w *wrapped) property(key, token string) bool {
	switch key {
	case "pod":
		w.pod = token
		return isText(token) && w.once(seenPod)
	case "stream":
		w.stream = token
		return isText(token) && w.once(seenStream)
	}
	return true
}

// log unescapes the log line at i, if it is that of an audit event, but for bodies.
func (f *sifter) log(s string, i int, w *wrapped, c *chunk) (end int) {
	if s[i] != '"' || w.category != "" && f.origins.of(w.resource, w.category) == nil {
		return -1
	}
	i++
	if w.at = len(c.logs); w.at == 0 {
		// It is no longer than what is left of the chunk.
		c.logs = slices.Grow(c.logs, len(c.text)+2*logRoom)
	}
	if cap(c.logs)-w.at < len(s)-i+logRoom {
		return -1
	}
	size, n := w.left.unescape(c.logs[w.at:cap(c.logs)], s[i:], c)
	if size < 0 {
		return -1
	}
	w.from, w.to, w.left.escaped = i, i+size, s[i:i+size]
	w.unescaped(c, n)
	return i + size + 1
}

// unescaped notes that the log line has n bytes, which stand in c.logs.
func (w *wrapped) unescaped(c *chunk, n int) {
	from := w.at
	// The container runtime's line has its break still.
	if n > 0 && c.logs[:from+n][from+n-1] == '\n' && w.left.escaped[len(w.left.escaped)-1] != '\n' {
		n--
	}
	c.logs = append(c.logs[:from+n], '\n')
	w.log, w.padded = viewOf(c.logs[from:from+n]), viewOf(c.logs[from:from+n+logRoom/2])
}

// logRoom is how much room is behind the log lines of a chunk: for what is written
// too much, and for what is looked at at once, where the last value's end is looked for.
const logRoom = 128

// sees looks at the event in an envelope at a glance.
func (f *sifter) sees(s string, w *wrapped, it *item, c *chunk) bool {
	const needed = seenCategory | seenProperties | seenLog
	if w.seen&needed != needed || w.log == "" || isSpace(w.log[len(w.log)-1]) {
		return false
	}
	if strings.IndexByte(s[:w.from], '\n') >= 0 || strings.IndexByte(s[w.to:], '\n') >= 0 {
		return false
	}
	if w.envelope.from = f.origins.of(w.resource, w.category); w.envelope.from == nil {
		return false
	}
	it.envelope, it.aks = w.envelope, w.envelope.from.aks
	f.runs.aks = it.aks
	it.left = nil
	if f.seesLog(w, it) {
		if w.left.count > 0 {
			c.left = append(c.left, w.left)
			it.left = &c.left[len(c.left)-1]
		}
		return true
	}
	if w.left.count == 0 {
		return false
	}
	// What was left out may be no body.
	w.left.count = 0
	w.unescaped(c, unescapeInto(c.logs[w.at:cap(c.logs)], w.left.escaped))
	return f.seesLog(w, it)
}

// seesLog looks at the event as far as it was unescaped.
func (f *sifter) seesLog(w *wrapped, it *item) bool {
	return it.read(w.padded, nil, f.runs) && len(it.text) == len(w.log) && w.left.areBodies(&it.glance)
}

// clusterOr is the cluster that an envelope tells, or another where there is no envelope,
// or none that tells it.
func (o *origin) clusterOr(other string) string {
	if o == nil || o.cluster == "" {
		return other
	}
	return o.cluster
}

func (o *origin) categoryOr(other string) string {
	if o == nil {
		return other
	}
	return o.category
}

// tell fills in what a record says of its envelope.
func (e *envelope) tell(rec *record) {
	rec.resourceID, rec.lowerID, rec.category = e.from.resource, e.from.cluster, e.from.category
	rec.time, rec.pod, rec.stream = strings.Clone(str(e.time)), strings.Clone(str(e.pod)), strings.Clone(str(e.stream))
}
