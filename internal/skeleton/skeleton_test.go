package skeleton

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"
)

// FuzzMasks holds the machine's vector instructions to plain Go.
func FuzzMasks(f *testing.F) {
	for _, s := range []string{
		"", "{}", `{"a":"\\"}`, `{"a":"\\\"","b":[1,{"c":"]"}]}`, strings.Repeat(`{"key":"va\\\\\"lue",`, 20), strings.Repeat(`\`, 131) + `"`,
		strings.Repeat("a", 63) + `\` + `"b"`, "\"\n\"", strings.Repeat(" ", 64) + "\n", strings.Repeat(`"`, 200),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sameMasks(t, s) })
}

func sameMasks(t *testing.T, s string) {
	if !hasAVX2 {
		t.Skip("this machine has no AVX2")
	}
	padded := s + strings.Repeat("\x00", blockBytes-len(s)%blockBytes)
	n := len(padded) / blockBytes
	fast, slow := make([]block, n), make([]block, n)
	var a, b maskState
	end := lineMasksAVX2(unsafe.StringData(padded), n, &fast[0], &a)
	if want := b.plain(padded, slow); end != want {
		t.Fatalf("line of %q ends at %d, want %d", s, end, want)
	}
	if a.inString != b.inString || end < 0 && a.escaped != b.escaped {
		t.Fatalf("%q ends with %+v, want %+v", s, a, b)
	}
	if end < 0 {
		end = len(padded) - 1
	}
	if (a.odd != 0) != (b.odd != 0) {
		t.Fatalf("backslash outside strings in %q: %v, want %v", s, a.odd != 0, b.odd != 0)
	}
	for i := range end/blockBytes + 1 {
		if fast[i] != slow[i] {
			t.Fatalf("block %d of %q is %b, want %b", i, s, fast[i], slow[i])
		}
	}
}

func TestMasksOfOddTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const letters = `\\\\""{}[]ab,: ` + "\n"
	for range 20_000 {
		text := make([]byte, r.IntN(400))
		for i := range text {
			text[i] = letters[r.IntN(len(letters)-r.IntN(2))]
		}
		sameMasks(t, string(text))
	}
}

func TestSkeletonFindsEnds(t *testing.T) {
	body := `{"a":"` + strings.Repeat(`x\"]`, 500) + `","b":[{"c":"}"},[[1]]],"d":{}}`
	var k Line
	for _, rest := range []string{"", "\n", "\n{\"next\":\"\\", "\n" + strings.Repeat("}", 200)} {
		end, ok := k.Read(body + rest)
		if end != len(body) || !ok {
			t.Fatalf("line ends at %d (%v), want %d", end, ok, len(body))
		}
		if got := k.Nested(0); got != len(body) {
			t.Errorf("the object ends at %d, want %d", got, len(body))
		}
		at := strings.Index(body, `[{"c"`)
		if got := body[at:k.Nested(at)]; got != `[{"c":"}"},[[1]]]` {
			t.Errorf("the array is %q", got)
		}
		if got := k.Quote(6); body[got:got+2] != `",` {
			t.Errorf("the first text ends at %d", got)
		}
	}
	for _, bad := range []string{`{"a":"b}`, `{"a":\"b"}`, "{\"a\":\"b\nc\"}"} {
		if _, ok := k.Read(bad); ok {
			t.Errorf("%q is taken for a line", bad)
		}
	}
}

// Wherever one looks from, the next quote is the one that a look at each byte
// finds.
func TestQuoteIsTheNext(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var k Line
	for range 2000 {
		text := []byte(strings.Repeat("a", r.IntN(400)))
		for range r.IntN(8) {
			if len(text) > 0 {
				text[r.IntN(len(text))] = '"'
			}
		}
		if bytes.Count(text, []byte{'"'})%2 != 0 {
			text = append(text, '"')
		}
		if end, ok := k.Read(string(text)); !ok || end != len(text) {
			t.Fatalf("%q is not read", text)
		}
		for i := range len(text) + 70 {
			want := -1
			if i < len(text) {
				if want = bytes.IndexByte(text[i:], '"'); want >= 0 {
					want += i
				}
			}
			if got := k.Quote(i); got != want {
				t.Fatalf("the quote of %q from %d on is at %d, not %d", text, i, got, want)
			}
		}
	}
}

func BenchmarkMasks(b *testing.B) {
	line := `{"kind":"Event","a":"` + strings.Repeat(`text and \"more\" text, `, 50) + `","b":{` + strings.Repeat(`"key":"value","list":[1,2],`, 40) + `"z":1}}` + "\n"
	for name, vector := range map[string]bool{"AVX2": true, "Go": false} {
		b.Run(name, func(b *testing.B) {
			if vector && !hasAVX2 {
				b.Skip("this machine has no AVX2")
			}
			n := len(line) / blockBytes
			out := make([]block, n)
			b.SetBytes(int64(n * blockBytes))
			for b.Loop() {
				var st maskState
				if vector {
					lineMasksAVX2(unsafe.StringData(line), n, &out[0], &st)
				} else {
					st.plain(line, out)
				}
			}
		})
	}
}

// FuzzTextEnd looks for the end of a text as one does byte by byte.
func FuzzTextEnd(f *testing.F) {
	long := strings.Repeat(`{\"verb\":\"get\",\\\"x\\\\":`, 30)
	for _, s := range []string{"", `"`, `\"`, `a\\"b`, long, long + `"tail`, long + "\n" + `"`, strings.Repeat(`\`, 63) + `"` + long, strings.Repeat("a", 64) + `"`} {
		f.Add(s, 0)
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, from int) {
		if from < 0 || from > len(s) {
			return
		}
		at, found := TextEnd(s, from)
		i := from
		for i < len(s) && s[i] != '"' && (found || i < at) {
			if i++; s[i-1] == '\\' {
				i++
			}
		}
		switch {
		case found && i != at:
			t.Fatalf("%q ends at %d, not %d", s[from:], i, at)
		case !found && i != at:
			t.Fatalf("%q: told to go on at %d, where byte by byte one comes to %d", s[from:], at, i)
		}
	})
}
