package exec

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What is remembered of texts is what their literals say, however many and however
// long they are.
func TestHits(t *testing.T) {
	const width = 130
	r := rand.New(rand.NewPCG(1, 2))
	h, literals := newHits(0, width), map[int]*literal{}
	for id := range width {
		l := &literal{list: []string{strconv.Itoa(r.IntN(20)), strconv.Itoa(r.IntN(20))}, not: id%3 == 0}
		if id%5 == 0 {
			digit := strconv.Itoa(r.IntN(10))
			l = &literal{text: func(s string) bool { return strings.HasSuffix(s, digit) }}
		}
		h.add(id, l)
		literals[id] = l
	}
	for range 50_000 {
		text := strings.Repeat("x", r.IntN(2)*r.IntN(300)) + strconv.Itoa(r.IntN(30+r.IntN(2)*10_000))
		asked := Set{r.Uint64(), r.Uint64(), r.Uint64()}
		v := value.StringOf(text)
		hit := h.of(&v, asked)
		for id, l := range literals {
			if asked.Has(id) && hit.Has(id) != l.holds(text) {
				t.Fatalf("%q: literal %d is said to be %t", text, id, hit.Has(id))
			}
		}
	}
}

// Literals that name beginnings of texts, and those that are made of several, say what
// each text is asked alone, whatever its case.
func TestHitsOfBeginnings(t *testing.T) {
	const width = 200
	r := rand.New(rand.NewPCG(3, 4))
	parts := []string{"", "a", "A", "ab", "aB:", "ab:c", "b", "k", "\u212a", "é", "É:x", "ſ", "s"}
	some := func() string { return parts[r.IntN(len(parts))] }
	var leaf func(depth int) (*literal, func(string) bool)
	leaf = func(depth int) (*literal, func(string) bool) {
		not, text := r.IntN(2) == 0, some()
		switch r.IntN(3 + depth) {
		case 0:
			return &literal{list: []string{text}, not: not}, func(s string) bool { return (s == text) != not }
		case 1:
			is := value.NewNeedle(text, true).StartsWith
			return &literal{begins: []string{value.FoldString(text)}, not: not}, func(s string) bool { return is(s) != not }
		case 2:
			is := func(s string) bool { return strings.HasSuffix(s, text) != not }
			return &literal{text: is}, is
		case 3:
			x, isX := leaf(depth - 1)
			y, isY := leaf(depth - 1)
			return either(x, y), func(s string) bool { return isX(s) || isY(s) }
		}
		x, isX := leaf(depth - 1)
		y, isY := leaf(depth - 1)
		return both(x, y), func(s string) bool { return isX(s) && isY(s) }
	}
	h, wants := newHits(0, width), make([]func(string) bool, width)
	for id := range wants {
		var l *literal
		l, wants[id] = leaf(2)
		h.add(id, l)
	}
	all := Set{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	for range 3_000 {
		v := value.StringOf(some() + some() + some())
		hit := h.of(&v, all)
		for id, want := range wants {
			if hit.Has(id) != want(v.Str()) {
				t.Fatalf("%q: literal %d is said to be %t", v.Str(), id, hit.Has(id))
			}
		}
	}
}

// Texts that begin as no literal names are not tested.
func TestHitsTestWhatIsNamed(t *testing.T) {
	asked := 0
	test := &literal{text: func(s string) bool { asked++; return strings.HasSuffix(s, "z") }}
	h := newHits(0, 2)
	h.add(0, both(&literal{begins: []string{"a"}}, test))
	h.add(1, either(&literal{list: []string{"b"}, not: true}, test))
	for text, want := range map[string]uint64{"x": 0b10, "xz": 0b10, "a": 0b10, "Az": 0b11, "b": 0} {
		v := value.StringOf(text)
		if got := h.of(&v, Set{0b11})[0]; got != want {
			t.Errorf("%q: hits are %b, want %b", text, got, want)
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times, want 3", asked)
	}
}

// An array is known by its elements, whatever they are written as.
func TestHitsOfArrays(t *testing.T) {
	h := newHits(0, 4)
	for id, text := range []string{"a", "b", "1", `é`} {
		h.add(id, &literal{list: []string{text}, array: true})
	}
	for text, want := range map[string]uint64{
		`[]`: 0, `["a"]`: 1, `["c", "b", null]`: 2, `["\u0061", 1]`: 5, `["ab", "\u00e9"]`: 8, `{"a": "a"}`: 0, ``: 0, `[["a"]]`: 0,
	} {
		for _, v := range []value.Value{value.JSONOf(text), value.JSONOf(text).Resolve()} {
			for range 2 {
				if got := h.of(&v, Set{15})[0]; got != want {
					t.Errorf("%s: hits are %b, want %b", text, got, want)
				}
			}
		}
	}
}

// Literals that ask the same are one test, and answer for all their sieves.
func TestHitsShareTests(t *testing.T) {
	h, asked := newHits(0, 12), 0
	for id := range 10 {
		l := &literal{text: func(s string) bool { asked++; return s == "a" }, key: "a"}
		if id%2 == 1 {
			l = &literal{text: func(s string) bool { return s != "a" }, key: "not a"}
		}
		h.add(id, l)
	}
	h.add(10, &literal{text: func(string) bool { return true }})
	h.add(11, &literal{text: func(string) bool { return false }})
	all := Set{1<<12 - 1}
	for text, want := range map[string]uint64{"a": 0b10101010101, "b": 0b11010101010} {
		v := value.StringOf(text)
		if got := h.of(&v, all)[0]; got != want {
			t.Errorf("%q: hits are %b, want %b", text, got, want)
		}
	}
	if asked != 2 || len(h.tests) != 4 {
		t.Errorf("%d tests, one of which was asked %d times", len(h.tests), asked)
	}
}
