package skeleton

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/nesting"
)

// FuzzEnds holds what the machine's vector instructions find to plain Go, and to
// what stands in the masks of a whole line.
func FuzzEnds(f *testing.F) {
	long := strings.Repeat(`{"verb":"get","x\\":["a\"]"]},`, 30)
	for _, s := range []string{
		"", "{", "{}", `{"a":"]"}`, `[[[[{"a":1}]]]]`, `{"a":[` + long + `1]}`, `{"a":[` + long + "\n" + `]}`, `{"a":"` + strings.Repeat(`\`, 130) + `"}`,
		`{\"a":1}`, `{"a":1}\`, "{\"a\\\n\"}", strings.Repeat("[", 200) + strings.Repeat("]", 200), strings.Repeat("{}", 100), "{" + strings.Repeat("[]", 100) + "}\n",
		`{"a":` + strings.Repeat(" ", 57) + "}\n", strings.Repeat(`"`, 200),
	} {
		f.Add(s, 0)
		f.Add(s, 1)
		f.Add(strings.Repeat(" ", 61)+s+strings.Repeat(" ", 64), 61)
	}
	f.Fuzz(func(t *testing.T, s string, from int) { sameEnds(t, s, from) })
}

func sameEnds(t *testing.T, s string, from int) {
	if from < 0 || from >= len(s) {
		return
	}
	if got, want := Quote(s, from), plainQuote(s, from); got != want {
		t.Fatalf("the text of %q at %d ends at %d, want %d", s, from, got, want)
	}
	sameQuotes(t, s, from)
	got, want := Nested(s, from), -1
	st := nesting.Open('\n')
	for i := from + 1; i < len(s) && want < 0 && !st.Broken(); i++ { // byte by byte
		if st.End(s[i:i+1]) > 0 {
			want = i + 1
		}
	}
	if got != want {
		t.Fatalf("the value of %q at %d ends at %d, want %d", s, from, got, want)
	}
	escape := strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace
	end := want
	if want > 0 {
		end = from + len(escape(s[from:want]))
	}
	if got := NestedEscaped(s[:from]+escape(s[from:]), from); got != end && s[from] != '"' && s[from] != '\\' {
		t.Fatalf("the value of %q at %d ends at %d in a text, want %d", s, from, got, end)
	}
	var k Line
	if end, ok := k.Read(s[from:]); ok && (s[from] == '{' || s[from] == '[') {
		if want := k.Nested(0); got != want && got != want+from {
			t.Fatalf("the value of %q at %d ends at %d, in its line of %d bytes %d behind", s, from, got, end, want)
		}
	}
}

// sameQuotes holds what is known of a part of s to a search from each of its bytes.
func sameQuotes(t *testing.T, s string, from int) {
	var q Quotes
	q.Read(s, 0)
	q.Read(s, from)
	for i := from; i < len(s) && i < from+300; i++ {
		if got := q.Quote(i); got >= 0 && got != plainQuote(s, i) {
			t.Fatalf("the quote of %q from %d on is at %d, want %d", s, i, got, plainQuote(s, i))
		}
	}
	const known = quotesBlocks * blockBytes
	if !hasAVX2 || len(s)-from < known || strings.ContainsAny(s[from:from+known], "\\\n") {
		return
	}
	for i := range known {
		want := strings.IndexByte(s[from+i:from+known], '"')
		if got := q.Quote(from + i); (got < 0) != (want < 0) {
			t.Fatalf("the quote of %q from %d on is not known: %d", s, from+i, got)
		}
	}
}

func TestEndsInOddTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, letters := range []string{`\\\\""{}[]ab,: ` + "\n", `"{}[]a,:    `, `{}[]`, `{{}}}""\`, "abcdefghijklmnopq\""} {
		for range 20_000 {
			text := make([]byte, r.IntN(400))
			for i := range text {
				text[i] = letters[r.IntN(len(letters))]
			}
			sameEnds(t, string(text), r.IntN(4))
		}
	}
}

func BenchmarkNested(b *testing.B) {
	value := `{"a":"` + strings.Repeat(`text and \"more\" text, `, 20) + `","b":{` + strings.Repeat(`"key":"value","list":[1,2],`, 80) + `"z":1}}`
	for b.Loop() {
		b.SetBytes(int64(len(value)))
		if Nested(value, 0) != len(value) {
			b.Fatal("not its end")
		}
	}
}
