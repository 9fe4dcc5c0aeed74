package store

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strings"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch/internal/skeleton"
)

// An Indexer gathers what Index gives of many records that lie together, each
// key as a rule once. Such records are much alike: the same members with the
// same values come again and again, and one that was seen is passed over
// without a look at its words. It is used by one goroutine.
type Indexer struct {
	keys    keySet // of words and leaves
	seen    keySet // hashes of names, and of values and objects under their names
	record  walked // the record at hand
	inside  walked // JSON that stands in a string of it
	depth   int    // 1 while that is at hand
	plain   []byte // it, without escapes
	walk    leafWalk
	secrets [2]uint64
	page    page
}

// A walked is a text that is being walked through.
type walked struct {
	line   skeleton.Line
	levels [maxLevels]level
}

const maxLevels = 64

// NewIndexer returns an empty one.
func NewIndexer() *Indexer {
	x := &Indexer{
		keys: newKeySet(), seen: newKeySet(),
		// Of two strings with one hash the second would not be found: nobody
		// may know how to make them.
		secrets: [2]uint64{rand.Uint64() | 1, rand.Uint64() | 1},
	}
	x.walk.add = x.keys.put
	return x
}

// Keys are the keys of all records since the last Reset, each once. They are
// good until the next call.
func (x *Indexer) Keys() []uint64 { return x.keys.keys }

// Reset starts anew.
func (x *Indexer) Reset() {
	x.page.broken = false
	x.keys.reset()
	x.seen.reset()
}

// Add takes the keys of a record in.
func (x *Indexer) Add(raw string) {
	if !x.members(&x.record, raw) {
		x.page.broken = true
		Index(raw, x.keys.put)
	}
}

// A level is an open bracket.
type level struct {
	member member // that it stands under
	object bool
}

// A member is where its name stands, and the name's hash.
type member struct {
	from, to int
	hash     uint64
	until    int // what of its value ends here or before was seen; there may be no hash yet
}

// members goes through a record's members; ok is false where it is not the
// JSON that records are as a rule.
func (x *Indexer) members(w *walked, s string) (ok bool) {
	if end, ok := w.line.Read(s); !ok || end != len(s) {
		return false
	}
	depth, at := -1, member{}
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '"':
			end := w.line.Quote(i + 1)
			if end < 0 {
				return false
			}
			if end >= at.until {
				x.text(s, &at, i+1, end)
			}
			i = end + 1
		case '{', '[':
			if i < at.until { // its name was seen, and so was what it starts with
				if end := w.line.NestedWithin(i, at.until-i); end > 0 && end <= at.until {
					i = end
					break
				}
			} else {
				if depth >= 0 && x.depth > 0 {
					if end := w.line.NestedWithin(i, mostAlike); x.isAlike(s, &at, i, end) {
						i = end
						break
					}
				}
				x.name(s, &at)
			}
			if depth++; depth == maxLevels {
				return false
			}
			w.levels[depth] = level{at, c == '{'}
			if i = space(s, i+1); i < len(s) && (s[i] == '}' || s[i] == ']') {
				break
			}
			if c == '{' {
				if at, i = x.key(w, s, i); i < 0 {
					return false
				}
			}
			continue
		default:
			end := i
			for end < len(s) && isBare[s[end]] {
				end++
			}
			if end == i {
				return false
			}
			if end >= at.until {
				x.bare(s, &at, i, end)
			}
			i = end
		}
		// What stands behind a value leads to the next, or to the end.
		for i = space(s, i); i < len(s) && (s[i] == '}' || s[i] == ']'); i = space(s, i+1) {
			if depth--; depth < -1 {
				return false
			}
		}
		if i == len(s) {
			return depth < 0
		}
		if s[i] != ',' || depth < 0 {
			return false
		}
		i = space(s, i+1)
		at = w.levels[depth].member
		if w.levels[depth].object {
			if at, i = x.key(w, s, i); i < 0 {
				return false
			}
		}
	}
	return false
}

