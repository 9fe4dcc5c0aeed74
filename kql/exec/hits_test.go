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
