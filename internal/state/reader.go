package state

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrDamaged says that what is read is no state, or not all of one.
var ErrDamaged = errors.New("the state is damaged or cut off")

// A Reader reads the fields that a Writer wrote, in their order. After the first
// error, which Err returns, all that it reads is nothing.
//
// Nothing that stands in a state makes it take more memory than a few times
// the state's size, as long as whoever reads lists appends what comes.
type Reader struct {
	in     *bufio.Reader
	body   bytes.Buffer // of the frame at hand
	frame  []byte       // what is not read of it
	number uint64
	ended  bool
	err    error
}

// NewReader begins to read a state.
func NewReader(in io.Reader) *Reader {
	s := &Reader{in: bufio.NewReader(in)}
	begin := make([]byte, len(magic))
	n, err := io.ReadFull(s.in, begin)
	name := magic[:strings.LastIndexByte(magic, ' ')+1]
	switch {
	case string(begin[:n]) == magic:
	case err != nil && err != io.EOF && err != io.ErrUnexpectedEOF:
		s.err = err
	case n < len(name) || string(begin[:len(name)]) != name:
		s.err = errors.New("this is no state of dogwatch")
	default:
		format, _, _ := strings.Cut(string(begin[len(name):n]), "\n")
		s.err = fmt.Errorf("the state has format %q, and this dogwatch reads format %q: begin anew, with another file", format, strings.TrimSpace(magic[len(name):]))
	}
	return s
}

// FieldsOf reads what Fields wrote.
func FieldsOf(fields []byte) *Reader { return &Reader{frame: fields, ended: true} }

// Err is what went wrong first.
func (s *Reader) Err() error { return s.err }

// Fail notes that what was read makes no sense; "" says no more than that.
func (s *Reader) Fail(why string) {
	switch {
	case s.err != nil:
	case why == "":
		s.err = ErrDamaged
	default:
		s.err = fmt.Errorf("%w: %s", ErrDamaged, why)
	}
}

// next makes sure that something of a frame is there.
func (s *Reader) next() bool {
	for s.err == nil && len(s.frame) == 0 {
		if s.ended {
			s.Fail("more was expected")
			break
		}
		s.read()
	}
	return s.err == nil
}

// read reads a frame.
func (s *Reader) read() {
	var head [frameHead]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		s.failed(err)
		return
	}
	size := binary.LittleEndian.Uint32(head[:])
	s.body.Reset() // what is not there takes no memory, whatever the length says
	if _, err := io.CopyN(&s.body, s.in, int64(size)); err != nil {
		s.failed(err)
		return
	}
	s.frame = s.body.Bytes()
	if checksum(s.number, s.frame) != binary.LittleEndian.Uint32(head[4:]) {
		s.frame = nil
		s.Fail("a checksum does not hold")
	}
	s.number++
	s.ended = size == 0
}

func (s *Reader) failed(err error) {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		s.Fail("it ends too early")
	} else {
		s.err = err
	}
}

// Int reads a number.
func (s *Reader) Int() int64 {
	if !s.next() {
		return 0
	}
	n, size := binary.Varint(s.frame)
	return n * int64(s.taken(size))
}

// Uint reads a number that is mostly small.
func (s *Reader) Uint() uint64 {
	if !s.next() {
		return 0
	}
	n, size := binary.Uvarint(s.frame)
	return n * uint64(s.taken(size))
}

// taken steps over a number of some bytes: 1 if there is one, else 0.
func (s *Reader) taken(size int) int {
	if size <= 0 {
		s.Fail("")
		return 0
	}
	s.frame = s.frame[size:]
	return 1
}

// Len reads how many of something follow. The number may be any: it is to be
// counted down while Err is nil, and nothing of that size is to be made.
func (s *Reader) Len() int {
	n := s.Uint()
	if n > 1<<40 {
		s.Fail("")
		return 0
	}
	return int(n)
}

// Word reads a number of which all bits are used.
func (s *Reader) Word() uint64 {
	if !s.next() {
		return 0
	}
	if len(s.frame) < 8 {
		s.Fail("")
		return 0
	}
	n := binary.LittleEndian.Uint64(s.frame)
	s.frame = s.frame[8:]
	return n
}

// Bool reads a truth.
func (s *Reader) Bool() bool {
	n := s.Uint()
	if n > 1 {
		s.Fail("")
	}
	return n == 1
}

// Text reads a text.
func (s *Reader) Text() string { return string(s.view()) }

// Bytes reads some bytes.
func (s *Reader) Bytes() []byte { return bytes.Clone(s.view()) }

// view is the next bytes, good until more is read.
func (s *Reader) view() []byte {
	n := s.Uint()
	if s.err != nil {
		return nil
	}
	if n > uint64(len(s.frame)) {
		s.Fail("")
		return nil
	}
	b := s.frame[:n]
	s.frame = s.frame[n:]
	return b
}

// Time reads a time.
func (s *Reader) Time() time.Time {
	seconds, nanos := s.Int(), s.Int()
	if nanos < 0 || nanos >= 1e9 {
		s.Fail("")
	}
	if s.err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, nanos).UTC()
}

// Close asks that all was read.
func (s *Reader) Close() error {
	for s.err == nil && !s.ended && len(s.frame) == 0 {
		s.read()
	}
	if len(s.frame) > 0 {
		s.Fail("there is more than was expected")
	}
	if s.err == nil && s.in != nil {
		if _, err := s.in.ReadByte(); err != io.EOF {
			s.Fail("something follows it")
		}
	}
	return s.err
}

// Body is the fields of a whole state, without its frames: for tests that change
// what a checksum would not let pass.
func Body(text []byte) (fields []byte, err error) {
	s := NewReader(bytes.NewReader(text))
	for s.err == nil && !s.ended {
		s.read()
		fields = append(fields, s.frame...)
	}
	return fields, s.err
}