// How long what isAlike is asked for is. It is asked in strings alone, of whose
// repetitions nothing is known: what repeats in a record is passed over already.
const leastAlike, mostAlike = 32, 1024

// isAlike says whether an object or array was seen under its name before.
func (x *Indexer) isAlike(s string, at *member, from, end int) bool {
	if n := end - from; n < leastAlike || n > mostAlike {
		return false
	}
	x.named(s, at)
	return !x.seen.add(x.mix(x.mix(at.hash, asNested), x.hash(s, from, end)))
}

// key reads a member's name and says where its value stands, -1 if it is none.
func (x *Indexer) key(w *walked, s string, i int) (member, int) {
	if i >= len(s) || s[i] != '"' {
		return member{}, -1
	}
	end := w.line.Quote(i + 1)
	if end < 0 {
		return member{}, -1
	}
	at := member{from: i + 1, to: end, until: x.page.until(s, i)}
	if i = space(s, end+1); i >= len(s) || s[i] != ':' {
		return at, -1
	}
	return at, space(s, i+1)
}

// named sees to it that a member has the hash of its name.
func (x *Indexer) named(s string, at *member) {
	if at.hash == 0 && at.to > 0 {
		at.hash = x.hash(s, at.from, at.to)
	}
}

// space goes to what is behind white space, of which there is none as a rule.
func space(s string, i int) int {
	if i < len(s) && s[i] > ' ' {
		return i
	}
	return spaces(s, i)
}

