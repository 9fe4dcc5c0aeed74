package decode

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A change is what a request set, in the object's shape.
type change struct {
	set     value.Value
	kind    string   // full, merge, strategic, apply, jsonpatch
	removed []string // JSON pointers
	partial bool     // some of it could not be worked out
}

// changeOf works out what a create, update or patch set.
func (r *record) changeOf() change {
	switch r.verb() {
	case "create":
		if body := r.bodyOrObject(); body.IsBag() {
			return change{set: body, kind: "full"}
		}
	case "update":
		return r.sincePrior(r.bodyOrObject, "full")
	case "patch":
		body := r.body()
		switch {
		case body.IsArray():
			return patchChange(body, r.theObject())
		case body.IsBag() && isApply(body):
			return r.sincePrior(r.body, "apply")
		case body.IsBag():
			return fragmentChange(body)
		}
	}
	return noChange
}

var noChange = change{set: value.NullOf(value.Dynamic)}

func (r *record) body() value.Value { return dynamic(r.event.raw(fRequest)) }

func (r *record) bodyOrObject() value.Value {
	if body := r.body(); body.IsBag() {
		return body
	}
	return r.theObject()
}

// isApply tells an applied configuration from a merge patch: it must say what
// it is.
func isApply(body value.Value) bool {
	return !body.Get("kind").IsNull() && !body.Get("apiVersion").IsNull() && !body.Get("metadata").Get("name").IsNull()
}

// sincePrior reduces a whole object to what differs from its last version, if
// that is known and of the same object; else as far as the response tells. Where
// the response shows the object, what was sent does not matter.
func (r *record) sincePrior(sent func() value.Value, kind string) change {
	e, object := &r.event, r.theObject()
	known := isObject(e.prior) && (!object.IsBag() || isSame(e.prior, object.Str()))
	if known && object.IsBag() {
		set, removed := diff(value.JSONOf(e.prior), object, false)
		return change{set: set, kind: kind, removed: removed}
	}
	body := sent()
	switch {
	case !body.IsBag():
		return noChange
	case !known:
		return change{set: withoutUnchanged(e, r.theRef(), body, object), kind: kind}
	}
	// Without a response only what the request names can be compared: what it
	// leaves out may be a default.
	set, _ := diff(value.JSONOf(e.prior), body, true)
	return change{set: set, kind: kind}
}

// isSame says whether two versions are of one object, and not of two that had
// its name one after the other.
func isSame(old, now string) bool {
	return firstIn(old, "metadata", "uid") == firstIn(now, "metadata", "uid")
}

// fragmentChange reads a merge or strategic merge patch: nulls and directives
// remove, the rest is set.
func fragmentChange(body value.Value) change {
	c := change{kind: "merge"}
	if setsAll(body) {
		c.set = body
	} else {
		c.set = c.fragment(body, "", 0)
	}
	return c
}

// setsAll says whether a patch has neither nulls nor directives, as most have
// not: then it is what it sets. It says no where that is not easily seen.
func setsAll(body value.Value) bool {
	text := body.Str()
	return !strings.Contains(text, "null") && !strings.Contains(text, "$") && !strings.Contains(text, `\u`) &&
		strings.Count(text, "{")+strings.Count(text, "[") <= deepest
}

// deepest is how far down changes are followed. No real object goes there.
const deepest = 100

func (c *change) fragment(v value.Value, at string, depth int) value.Value {
	if depth > deepest {
		c.partial = true
		return value.NullOf(value.Dynamic)
	}
	switch {
	case v.IsArray():
		return c.fragmentArray(v, at, depth)
	case v.IsBag():
		return c.fragmentBag(v, at, depth)
	}
	return v
}

func (c *change) fragmentBag(v value.Value, at string, depth int) value.Value {
	var keys []string
	var elems []value.Value
	names, members := v.Members()
	for i, name := range names {
		switch m := members[i]; {
		case isDirective(name):
			c.kind = "strategic"
		case m.IsNull():
			c.removed = append(c.removed, at+"/"+escapePointer(name))
		default:
			keys = append(keys, name)
			elems = append(elems, c.fragment(m, at+"/"+escapePointer(name), depth+1))
		}
	}
	return value.BagOf(keys, elems)
}

func (c *change) fragmentArray(v value.Value, at string, depth int) value.Value {
	kept := []value.Value{}
	for _, e := range v.Elems() {
		if e.IsBag() && e.Get("$patch").Str() == "delete" {
			c.kind = "strategic"
			c.removed = append(c.removed, at+"/"+escapePointer(mergeName(e)))
			continue
		}
		kept = append(kept, c.fragment(e, at, depth+1))
	}
	return value.ArrayOf(kept)
}

func isDirective(name string) bool {
	return name == "$patch" || name == "$retainKeys" ||
		strings.HasPrefix(name, "$setElementOrder/") || strings.HasPrefix(name, "$deleteFromPrimitiveList/")
}

// mergeName is what an element of a list is known by.
func mergeName(e value.Value) string {
	for _, key := range []string{"name", "mountPath", "containerPort", "port", "key", "uid", "ip"} {
		if v := e.Get(key); !v.IsNull() {
			return v.String()
		}
	}
	return "-"
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return pointerEscapes.Replace(name)
}

// unsure says whether a change is a whole object of which it is not known what
// is new. An object that is known before is reduced to what differs, and that
// is not its kind.
func (c *change) unsure() bool {
	return (c.kind == "full" || c.kind == "apply") && c.set.Get("kind").Str() != ""
}

func (r *record) changeUnsure() bool {
	return r.verb() != "create" && r.code().Int() != 201 && r.theChange().unsure()
}
