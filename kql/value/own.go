package value

import (
	"encoding/binary"
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

// An Arena owns many short texts: they lie one behind another, and are given
// back when none of them is used any more.
type Arena struct {
	free  []byte
	block int // size of the last one
}

const (
	arenaFirst = 2 << 10 // many own a few texts only
	arenaBlock = 64 << 10
	arenaText  = 1 << 10 // longer texts have memory of their own
)

// Own is v.Own() with its text in the arena.
func (a *Arena) Own(v Value) Value {
	if v.ref != nil || len(v.s) > arenaText {
		return v.Own()
	}
	n := len(v.s)
	if n == 0 {
		v.s = ""
		return v
	}
	if n > len(a.free) {
		a.block = min(max(2*a.block, arenaFirst), arenaBlock)
		a.free = make([]byte, a.block)
	}
	copy(a.free, v.s)
	v.s = unsafe.String(&a.free[0], n)
	a.free = a.free[n:]
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

// Words are a text as two numbers: texts of one length of at most 16 bytes have
// the same only if they are the same, of longer ones they are the ends.
func Words(s string) (head, tail uint64) {
	p := unsafe.Pointer(unsafe.StringData(s))
	n := uintptr(len(s))
	switch {
	case n >= 8:
		return word64(p), word64(unsafe.Add(p, n-8))
	case n >= 4:
		return word32(p), word32(unsafe.Add(p, n-4))
	case n > 0:
		return uint64(s[0])<<16 | uint64(s[n/2])<<8 | uint64(s[n-1]), 0
	}
	return 0, 0
}

func word64(p unsafe.Pointer) uint64 { return binary.LittleEndian.Uint64((*[8]byte)(p)[:]) }
func word32(p unsafe.Pointer) uint64 { return uint64(binary.LittleEndian.Uint32((*[4]byte)(p)[:])) }
