package decode

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzUnescape holds it to encoding/json where that reads the text, and the
// machine's vector instructions to plain Go.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"", "plain", `a\"b`, `\\\\`, `{\"kind\":\"Event\",\"level\":\"Metadata\"}`, `\u00e9\ud83d\ude00\ud800x`, `\`, `1234567\`, `12345678\n`, `\q\u12`, "\u00e9\\t",
		strings.Repeat(`{\"a\\\\\"b\/`, 20), strings.Repeat(`\\`, 50) + `\"`, strings.Repeat("x", 31) + `\"` + strings.Repeat("y", 40) + `\n` + strings.Repeat(`\"`, 30)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := []byte("kept")
		got := string(appendUnescaped(kept, s))
		if got[:4] != "kept" || len(got) > 4+len(s) {
			t.Fatalf("%q from %q", got, s)
		}
		if got = got[4:]; !strings.Contains(s, "\\") && got != s {
			t.Fatalf("%q from %q", got, s)
		}
		plain := make([]byte, len(s)+8)
		if _, n := unescapePlain(plain, s, len(s)); got != string(plain[:n]) {
			t.Fatalf("%q from %q, and %q byte by byte", got, s, plain[:n])
		}
		sameText(t, s)
		var want string
		if utf8.ValidString(s) && json.Unmarshal([]byte(`"`+s+`"`), &want) == nil && got != want {
			t.Fatalf("%q from %q, want %q", got, s, want)
		}
	})
}

func TestUnescapeOddTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const letters = `\\\\\\""""/nu0abcdefgh`
	for range 50_000 {
		text := make([]byte, r.IntN(300))
		for i := range text {
			text[i] = letters[r.IntN(len(letters))]
		}
		plain := make([]byte, len(text)+8)
		_, n := unescapePlain(plain, string(text), len(text))
		sameText(t, string(text))
		if got := unescape(string(text)); got != string(plain[:n]) {
			t.Fatalf("%q from %q, want %q", got, text, plain[:n])
		}
	}
}

// sameText holds unescapeText to a look for the quote that unescapes what stands
// before it.
func sameText(t *testing.T, s string) {
	t.Helper()
	dst := make([]byte, len(s)+8)
	end, n := unescapeText(dst, s)
	behind := skipString(`"`+s, 0)
	if behind > len(s)+1 {
		if end >= 0 {
			t.Fatalf("%q ends at %d", s, end)
		}
		return
	}
	if end != behind-2 || string(dst[:n]) != unescape(s[:end]) {
		t.Fatalf("%q ends at %d and is %q, want %d and %q", s, end, dst[:n], behind-2, unescape(s[:max(end, 0)]))
	}
}
