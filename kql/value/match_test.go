package value

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNeedles(t *testing.T) {
	for _, c := range []struct {
		s, needle                                         string
		contains, has, prefix, suffix, starts, ends, same bool
	}{
		{"KustoExplorerQueryRun", "Explorer", true, false, false, false, false, false, false},
		{"kube-system/secrets/list", "secrets/list", true, true, true, true, false, true, false},
		{"kube-system/secrets/lists", "secrets/list", true, false, true, false, false, false, false},
		{"North America", "north", true, true, true, true, true, false, false},
		{"abc", "", true, true, true, true, true, true, false},
		{"", "a", false, false, false, false, false, false, false},
		{"a_b", "a", true, true, true, true, true, false, false},
		{"xabx ab", "ab", true, true, true, true, false, true, false},
		{"/secrets/", "/secrets/", true, true, true, true, true, true, true},
		{"\u212Aube-\u017Fystem", "KUBE-SYSTEM", true, true, true, true, true, true, true},
		{"kube", "\u212AUBE", true, true, true, true, true, true, true},
		{"ÄPFEL", "äpfel", true, true, true, true, true, true, true},
		{"Äpfel", "pfel", true, false, false, true, false, true, false},
		{"a\xffb", "B", true, true, true, true, false, true, false},
		{"\xc5\xbf", "S", true, true, true, true, true, true, true},
		{"exec exec2", "exec2", true, true, true, true, false, true, false},
	} {
		n := NewNeedle(c.needle, true)
		got := []bool{n.Contains(c.s), n.Has(c.s), n.HasPrefix(c.s), n.HasSuffix(c.s), n.StartsWith(c.s), n.EndsWith(c.s), n.Equals(c.s)}
		want := []bool{c.contains, c.has, c.prefix, c.suffix, c.starts, c.ends, c.same}
		for i, name := range []string{"contains", "has", "hasprefix", "hassuffix", "startswith", "endswith", "=~"} {
			if got[i] != want[i] {
				t.Errorf("%q %s %q is %v, want %v", c.s, name, c.needle, got[i], want[i])
			}
		}
		if EqualFold(c.s, c.needle) != c.same {
			t.Errorf("EqualFold(%q, %q) is %v", c.s, c.needle, !c.same)
		}
	}
	exact := NewNeedle("Exec", false)
	if exact.Has("exec") || !exact.Has("an Exec") || exact.Contains("EXEC") || !exact.StartsWith("Execs") || exact.Equals("exec") {
		t.Error("case is ignored where it matters")
	}
}

// FuzzNeedle holds the search against the plain way of doing it.
func FuzzNeedle(f *testing.F) {
	f.Add("kube-system/secrets", "Secrets")
	f.Add("\u212Aube \u017F", "KUBE")
	f.Add("aaaa aaab", "aab")
	f.Fuzz(func(t *testing.T, s, needle string) {
		folded, small := FoldString(s), FoldString(needle)
		for _, n := range []*Needle{NewNeedle(needle, true), NewNeedle(needle, false)} {
			h, w := s, needle
			if n.fold {
				h, w = folded, small
			}
			if got, want := n.Contains(s), strings.Contains(h, w); got != want {
				t.Fatalf("%q contains %q is %v, want %v", s, needle, got, want)
			}
			if got, want := n.Has(s), slowHas(h, w, true, true); got != want {
				t.Fatalf("%q has %q is %v, want %v", s, needle, got, want)
			}
			if got, want := n.HasPrefix(s), slowHas(h, w, true, false); got != want {
				t.Fatalf("%q hasprefix %q is %v, want %v", s, needle, got, want)
			}
			if got, want := n.HasSuffix(s), slowHas(h, w, false, true); got != want {
				t.Fatalf("%q hassuffix %q is %v, want %v", s, needle, got, want)
			}
			if !utf8.ValidString(s) || !utf8.ValidString(needle) {
				continue // a cut character may look like the end of another
			}
			if got, want := n.StartsWith(s), strings.HasPrefix(h, w); got != want {
				t.Fatalf("%q startswith %q is %v, want %v", s, needle, got, want)
			}
			if got, want := n.EndsWith(s), strings.HasSuffix(h, w); got != want {
				t.Fatalf("%q endswith %q is %v, want %v", s, needle, got, want)
			}
			if got, want := n.Equals(s), h == w; got != want {
				t.Fatalf("%q equals %q is %v, want %v", s, needle, got, want)
			}
		}
	})
}

// slowHas tries every place.
func slowHas(s, needle string, left, right bool) bool {
	if needle == "" {
		return true
	}
	for i := 0; i+len(needle) <= len(s); i++ {
		if s[i:i+len(needle)] != needle {
			continue
		}
		end := i + len(needle)
		badLeft := left && startsTerm(needle) && endsTerm(s[:i])
		badRight := right && endsTerm(needle) && startsTerm(s[end:])
		if !badLeft && !badRight {
			return true
		}
	}
	return false
}

func TestSearchIsLinear(t *testing.T) {
	s, needle := strings.Repeat("a", 1<<20), strings.Repeat("a", 1<<16)+"b"
	n := NewNeedle(needle, true)
	if n.Contains(s) || n.Has(s) || n.HasSuffix(s) {
		t.Error("found what is not there")
	}
}

func BenchmarkHas(b *testing.B) {
	n := NewNeedle("secrets", true)
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if n.Has(auditEvent) {
			b.Fatal("there is no such term")
		}
	}
}

func BenchmarkContains(b *testing.B) {
	n := NewNeedle("clusterrolebindings", true)
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if n.Contains(auditEvent) {
			b.Fatal("there is no such text")
		}
	}
}

// TestPairsAtAllPlaces puts a text to each place of long ones, next to what is
// like it.
func TestPairsAtAllPlaces(t *testing.T) {
	for _, text := range []string{"q", "Qz", "xmrig", "MRIG/6.2", "aab", `\u`, strings.Repeat("ab", 20)} {
		fold, exact := NewNeedle(text, true), NewNeedle(text, false)
		for _, around := range []string{".", "a", "ab", "mrig/6.", "\xff"} {
			for before := range 70 {
				for _, after := range []int{0, 1, 31, 32, 33, 64, 90} {
					head, tail := strings.Repeat(around, before), strings.Repeat(around, after)
					s := head + text + tail
					if got, want := exact.Index(s), strings.Index(s, text); got != want {
						t.Fatalf("%q in %q: %d, want %d", text, s, got, want)
					}
					if !fold.Contains(head+strings.ToUpper(text)+tail) || !fold.Contains(s) {
						t.Fatalf("%q is not in %q", text, s)
					}
					if cut := head + text[1:] + tail; exact.Contains(cut) != strings.Contains(cut, text) {
						t.Fatalf("%q in %q: %t", text, cut, exact.Contains(cut))
					}
				}
			}
		}
	}
}

func BenchmarkNeedle(b *testing.B) {
	event := strings.Repeat(`{"kind":"Event","verb":"get","user":{"username":"system:node:aks-1","groups":["system:nodes"]},`, 30)
	for _, n := range []*Needle{NewNeedle("mrig", true), NewNeedle("/secrets/", true), NewNeedle(`\u`, false)} {
		b.Run(n.text, func(b *testing.B) {
			b.SetBytes(int64(len(event)))
			for b.Loop() {
				if n.Contains(event) {
					b.Fatal("it is there")
				}
			}
		})
	}
}
