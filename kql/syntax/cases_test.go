package syntax

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

var update = flag.Bool("update", false, "rewrite what the cases want")

// A file of cases is blocks parted by lines of "====". A block is a query, a
// line "----", and what is wanted of it: the printed tree, or the mistakes.
const (
	between = "\n====\n"
	divider = "\n----\n"
)

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { runCases(t, file) })
	}
}

func runCases(t *testing.T, file string) {
	var now []string
	for _, block := range readCases(t, file) {
		query, want, _ := strings.Cut(block, divider)
		got := outcome(t, query)
		now = append(now, query+divider+got)
		if got != strings.TrimRight(want, "\n") && !*update {
			t.Errorf("query:\n%s\ngot:\n%s\nwant:\n%s", query, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(now, between)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readCases(t testing.TB, file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(data), between)
}

// outcome is what reading a query gives, as text.
func outcome(t *testing.T, query string) string {
	q, errs := Parse(diag.NewFile("q", query))
	checkTree(t, q, query)
	if errs.Err() != nil {
		return errs.Error()
	}
	checkSpans(t, q, query)
	checkRoundTrip(t, q)
	return Format(q) + unsupportedIn(q)
}

func unsupportedIn(q *Query) string {
	var b strings.Builder
	Walk(q, func(n Node) bool {
		if u, ok := n.(*Unsupported); ok {
			b.WriteString("\nnot supported: " + u.Feature)
		}
		return true
	})
	return b.String()
}

// seeds are all queries of all cases.
func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, block := range readCases(f, file) {
			query, _, _ := strings.Cut(block, divider)
			f.Add(query)
		}
	}
}

// FuzzParse: no text makes the parser fail, spans stay within the text, and
// what has no mistake prints as text that reads back the same.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, errs := Parse(diag.NewFile("fuzz", text))
		checkTree(t, q, text)
		for _, e := range errs {
			if e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(text) {
				t.Errorf("mistake at %v in a text of %d bytes: %s", e.Span, len(text), e.Message)
			}
			_ = e.Detail()
		}
		if errs.Err() == nil {
			checkRoundTrip(t, q)
		}
	})
}
