package exec

import (
	"hash/maphash"
	"math/bits"
	"math/rand/v2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// texts numbers different texts in the order in which they first came. Most are
// short: those of up to 16 bytes are told apart by two words, without a look at
// their bytes.
type texts struct {
	slots []textSlot // their count is a power of two
	all   []string
	own   value.Arena
	size  int // of all, for memory limits
}

type textSlot struct {
	head, tail uint64
	length     uint32
	code       uint32 // number + 1; 0: free
}

// Texts are chosen by whoever makes the logs: without a number that they do not
// know, they could choose those that meet in one slot.
var (
	textSeed  = maphash.MakeSeed()
	wordSeeds = [2]uint64{rand.Uint64(), rand.Uint64()}
)

// maxShort is how long a text is at most that two words tell from all others.
const maxShort = 16

func textHash(s string, head, tail uint64) uint64 {
	if len(s) > maxShort {
		return maphash.String(textSeed, s)
	}
	hi, lo := bits.Mul64(head^wordSeeds[0], tail^wordSeeds[1]^uint64(len(s)))
	return hi ^ lo
}

// find gives the number of a text, or the free slot that it would have.
func (t *texts) find(s string, head, tail, hash uint64) (code uint32, slot uint64) {
	mask := uint64(len(t.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		x := &t.slots[at]
		switch {
		case x.code == 0:
			return 0, at
		case x.head == head && x.tail == tail && int(x.length) == len(s) && (len(s) <= maxShort || t.all[x.code-1] == s):
			return x.code, at
		}
	}
}

// number gives the number of a text, a new one where it is new.
func (t *texts) number(s string) uint64 {
	if 4*len(t.all) >= 3*len(t.slots) {
		t.grow()
	}
	head, tail := value.Words(s)
	code, slot := t.find(s, head, tail, textHash(s, head, tail))
	if code > 0 {
		return uint64(code - 1)
	}
	t.all = append(t.all, t.own.Own(value.StringOf(s)).Str())
	t.size += len(s) + 64
	t.slots[slot] = textSlot{head, tail, uint32(len(s)), uint32(len(t.all))}
	return uint64(len(t.all) - 1)
}

// code is number when adding, else known.
func (t *texts) code(s string, adding bool) (code uint64, ok bool) {
	if adding {
		return t.number(s), true
	}
	return t.known(s)
}

// known gives the number of a text that has one.
func (t *texts) known(s string) (code uint64, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	head, tail := value.Words(s)
	n, _ := t.find(s, head, tail, textHash(s, head, tail))
	return uint64(n) - 1, n > 0
}

func (t *texts) grow() {
	t.slots = make([]textSlot, max(64, 2*len(t.slots)))
	for i, s := range t.all {
		head, tail := value.Words(s)
		_, slot := t.find(s, head, tail, textHash(s, head, tail))
		t.slots[slot] = textSlot{head, tail, uint32(len(s)), uint32(i + 1)}
	}
}
