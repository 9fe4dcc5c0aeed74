package nesting

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzEnd holds what the machine's vector instructions find to plain Go, also where
// a text comes in pieces.
func FuzzEnd(f *testing.F) {
	for pad := range 66 {
		fill := strings.Repeat("x", pad)
		for _, s := range []string{
			`"` + fill + `":[{}]} tail`, `"` + fill + `\"]","` + fill + `{\\",[1]] tail`, `"a":"` + fill + `\\\"}"}`, fill + "\n}", fill + `\"}"]`,
			strings.Repeat("[", pad) + strings.Repeat("]", pad+1), strings.Repeat("{},", pad) + `{}]]`, `"` + strings.Repeat(`\\`, pad) + `\"",2]` + fill + `]`,
		} {
			f.Add(s, byte('\n'), byte(pad))
			f.Add(s+strings.Repeat(" ", 64), byte(0), byte(1))
		}
	}
	f.Fuzz(sameEnd)
}

func sameEnd(t *testing.T, s string, stop, cut byte) {
	s = s[:len(s)-len(s)%BlockBytes]
	got, want := Open(stop), Open(stop)
	end := want.plain(s)
	head := int(cut) % (len(s)/BlockBytes + 1) * BlockBytes
	at := got.End(s[:head])
	if at < 0 && !got.Broken() {
		if at = got.End(s[head:]); at >= 0 {
			at += head
		}
	}
	if at != end || at < 0 && got.Broken() != want.Broken() {
		t.Fatalf("%q, stopped by %q, cut at %d: ends at %d (broken %v), want %d (%v)", s, stop, head, at, got.Broken(), end, want.Broken())
	}
	if at < 0 && !got.Broken() && got != want {
		t.Fatalf("%q, cut at %d: comes to %+v, want %+v", s, head, got, want)
	}
}

func TestEndInOddTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, letters := range []string{`\\\\""{}[]ab,: ` + "\n", `"{}[]a,:    `, `{}[]`, `{{}}}""\`} {
		for range 20_000 {
			text := make([]byte, r.IntN(400))
			for i := range text {
				text[i] = letters[r.IntN(len(letters))]
			}
			sameEnd(t, string(text), "\n\x00a"[r.IntN(3)], byte(r.IntN(8)))
		}
	}
}
