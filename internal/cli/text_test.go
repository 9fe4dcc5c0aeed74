package cli

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
		if got := printable(c.in); got != c.want {
			t.Errorf("printable(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\xff", "\u202e", "a\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := printable(s)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, unsafeRune) {
			t.Fatalf("printable(%q) = %q is not safe to show", s, out)
		}
		if printable(out) != out {
			t.Fatalf("printable(%q) is not stable", s)
		}
		if one := oneLine(s); strings.ContainsAny(one, "\n\t") {
			t.Fatalf("oneLine(%q) = %q", s, one)
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
		got := wrap(c.in, c.width)
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("some words to wrap", 7)
	f.Add("日本語", 1)
	f.Fuzz(func(t *testing.T, s string, width int) {
		s = oneLine(s)
		for _, line := range wrap(s, width) {
			// One wide character may not fit; no line is empty but of an empty text.
			if width > 1 && displayWidth(line) > width && utf8.RuneCountInString(line) > 1 {
				t.Fatalf("wrap(%q, %d): %q is too wide", s, width, line)
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{thousands(0), "0"}, {thousands(999), "999"}, {thousands(1000), "1,000"}, {thousands(1234567), "1,234,567"}, {thousands(-1234), "-1,234"}, {thousands(-123), "-123"},
		{plural(1, "alert"), "1 alert"}, {plural(2, "alert"), "2 alerts"}, {plural(0, "story"), "0 stories"},
		{size(999), "999 B"}, {size(1500), "2 kB"}, {size(1_250_000), "1.2 MB"}, {size(412_000_000), "412 MB"}, {size(10_400_000_000), "10.4 GB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
