package value

import (
	"encoding/binary"
	"errors"
)

// AppendBinary appends v to b in a form that ReadBinary reads: the same value,
// of the same type and kind.
func (v Value) AppendBinary(b []byte) []byte {
	b = append(b, byte(v.typ), byte(v.kind))
	switch v.kind {
	case Null:
		return b
	case KString, KGUID, KDecimal, JSON:
		return appendText(b, v.s)
	case Array, Bag:
		b = binary.AppendUvarint(b, uint64(len(v.ref.elems)))
		for i, e := range v.ref.elems {
			if v.kind == Bag {
				b = appendText(b, v.ref.keys[i])
			}
			b = e.AppendBinary(b)
		}
		return b
	}
	return binary.AppendVarint(b, v.n)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// ErrBinary says that bytes are not those of a value.
var ErrBinary = errors.New("these bytes are no value")

// maxNested bounds how deep values that are read may lie in one another.
const maxNested = 1000

// ReadBinary reads a value and returns what follows it. The value shares no
// memory with b.
func ReadBinary(b []byte) (v Value, rest []byte, err error) { return readBinary(b, maxNested) }

func readBinary(b []byte, depth int) (v Value, rest []byte, err error) {
	if len(b) < 2 || Type(b[0]) > Dynamic || depth == 0 {
		return v, b, ErrBinary
	}
	v.typ, v.kind, b = Type(b[0]), Kind(b[1]), b[2:]
	switch v.kind {
	case Null:
		return v, b, nil
	case KString, KGUID, KDecimal, JSON:
		v.s, b, err = readText(b)
		return v, b, err
	case KBool, KInt, KLong, KReal, KDateTime, KTimeSpan:
		n, size := binary.Varint(b)
		if size <= 0 {
			return v, b, ErrBinary
		}
		v.n = n
		return v, b[size:], nil
	case Array, Bag:
		v.ref, b, err = readNode(b, v.kind == Bag, depth-1)
		return v, b, err
	}
	return v, b, ErrBinary
}

func readNode(b []byte, keyed bool, depth int) (*node, []byte, error) {
	count, size := binary.Uvarint(b)
	// Each element takes two bytes at least.
	if size <= 0 || count > uint64(len(b)/2) {
		return nil, b, ErrBinary
	}
	b = b[size:]
	n := &node{elems: make([]Value, count)}
	if keyed {
		n.keys = make([]string, count)
	}
	var err error
	for i := range n.elems {
		if keyed {
			if n.keys[i], b, err = readText(b); err != nil {
				return nil, b, err
			}
		}
		if n.elems[i], b, err = readBinary(b, depth); err != nil {
			return nil, b, err
		}
	}
	return n.weighed(), b, nil
}

func readText(b []byte) (string, []byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", b, ErrBinary
	}
	return string(b[size : size+int(n)]), b[size+int(n):], nil
}
