package edit

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func semicolon(text string) bool { return strings.HasSuffix(text, ";") }

// typed is an editor over keys, and the screen that it draws on.
func typed(t testing.TB, keys string, width, height int) (*Editor, *tube) {
	v := newTube(t, width, height)
	return &Editor{
		In: bufio.NewReader(strings.NewReader(keys)), Out: v, Size: func() (int, int) { return width, height },
		Prompt: "> ", More: "| ", Done: semicolon,
	}, v
}

func TestTyping(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"print 1;\r", "print 1;"},
		{"ac\x1b[Db\x05;\r", "abc;"},
		{"b\x01a\x05;\r", "ab;"},
		{"abX\x7f;\r", "ab;"},
		{"aXb\x1b[D\x1b[D\x1b[3~\x05;\r", "ab;"},
		{"one two\x17three;\r", "one three;"},
		{"one two\x15three;\r", "three;"},
		{"one two\x01\x0bthree;\r", "three;"},
		{"one two\x17\x01\x19 \x05;\r", "two one ;"},
		{"two\x1bbone \x05;\r", "one two;"},
		{"a b\x1b[1;5D\x1b[1;5Dx\x05;\r", "xa b;"},
		{"a\x01\x1bd\x05b;\r", "b;"},
		{"T\r| count;\r", "T\n| count;"},
		{"T\r| cout\x1b[A;X\x1b[B\x05;\r", "T;X\n| cout;"}, // a line above that is shorter
		{"日本\x7f語;\r", "日語;"},
		{"a\x1b[99zb\x1bOHc\x05;\r", "cab;"},
		{"T\x1b\r", "T"}, // Alt-Enter
		{"\x1b[200~T\r\n| take 1;\r\nx\x1b[Ay\x1b[201~;\r", "T\n| take 1;\nx[Ay;"},
		{"ab\x1b[D\x04\x05;\r", "a;"},
	} {
		e, _ := typed(t, c.keys, 40, 10)
		got, err := e.Read(context.Background())
		if got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		keys string
		want error
	}{{"abc\x03", ErrInterrupted}, {"\x04", io.EOF}, {"abc", io.EOF}} {
		e, _ := typed(t, c.keys, 40, 10)
		if _, err := e.Read(context.Background()); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.keys, err, c.want)
		}
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	in, keep := io.Pipe()
	defer func() { _ = keep.Close() }()
	e, _ := typed(t, "", 40, 10)
	e.In = bufio.NewReader(in)
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	if _, err := e.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "history")
	h, err := OpenHistory(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one;", "T\n| where a == \"\\n\";", " secret;", "T\n| where a == \"\\n\";", "", "last;"} {
		if err := h.Add(text); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v: only its owner may read it", info.Mode(), err)
	}
	if h, err = OpenHistory(file); err != nil || h.Len() != 3 || h.Entry(1) != "T\n| where a == \"\\n\";" {
		t.Fatalf("%v %q", err, h.entries)
	}
	for _, c := range []struct{ keys, want string }{
		{"\x1b[A\r", "last;"},
		{"\x1b[A\x1b[A\x1b[A\x1b[A\x05\r", "one;"}, // through both lines of the entry between
		{"draft\x1b[A\x1b[B;\r", "draft;"},         // back to what was begun
		{"\x12on\r\r", "one;"},                     // searched, looked at, run
		{"\x12;\x12\x12\x01x\x05\r", "xone;"},      // further back, then changed
		{"new;\x12last\x07\x05\r", "new;"},         // called off
		{"\x12zzz\x7f\x7f\x7flast\r\r", "last;"},   // nothing has it, then something
	} {
		e, _ := typed(t, c.keys, 40, 10)
		e.History = h
		if got, err := e.Read(context.Background()); got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	long := strings.Repeat("x", 5<<10)
	h, _ := OpenHistory(file)
	for i := range longest + 200 {
		if err := h.Add(long + string(rune('a'+i%26))); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Size() > largest+6<<10 || h.Len() != longest {
		t.Errorf("%d bytes, %d entries, %v", info.Size(), h.Len(), err)
	}
}

func words(list ...string) func(string, int) Completion {
	return func(text string, pos int) Completion {
		from := strings.LastIndexAny(text[:pos], " \n") + 1
		c := Completion{From: from}
		for _, w := range list {
			if strings.HasPrefix(strings.ToLower(w), strings.ToLower(text[from:pos])) {
				c.Candidates = append(c.Candidates, Candidate{Text: w, After: " ", Doc: "about " + w})
			}
		}
		return c
	}
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"kubea\t|;\r", "KubeAudit |;"},
		{"Az\t;\r", "Azure;"},
		{"Az\tD\t;\r", "AzureDiagnostics ;"},
		{"x\t;\r", "x;"},
		{"a Ku b\x1b[D\x1b[D\t\x05;\r", "a KubeAudit  b;"},
	} {
		e, _ := typed(t, c.keys, 40, 10)
		e.Complete = words("KubeAudit", "AzureDiagnostics", "AzureActivity")
		if got, err := e.Read(context.Background()); got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

// TestScreen looks at what a person sees when the keys end in the middle.
func TestScreen(t *testing.T) {
	for _, c := range []struct {
		name, keys    string
		width, height int
		want          string
	}{
		{"lines", "T\r| count\x1b[A", 20, 6, "> T\n| | count"},
		{"wrapped", "0123456789abcdef", 10, 6, "> 01234567\n89abcdef"},
		{"full row", "01234567", 10, 6, "> 01234567"},
		{"wide", "日本語日本語", 8, 6, "> 日本語\n日本語"},
		{"wide at the edge", "日本語日", 9, 6, "> 日本語\n日"},
		{"control", "a\x1b[200~\x1b[2Jb\u202e\x1b[201~", 30, 6, `> a[2Jb\u202e`},
		{"shortened", "0123456789abcdef\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", 10, 6, "> 0123456"},
		{"menu", "A\t\t", 40, 6, "> Azure\nAzureDiagnostics  about AzureDiagnosti…\nAzureActivity     about AzureActivity"},
		{"menu gone", "A\t\tD", 40, 6, "> AzureD"},
		{"tall", "1\r2\r3\r4\r5\r6", 10, 3, "| 4\n| 5\n| 6"},
		{"cleared", "abc\x0c", 10, 4, "> abc"},
	} {
		e, v := typed(t, c.keys, c.width, c.height)
		e.Complete = words("KubeAudit", "AzureDiagnostics", "AzureActivity")
		// The last picture is that before the keys end, not the parting one.
		last := ""
		e.In = bufio.NewReader(io.MultiReader(strings.NewReader(c.keys), look(func() { last = v.String() })))
		_, _ = e.Read(context.Background()) // it ends with the keys
		if last != c.want {
			t.Errorf("%s: the screen shows\n%s\nwant\n%s", c.name, last, c.want)
		}
	}
}

// look is a reader that is at its end, and calls a function first.
type look func()

func (l look) Read([]byte) (int, error) {
	l()
	return 0, io.EOF
}

func FuzzEditor(f *testing.F) {
	f.Add("print 1;\r", 20, 5)
	f.Add("\x1b[A\x1b[B\x1b[C\x1b[D\x12x\x7f\t\x0c\x17\x15\x0b\x19\x1bd\x1bb", 3, 2)
	f.Add("日本語\x1b[200~a\r\nb\x1b[201~\x1b\r", 5, 3)
	f.Fuzz(func(t *testing.T, keys string, width, height int) {
		width, height = 2+abs(width)%80, 1+abs(height)%30
		e, _ := typed(t, keys, width, height)
		e.Complete = words("KubeAudit", "AzureDiagnostics", "日本語")
		e.History = &History{entries: []string{"one;", "T\n| two;"}}
		for range 5 {
			if _, err := e.Read(context.Background()); errors.Is(err, io.EOF) {
				return
			}
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func FuzzHistory(f *testing.F) {
	f.Add("a\nb\\n\r")
	f.Fuzz(func(t *testing.T, s string) {
		if line := escape(s); unescape(line) != s || strings.ContainsAny(line, "\n\r") {
			t.Errorf("%q becomes %q and %q", s, line, unescape(line))
		}
	})
}
