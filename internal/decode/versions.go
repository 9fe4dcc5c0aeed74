package decode

import (
	"container/list"
	"strings"
)

// How many last versions of objects are kept, to tell what a whole update
// changed.
const (
	maxVersions     = 20_000
	maxVersionBytes = 64 << 20
)

// versions keeps the last known text of objects, the least recently used go
// first. Texts are copies: a view would keep a whole block alive.
type versions struct {
	byKey map[string]*list.Element
	used  list.List // of *version, the latest first
	bytes int
}

type version struct{ key, text string }

func newVersions() *versions { return &versions{byKey: map[string]*list.Element{}} }

func (v *versions) get(key string) string {
	e := v.byKey[key]
	if e == nil {
		return ""
	}
	v.used.MoveToFront(e)
	return e.Value.(*version).text
}

func (v *versions) put(key, text string) {
	v.drop(key)
	if len(text) > maxVersionBytes/16 {
		return
	}
	x := &version{key: key, text: strings.Clone(text)}
	v.byKey[key] = v.used.PushFront(x)
	v.bytes += len(text) + len(key)
	for v.used.Len() > maxVersions || v.bytes > maxVersionBytes {
		v.drop(v.used.Back().Value.(*version).key)
	}
}

func (v *versions) drop(key string) {
	e := v.byKey[key]
	if e == nil {
		return
	}
	x := v.used.Remove(e).(*version)
	delete(v.byKey, key)
	v.bytes -= len(x.text) + len(x.key)
}

// noVersions are resources that change all the time and that no column is
// about.
var noVersions = map[string]bool{
	"events": true, "leases": true, "endpoints": true, "endpointslices": true,
	"tokenreviews": true, "subjectaccessreviews": true, "selfsubjectaccessreviews": true,
	"selfsubjectrulesreviews": true, "localsubjectaccessreviews": true, "selfsubjectreviews": true,
}

// follow notes on an event what its object was before, and remembers what it
// is now.
func (v *versions) follow(cluster string, e *event, cut bool) {
	verb := e.str(fVerb)
	if cut || !shows(e, verb) {
		return
	}
	r := refOf(e, false, false)
	if r.resource == "" || noVersions[r.resource] {
		return
	}
	key := versionKey(cluster, &r)
	// A read, or the answer to a change of its status, shows the whole object
	// too: the first look counts, later changes come by themselves.
	look := verb == "get" || r.subresource != "" && r.subresource != "ephemeralcontainers"
	if look && (r.subresource != "" && r.subresource != "status" || v.byKey[key] != nil) {
		return
	}
	if !look && (verb == "update" || verb == "patch") {
		e.prior = v.get(key)
	}
	if !succeeded(e) || isDryRun(e, verb) {
		return
	}
	if verb == "delete" {
		v.drop(key)
		return
	}
	now := stateOf(e, verb)
	if r.name == "" {
		r.name = str(first(first(now, "metadata"), "name"))
		key = versionKey(cluster, &r)
	}
	if now != "" && r.name != "" {
		v.put(key, now)
	}
}

// shows says whether an event may tell an object's state.
func shows(e *event, verb string) bool {
	switch verb {
	case "create", "update", "patch", "delete":
		return true
	case "get":
		return e.raw(fResponse) != ""
	}
	return false
}

func versionKey(cluster string, r *ref) string {
	return strings.Join([]string{cluster, r.group, r.resource, r.namespace, r.name}, "\x00")
}

// stateOf is the object's text as the event shows it.
func stateOf(e *event, verb string) string {
	if o := e.raw(fResponse); isObject(o) {
		return o
	}
	if o := e.raw(fRequest); e.raw(fResponse) == "" && (verb == "create" || verb == "update") && isObject(o) {
		return o
	}
	return ""
}

// isObject says whether a text is one object of the cluster and not a list,
// a status or a part of one.
func isObject(o string) bool {
	if o == "" || o[0] != '{' {
		return false
	}
	kind := str(first(o, "kind"))
	return kind != "Status" && kind != "PartialObjectMetadata" && kind != "Table" && !strings.HasSuffix(kind, "List")
}

func succeeded(e *event) bool {
	code := str(first(e.raw(fStatus), "code"))
	return len(code) == 3 && (code[0] == '2' || code[0] == '1')
}
