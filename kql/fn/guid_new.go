package fn

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// newGUID is a random guid as RFC 9562 has it, version 4.
func newGUID(*Context, []value.Value) value.Value {
	var b [16]byte
	rand.Read(b[:]) // never fails: the runtime ends the process instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	g, _ := value.ParseGUID(hex.EncodeToString(b[:]))
	return value.GUIDOf(g)
}
