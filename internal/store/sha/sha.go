// Package sha sums many messages with SHA-256, sixteen of them at once where
// the machine can. It stands below the store, which sums every record that it
// keeps: on machines without instructions for SHA-256 that is most of what
// keeping them costs otherwise.
package sha

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
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
	// farthest is where a lane's message may start: offsets have 31 bits.
	farthest = 1 << 30
	// keptText is how much memory stays for the next messages.
	keptText = 4 << 20
)

// Many is messages to be summed together. The zero value is ready. A message is
// appended to Text, and ended with End.
type Many struct {
	Text     []byte
	from     int // where the message at hand starts
	messages []message
	order    []int
}

// A message with its padding, in Text.
type message struct{ from, size, blocks int }

// Len is how many messages there are.
func (m *Many) Len() int { return len(m.messages) }

// End ends a message.
func (m *Many) End() {
	size := len(m.Text) - m.from
	blocks := (size + 8 + blockSize) / blockSize
	m.messages = append(m.messages, message{m.from, size, blocks})
	var padding [2 * blockSize]byte
	padding[0] = 0x80
	end := padding[:blocks*blockSize-size]
	binary.BigEndian.PutUint64(end[len(end)-8:], uint64(size)*8)
	m.Text = append(m.Text, end...)
	m.from = len(m.Text)
}

// Sums appends the messages' sums, in their order, and forgets the messages.
func (m *Many) Sums(out []Sum) []Sum {
	at := len(out)
	out = slices.Grow(out, len(m.messages))[:at+len(m.messages)]
	m.order = m.order[:0]
	for i, g := range m.messages {
		if hasAVX512 && g.size <= long && g.from < farthest && len(m.messages) >= enough {
			m.order = append(m.order, i)
			continue
		}
		out[at+i] = sha256.Sum256(m.Text[g.from : g.from+g.size])
	}
	m.together(out[at:])
	m.Text, m.messages, m.from = m.Text[:0], m.messages[:0], 0
	if cap(m.Text) > keptText {
		m.Text = nil
	}
	return out
}

var initial = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// A lane is a message that is being summed.
type lane struct{ message, left int }

// together sums the messages in order with a lane each. The longest come first,
// so that all lanes end at about the same time.
func (m *Many) together(out []Sum) {
	slices.SortFunc(m.order, func(a, b int) int { return cmp.Compare(m.messages[b].blocks, m.messages[a].blocks) })
	var state [8][lanes]uint32
	var offsets [lanes]uint32
	var now [lanes]lane
	next, busy := 0, 0
	fill := func(l int) {
		if next == len(m.order) {
			// Its lane goes on with anything that can be read.
			now[l], offsets[l] = lane{-1, 0}, 0
			return
		}
		i := m.order[next]
		next++
		busy++
		now[l], offsets[l] = lane{i, m.messages[i].blocks}, uint32(m.messages[i].from)
		for k, v := range initial {
			state[k][l] = v
		}
	}
	for l := range now {
		fill(l)
	}
	for busy > 0 {
		n := shortest(&now)
		blocks16(&state, &m.Text[0], &offsets, n)
		for l := range now {
			if now[l].message < 0 {
				continue
			}
			offsets[l] += uint32(n) * blockSize
			if now[l].left -= n; now[l].left == 0 {
				for k := range initial {
					binary.BigEndian.PutUint32(out[now[l].message][4*k:], state[k][l])
				}
				busy--
				fill(l)
			}
		}
	}
}

// shortest is for how many blocks no lane ends.
func shortest(now *[lanes]lane) int {
	n := 0
	for _, l := range now {
		if l.message >= 0 && (n == 0 || l.left < n) {
			n = l.left
		}
	}
	return n
}
