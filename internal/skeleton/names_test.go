package skeleton

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzNames holds what the machine's vector instructions find to plain Go, and to a
// look at each byte.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"", `"`, `{"a":1}`, `{"a" :1,"b":"c"}`, `{"a\":":1}`, strings.Repeat(`"":`, 100), strings.Repeat(" ", 63) + `":`, strings.Repeat(" ", 63) + `"`,
		strings.Repeat("x", 64) + `":`, strings.Repeat("é", 31) + "\"\x80\"\xff\"\x7f\"\x1f\"\"!",
		strings.Repeat(" ", 63) + `\u0041`, strings.Repeat(" ", 31) + `\/\`, `\`, `\\u`,
	} {
		f.Add(s)
	}
	f.Fuzz(sameNames)
}

func sameNames(t *testing.T, s string) {
	var k Names
	if spelt := k.Read(s); spelt != (strings.Contains(s, `\u`) || strings.Contains(s, `\/`)) {
		t.Fatalf("%q has escapes: %v", s, spelt)
	}
	plain := make([]uint64, (len(s)+blockBytes-1)/blockBytes)
	if padded := s + strings.Repeat("\x00", len(plain)*blockBytes+1-len(s)); len(plain) > 0 {
		if spelt := plainNameEnds(padded, plain); spelt != k.Read(s) {
			t.Fatalf("%q has escapes, to plain Go: %v", s, spelt)
		}
	}
	for i, want := range plain {
		if k.ends[i] != want {
			t.Fatalf("block %d of %q is %b, want %b", i, s, k.ends[i], want)
		}
	}
	at := k.Next(0)
	for i := range len(s) {
		if s[i] != '"' || i+1 < len(s) && s[i+1] != ':' && s[i+1] > ' ' {
			continue
		}
		if at != i {
			t.Fatalf("a name in %q ends at %d, want %d", s, at, i)
		}
		at = k.Next(i + 1)
	}
	if at >= 0 {
		t.Fatalf("one name more in %q ends at %d", s, at)
	}
}

func TestNamesInOddTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const letters = "\"\"\"\":: \n\x00a\xba\xa2{}"
	const escapes = letters + `\\u/aaaaaaaaaaaaaaaaaaaaaaaaaaa`
	for range 20_000 {
		text := make([]byte, r.IntN(300))
		for i := range text {
			text[i] = escapes[r.IntN(len(escapes)-r.IntN(2)*(len(escapes)-len(letters)))]
		}
		sameNames(t, string(text))
	}
}
