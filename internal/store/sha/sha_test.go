package sha

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"
)

// mustSum checks the sums of messages against the standard library's.
func mustSum(t *testing.T, m *Many, messages ...[]byte) {
	t.Helper()
	for _, text := range messages {
		m.Text = append(m.Text, text...)
		m.End()
	}
	if m.Len() != len(messages) {
		t.Errorf("%d messages of %d", m.Len(), len(messages))
	}
	sums := m.Sums([]Sum{{1}})
	if len(sums) != len(messages)+1 || sums[0] != (Sum{1}) || m.Len() != 0 {
		t.Fatalf("%d sums, %d messages left", len(sums), m.Len())
	}
	for i, text := range messages {
		if sums[i+1] != sha256.Sum256(text) {
			t.Errorf("message %d of %d, %d bytes: wrong", i, len(messages), len(text))
		}
	}
}

func TestSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 3*long)
	for i := range text {
		text[i] = byte(rng.Uint32())
	}
	m := &Many{}
	mustSum(t, m)
	for n := range 40 {
		var messages [][]byte
		for range n {
			size := []int{300, 3000, 20_000}[rng.IntN(3)]
			messages = append(messages, text[rng.IntN(1000):][:rng.IntN(size)])
		}
		mustSum(t, m, messages...)
	}
	var sizes [][]byte // all ways to pad
	for n := range 200 {
		sizes = append(sizes, text[n:2*n])
	}
	mustSum(t, m, sizes...)
	mustSum(t, m, text, text[:long], text[:long+1], nil, nil, text[:1], text[:64])
}

func FuzzSums(f *testing.F) {
	f.Add([]byte("abc"), uint16(3), uint8(20))
	f.Fuzz(func(t *testing.T, text []byte, step uint16, n uint8) {
		var messages [][]byte
		for i := range int(n) {
			messages = append(messages, text[:min(len(text), i*int(step))])
		}
		mustSum(t, &Many{}, messages...)
	})
}

func BenchmarkSums(b *testing.B) {
	text := make([]byte, 2700)
	b.SetBytes(int64(256 * len(text)))
	m := &Many{}
	var sums []Sum
	for b.Loop() {
		for range 256 {
			m.Text = append(m.Text, text...)
			m.End()
		}
		sums = m.Sums(sums[:0])
	}
}

func BenchmarkOne(b *testing.B) {
	text := make([]byte, 2700)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		sha256.Sum256(text)
	}
}
