package decode

import (
	"math/bits"
	"strings"
)

// Parts of an event that columns are read from. A number stands for each: parts
// that are equal have the same.
const (
	partCaller     = iota // the caller's name
	partGroups            // and groups, if one may be that of the unauthenticated
	partNode              // what else is told of the caller, if it may tell of a node
	partAs                // whom the caller acts as
	partAgent             // the user agent
	partAddress           // sourceIPs
	partCallerKind        // what the caller's name tells of who it is: see callerKind
	partAgentKind         // what the user agent does
	partPlace             // what sourceIPs do
	partLevel
	partStage
	partVerb
	partStatus
	partAnnotations
	partURI
	partOptions // of a delete, if they may ask for a dry run
	partKind    // what kind of object the request is about, and where
	partName    // the object's
	partSession // the address of what may be an exec or its like
	partSigns   // what is wrong with the event
	partOrigin  // the envelope that the event came in
	nParts
)

// A sight is what a Keeper sees of an event at a glance. What another than the
// API server may have written is not seen so, nor bodies that are texts.
type sight struct {
	glance
	seed                    *hashKey
	parts                   [nParts]uint64
	asking                  asking
	received, staged        int64 // ticks
	timed, stageTimed       bool  // these are known
	username, groups, extra span
	name                    string // of the object, if it is known from the body only
	scratch                 []byte
}

// read looks at an event whose text has the skeleton k.
func (x *sight) read(text string, k *skeleton, c *clock) bool {
	if !x.glance.read(text, k, nil) || !x.has(fKind) || x.has(fTimestamp) || x.has(fMetadata) || startsText(x.raw(fRequest)) || startsText(x.raw(fResponse)) || !x.user(k) {
		return false
	}
	x.received, x.timed = c.ticks(x.str(fReceived))
	x.staged, x.stageTimed = c.ticks(x.str(fStageTime))
	x.name = x.nameInBody(k)
	x.number()
	return true
}

// user finds the members of the caller.
func (x *sight) user(k *skeleton) bool {
	x.username, x.groups, x.extra = span{}, span{}, span{}
	if x.raw(fUser) == "" {
		return true
	}
	w := walk{s: x.text, k: k, i: int(x.spans[fUser].start)}
	for more := w.open(); more; more = w.next() {
		key, ok := w.key()
		start := w.i
		if !ok || !w.value() || w.i == start {
			return false
		}
		var at *span
		switch key {
		case "username":
			at = &x.username
		case "groups":
			at = &x.groups
		case "extra":
			at = &x.extra
		case "uid":
			continue
		}
		if at == nil || at.end > 0 {
			return false
		}
		*at = span{uint32(start), uint32(w.i)}
	}
	return w.closed()
}

// number gives the event's parts their numbers. What is wrong with it, where it
// came from and what families tell is not known here.
func (x *sight) number() {
	p := &x.parts
	p[partCaller] = x.textNumber(x.text[x.username.start:x.username.end])
	p[partGroups] = x.numberIf(x.text[x.groups.start:x.groups.end], "unauthenticated")
	p[partNode] = x.numberIf(x.text[x.extra.start:x.extra.end], "node-name")
	p[partVerb] = x.textNumber(x.raw(fVerb))
	p[partURI] = x.textNumber(x.raw(fURI))
	p[partAs] = x.seed.text(x.raw(fImpersonated))
	p[partAgent] = x.seed.text(x.raw(fUserAgent))
	p[partAddress] = x.seed.text(x.raw(fSourceIPs))
	p[partLevel] = x.seed.text(x.raw(fLevel))
	p[partStage] = x.textNumber(x.raw(fStage))
	p[partStatus] = x.seed.text(x.raw(fStatus))
	p[partAnnotations] = x.seed.text(x.raw(fAnnotations))
	p[partOptions] = x.optionsNumber()
	p[partKind] = x.kindNumber()
	p[partName] = x.nameNumber()
	p[partSession] = x.sessionNumber()
	x.asking = asking{}
	if id := x.raw(fAuditID); str(id) != "" {
		x.asking = askingOfNumbers(x.textNumber(id), p[partCaller], p[partVerb], p[partURI])
	}
}

// textNumber stands for what a token says.
func (x *sight) textNumber(token string) uint64 {
	if strings.IndexByte(token, '\\') < 0 || token[0] != '"' {
		return x.seed.text(str(token))
	}
	x.scratch = appendUnescaped(x.scratch[:0], token[1:max(len(token)-1, 1)])
	return x.seed.text(viewOf(x.scratch))
}

// numberIf stands for a text if it may hold a word, else it is 0.
func (x *sight) numberIf(text, word string) uint64 {
	if strings.Contains(text, word) || strings.IndexByte(text, '\\') >= 0 {
		return x.seed.text(text)
	}
	return 0
}

// optionsNumber is for isDryRun.
func (x *sight) optionsNumber() uint64 {
	switch x.str(fVerb) {
	case "delete", "deletecollection":
		return x.numberIf(x.raw(fRequest), "dryRun")
	}
	return 0
}

// kindNumber is for refOf, but the name.
func (x *sight) kindNumber() (n uint64) {
	for at := range refName {
		n = bits.RotateLeft64(n, 29)*fibonacci ^ x.seed.text(x.refText(at))
	}
	if str(x.refText(refResource)) == "" {
		n ^= x.parts[partURI]
	}
	return n
}

// nameNumber is for the name in theRef; where the event has none, what is made of
// its address is told by partKind.
func (x *sight) nameNumber() uint64 {
	if x.name != "" {
		return x.seed.text(x.name)
	}
	return x.seed.text(x.refText(refName))
}

// nameInBody is nameFromBody where that is asked, by the event's skeleton.
func (x *sight) nameInBody(k *skeleton) string {
	if x.str(fVerb) != "create" || str(x.refText(refName)) != "" {
		return ""
	}
	if isObject(x.raw(fResponse)) {
		w := walk{s: x.text, k: k, i: int(x.spans[fResponse].start)}
		if w.find("metadata") && w.find("name") {
			start := w.i
			if w.value() {
				if name := str(x.text[start:w.i]); name != "" {
					return name
				}
			}
		}
	}
	return str(getPath(x.raw(fRequest), "metadata", "name"))
}

// find steps to the value of the first member of a name in the object that begins
// here.
func (w *walk) find(name string) bool {
	for more := w.open(); more; more = w.next() {
		key, ok := w.key()
		if !ok || key == name {
			return ok
		}
		if !w.value() {
			return false
		}
	}
	return false
}

// theRef is theRef, if the event's address need not be read for it.
func (x *sight) theRef() (r ref, ok bool) {
	if x.raw(fObjectRef) == "" {
		return r, false
	}
	r = x.refOf()
	if r.name == "" {
		r.name = x.name
	}
	return r, true
}

// sessionNumber is for columns about a session.
func (x *sight) sessionNumber() uint64 {
	switch str(x.refText(refSubresource)) {
	case "exec", "attach", "proxy":
		return x.parts[partURI]
	}
	return 0
}

// timesAreWrong is the column TimesWrong.
func (x *sight) timesAreWrong() bool {
	return x.timed && x.stageTimed && timesAreWrong(&x.event, x.staged-x.received)
}

// keptTime is that of a record without an envelope.
func (x *sight) keptTime() int64 {
	switch {
	case x.timed:
		return x.received
	case x.str(fReceived) == "" && x.stageTimed:
		return x.staged
	}
	return 0
}
