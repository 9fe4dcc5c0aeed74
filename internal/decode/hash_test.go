package decode

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"
)

// Texts that differ in any way have different numbers, of which any bit may
// change, and other keys give other numbers.
func TestHashesTellTextsApart(t *testing.T) {
	k, other := newHashKey(), newHashKey()
	seen := map[uint64]string{}
	add := func(s string) {
		h := k.text(s)
		if was, ok := seen[h]; ok && was != s {
			t.Fatalf("%q and %q are both %x", was, s, h)
		}
		if seen[h] = s; h == other.text(s) {
			t.Fatalf("%q is %x by both keys", s, h)
		}
	}
	long := strings.Repeat("/api/v1/namespaces/", 4)
	for n := range len(long) {
		add(long[:n])
		add(strings.Repeat("\x00", n))
		for bit := range 8 * n {
			b := []byte(long[:n])
			b[bit/8] ^= 1 << (bit % 8)
			add(string(b))
		}
	}
	for i := range 200_000 {
		add(fmt.Sprintf("pod-%d", i))
	}
}

func TestHashesSpread(t *testing.T) {
	k := newHashKey()
	for size := 1; size < 70; size++ {
		changed := 0
		for i := range 64 {
			s := strings.Repeat(string(rune('a'+i%26)), size)
			b := []byte(s)
			b[i%size] ^= 1
			changed += bits.OnesCount64(k.text(s) ^ k.text(string(b)))
			changed += bits.OnesCount64(k.numbers(uint64(i), 7) ^ k.numbers(uint64(i)^1, 7))
		}
		if mean := changed / 128; mean < 27 || mean > 37 {
			t.Errorf("of %d bytes: %d bits change on average", size, mean)
		}
	}
}

// The numbers of short texts are those that were kept before they were read in a
// few steps.
func TestShortTextsAreNumbersByteForByte(t *testing.T) {
	for n := range 8 {
		s, want := "\xfe\x81cdefg"[:n], uint64(0)
		for i := range n {
			want |= uint64(s[i]) << (8 * i)
		}
		if got := loadFew(s); got != want {
			t.Errorf("%q is %x, want %x", s, got, want)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	k, s := newHashKey(), "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	for b.Loop() {
		k.text(s)
	}
}
