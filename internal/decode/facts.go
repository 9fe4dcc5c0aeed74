package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// facts are what several columns of KubeAudit are read from, each worked out
// when first asked for.
type facts struct {
	r *Reader

	refDone bool
	ref     ref
	refs    [nRefs]span // where its members stand in the event, if that was seen
	refSeen bool

	paramsDone bool
	params     []param

	addressDone bool
	client      string
	forwarded   []string
	firstIP     [1]string // room to read the addresses: mostly there is one

	objectDone, changeDone bool
	object                 value.Value
	change                 change

	podDone, newPodDone bool
	pod, newPod         *pod
}

// isUsed says whether anything but ref was worked out.
func (f *facts) isUsed() bool {
	return f.r == nil || f.paramsDone || f.addressDone || f.objectDone || f.changeDone || f.podDone || f.newPodDone
}

func (rec *record) verb() string { return rec.event.str(fVerb) }

func (rec *record) theRef() *ref {
	f := rec.facts
	if !f.refDone {
		f.refDone = true
		if f.refSeen {
			f.ref = refAt(rec.event.text, &f.refs)
		} else {
			f.ref = refOf(&rec.event, rec.cut, rec.uriCut)
		}
		if f.ref.name == "" && rec.verb() == "create" {
			f.ref.name = nameFromBody(&rec.event)
		}
	}
	return &f.ref
}

// nameFromBody is for objects whose name the server made, or that were posted
// to a list: the request's address does not name them.
func nameFromBody(e *event) string {
	if o := e.raw(fResponse); isObject(o) {
		if name := str(firstIn(o, "metadata", "name")); name != "" {
			return name
		}
	}
	return str(getPath(e.raw(fRequest), "metadata", "name"))
}

func (rec *record) theParams() []param {
	f := rec.facts
	if !f.paramsDone {
		f.params, f.paramsDone = paramsOf(rec.event.str(fURI), rec.uriCut), true
	}
	return f.params
}

func (rec *record) theAddress() *facts {
	f := rec.facts
	if !f.addressDone {
		f.addressDone = true
		ips := f.firstIP[:0]
		for e := range elements(rec.event.raw(fSourceIPs)) {
			ips = append(ips, str(e))
		}
		if !rec.lastIs(fSourceIPs) {
			f.client, f.forwarded = f.r.clientOf(rec, ips)
		}
	}
	return f
}

// lastIs says whether a member is the last one of a record that was cut off, and
// may not be whole: of sourceIPs only the last is to be trusted, and it may be
// what was cut.
func (rec *record) lastIs(field int) bool {
	e := &rec.event
	return rec.cut && int(e.spans[field].end) == len(e.text)-1
}

// theObject is read for itself: most changes are told without it, and it is the
// largest part of a record.
func (rec *record) theObject() value.Value {
	f := rec.facts
	if !f.objectDone {
		f.object, f.objectDone = objectOf(&rec.event, rec.verb()), true
	}
	return f.object
}

func (rec *record) theChange() *change {
	f := rec.facts
	if !f.changeDone {
		f.change, f.changeDone = rec.changeOf(), true
		if c := &f.change; rec.isCut() && !c.set.IsNull() {
			c.partial = true
		}
	}
	return &f.change
}

// objectOf is what the object is now, as far as the record shows it.
func objectOf(e *event, verb string) value.Value {
	if verb != "delete" && verb != "deletecollection" {
		response := unquoteJSON(e.raw(fResponse))
		switch {
		case isObject(response):
			return dynamic(response)
		case response == "" && (verb == "create" || verb == "update"):
			if v := dynamic(e.raw(fRequest)); v.IsBag() {
				return v
			}
		}
	}
	return value.NullOf(value.Dynamic)
}

const tooBig = "skipped-too-big-size-object"

// isCut says whether the record does not say all that it should.
func (rec *record) isCut() bool {
	if rec.cut {
		return true
	}
	e := &rec.event
	if strings.Contains(e.raw(fAnnotations), "truncated") && str(get(e.raw(fAnnotations), "audit.k8s.io/truncated")) == "true" {
		return true
	}
	return e.str(fRequest) == tooBig || e.str(fResponse) == tooBig
}

// hidesLetters says whether a JSON string has other escapes than that of &, as
// Go writes it.
func hidesLetters(token string) bool {
	n := strings.Count(token, `\`)
	return n > 0 && n != strings.Count(token, `\u0026`)
}

// mayAskDryRun says whether dryRun=All may stand in an address as it is recorded,
// without reading what it asks for: escapes are mostly of other characters than
// letters.
func mayAskDryRun(uri string) bool {
	if hidesLetters(uri) {
		return true
	}
	_, query, _ := strings.Cut(uri, "?")
	if strings.Contains(query, "All") {
		return true
	}
	for {
		i := strings.IndexByte(query, '%')
		if i < 0 || i+1 == len(query) {
			return false
		}
		if query = query[i+1:]; '4' <= query[0] && query[0] <= '7' {
			return true
		}
	}
}

// isDryRun finds the flag in the request's address, or, for a delete, in its
// options.
func isDryRun(e *event, verb string) bool {
	if mayAskDryRun(e.raw(fURI)) {
		uri := e.str(fURI)
		for _, v := range valuesOf(paramsOf(uri, false), "dryRun") {
			if v == "All" {
				return true
			}
		}
	}
	if verb == "delete" || verb == "deletecollection" {
		for v := range elements(get(e.raw(fRequest), "dryRun")) {
			if str(v) == "All" {
				return true
			}
		}
	}
	return false
}
