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

// TestBodiesAndStarts sums messages of pieces, which must sum to what they do as
// a whole.
func TestBodiesAndStarts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	letters := make([]byte, 2*long)
	for i := range letters {
		letters[i] = byte(rng.Uint32())
	}
	text := string(letters)
	starts := []*Start{nil, StartOf(""), StartOf("dogwatch"), StartOf(text[:64]), StartOf(text[:65])}
	m := &Many{}
	var out []Sum
	for n := range 50 {
		var want []Sum
		for range n {
			start := starts[rng.IntN(len(starts))]
			body := text[rng.IntN(1000):][:rng.IntN([]int{1, 65, 200, 3000, 30_000, long}[rng.IntN(6)])]
			rest := text[rng.IntN(1000):][:rng.IntN(400)]
			m.Begin(start, body)
			m.Text = append(m.Text, rest...)
			m.End()
			whole := body + rest
			if start != nil {
				whole = string(start.text) + whole
			}
			want = append(want, sha256.Sum256([]byte(whole)))
		}
		out = m.Sums(out[:0])
		for i := range want {
			if out[i] != want[i] {
				t.Fatalf("message %d of %d: wrong", i, n)
			}
		}
	}
}

func TestStartIsWholeBlocks(t *testing.T) {
	for text, blocks := range map[string]int{"": 0, "a": 1, string(make([]byte, 64)): 1, string(make([]byte, 65)): 2} {
		if s := StartOf(text); len(s.text) != blocks*blockSize || string(s.text[:len(text)]) != text {
			t.Errorf("%d bytes: %q", len(text), s.text)
		}
	}
}

func TestPieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	text := make([]byte, 40*pieceSize)
	for i := range text {
		text[i] = byte(rng.Uint32())
	}
	for _, size := range []int{0, 1, pieceSize - 1, pieceSize, pieceSize + 1, lanes * pieceSize, lanes*pieceSize + 1, len(text) - 5} {
		var sums []byte
		for at := 0; at < size; at += pieceSize {
			sum := sha256.Sum256(text[at:min(size, at+pieceSize)])
			sums = append(sums, sum[:]...)
		}
		p := &Pieces{}
		for left := text[:size]; len(left) > 0; {
			n := min(len(left), rng.IntN(3*pieceSize))
			if m, err := p.Write(left[:n]); m != n || err != nil {
				t.Fatal(m, err)
			}
			left = left[n:]
		}
		if p.Sum() != sha256.Sum256(sums) {
			t.Errorf("%d bytes: wrong", size)
		}
	}
}

func FuzzSums(f *testing.F) {
	f.Add([]byte("abc"), uint16(3), uint8(20), uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, step uint16, n uint8, body uint16) {
		var messages [][]byte
		m := &Many{}
		for i := range int(n) {
			g := text[:min(len(text), i*int(step))]
			messages = append(messages, g)
			cut := min(len(g), int(body))
			m.Begin(nil, string(g[:cut]))
			m.Text = append(m.Text, g[cut:]...)
			m.End()
		}
		pieces := m.Sums(nil)
		mustSum(t, m, messages...)
		for i, g := range messages {
			if pieces[i] != sha256.Sum256(g) {
				t.Errorf("message %d of pieces: wrong", i)
			}
		}
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

func BenchmarkBodies(b *testing.B) {
	text := string(make([]byte, 2700))
	b.SetBytes(int64(256 * len(text)))
	m := &Many{}
	var sums []Sum
	for b.Loop() {
		for range 256 {
			m.Begin(nil, text)
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
