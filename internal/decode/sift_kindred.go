package decode

import "github.com/dogwatch-dev/dogwatch"

// A kindred is what events have in common that are alike in all that the sieve
// judges: nearly every event is of one that was met before. What most events ask of
// theirs stands first, in one line of a processor's cache.
type kindred struct {
	judged        bool
	any           bool // there are rules in set
	asks          bool // need is not empty
	pathed        bool // deed is of address
	odd           bool // no rule is to be left out
	open          bool // it is of a kind of request that stays open
	shows         bool // it may tell what an object is
	looks         bool // that matters where nothing was known of the object
	deed, pairing int32
	stage         string     // "" for what is none
	verb          uint64     // stands for the verb
	place         versionKey // stands for where the object is, but the cluster

	set  dogwatch.RuleSet // those that may care for such events
	need wordSet          // those whose standing in bodies matters to some of set
	said *said            // if there are any
}

// kindreds finds an event's kindred again, by a number that stands for what its
// events have in common: see hashKey.
type kindreds struct {
	key   hashKey
	slots []kindredSlot // open addressing
	count int
	free  []kindred
}

type kindredSlot struct {
	number uint64
	*kindred
}

const (
	// kindredBlock is for how many kindreds memory is taken at once.
	kindredBlock = 64
	// maxKindreds is how many may be met before they are forgotten.
	maxKindreds = 2 * maxMemo
)

func newKindreds() kindreds {
	return kindreds{key: newHashKey(), slots: make([]kindredSlot, 1024)}
}

// find is the kindred of a number; isNew says that it was made for it.
func (x *kindreds) find(number uint64) (k *kindred, isNew bool) {
	at := x.slot(number)
	if k := x.slots[at].kindred; k != nil {
		return k, false
	}
	if len(x.free) == 0 {
		x.free = make([]kindred, kindredBlock)
	}
	k, x.free = &x.free[0], x.free[1:]
	x.slots[at] = kindredSlot{number, k}
	if x.count++; 2*x.count > len(x.slots) {
		x.grow()
	}
	return k, true
}

// slot is where the kindred of a number is, or is to be put.
func (x *kindreds) slot(number uint64) uint64 {
	mask := uint64(len(x.slots) - 1)
	for i := number & mask; ; i = (i + 1) & mask {
		if s := &x.slots[i]; s.number == number || s.kindred == nil {
			return i
		}
	}
}

func (x *kindreds) grow() {
	old := x.slots
	x.slots = make([]kindredSlot, 4*len(old))
	for _, s := range old {
		if s.kindred != nil {
			x.slots[x.slot(s.number)] = s
		}
	}
}

// full says that they are to be forgotten before more are met.
func (x *kindreds) full() bool { return x.count > maxKindreds }

func (x *kindreds) forget() {
	clear(x.slots)
	x.count = 0
}

// numbersOf stand for what is the same in all events of a kindred, and for what of that
// is neither the caller nor the answer. That any two of maxKindreds have the same one has
// a chance of 1 in 10^10, whoever writes the log: see hashKey.
func (x *kindreds) numbersOf(it *item) (number, ofDeed uint64) {
	k := &x.key
	h := uint64(it.seen)<<32 | uint64(it.begins)
	if it.begins == 0 {
		h = mix(k.text(it.raw(fLevel))^k[2], k.text(it.raw(fStage))^h)
	}
	parts, sizes := [...]span{
		it.spans[fVerb], it.code, it.ref[refGroup], it.ref[refVersion], it.ref[refResource], it.ref[refSubresource], it.ref[refNamespace],
	}, uint64(0)
	for _, s := range parts {
		rest, size := it.text[s.start:], s.end-s.start
		if size > 16 || len(rest) < 16 {
			h = mix(k.text(rest[:size])^k[2], h)
			size = 17
		} else {
			of := &firstBytes[size]
			h = mix(load(rest)&of[0]^k[1], load(rest[8:])&of[1]^h)
		}
		sizes = sizes<<8 | uint64(size)
	}
	if it.isPathed() {
		h = mix(k.text(it.path())^k[2], h)
	}
	ofDeed = mix(h^k[3], sizes^k[0])
	return mix(ofDeed^k[0], uint64(uint32(it.caller))<<32^uint64(uint32(it.verdict))^k[1]), ofDeed
}

// firstBytes are by a size the bytes of two numbers that belong to a text of that
// size, if it begins with the first.
var firstBytes = func() (of [17][2]uint64) {
	for size := range of {
		for i := range size {
			of[size][i/8] |= 0xff << (i % 8 * 8)
		}
	}
	return of
}()

// kindredOf is that of an event whose caller and verdict are known.
func (f *sifter) kindredOf(it *item) *kindred {
	number, ofDeed := f.kindreds.numbersOf(it)
	k, isNew := f.kindreds.find(number)
	if it.kindred = k; isNew {
		f.meet(k, it, ofDeed)
	}
	return k
}

// meet says of a kindred what an event tells of it.
func (f *sifter) meet(k *kindred, it *item, ofDeed uint64) {
	d, isNew := f.deeds.find(ofDeed)
	if isNew {
		f.meetDeed(d, it)
	}
	*k = *d
	if k.deed < 0 || it.caller < 0 || it.verdict < 0 {
		k.odd = true
		return
	}
	k.odd = k.odd || f.verdict.texts[it.verdict].truncated
	k.pairing = f.pair(k.deed, it.caller, k.pathed)
}

// meetDeed is meet as far as neither the caller nor the answer matters.
func (f *sifter) meetDeed(k *kindred, it *item) {
	k.pairing = -1
	k.pathed, k.open = it.isPathed(), it.staysOpen()
	k.shows, k.looks = it.mayShow()
	k.stage, k.verb = stageOf(it.raw(fStage)), f.seed.text(it.str(fVerb))
	k.odd = k.stage == "" || it.has(fTimestamp) || it.has(fMetadata)
	if it.has(fObjectRef) {
		r := it.refOf()
		k.place = f.judges.r.versions.placeOf(&r)
	}
	if k.pathed {
		k.deed = f.address.place(f.addressKey(it), f, it, addressText)
	} else {
		k.deed = f.deed.place(f.deedKey(it), f, it, deedText)
	}
}

// maxSaid is of how many kindreds it is kept what their parts say: where there are
// more, they seldom come again, and their events are read themselves.
const maxSaid = 1 << 12

// judgeKindred says which rules may care for the events of a kindred.
func (f *sifter) judgeKindred(k *kindred, verdict int32) {
	p, v := &f.pairs.list[k.pairing], f.verdict.entries[verdict].of
	k.judged = true
	f.room.forget()
	if meets(p.set, v.set) {
		set := f.room.copyOf(p.set)
		meet(set, v.set)
		if j := f.judges; f.kindreds.count <= maxSaid {
			k.said = &said{j.saidOf(p.of), j.saidOf(p.by), j.saidOf(v), p.of.place, k.pathed}
		}
		k.any = f.words.left(set, p.bare, p.of.tells)
		k.set = f.known.of(set)
		k.need = f.words.needed(k.set, p.bare).and(p.of.tells)
		k.asks = !k.need.isEmpty()
	}
}
