package exec

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// hits are the literals of many sieves on one column: which of them hold for a value
// is found out once, as columns repeat their values.
type hits struct {
	col int
	// A column of text, or of an array: its elements are named.
	array   bool
	named   map[string]*named
	begins  map[string][]namer // folded
	lengths []int              // of those, ascending
	base    Set                // the sieves whose literals hold for a text that none names
	tests   []textTest
	tested  Set // the sieves whose tests any text is asked
	folded  []byte
	// A column of flags or whole numbers.
	values []valueTest
	keyed  map[string]int // by the key of what asks, its place in tests or values

	texts  map[string]*sight // those that were tested
	counts map[int64]Set
	none   Set // for null; nil: not asked yet

	recurrence // of texts
	spare      sight
}

// A named is a text that literals name.
type named struct {
	by    []namer
	sight // once it is asked for
}

// A namer is a sieve that names a text: it is what its literal wants, or what it
// does not, or its test says which.
type namer struct {
	id         int
	not, tests bool
}

type textTest struct {
	users members
	holds func(string) bool
}

type valueTest struct {
	users members
	holds func(*value.Value) bool
}

// A sight is a text that was seen.
type sight struct {
	hits Set // the sieves whose literals hold for it
	rest Set // those whose tests were not asked about it yet
}

func newHits(col, width int) *hits {
	return &hits{col: col, named: map[string]*named{}, begins: map[string][]namer{}, keyed: map[string]int{}, base: NewSet(width), tested: NewSet(width)}
}

func (h *hits) add(id int, l *literal) {
	switch {
	case l.value != nil:
		at, isNew := h.testOf(l, len(h.values))
		if isNew {
			h.values = append(h.values, valueTest{holds: l.value})
		}
		h.values[at].users.add(id)
	default:
		if l.text != nil {
			at, isNew := h.testOf(l, len(h.tests))
			if isNew {
				h.tests = append(h.tests, textTest{holds: l.text})
			}
			h.tests[at].users.add(id)
		}
		if l.isNamed() || l.names() {
			h.name(id, l)
		} else {
			h.tested.Add(id)
		}
	}
}

// testOf is the place of the test that a literal makes. Sieves whose literals ask the
// same share one; another is to be the next.
func (h *hits) testOf(l *literal, next int) (at int, isNew bool) {
	if l.key == "" {
		return next, true
	}
	at, known := h.keyed[l.key]
	if !known {
		at, h.keyed[l.key] = next, next
	}
	return at, !known
}

func (h *hits) name(id int, l *literal) {
	h.array = l.array
	by := namer{id, l.not, l.text != nil}
	if l.not {
		h.base.Add(id)
	}
	for _, text := range l.list {
		n := h.named[text]
		if n == nil {
			n = &named{}
			h.named[text] = n
		}
		n.by = append(n.by, by)
	}
	for _, begin := range l.begins {
		h.begins[begin] = append(h.begins[begin], by)
		if at, known := slices.BinarySearch(h.lengths, len(begin)); !known {
			h.lengths = slices.Insert(h.lengths, at, len(begin))
		}
	}
}

// of are the sieves whose literals hold for a value, and maybe others that are not
// in the set; good until the next call.
func (h *hits) of(v *value.Value, set Set) Set {
	if len(h.values) > 0 {
		return h.ofCount(v)
	}
	if h.array {
		return h.ofArray(v)
	}
	text := v.Str()
	s := h.sight(text)
	if s == nil {
		return h.base
	}
	if len(h.tests) > 0 && s.rest.meets(set) {
		h.test(s, text, set)
	}
	return s.hits
}

// ofArray is of for an array, which is known by its JSON.
func (h *hits) ofArray(v *value.Value) Set {
	if !v.IsArray() {
		return h.base
	}
	s, isNew := &h.spare, true
	if v.Kind() == value.JSON {
		s, isNew = h.seen(v.Str())
	}
	if isNew {
		h.begin(s)
		for _, e := range v.Elems() {
			if text := e.To(value.String); !e.IsNull() && h.named[text.Str()] != nil {
				s.mark(h.named[text.Str()].by)
			}
		}
	}
	return s.hits
}

// sight is what is known of a text; nil: no sieve names or tests it.
func (h *hits) sight(text string) *sight {
	if n := h.named[text]; n != nil {
		if n.hits == nil {
			h.begin(&n.sight)
			n.mark(n.by)
			h.markBegins(&n.sight, text)
		}
		return &n.sight
	}
	if len(h.tests) == 0 && len(h.begins) == 0 {
		return nil
	}
	s, isNew := h.seen(text)
	if isNew {
		h.begin(s)
		h.markBegins(s, text)
	}
	return s
}

// seen is what is remembered of a text, if it is not new.
func (h *hits) seen(text string) (s *sight, isNew bool) {
	s = h.texts[text]
	h.asked++
	if s != nil {
		h.found++
		return s, false
	}
	if s = &h.spare; len(text) <= maxRemembered && !h.isRare() {
		s = h.remember(text)
	}
	return s, true
}

// remember makes room for what is known of a text.
func (h *hits) remember(text string) *sight {
	if h.texts == nil || len(h.texts) >= memoSize {
		h.texts = map[string]*sight{}
	}
	s := &sight{}
	h.texts[strings.Clone(text)] = s
	return s
}

// begin is what is known of a text that nothing names.
func (h *hits) begin(s *sight) {
	if s.hits == nil {
		n := len(h.base)
		words := make(Set, 2*n)
		s.hits, s.rest = words[:n:n], words[n:]
	}
	copy(s.hits, h.base)
	copy(s.rest, h.tested)
}

// markBegins notes what a text begins with.
func (h *hits) markBegins(s *sight, text string) {
	if len(h.lengths) == 0 {
		return
	}
	h.folded = value.AppendFold(h.folded[:0], text)
	for _, n := range h.lengths {
		if n > len(h.folded) {
			break
		}
		s.mark(h.begins[string(h.folded[:n])])
	}
}

// mark notes that some sieves name a text.
func (s *sight) mark(by []namer) {
	for _, n := range by {
		if n.tests {
			s.rest.Add(n.id)
		}
		if n.not || n.tests {
			s.hits[n.id/64] &^= 1 << (n.id % 64)
		} else {
			s.hits.Add(n.id)
		}
	}
}

// test asks those tests about a text that sieves of a set make.
func (h *hits) test(s *sight, text string, set Set) {
	for i := range h.tests {
		t := &h.tests[i]
		if !t.users.in(set) || !t.users.in(s.rest) {
			continue
		}
		t.users.leave(s.rest)
		if t.holds(text) {
			t.users.join(s.hits)
		}
	}
}

// ofCount is of for a flag or a number.
func (h *hits) ofCount(v *value.Value) Set {
	known := h.none
	if !v.IsNull() {
		known = h.counts[v.Int()]
	}
	if known != nil {
		return known
	}
	known = NewSet(64 * len(h.base))
	for _, t := range h.values {
		if t.holds(v) {
			t.users.join(known)
		}
	}
	if v.IsNull() {
		h.none = known
		return known
	}
	if h.counts == nil || len(h.counts) >= memoSize {
		h.counts = map[int64]Set{}
	}
	h.counts[v.Int()] = known
	return known
}
