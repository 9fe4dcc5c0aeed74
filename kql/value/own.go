package value

import (
	"strings"
	"unsafe"
)

// Own returns v with copies of all its text, so that it keeps no record's
// bytes alive.
func (v Value) Own() Value {
	v.s = strings.Clone(v.s)
	if v.ref == nil {
		return v
	}
	n := &node{elems: make([]Value, len(v.ref.elems)), size: v.ref.size}
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

// Size is a rough number of bytes that v holds, for memory limits. What an array
// holds twice counts twice: a copy (Own) and its text do have it twice.
func (v Value) Size() int {
	size := headSize + len(v.s)
	if v.ref != nil {
		size += v.ref.size
	}
	return size
}

const (
	headSize = 48
	keySize  = 16
	// endless stands for all sizes that no memory holds, so that sums of them
	// do not run over.
	endless = 1 << 56
)

// weighed notes the size of a node whose content is there.
func (n *node) weighed() *node {
	for _, k := range n.keys {
		n.size += keySize + len(k)
	}
	for i := range n.elems {
		n.size = min(n.size+n.elems[i].Size(), endless)
	}
	return n
}

// IsPartOf says whether the text of v lies within that of another: it then takes
// no memory of its own.
func (v Value) IsPartOf(other Value) bool {
	if v.ref != nil || len(v.s) == 0 || len(v.s) > len(other.s) {
		return false
	}
	at, start := uintptr(unsafe.Pointer(unsafe.StringData(v.s))), uintptr(unsafe.Pointer(unsafe.StringData(other.s)))
	return at >= start && at < start+uintptr(len(other.s))
}
