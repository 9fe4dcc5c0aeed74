package decode

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A JSON patch is a list of operations on paths. It is brought into the shape
// of the object: the value of each operation is put where its path leads.
// Elements of lists that no operation names are left out, and an element is
// given its name from the response where that is known.

// maxOperations bounds the work; the API server takes at most 10,000.
const maxOperations = 10_000

func patchChange(ops, object value.Value) change {
	c := change{kind: "jsonpatch"}
	root := &patchNode{}
	for i, op := range ops.Elems() {
		if i == maxOperations {
			c.partial = true
			break
		}
		c.operation(root, op, object)
	}
	c.set = root.value(object)
	return c
}

func (c *change) operation(root *patchNode, op, object value.Value) {
	at := op.Get("path").Str()
	name := op.Get("op").Str()
	if (name == "add" || name == "replace") && !op.Has("value") { // cut off
		c.partial = true
		return
	}
	switch name {
	case "add":
		c.place(root, at, op.Get("value"), object, true)
	case "replace":
		c.place(root, at, op.Get("value"), object, false)
	case "remove":
		c.removed = append(c.removed, at)
	case "move":
		c.removed = append(c.removed, op.Get("from").Str())
		c.copied(root, at, object)
	case "copy":
		c.copied(root, at, object)
	}
}

// copied takes from the response what came to stand at a path.
func (c *change) copied(root *patchNode, at string, object value.Value) {
	v, ok := follow(object, pointerParts(at))
	if !ok {
		c.partial = true
		return
	}
	c.place(root, at, v, object, true)
}

func (c *change) place(root *patchNode, at string, v, object value.Value, insert bool) {
	parts := pointerParts(at)
	if len(parts) > deepest || len(parts) == 0 && !v.IsBag() {
		c.partial = true
		return
	}
	n := root
	for i, part := range parts {
		n = n.child(part, insert && i == len(parts)-1 && isPosition(part) && !object.IsBag())
		object = step(object, part)
	}
	n.set, n.isSet, n.keys, n.under = v, true, nil, nil
}

// pointerParts splits a JSON pointer.
func pointerParts(p string) []string {
	p = strings.TrimPrefix(p, "/")
	if p == "" {
		return nil
	}
	parts := strings.Split(p, "/")
	for i, s := range parts {
		if strings.IndexByte(s, '~') >= 0 {
			parts[i] = strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
		}
	}
	return parts
}

// follow goes down a path; the end of a list, "-", is its last element.
func follow(v value.Value, parts []string) (value.Value, bool) {
	for _, p := range parts {
		if v = step(v, p); v.IsNull() {
			return v, false
		}
	}
	return v, !v.IsNull()
}

func step(v value.Value, part string) value.Value {
	if !v.IsArray() {
		return v.Get(part)
	}
	if part == "-" {
		return v.At(-1)
	}
	if i, ok := index(part); ok {
		return v.At(i)
	}
	return value.NullOf(value.Dynamic)
}

// isPosition says whether a part may be a place in a list. Adding there keeps
// what was there before.
func isPosition(part string) bool {
	_, ok := index(part)
	return ok || part == "-"
}

func index(part string) (int, bool) {
	i, err := strconv.Atoi(part)
	return i, err == nil && i >= 0 && (part == "0" || part[0] != '0')
}

// A patchNode is a place that operations lead to or through.
type patchNode struct {
	set   value.Value
	isSet bool
	keys  []string
	under []*patchNode
}

func (n *patchNode) child(part string, insert bool) *patchNode {
	if n.isSet { // an operation inside of what an earlier one set
		n.open()
	}
	for i := len(n.keys) - 1; i >= 0 && !insert; i-- {
		if n.keys[i] == part {
			return n.under[i]
		}
	}
	c := &patchNode{}
	n.keys, n.under = append(n.keys, part), append(n.under, c)
	return c
}

// open turns a value that was set into nodes.
func (n *patchNode) open() {
	n.isSet = false
	if n.set.IsArray() {
		for i, e := range n.set.Elems() {
			n.keys = append(n.keys, strconv.Itoa(i))
			n.under = append(n.under, &patchNode{set: e, isSet: true})
		}
		return
	}
	names, members := n.set.Members()
	for i, name := range names {
		n.keys = append(n.keys, name)
		n.under = append(n.under, &patchNode{set: members[i], isSet: true})
	}
}

// value puts together what the operations set. object is what the response
// shows at this place: it tells lists from bags, and names elements.
func (n *patchNode) value(object value.Value) value.Value {
	if n.isSet {
		return n.set
	}
	if n.isList(object) {
		return n.list(object)
	}
	keys, elems := n.keys[:0:0], make([]value.Value, 0, len(n.under))
	for i, u := range n.under {
		v := u.value(object.Get(n.keys[i]))
		if at := slices.Index(keys, n.keys[i]); at >= 0 {
			elems[at] = v
			continue
		}
		keys, elems = append(keys, n.keys[i]), append(elems, v)
	}
	return value.BagOf(keys, elems)
}

func (n *patchNode) isList(object value.Value) bool {
	if object.IsArray() {
		return true
	}
	if object.IsBag() || len(n.keys) == 0 {
		return false
	}
	for _, k := range n.keys {
		if !isPosition(k) {
			return false
		}
	}
	return true
}

func (n *patchNode) list(object value.Value) value.Value {
	elems := make([]value.Value, len(n.under))
	for i, u := range n.under {
		now := step(object, n.keys[i])
		if elems[i] = u.value(now); u.isSet || !elems[i].IsBag() || elems[i].Len() == 0 {
			continue
		}
		if name := now.Get("name"); !name.IsNull() {
			elems[i] = withName(elems[i], name)
		}
	}
	return value.ArrayOf(elems)
}
