package fn

import (
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func TestNeeded(t *testing.T) {
	for _, c := range []struct {
		pattern string
		words   []string // nil: none is needed
	}{
		{`xmrig`, []string{"xmrig"}},
		{`(?i)[^",]*(xmrig|ethminer)[^",]*`, []string{"ethminer", "xmrig"}},
		{`(?i)passw(or)?d|passwd|pwd`, []string{"passwd", "password", "passwd", "pwd"}},
		{`^/api/v\d+/secrets$`, []string{"/secrets"}},
		{`a[bc]d`, []string{"abd", "acd"}},
		{`(foo|bar)+x`, []string{"bar", "foo"}},
		{`(foo){2,}`, []string{"foo"}},
		{`(foo){0,2}`, nil},
		{`\d+`, nil},
		{`foo|\d+`, nil},
		{`.*`, nil},
		{``, nil},
		{`é+foo`, []string{"foo"}},
		{`x`, nil},
	} {
		n := neededBy(treeOf(t, c.pattern))
		slices.Sort(c.words)
		c.words = slices.Compact(c.words)
		switch {
		case n == nil && c.words != nil, n != nil && !slices.Equal(n.words, c.words):
			t.Errorf("%s: needs %v, want %q", c.pattern, n, c.words)
		}
	}
	wallet := neededBy(treeOf(t, `\b4[0-9AB][1-9A-HJ-NP-Za-km-z]{93}\b|xmrig`))
	for s, want := range map[string]bool{
		"4A" + strings.Repeat("z", 93): true, strings.Repeat("z", 92) + "0" + strings.Repeat("z", 92): false,
		"xmrig": true, strings.Repeat("z0", 93): false, "": false,
	} {
		if wallet.mayMatch(s) != want {
			t.Errorf("a wallet in %q: want %v", s, want)
		}
	}
}

func TestNeededKnowsOtherLettersOfTheSameFold(t *testing.T) {
	re, err := newRegex(`(?i)kiss`)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"kiss", "a KISS.", "\u212aiss", "ki\u017fs"} {
		if !re.matches(s) {
			t.Errorf("%q is not matched", s)
		}
	}
	for _, s := range []string{"", "k", "kis", "kisx"} {
		if re.matches(s) {
			t.Errorf("%q is matched", s)
		}
	}
}

// What a regular expression finds, the words that it needs do not hide.
func FuzzNeeded(f *testing.F) {
	for _, p := range []string{`xmrig|ethminer`, `(?i)passw(or)?d|pwd`, `a[bc]?d{2,}e`, `(?i)kiss\b`, `(ab|c)(d|ef)*gh`, `^$`, `[[:alpha:]]{3}x`, `(?s)a.c`, `\x{212a}el`, `a|[b-f]{17}x`, `(\w{16}|bc){2}`} {
		for _, s := range []string{"xmrig", "PASSWORD=1", "abddde", "\u212aISS", "abdefgh", "", "x-\xff-abc"} {
			f.Add(p, s)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		re, err := newRegex(pattern)
		if err != nil || len(pattern) > 200 {
			return
		}
		for _, s := range []string{s, s + pattern + s, strings.ToUpper(s)} {
			if re.re().MatchString(s) && !re.need.mayMatch(s) {
				t.Fatalf("%q is found in %q, which holds none of %q", pattern, s, re.need.words)
			}
		}
	})
}

func BenchmarkNeeded(b *testing.B) {
	re, err := newRegex(`(?i)[^",]*(xmrig|ethminer|minerd|cpuminer|kinsing|kdevtmpfsi|monero|nicehash)[^",]*`)
	if err != nil {
		b.Fatal(err)
	}
	s := strings.Repeat(`{"name":"web","image":"registry.example.com/team/web:1.2.3","command":["/bin/server"]},`, 10)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		if re.matches(s) {
			b.Fatal("found")
		}
	}
}

func TestLiterals(t *testing.T) {
	for _, c := range []struct {
		pattern string
		words   []string // nil: it is no list
	}{
		{`(?i)xmrig|ethminer`, []string{"xmrig", "ethminer"}},
		{`((?i)(mini?ng|[A-Ca-c]2|--))`, []string{"mining", "minng", "a2", "b2", "c2", "--"}},
		{`(?i)pass(word)??s`, nil}, // a group that is not the whole match
		{`(?i)pass(?:word)??s`, []string{"passs", "passwords"}},
		{`xmrig`, nil},
		{`1-2|3\.4`, []string{"1-2", "3.4"}},
		{`(?i)\bxmrig`, nil},
		{`(?i)xm+rig`, nil},
		{`(?i)xmrig|x`, nil},
		{`[ab]2`, nil},
		{`(?i)xm|`, nil},
		{``, []string{""}},
		{`((?i)())`, []string{""}},
	} {
		var got []string
		if l := literalsOf(treeOf(t, c.pattern)); l != nil {
			got = l.words
		}
		if !slices.Equal(got, c.words) {
			t.Errorf("%s: lists %q, want %q", c.pattern, got, c.words)
		}
	}
}

// A list of texts is found as the expression finds it.
func FuzzLiterals(f *testing.F) {
	for _, p := range []string{`(?i)xmrig|ethminer`, `(?i)(min(?:er|ing)|minergate|min)`, `(?i)(?:ab|abc)(?:cd|d)?`, `((?i)a{2,3}b??c)`, `--|-=|(?i)aa|aab`, `[0-3]-[45]`, `((?i))`} {
		for _, s := range []string{"xmrig -o", "XMRIG ethminer", "minergate mining", "abcd abd abccd", "aaabc aac", "--- -=-", "\u212a min", "2-4,1-5"} {
			f.Add(p, s)
		}
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		re, err := newRegex(pattern)
		if err != nil || re.lits == nil {
			return
		}
		for _, s := range []string{s, s + pattern + s, strings.ToUpper(s), strings.Join(re.lits.words, s)} {
			if got, want := re.matches(s), re.re().MatchString(s); got != want {
				t.Fatalf("%q matches %q: %t", pattern, s, got)
			}
			if got, want := re.findGroups(s), re.re().FindStringSubmatchIndex(s); !slices.Equal(got, want) {
				t.Fatalf("%q in %q: at %v, want %v", pattern, s, got, want)
			}
			for _, n := range []int{-1, 2} {
				got, want := re.findAll(s, n), re.re().FindAllStringSubmatchIndex(s, n)
				if !slices.EqualFunc(got, want, slices.Equal[[]int]) {
					t.Fatalf("%q in %q: all at %v, want %v", pattern, s, got, want)
				}
			}
		}
	})
}

func treeOf(t *testing.T, pattern string) *syntax.Regexp {
	t.Helper()
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return re
}
