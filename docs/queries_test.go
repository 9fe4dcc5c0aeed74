package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

var (
	fenced = regexp.MustCompile("(?ms)^```kql\n(.*?)^```$")
	hunted = regexp.MustCompile(`(?m)dogwatch hunt '([^']+)'`)
)

// TestQueriesCompile holds every query of the pages to the tables as they are.
func TestQueriesCompile(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	a := app.Load(app.Config{NoBuiltin: true})
	n := 0
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(fenced.FindAllStringSubmatch(string(text), -1), hunted.FindAllStringSubmatch(string(text), -1)...) {
			if m[1] == "KQL" || strings.Contains(m[1], "...") {
				continue
			}
			n++
			if _, err := a.Compile(diag.NewFile(page, m[1])); err != nil {
				t.Errorf("%s: %s\n%v", page, m[1], err)
			}
		}
	}
	if n < 4 {
		t.Errorf("only %d queries found", n)
	}
}
