package value

import "strings"

// Own returns v with copies of all its text, so that it keeps no record's
// bytes alive.
func (v Value) Own() Value {
	v.s = strings.Clone(v.s)
	if v.ref == nil {
		return v
	}
	n := &node{elems: make([]Value, len(v.ref.elems))}
	if v.ref.keys != nil {
		n.keys = make([]string, len(v.ref.keys))
	}
	for i, k := range v.ref.keys {
		n.keys[i] = strings.Clone(k)
	}
	for i, e := range v.ref.elems {
		n.elems[i] = e.Own()
	}
	v.ref = n
	return v
}

// Size is a rough number of bytes that v holds, for memory limits.
func (v Value) Size() int {
	size := 48 + len(v.s)
	if v.ref != nil {
		for _, k := range v.ref.keys {
			size += 16 + len(k)
		}
		for _, e := range v.ref.elems {
			size += e.Size()
		}
	}
	return size
}
