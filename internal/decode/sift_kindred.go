package decode

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// A kindred is what events have in common that are alike in all that the sieve
// judges: nearly every event is of one that was met before.
type kindred struct {
	key           string
	deed, pairing int32
	judged        bool
	any           bool       // there are rules in set
	pathed        bool       // deed is of address
	odd           bool       // no rule is to be left out
	open          bool       // it is of a kind of request that stays open
	shows         bool       // it may tell what an object is
	looks         bool       // that matters where nothing was known of the object
	stage         string     // "" for what is none
	verb          uint64     // stands for the verb
	place         versionKey // stands for where the object is, but the cluster

	need wordSet          // those whose standing in bodies matters to some of set
	set  dogwatch.RuleSet // those that may care for such events
	said *said            // if there are any
	hash uint64           // of key
}

// kindreds finds an event's kindred again.
type kindreds struct {
	seed  maphash.Seed
	slots []kindredSlot // by hash; open addressing
	count int
	free  []kindred
	bytes int // of keys
	key   []byte
}

// A kindredSlot has a part of the hash of the kindred's key.
type kindredSlot struct {
	part uint32
	*kindred
}

// kindredBlock is for how many kindreds memory is taken at once.
const kindredBlock = 64

func newKindreds() kindreds {
	return kindreds{seed: maphash.MakeSeed(), slots: make([]kindredSlot, 1024)}
}

// find is the kindred of a key; isNew says that it was made for it.
func (x *kindreds) find(key string) (k *kindred, isNew bool) {
	hash := maphash.String(x.seed, key)
	at := x.slot(hash, key)
	if k := x.slots[at].kindred; k != nil {
		return k, false
	}
	if len(x.free) == 0 {
		x.free = make([]kindred, kindredBlock)
	}
	k, x.free = &x.free[0], x.free[1:]
	k.key, k.hash = strings.Clone(key), hash
	x.slots[at] = kindredSlot{uint32(hash >> 32), k}
	x.bytes += len(key)
	if x.count++; 2*x.count > len(x.slots) {
		x.grow()
	}
	return k, true
}

// slot is where the kindred of a key is, or is to be put.
func (x *kindreds) slot(hash uint64, key string) uint64 {
	mask := uint64(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := x.slots[i]; s.kindred == nil || s.part == uint32(hash>>32) && s.key == key {
			return i
		}
	}
}

func (x *kindreds) grow() {
	old := x.slots
	x.slots = make([]kindredSlot, 4*len(old))
	for _, s := range old {
		if s.kindred != nil {
			x.slots[x.slot(s.hash, s.key)] = s
		}
	}
}

// maxKindredBytes is how much the keys of kindreds may take.
const maxKindredBytes = 8 << 20

// full says that they are to be forgotten before more are met.
func (x *kindreds) full() bool { return x.bytes > maxKindredBytes }

func (x *kindreds) forget() {
	clear(x.slots)
	x.count, x.bytes = 0, 0
}

// keyOf is the text that is the same for all of a kindred.
func (x *kindreds) keyOf(it *item) string {
	parts := [...]span{
		it.spans[fLevel], it.spans[fStage], it.spans[fVerb], it.code,
		it.ref[refGroup], it.ref[refVersion], it.ref[refResource], it.ref[refSubresource], it.ref[refNamespace],
	}
	const numbers = 12
	size := numbers + 16
	for _, s := range parts {
		size += int(s.end-s.start) + 1
	}
	if cap(x.key) < size {
		x.key = make([]byte, 2*size)
	}
	b := x.key[:cap(x.key)]
	binary.LittleEndian.PutUint32(b, it.seen)
	binary.LittleEndian.PutUint32(b[4:], uint32(it.caller))
	binary.LittleEndian.PutUint32(b[8:], uint32(it.verdict))
	n := numbers
	for _, s := range parts {
		n = putPart(b, n, it.text, s)
	}
	if !it.has(fObjectRef) {
		x.key = append(b[:n], it.path()...)
		return viewOf(x.key)
	}
	return viewOf(b[:n])
}

// putPart writes a part of a text at a place in b that has 16 bytes to spare
// behind it, and returns the next place. Most parts are short: a move of 16 bytes
// is cheaper than one of so many as there are.
func putPart(b []byte, n int, text string, s span) int {
	size := int(s.end - s.start)
	if rest := text[s.start:]; size <= 16 && len(rest) >= 16 {
		to := b[n : n+16]
		binary.LittleEndian.PutUint64(to, load(rest))
		binary.LittleEndian.PutUint64(to[8:], load(rest[8:]))
	} else {
		copy(b[n:], rest[:size])
	}
	b[n+size] = ','
	return n + size + 1
}

// kindredOf is that of an event whose caller and verdict are known.
func (f *sifter) kindredOf(it *item) *kindred {
	k, isNew := f.kindreds.find(f.kindreds.keyOf(it))
	if it.kindred = k; isNew {
		f.meet(k, it)
	}
	return k
}

// meet says of a kindred what an event tells of it.
func (f *sifter) meet(k *kindred, it *item) {
	k.deed, k.pairing = -1, -1
	k.pathed, k.open = !it.has(fObjectRef), it.staysOpen()
	k.shows, k.looks = it.mayShow()
	k.stage, k.verb = stageOf(it.raw(fStage)), f.seed.text(it.str(fVerb))
	if k.pathed {
		k.deed = f.address.place(f.addressKey(it), f, it, addressText)
	} else {
		r := it.refOf()
		k.place = f.judges.r.versions.placeOf(&r)
		k.deed = f.deed.place(f.deedKey(it), f, it, deedText)
	}
	if k.deed < 0 || it.caller < 0 || it.verdict < 0 {
		k.odd = true
		return
	}
	k.odd = k.stage == "" || it.has(fTimestamp) || it.has(fMetadata) || f.verdict.texts[it.verdict].truncated
	k.pairing = f.pair(k.deed, it.caller, k.pathed)
}

// judgeKindred says which rules may care for the events of a kindred.
func (f *sifter) judgeKindred(k *kindred, verdict int32) {
	p, v := &f.pairs.list[k.pairing], f.verdict.entries[verdict].of
	k.judged = true
	if k.set, k.any = meet(nil, p.set, v.set); k.any {
		k.said = &said{p.of.row, p.by.row, v.row, p.of.place, k.pathed}
		k.any = f.words.left(k.set, p.bare, p.of.tells)
		k.need = f.words.needed(k.set, p.bare).and(p.of.tells)
	}
}
