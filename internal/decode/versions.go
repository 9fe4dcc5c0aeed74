package decode

import (
	"math/bits"
	"strings"
)

// How many last versions of objects are kept, to tell what a whole update
// changed.
const (
	maxVersions     = 20_000
	maxVersionBytes = 24 << 20
)

// versions keeps the last known text of objects, the least recently used go
// first. Texts are copies, for a view would keep a whole block alive; their
// memory is used again.
type versions struct {
	seeds [2]hashKey
	byKey map[versionKey]int32 // places in list
	list  []version            // the first is no version: its next is the latest used, its last the oldest
	free  []int32
	spare [4 * 32][][]byte // memory of texts, by its class
	bytes int              // of all texts' memory
}

// A versionKey stands for an object. Two that have the same do not occur by
// chance, and whoever makes objects does not know the seeds.
type versionKey [2]uint64

type version struct {
	key        versionKey
	text       []byte
	last, next int32
}

func newVersions() *versions {
	return &versions{
		seeds: [2]hashKey{newHashKey(), newHashKey()},
		byKey: map[versionKey]int32{}, list: make([]version, 1, 64),
	}
}

func (v *versions) keyOf(cluster string, r *ref) versionKey {
	return v.keyIn(cluster, v.named(v.placeOf(r), r.name))
}

// placeOf stands for where an object is in a cluster, but its name.
func (v *versions) placeOf(r *ref) (place versionKey) {
	for i := range place {
		for _, part := range [...]string{r.group, r.resource, r.namespace} {
			place[i] = place[i]*fibonacci + v.seeds[i].text(part)
		}
	}
	return place
}

// named stands for the object of a name at a place, in whichever cluster.
func (v *versions) named(place versionKey, name string) (object versionKey) {
	for i := range object {
		object[i] = place[i]*fibonacci + v.seeds[i].text(name)
	}
	return object
}

// keyIn is the key of an object in a cluster.
func (v *versions) keyIn(cluster string, object versionKey) (key versionKey) {
	of := uint64(fibonacci) // what stands before the four parts of an object
	of *= of
	of *= of
	for i := range key {
		key[i] = v.seeds[i].text(cluster)*of + object[i]
	}
	return key
}

// get is a view of an object's text, good until the next put.
func (v *versions) get(key versionKey) string {
	at, ok := v.byKey[key]
	if !ok {
		return ""
	}
	v.unlink(at)
	v.link(at)
	return viewOf(v.list[at].text)
}

func (v *versions) has(key versionKey) bool {
	_, ok := v.byKey[key]
	return ok
}

func (v *versions) put(key versionKey, text string) {
	v.drop(key)
	if len(text) > maxVersionBytes/16 {
		return
	}
	class, room := memoryFor(len(text))
	for len(v.byKey) >= maxVersions || v.bytes+room > maxVersionBytes && len(v.byKey) > 0 {
		v.drop(v.list[v.list[0].last].key)
	}
	at := int32(len(v.list))
	if n := len(v.free); n > 0 {
		at, v.free = v.free[n-1], v.free[:n-1]
	} else {
		v.list = append(v.list, version{})
	}
	x := &v.list[at]
	x.key, x.text = key, append(v.memory(class, room), text...)
	v.byKey[key] = at
	v.link(at)
	v.bytes += cap(x.text)
}

// memoryFor is the size of the memory that a text is put into, four sizes from one
// power of two to the next, and the number of that size.
func memoryFor(size int) (class, room int) {
	size = max(size, 257)
	log := bits.Len(uint(size-1)) - 1
	quarter := 1 << log / 4
	n := (size - 1<<log + quarter - 1) / quarter
	return 4*log + n - 1, 1<<log + n*quarter
}

func (v *versions) memory(class, room int) []byte {
	spare := &v.spare[class]
	if n := len(*spare); n > 0 {
		b := (*spare)[n-1]
		*spare = (*spare)[:n-1]
		return b
	}
	return make([]byte, 0, room)
}

func (v *versions) drop(key versionKey) {
	at, ok := v.byKey[key]
	if !ok {
		return
	}
	v.unlink(at)
	delete(v.byKey, key)
	x := &v.list[at]
	v.bytes -= cap(x.text)
	// What is spare is soon used again, or it is let go.
	if class, _ := memoryFor(cap(x.text)); len(v.spare[class]) < maxSpare {
		v.spare[class] = append(v.spare[class], x.text[:0])
	}
	x.text = nil
	v.free = append(v.free, at)
}

// maxSpare is how many texts' memory of one size lies ready.
const maxSpare = 4

func (v *versions) unlink(at int32) {
	x := &v.list[at]
	v.list[x.last].next, v.list[x.next].last = x.next, x.last
}

func (v *versions) link(at int32) {
	x, head := &v.list[at], &v.list[0]
	x.last, x.next = 0, head.next
	v.list[head.next].last = at
	head.next = at
}

// noVersions are resources that change all the time and that no column is
// about.
var noVersions = map[string]bool{
	"events": true, "leases": true, "endpoints": true, "endpointslices": true,
	"tokenreviews": true, "subjectaccessreviews": true, "selfsubjectaccessreviews": true,
	"selfsubjectrulesreviews": true, "localsubjectaccessreviews": true, "selfsubjectreviews": true,
}

// follow remembers what an event's object r is now, and if the event is a row
// notes on it what the object was before.
func (v *versions) follow(cluster string, e *event, r ref, isRow bool) {
	verb := e.str(fVerb)
	if !shows(e, verb) || r.resource == "" || noVersions[r.resource] {
		return
	}
	key := v.keyOf(cluster, &r)
	look := isLook(verb, r.subresource)
	if look && (r.subresource != "" && r.subresource != "status" || v.has(key)) {
		return
	}
	if isRow && !look && (verb == "update" || verb == "patch") {
		e.prior = strings.Clone(v.get(key))
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
		r.name = str(firstIn(now, "metadata", "name"))
		key = v.keyOf(cluster, &r)
	}
	if now != "" && r.name != "" {
		v.put(key, now)
	}
}

// isLook says whether an event that shows an object is none of a change of it. A
// read, or the answer to a change of its status, shows the whole object too: the
// first look counts, later changes come by themselves.
func isLook(verb, subresource string) bool {
	return verb == "get" || subresource != "" && subresource != "ephemeralcontainers"
}

// shows says whether an event may tell an object's state.
func shows(e *event, verb string) bool {
	return changes(verb) || verb == "get" && e.raw(fResponse) != ""
}

func changes(verb string) bool {
	switch verb {
	case "create", "update", "patch", "delete":
		return true
	}
	return false
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
