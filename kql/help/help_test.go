package help_test

import (
	"context"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/help"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// nothing is a catalog without tables.
type nothing struct{}

func (nothing) Table(string) (value.Schema, bool)                      { return nil, false }
func (nothing) TableNames() []string                                   { return nil }
func (nothing) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }

func entries() []help.Entry {
	var all []help.Entry
	for _, list := range [][]help.Entry{help.Operators(), help.Plugins(), help.Statements(), help.Infixes()} {
		all = append(all, list...)
	}
	return all
}

// TestExamplesRun runs every example. What they answer is on the reference page.
func TestExamplesRun(t *testing.T) {
	for _, e := range entries() {
		if e.Doc == "" || e.Form == "" {
			t.Errorf("%s: no help or no form", e.Name)
		}
		for _, text := range e.Examples {
			if !strings.Contains(text, strings.Fields(e.Name)[0]) {
				t.Errorf("%s: an example is about something else:\n%s", e.Name, text)
			}
			q, err := kql.Compile(diag.NewFile("example", text), nothing{})
			if err == nil {
				err = q.Run(context.Background(), nil, kql.RunOptions{}, func(*value.Batch) error { return nil })
			}
			if err != nil {
				t.Errorf("%s: %v", e.Name, err)
			}
		}
	}
}

// TestOperatorsAreTold wants help for every operator that is run.
func TestOperatorsAreTold(t *testing.T) {
	for _, name := range syntax.Operators() {
		if _, ok := help.Find(name); ok {
			continue
		}
		_, err := kql.Compile(diag.NewFile("query", "print a = 1 | "+name+" x"), nothing{})
		if err == nil || !strings.Contains(err.Error(), "not supported yet: "+name) && !strings.Contains(err.Error(), "expected") {
			t.Errorf("the operator %s has no help: give it an entry in kql/help/operators.go", name)
		}
	}
}

func TestFind(t *testing.T) {
	for _, name := range []string{"where", "FILTER", "pivot", "let", "!has", "matches regex"} {
		if _, ok := help.Find(name); !ok {
			t.Errorf("no help for %s", name)
		}
	}
	if e, ok := help.Find("nothing"); ok {
		t.Errorf("help for nothing: %+v", e)
	}
}
