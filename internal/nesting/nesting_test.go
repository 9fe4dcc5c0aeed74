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
	f.Fuzz(func(t *testing.T, s string, stop, cut byte) {
		sameEnd(t, s, cut, Open(stop))
		sameEnd(t, s, cut, OpenEscaped(stop))
		sameEscaped(t, s, cut, stop)
	})
}

// sameEnd also where the text is cut into two pieces.
func sameEnd(t *testing.T, s string, cut byte, open State) {
	t.Helper()
	for v := best; v > none; v-- {
		sameEndBy(t, v, s, cut, open)
	}
}

func sameEndBy(t *testing.T, v vectors, s string, cut byte, open State) {
	t.Helper()
	s = s[:len(s)-len(s)%BlockBytes]
	got, want := open, open
	var end int
	if open.isEscaped {
		end = want.plainEscaped(s)
	} else {
		end = want.plain(s)
	}
	head := int(cut) % (len(s)/BlockBytes + 1) * BlockBytes
	at := got.endBy(v, s[:head])
	if at < 0 && !got.Broken() {
		if at = got.endBy(v, s[head:]); at >= 0 {
			at += head
		}
	}
	if at != end || at < 0 && got.Broken() != want.Broken() {
		t.Fatalf("by %d: %q, opened by %+v, cut at %d: ends at %d (broken %v), want %d (%v)", v, s, open, head, at, got.Broken(), end, want.Broken())
	}
	if at < 0 && !got.Broken() && got != want {
		t.Fatalf("by %d: %q, cut at %d: comes to %+v, want %+v", v, s, head, got, want)
	}
}

// sameEscaped holds the end of a value that stands in a text to its end outside of it.
func sameEscaped(t *testing.T, s string, cut, stop byte) {
	t.Helper()
	if stop == '\\' || stop == '"' {
		return
	}
	escape := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace
	padding := strings.Repeat("\n", BlockBytes)
	whole, escaped := s+padding, escape(s)+padding
	sameEnd(t, escaped, cut, OpenEscaped(stop))
	plain, within := Open(stop), OpenEscaped(stop)
	end := plain.End(whole[:len(whole)-len(whole)%BlockBytes])
	got := within.End(escaped[:len(escaped)-len(escaped)%BlockBytes])
	if end > len(s) { // in the padding
		end = -1
	}
	if end >= 0 {
		end = len(escape(s[:end]))
	}
	if got != end || got < 0 && within.Broken() != plain.Broken() {
		t.Fatalf("%q, stopped by %q, ends at %d (broken %v) in a text, want %d (%v)", s, stop, got, within.Broken(), end, plain.Broken())
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
			stop, cut := "\n\x00a"[r.IntN(3)], byte(r.IntN(8))
			sameEnd(t, string(text), cut, Open(stop))
			sameEnd(t, string(text), cut, OpenEscaped(stop))
			sameEscaped(t, string(text), cut, stop)
		}
	}
}

// BenchmarkEnd finds the end of a body as the API server writes them, 64 kB long, by
// each of the machine's instructions, and of one that stands in a text.
func BenchmarkEnd(b *testing.B) {
	one := `{"name":"app","image":"registry.example/shop/cart:1.2.3","env":[{"name":"MODE","value":"a \"b\""}],"ports":[{"containerPort":8080}]},`
	body := strings.Repeat(one, 64<<10/len(one)) + "]"
	inText := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(body)
	for v, name := range []string{none: "plain", avx2: "AVX2", avx512: "AVX512"} {
		if vectors(v) > best {
			break
		}
		for of, text := range map[string]string{"body": body, "inText": inText} {
			b.Run(of+"/"+name, func(b *testing.B) {
				text += strings.Repeat(" ", BlockBytes-len(text)%BlockBytes)
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					st := Open('\n')
					st.isEscaped = of == "inText"
					if end := st.endBy(vectors(v), text); end < len(text)-BlockBytes {
						b.Fatalf("ends at %d of %d", end, len(text))
					}
				}
			})
		}
	}
}
