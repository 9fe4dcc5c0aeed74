package screen

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain pod/api-1", "plain pod/api-1"},
		{"a\tb\nc", "a\tb\nc"},
		{"\x1b[2Jgone", `\x1b[2Jgone`},
		{"\x9b31m", `\x9b31m`}, // a lone byte, which is no UTF-8
		{"\u009b31m", `\x9b31m`},
		{"back\rover", `back\x0dover`},
		{"a\u202Egnp.exe", `a\u202egnp.exe`},
		{"zero\u200bwidth", `zero\u200bwidth`},
		{"\xff\xfe", `\xff\xfe`},
		{"naïve 日本", "naïve 日本"},
		{"bell\a", `bell\x07`},
	} {
		if got := Printable(c.in); got != c.want {
			t.Errorf("Printable(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\xff", "\u202e", "a\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := Printable(s)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, unsafeRune) {
			t.Fatalf("Printable(%q) = %q is not safe to show", s, out)
		}
		if Printable(out) != out {
			t.Fatalf("Printable(%q) is not stable", s)
		}
		if one := OneLine(s); strings.ContainsAny(one, "\n\t") {
			t.Fatalf("OneLine(%q) = %q", s, one)
		}
	})
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"short", 10, []string{"short"}},
		{"two words here", 9, []string{"two words", "here"}},
		{"unbreakablelongword", 8, []string{"unbreaka", "blelongw", "ord"}},
		{"a unbreakablelong", 8, []string{"a", "unbreaka", "blelong"}},
		{"日本語日本語", 4, []string{"日本", "語日", "本語"}},
		{"", 5, []string{""}},
	} {
		got := Wrap(c.in, c.width)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("some words to wrap", 7)
	f.Add("日本語", 1)
	f.Fuzz(func(t *testing.T, s string, width int) {
		s = OneLine(s)
		for _, line := range Wrap(s, width) {
			// One wide character may not fit; no line is empty but of an empty text.
			if width > 1 && Width(line) > width && utf8.RuneCountInString(line) > 1 {
				t.Fatalf("Wrap(%q, %d): %q is too wide", s, width, line)
			}
		}
	})
}

func TestWidth(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"", 0}, {"abc", 3}, {"日本", 4}, {"e\u0301", 1}, {"🚀", 2}, {"✅ok", 4}, {"…", 1}, {"한", 2}, {"ｆ", 2}, {"→", 1},
	} {
		if got := Width(c.in); got != c.want {
			t.Errorf("Width(%q) = %d, want %d", c.in, got, c.want)
		}
	}
	for i := 1; i < len(wide); i++ {
		if wide[i][0] <= wide[i-1][1] || wide[i][1] < wide[i][0] {
			t.Errorf("range %x is out of order", wide[i])
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 5, "short"}, {"longer", 5, "long…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"日本語", 2, "…"}, {"a\nb", 9, `a\nb`}, {"ab", 1, "…"},
	} {
		if got := Clip(c.in, c.width); got != c.want {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}
