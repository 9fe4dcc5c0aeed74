package value

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// nestedTexts are arrays and objects whose brackets, quotes and escapes stand at
// all places of blocks of 64 bytes.
func nestedTexts() (texts []string) {
	for pad := range 130 {
		fill := strings.Repeat("x", pad)
		texts = append(texts,
			`{"`+fill+`":[{}]} tail`, `["`+fill+`\"]","`+fill+`{\\",[1]] tail`, `{"a":"`+fill+`\\\"}"}`+fill,
			strings.Repeat("[", pad+1)+strings.Repeat("]", pad+1)+fill, `[`+strings.Repeat("{},", pad)+`{}]]`,
			`["`+strings.Repeat(`\\`, pad)+`\"",2]`+fill+`]`, `[`+fill+`\"]"`+fill+`]`, `{"`+fill, `[`+fill+`\`,
		)
	}
	return texts
}

// TestNestedBlocks: blocks of bytes are skipped as single ones.
func TestNestedBlocks(t *testing.T) {
	for _, s := range nestedTexts() {
		sameEnd(t, s)
	}
	r := rand.New(rand.NewPCG(1, 2))
	const letters = `{}[]"\",:ab`
	for range 20_000 {
		b := make([]byte, 1+r.IntN(300))
		b[0] = '{'
		for i := 1; i < len(b); i++ {
			if b[i] = 'x'; r.IntN(4) == 0 {
				b[i] = letters[r.IntN(len(letters))]
			}
		}
		sameEnd(t, string(b))
	}
}

func sameEnd(t *testing.T, s string) {
	t.Helper()
	if got, want := skipNested(s, 0), restOfNested(s, 0, 0); got != want {
		t.Errorf("%q ends at %d, want %d", s, got, want)
	}
}

func FuzzNestedBlocks(f *testing.F) {
	for _, s := range nestedTexts()[:100] {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sameEnd(t, "{"+s) })
}

func BenchmarkSkipNested(b *testing.B) {
	s := `{` + strings.Repeat(`"name":{"a":"some text","b":[1,2,3],"c":"more of it"},`, 100) + `"e":1}`
	for _, way := range []struct {
		name string
		skip func() int
	}{{"blocks", func() int { return skipNested(s, 0) }}, {"bytes", func() int { return restOfNested(s, 0, 0) }}} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				way.skip()
			}
		})
	}
}
