package wal

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
	"unsafe"
)

// A Frame is memory for a payload that is to be written.
type Frame struct {
	// text is what stands before the payload, the payload, and bytes of zero up
	// to a whole sector where it may be written past the cache.
	text []byte
	size int // of the payload
}

const (
	// large is what is not worth copying to be written with its neighbours.
	large = 64 << 10
	// past is what is written past the system's cache, where that goes: the log
	// is not read again as a rule, and to put it there costs more than to write
	// it.
	past = 256 << 10
	// sector is what such a write starts at and fills. It is a page's size too,
	// for the cache may hold what stands before.
	sector = 4096
)

// NewFrame makes a frame of a payload of some size, which is to be filled in.
func NewFrame(size int) *Frame {
	whole := frameHead + size
	if size >= past {
		whole = roundUp(whole)
	}
	// A Builder does not clear its memory first, which for all that is kept
	// would be a pass more.
	var b strings.Builder
	b.Grow(whole)
	b.WriteByte(0)
	f := &Frame{unsafe.Slice(unsafe.StringData(b.String()), whole), size}
	clear(f.text[frameHead+size:])
	return f
}

// FrameOf is the frame of a copy of a payload.
func FrameOf(payload []byte) *Frame {
	f := NewFrame(len(payload))
	copy(f.Payload(), payload)
	return f
}

func roundUp(n int) int { return (n + sector - 1) / sector * sector }

func isAligned(b []byte) bool { return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%sector == 0 }

// Payload is what the frame holds.
func (f *Frame) Payload() []byte { return f.text[frameHead : frameHead+f.size : frameHead+f.size] }

// seal writes what stands before the payload.
func (f *Frame) seal() {
	binary.LittleEndian.PutUint32(f.text[0:], mark)
	binary.LittleEndian.PutUint32(f.text[4:], uint32(f.size))
	binary.LittleEndian.PutUint32(f.text[8:], checksum(f.text[4:8], f.Payload()))
}

func checksum(length, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, payload)
}
