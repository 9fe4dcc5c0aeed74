package diag

import (
	"errors"
	"strings"
	"testing"
)

func TestPosition(t *testing.T) {
	text := "first\nzweite Zeile äöü x\r\n\tthird\n"
	cases := []struct {
		name         string
		at           string // the text at fault
		line, column int
		shown        string
	}{
		{"start", "first", 1, 1, "first"},
		{"characters, not bytes", "x", 2, 18, "zweite Zeile äöü x"},
		{"behind a tab", "third", 3, 2, "\tthird"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			i := strings.Index(text, c.at)
			e := &Error{File: NewFile("f", text), Span: Span{i, i + len(c.at)}}
			name, line, column, shown, at := e.Position()
			if name != "f" || line != c.line || column != c.column || shown != c.shown {
				t.Errorf("got %s:%d:%d %q", name, line, column, shown)
			}
			if got := shown[at.Start:at.End]; got != c.at {
				t.Errorf("marked %q", got)
			}
		})
	}
}

func TestPositionOutside(t *testing.T) {
	for _, s := range []Span{{-5, -1}, {3, 1}, {100, 200}, {0, 100}} {
		e := &Error{File: NewFile("f", "abc\ndef"), Span: s, Message: "m"}
		_, line, _, text, at := e.Position()
		if at.Start < 0 || at.End < at.Start || at.End > len(text) || line < 1 || line > 2 {
			t.Errorf("span %v: line %d, %v in %q", s, line, at, text)
		}
		if e.Detail() == "" {
			t.Errorf("span %v: no detail", s)
		}
	}
}

func TestDetail(t *testing.T) {
	f := NewFile("rules/exec.yaml", "T\n| where vreb == 'exec'\n")
	i := strings.Index(f.Text, "vreb")
	e := &Error{File: f, Span: Span{i, i + 4}, Message: `unknown column "vreb"`, Hint: "did you mean Verb?"}
	want := "rules/exec.yaml:2:9: unknown column \"vreb\"\n| where vreb == 'exec'\n        ~~~~\nhint: did you mean Verb?"
	if got := e.Detail(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestDetailOfLongLine(t *testing.T) {
	text := strings.Repeat("ä", 5000) + "HERE" + strings.Repeat("b", 5000)
	i := strings.Index(text, "HERE")
	e := &Error{File: NewFile("f", text), Span: Span{i, i + 4}, Message: "m"}
	lines := strings.Split(e.Detail(), "\n")
	if len(lines) != 3 || len([]rune(lines[1])) > 200 {
		t.Fatalf("got %d lines, the second of %d characters", len(lines), len([]rune(lines[1])))
	}
	from := strings.IndexByte(lines[2], '~')
	if got := string([]rune(lines[1])[from : from+4]); got != "HERE" {
		t.Errorf("marked %q", got)
	}
}

func TestDetailOfRubbish(t *testing.T) {
	e := &Error{File: NewFile("f", "a\x00\x1b[31m\xff\xfe z"), Span: Span{9, 10}, Message: "m"}
	for _, c := range []byte(e.Detail()) {
		if c < 0x20 && c != '\n' {
			t.Errorf("control character %#x in %q", c, e.Detail())
		}
	}
}

// A query cut from a block of a YAML file: its lines lost their indentation.
func TestOrigin(t *testing.T) {
	outer := NewFile("rule.yaml", "id: 1\nquery: |\n    T\n    | where äx == 1\n")
	inner := &File{Name: "query", Text: "T\n| where äx == 1\n", Outer: outer}
	inner.Origin = func(i int) int {
		line := strings.Count(inner.Text[:i], "\n")
		return strings.Index(outer.Text, "T\n") + i + 4*line
	}
	i := strings.Index(inner.Text, "äx")
	e := &Error{File: inner, Span: Span{i, i + len("äx")}, Message: "unknown"}
	if got, want := e.Detail(), "rule.yaml:4:13: unknown\n    | where äx == 1\n            ~~"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	// A span up to the end of a line ends there, not in the next one.
	e = &Error{File: inner, Span: Span{0, 2}, Message: "m"}
	if _, line, column, text, at := e.Position(); line != 3 || column != 5 || text[at.Start:at.End] != "T" {
		t.Errorf("got %d:%d, marked %q", line, column, text[at.Start:at.End])
	}
}

func TestNearest(t *testing.T) {
	names := []string{"where", "summarize", "take", "top", "Verb", "User", "as"}
	for word, want := range map[string]string{
		"sumarize": "summarize", "WHERE": "where", "vreb": "Verb", "tpo": "top", "AS": "as",
		"a": "", "zzz": "", "": "", "completelydifferent": "", "Usr": "User",
	} {
		if got := Nearest(word, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := Nearest(strings.Repeat("x", 1<<20), []string{strings.Repeat("x", 1<<20)}); got != "" {
		t.Errorf("a very long word was compared")
	}
}

func TestList(t *testing.T) {
	var l List
	if l.Err() != nil {
		t.Error("an empty list is an error")
	}
	f := NewFile("f", "abc")
	l.Add(f, Span{2, 3}, "second %d", 2)
	l.AddUnsupported(f, Span{0, 1}, "graph-match").Hint = "none"
	l.Sort()
	var list List
	if !errors.As(l.Err(), &list) || list[0].Unsupported != "graph-match" {
		t.Errorf("got %v", l.Err())
	}
	want := "f:1:1: not supported yet: graph-match\nabc\n~\nhint: none\n\nf:1:3: second 2\nabc\n  ~"
	if got := l.Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestSlice(t *testing.T) {
	f := NewFile("f", "abc")
	for s, want := range map[Span]string{{0, 2}: "ab", {-1, 1}: "a", {2, 9}: "c", {2, 1}: "", {9, 12}: ""} {
		if got := f.Slice(s); got != want {
			t.Errorf("Slice(%v) = %q, want %q", s, got, want)
		}
	}
}
