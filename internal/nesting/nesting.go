// Package nesting finds where arrays and objects end in JSON text, without a look
// at what they hold.
package nesting

import "unsafe"

// A State is how far one has come in a value: it is the same for the machine's
// vector instructions and for plain Go.
type State struct {
	escaped  uint64 // 1: the next byte is
	inText   uint64 // all ones or 0
	depth    uint64
	isBroken uint64 // not 0: there was a stop, or a backslash outside a text
	stop     uint64 // in each byte
	inner    uint64 // bits 0 and 1: the next byte, and the one behind it, are escaped in a value that is

	isEscaped bool // the value stands in a text
}

// BlockBytes is how many bytes are looked at at once.
const BlockBytes = 64

// Open returns the State behind the bracket that opens a value. Nothing counts
// from a byte stop on.
func Open(stop byte) State { return State{depth: 1, stop: uint64(stop) * 0x0101010101010101} }

// OpenEscaped is Open for a value that stands in a text of JSON, as a quote of which
// has a backslash before it there. The value is not followed where the text ends, or
// has an escape other than \" and \\.
func OpenEscaped(stop byte) State {
	s := Open(stop)
	s.isEscaped = true
	return s
}

// Broken says, where no end was found, that the value is not to be followed
// further: there was a stop, or a backslash outside a text, which is no JSON.
func (s *State) Broken() bool { return s.isBroken != 0 }

// Depth is how many brackets are open.
func (s *State) Depth() int { return int(s.depth) }

// InText says whether the next byte stands in a text, and whether it is escaped
// there.
func (s *State) InText() (in, escaped bool) { return s.inText != 0, s.escaped != 0 }

// End returns the place in text behind the bracket that closes the value; -1 if it
// does not stand there. The text goes on where the one of the last call ended; it
// is whole blocks.
func (s *State) End(text string) int {
	return s.endBy(best, text)
}

// vectors are the machine's instructions for many bytes at once.
type vectors int

const (
	none vectors = iota
	avx2
	avx512 // as processors have it that lose no speed by it
)

// endBy is End by some of the instructions that the machine has.
func (s *State) endBy(v vectors, text string) int {
	if len(text) < BlockBytes {
		v = none
	}
	p, blocks := unsafe.StringData(text), len(text)/BlockBytes
	switch {
	case v == avx512 && s.isEscaped:
		return escapedAVX512(p, blocks, s)
	case v == avx512:
		return nestedAVX512(p, blocks, s)
	case v == avx2 && s.isEscaped:
		return escapedAVX2(p, blocks, s)
	case v == avx2:
		return nestedAVX2(p, blocks, s)
	case s.isEscaped:
		return s.plainEscaped(text)
	}
	return s.plain(text)
}

// plain is End without vector instructions.
func (s *State) plain(text string) int {
	for i := range len(text) {
		c, escaped := text[i], s.escaped != 0
		s.escaped = 0
		switch {
		case c == byte(s.stop):
			s.isBroken = 1
			return -1
		case c == '\\':
			if s.inText == 0 {
				s.isBroken = 1
				return -1
			}
			if !escaped {
				s.escaped = 1
			}
		case c == '"':
			if !escaped {
				s.inText = ^s.inText
			}
		case s.inText == 0 && s.closes(c):
			return i + 1
		}
	}
	return -1
}

// plainEscaped is plain for a value that stands in a text.
func (s *State) plainEscaped(text string) int {
	for i := range len(text) {
		c, escaped, inner := text[i], s.escaped != 0, s.inner&1 != 0
		s.escaped, s.inner = 0, s.inner>>1
		switch {
		case c == byte(s.stop), escaped && c != '"' && c != '\\', !escaped && c == '"', escaped && c == '\\' && s.inText == 0:
			s.isBroken = 1
			return -1
		case escaped && inner:
		case escaped && c == '"':
			s.inText = ^s.inText
		case escaped:
			s.inner |= 2
		case c == '\\':
			s.escaped = 1
		case s.inText == 0 && s.closes(c):
			return i + 1
		}
	}
	return -1
}

// closes counts a bracket outside of texts, and says whether it closes the value.
func (s *State) closes(c byte) bool {
	switch c {
	case '{', '[':
		s.depth++
	case '}', ']':
		s.depth--
		return s.depth == 0
	}
	return false
}
