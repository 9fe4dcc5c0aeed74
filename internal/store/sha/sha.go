// Package sha sums many messages with SHA-256, sixteen of them at once where
// the machine can. It stands below the store, which sums every record that it
// keeps: on machines without instructions for SHA-256 that is most of what
// keeping them costs otherwise.
package sha

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"unsafe"
)

// A Sum is the SHA-256 of a message.
type Sum = [sha256.Size]byte

const (
	lanes     = 16
	blockSize = sha256.BlockSize
	// long is what is summed by itself: the others' lanes would wait for it.
	long = 64 << 10
	// enough messages make more of a lane each than they cost.
	enough = 4
	// keptText is how much memory stays for the next messages.
	keptText = 4 << 20
)

var initial = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// A Start is a text that messages start with, and what it amounts to.
type Start struct {
	text  []byte
	state [8]uint32
}

// StartOf makes whole blocks of a text, with zeros at its end. What is summed is
// all of that.
func StartOf(text string) *Start {
	s := &Start{text: make([]byte, (len(text)+blockSize-1)/blockSize*blockSize), state: initial}
	copy(s.text, text)
	if !together || len(s.text) == 0 {
		return s
	}
	var p places
	blocks := len(s.text) / blockSize
	for l := range lanes {
		p.at[l], p.then[l] = &s.text[0], &s.text[0]
	}
	p.left[0] = uint32(blocks)
	var state [8][lanes]uint32
	for k, v := range initial {
		state[k][0] = v
	}
	blocks16(&state, &p, blocks)
	for k := range s.state {
		s.state[k] = state[k][0]
	}
	return s
}

var noStart = &Start{state: initial}

// Many is messages to be summed together. The zero value is ready. A message may
// begin with Begin; what is appended to Text follows, and End ends it.
type Many struct {
	Text     []byte
	start    *Start
	body     string // of the message at hand, without the part that is in Text
	from     int    // where the rest of the message at hand is
	messages []message
	order    []int32
	counts   []int32
	one      hash.Hash
}

// A message is a start, whole blocks of a body, and what of Text is from from on:
// a rest of size bytes with its padding.
type message struct {
	start  *Start
	body   string
	from   int
	size   int
	blocks int // of body and rest
}

// Len is how many messages there are.
func (m *Many) Len() int { return len(m.messages) }

// Begin begins a message with a start, or nil, and a body, which must stay as it
// is until the messages are summed: it is not copied.
func (m *Many) Begin(start *Start, body string) {
	whole := len(body) / blockSize * blockSize
	m.start, m.body = start, body[:whole]
	m.Text = append(m.Text, body[whole:]...)
}

// End ends a message.
func (m *Many) End() {
	g := message{start: m.start, body: m.body, from: m.from, size: len(m.Text) - m.from}
	if g.start == nil {
		g.start = noStart
	}
	blocks := (g.size + 8 + blockSize) / blockSize
	g.blocks = len(g.body)/blockSize + blocks
	m.messages = append(m.messages, g)
	var padding [2 * blockSize]byte
	padding[0] = 0x80
	end := padding[:blocks*blockSize-g.size]
	binary.BigEndian.PutUint64(end[len(end)-8:], uint64(len(g.start.text)+len(g.body)+g.size)*8)
	m.Text = append(m.Text, end...)
	m.start, m.body, m.from = nil, "", len(m.Text)
}

// Sums appends the messages' sums, in their order, and forgets the messages.
func (m *Many) Sums(out []Sum) []Sum {
	at := len(out)
	out = slices.Grow(out, len(m.messages))[:at+len(m.messages)]
	m.sort()
	for order := m.order; len(order) > 0; {
		n := min(len(order), lanes)
		m.sixteen(order[:n], out[at:])
		order = order[n:]
	}
	clear(m.messages) // their bodies are let go
	m.Text, m.messages, m.from = m.Text[:0], m.messages[:0], 0
	if cap(m.Text) > keptText {
		m.Text = nil
	}
	return out
}

// sort orders messages by their length, for those that are summed together to
// end at about the same time. The long ones come last.
func (m *Many) sort() {
	const most = long/blockSize + 2
	m.counts = slices.Grow(m.counts[:0], most+1)[:most+1]
	clear(m.counts)
	for i := range m.messages {
		m.counts[min(m.messages[i].blocks, most)]++
	}
	at := int32(0)
	for i, n := range m.counts {
		m.counts[i] = at
		at += n
	}
	m.order = slices.Grow(m.order[:0], len(m.messages))[:len(m.messages)]
	for i := range m.messages {
		to := &m.counts[min(m.messages[i].blocks, most)]
		m.order[*to] = int32(i)
		*to++
	}
}

// sixteen sums at most so many messages. Their last is the longest.
func (m *Many) sixteen(order []int32, out []Sum) {
	if !together || len(order) < enough {
		for _, i := range order {
			m.alone(&m.messages[i], &out[i])
		}
		return
	}
	if last := order[len(order)-1]; m.messages[last].blocks*blockSize > long {
		m.alone(&m.messages[last], &out[last])
		m.sixteen(order[:len(order)-1], out)
		return
	}
	m.together(order, out)
}

// alone sums one message.
func (m *Many) alone(g *message, out *Sum) {
	if m.one == nil {
		m.one = sha256.New()
	}
	m.one.Reset()
	m.one.Write(g.start.text)
	m.one.Write(bytesOf(g.body))
	m.one.Write(m.Text[g.from : g.from+g.size])
	m.one.Sum(out[:0])
}

func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// places is where the blocks of messages are.
type places struct {
	at     [lanes]*byte  // it goes from block to block, and never beyond the last
	then   [lanes]*byte  // where they go on
	before [lanes]uint32 // blocks that come before that
	left   [lanes]uint32 // blocks of each; 0: there is no message
}

// together sums messages with a lane each.
func (m *Many) together(order []int32, out []Sum) {
	var state [8][lanes]uint32
	var p places
	for l := range lanes {
		// A lane without a message reads one that is there, for nothing.
		g := &m.messages[order[min(l, len(order)-1)]]
		p.then[l] = &m.Text[g.from]
		if p.at[l] = p.then[l]; len(g.body) > 0 {
			p.at[l], p.before[l] = unsafe.StringData(g.body), uint32(len(g.body)/blockSize)
		}
		if l < len(order) {
			p.left[l] = uint32(g.blocks)
		}
		for k, v := range g.start.state {
			state[k][l] = v
		}
	}
	blocks16(&state, &p, m.messages[order[len(order)-1]].blocks)
	for l, i := range order {
		for k := range initial {
			binary.BigEndian.PutUint32(out[i][4*k:], state[k][l])
		}
	}
}
