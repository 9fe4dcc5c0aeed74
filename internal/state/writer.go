package state

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"time"
)

const (
	// magic begins a state. Its number is that of the format: whoever changes
	// what is written, or what it means, counts it up.
	magic = "dogwatch state 2\n"
	// frameSize is how many bytes a frame has about. One field is never parted.
	frameSize = 64 << 10
	// frameHead is a frame's length and checksum.
	frameHead = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Writer writes fields one after another. The first error stays, and is
// returned by Close.
type Writer struct {
	w      io.Writer
	frame  []byte // the one at hand, with room for its head
	number uint64 // of frames
	err    error
}

// NewWriter begins a state.
func NewWriter(w io.Writer) *Writer {
	s := &Writer{w: w, frame: make([]byte, frameHead, frameSize+frameSize/4)}
	_, s.err = io.WriteString(w, magic)
	return s
}

// Fields are what write writes, by themselves: to be one field of a state that
// who does not know what it is can step over.
func Fields(write func(*Writer)) []byte {
	var s Writer
	write(&s)
	return s.frame
}

// Int writes a number.
func (s *Writer) Int(n int64) { s.frame = binary.AppendVarint(s.frame, n); s.full() }

// Uint writes a number that is mostly small.
func (s *Writer) Uint(n uint64) { s.frame = binary.AppendUvarint(s.frame, n); s.full() }

// Len writes how many of something follow.
func (s *Writer) Len(n int) { s.Uint(uint64(n)) }

// Word writes a number of which all bits are used.
func (s *Writer) Word(n uint64) { s.frame = binary.LittleEndian.AppendUint64(s.frame, n); s.full() }

// Bool writes a truth.
func (s *Writer) Bool(b bool) {
	n := uint64(0)
	if b {
		n = 1
	}
	s.Uint(n)
}

// Text writes a text.
func (s *Writer) Text(t string) {
	s.frame = append(binary.AppendUvarint(s.frame, uint64(len(t))), t...)
	s.full()
}

// Bytes writes some bytes.
func (s *Writer) Bytes(b []byte) {
	s.frame = append(binary.AppendUvarint(s.frame, uint64(len(b))), b...)
	s.full()
}

// Raw writes fields that Body gave.
func (s *Writer) Raw(fields []byte) { s.frame = append(s.frame, fields...); s.full() }

// Time writes a time, which is read back in UTC.
func (s *Writer) Time(t time.Time) {
	s.Int(t.Unix())
	s.Int(int64(t.Nanosecond()))
}

// full ends the frame at hand when it is long enough.
func (s *Writer) full() {
	if s.w != nil && len(s.frame) >= frameHead+frameSize {
		s.end()
	}
}

// end writes the frame at hand. Its checksum is over its number too: frames
// that are left out or change places are found.
func (s *Writer) end() {
	body := s.frame[frameHead:]
	binary.LittleEndian.PutUint32(s.frame, uint32(len(body)))
	binary.LittleEndian.PutUint32(s.frame[4:], checksum(s.number, body))
	if s.err == nil {
		_, s.err = s.w.Write(s.frame)
	}
	s.number++
	s.frame = s.frame[:frameHead]
}

func checksum(number uint64, body []byte) uint32 {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], number)
	return crc32.Update(crc32.Checksum(n[:], castagnoli), castagnoli, body)
}

// Close ends the state: an empty frame says that nothing is missing.
func (s *Writer) Close() error {
	if len(s.frame) > frameHead {
		s.end()
	}
	s.end()
	return s.err
}