func spaces(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// name takes in a member's name. It need not be done where a value under the
// name was seen before.
func (x *Indexer) name(s string, at *member) {
	if at.to < at.until || at.to == 0 { // seen as well, or none
		return
	}
	x.named(s, at)
	if !x.seen.add(at.hash) {
		return
	}
	name := s[at.from:at.to]
	x.words(name)
	if _, ok := plain(name); !ok {
		x.keys.add(opaqueKey)
	}
}

// What is seen under a name, for the hash of both.
const (
	asString = 1 + iota
	asBare
	asNested
)

// isNew says whether a value has something to give that was not seen under its
// name, which it takes in; kind is that of the value.
func (x *Indexer) isNew(s string, at *member, from, end int, kind uint64) bool {
	if givesNothing(s[from:end]) {
		x.name(s, at)
		return false
	}
	x.named(s, at)
	if !x.seen.add(x.mix(x.mix(at.hash, kind), x.hash(s, from, end))) {
		return false
	}
	x.name(s, at)
	return true
}

// text takes in a string that stands under a name.
func (x *Indexer) text(s string, at *member, from, end int) {
	body := s[from:end]
	if len(body) == uuidLen && isUUID(body) { // most come but once
		x.name(s, at)
		x.keys.add(uuidKey(body))
		return
	}
	if !x.isNew(s, at, from, end, asString) || x.isNested(body) {
		return
	}
	if key := nameHash(s[at.from:at.to]); !x.simple(key, body) {
		x.words(body)
		x.walk.scalar(key, body, x.depth)
		x.hidden()
	}
}

// isNested takes in a string that holds an object, as Azure has events, if the
// object is all of it and there are no other escapes than those that JSON in
// JSON needs: the words are the same then with the escapes and without. A line
// break at the end is Azure's; of that, Index takes the n for a word.
func (x *Indexer) isNested(body string) bool {
	if x.depth > 0 || len(body) <= longest || body[0] != '{' {
		return false
	}
	body, broken := strings.CutSuffix(body, `\n`)
	text, ok := x.unescaped(body)
	if !ok || len(text) <= longest { // a short one is a value as well
		return false
	}
	outside := x.page
	x.depth, x.page = 1, page{}
	ok = x.members(&x.inside, text)
	x.depth, x.page = 0, outside
	if broken {
		eachWord(`\n`, x.keys.put)
	}
	return ok
}

// unescaped is the inside of a string without backslashes before quotes and
// backslashes. It is good until the next.
func (x *Indexer) unescaped(body string) (text string, ok bool) {
	if cap(x.plain) < len(body) {
		x.plain = make([]byte, 0, 2*len(body))
	}
	out := x.plain[:len(body)]
	n := 0
	for i := 0; i < len(body); i++ {
		c := body[i]
		if c == '\\' {
			if i++; i == len(body) || body[i] != '"' && body[i] != '\\' {
				return "", false
			}
			c = body[i]
		}
		out[n] = c
		n++
	}
	return unsafe.String(unsafe.SliceData(out), n), true
}

// simple takes in the words and the leaf of a string in one go. It is false for
// what may be a number or JSON, and where it meets what is not simple; what it
// took until then is right all the same.
func (x *Indexer) simple(key uint64, s string) bool {
	if s == "" || !startsSimply[s[0]] && !startsAddress(s) {
		return false
	}
	leaf, word := (key^'=')*fnvPrime, uint64(fnvStart)
	start, seen, quotes := 0, uint8(0), 0
	for i := 0; i < len(s); i++ {
		c, k := lower[s[i]], kinds[s[i]]
		switch {
		case k == high, c == '%':
			return false
		case k != 0:
			leaf = (leaf ^ uint64(c)) * fnvPrime
			word = (word ^ uint64(c)) * fnvPrime
			seen |= k
			continue
		case c != '\\':
			leaf = (leaf ^ uint64(c)) * fnvPrime
		case i+1 == len(s) || s[i+1] != '"' || kinds[s[0]] == digit:
			return false
		default: // of what is escaped, the leaf has the quote alone
			quotes++
		}
		if seen != 0 {
			if i-start == 8 && c == '-' && isUUID(s[start:]) {
				return false
			}
			x.word(s[start:i], word, seen)
		}
		word, seen, start = fnvStart, 0, i+1
	}
	if seen != 0 {
		x.word(s[start:], word, seen)
	}
	if quotes == 0 && isKept(s) || quotes > 0 && len(s)-quotes <= longest {
		x.keys.add(finish(leaf))
	}
	return true
}

// startsAddress says whether a text that starts with a digit is no number that
// may be written in another way, as addresses are not.
func startsAddress(s string) bool {
	if kinds[s[0]] != digit {
		return false
	}
	points, power := 0, false
	for i := range len(s) {
		switch s[i] {
		case ':':
			return true
		case '.':
			points++
		case 'e', 'E':
			power = true
		}
	}
	return points > 1 || points == 0 && !power
}

// startsSimply are the bytes that neither a number nor JSON starts with.
var startsSimply = func() (t [256]bool) {
	for c := range t {
		t[c] = c > ' ' && !strings.ContainsRune("0123456789+-.{[", rune(c))
	}
	return t
}()

// word takes in a word of ASCII with its hash, as wordAt does.
func (x *Indexer) word(s string, h uint64, seen uint8) {
	if seen&letter != 0 && kinds[s[0]] == letter || seen&^digit != 0 && isTelling(s) {
		x.keys.add(finish(h))
	}
}

// bare takes in a number or a word.
func (x *Indexer) bare(s string, at *member, from, end int) {
	token := s[from:end]
	if x.isNew(s, at, from, end, asBare) {
		x.words(token)
		x.walk.bare(nameHash(s[at.from:at.to]), token)
	}
}

// givesNothing says whether a value is a long number or a timestamp: neither
// its words nor its leaf are kept, see isTelling and isKept.
func givesNothing(v string) bool {
	if len(v) <= 5 || kinds[v[0]] != digit || len(v) > maxTimestamp {
		return false
	}
	if len(v) < len(timestamp) {
		for i := range len(v) {
			if kinds[v[i]] != digit {
				return false
			}
		}
		return true
	}
	if !isDate(load(v, 0), startOfTime) || !isDate(load(v, 8), middleOfTime) || !isDate(load(v, 11), endOfTime) {
		return false
	}
	last := len(v) - 1
	fraction := v[len(timestamp)-1 : last]
	if fraction != "" && fraction[0] == '.' {
		fraction = fraction[1:]
	} else if fraction != "" {
		return false
	}
	for i := range len(fraction) {
		if kinds[fraction[i]] != digit {
			return false
		}
	}
	return v[last] == 'Z'
}

// startOfTime, middleOfTime and endOfTime are eight bytes of a timestamp each.
var startOfTime, middleOfTime, endOfTime = load(timestamp, 0), load(timestamp, 8), load(timestamp, 11)

// isDate says whether eight bytes are as those of a form: a digit for 0, and
// other bytes as they are.
func isDate(v, form uint64) bool {
	const each, top = 0x0101010101010101, 0x8080808080808080
	x := v ^ form // 0 to 9 for digits: they are 0x30 to 0x39
	zero := form ^ '0'*each
	others := ((zero + 0x7f*each) & top >> 7) * 0xff // all ones where the form has no 0
	return (x|(x+(0x7f-9)*each))&top|x&others == 0
}

const (
	timestamp    = "0000-00-00T00:00:00Z"
	maxTimestamp = len("0000-00-00T00:00:00.000000000Z")
)

// nameHash is keyHash of a name as it is written, which was looked at before.
func nameHash(written string) uint64 {
	name, _ := plain(written)
	return keyHash(name)
}

func (x *Indexer) words(text string) {
	x.walk.opaque = eachWord(text, x.walk.add)
	x.hidden()
}

// hidden takes in that what was just looked at may hide something.
func (x *Indexer) hidden() {
	if x.walk.opaque {
		x.keys.add(opaqueKey)
	}
	x.walk.opaque = false
}

// hash hashes a part of a text.
func (x *Indexer) hash(s string, from, end int) uint64 {
	n := end - from
	h := x.secrets[0] ^ uint64(n)
	if end < 8 {
		var w uint64
		for i := from; i < end; i++ {
			w = w<<8 | uint64(s[i])
		}
		return x.mix(h, w)
	}
	last := load(s, end-8)
	if n <= 8 {
		return x.mix(h, last>>(64-8*n))
	}
	if n <= 16 {
		return x.pair(h, load(s, from), last)
	}
	for i := from; i+16 < end; i += 16 {
		h = x.pair(h, load(s, i), load(s, i+8))
	}
	return x.pair(h, load(s, end-16), last)
}

// pair goes on with a hash by sixteen bytes.
func (x *Indexer) pair(h, a, b uint64) uint64 {
	high, low := bits.Mul64(a^x.secrets[1], b^h)
	return high ^ low
}

func load32(s string, i int) uint64 { return uint64(binary.LittleEndian.Uint32([]byte(s[i : i+4]))) }

func load(s string, i int) uint64 { return binary.LittleEndian.Uint64([]byte(s[i : i+8])) }

// mix goes on with a hash.
func (x *Indexer) mix(h, w uint64) uint64 {
	high, low := bits.Mul64(h^w, x.secrets[1])
	return high ^ low
}

// A keySet gathers distinct keys; it is emptied and used again.
type keySet struct {
	slots []uint64 // 0 is free
	keys  []uint64
}

func newKeySet() keySet { return keySet{slots: make([]uint64, 1<<13)} }

// put is add without an answer.
func (s *keySet) put(k uint64) { s.add(k) }

// add puts a key in, and says whether it is new.
func (s *keySet) add(k uint64) bool {
	if k == 0 {
		k = 1
	}
	mask := uint64(len(s.slots) - 1)
	i := k & mask
	for s.slots[i] != 0 {
		if s.slots[i] == k {
			return false
		}
		i = (i + 1) & mask
	}
	s.slots[i] = k
	s.keys = append(s.keys, k)
	if 2*len(s.keys) > len(s.slots) {
		s.grow()
	}
	return true
}

func (s *keySet) grow() {
	s.slots = make([]uint64, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for _, k := range s.keys {
		i := k & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = k
	}
}

func (s *keySet) reset() {
	if len(s.keys) > 0 {
		clear(s.slots)
	}
	s.keys = s.keys[:0]
}
