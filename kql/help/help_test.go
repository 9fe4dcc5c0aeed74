package help_test

import (
	"context"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
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
			runs(t, strings.Fields(e.Name)[0], text)
		}
	}
}

// runs wants a query that is about what it shows, and runs.
func runs(t *testing.T, name, text string) {
	t.Helper()
	if !strings.Contains(text, name) {
		t.Errorf("%s: an example is about something else:\n%s", name, text)
	}
	q, err := kql.CompileAll(diag.NewFile("example", text), nothing{})
	if err == nil {
		err = q.Run(context.Background(), nil, kql.RunOptions{}, func(*value.Batch) error { return nil })
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// notYet are operators that are read and not run, with a form that is.
var notYet = map[string]string{
	"macro-expand": "macro-expand G as X (count)", "reduce": "reduce by a",
	"graph-where-edges": "graph-where-edges a == 1", "graph-where-nodes": "graph-where-nodes a == 1",
}

// TestOneEntry wants one entry a name.
func TestOneEntry(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range entries() {
		if seen[e.Name] {
			t.Errorf("%s has two entries", e.Name)
		}
		seen[e.Name] = true
	}
}

// TestOperatorsAreTold wants help for every operator that is run.
func TestOperatorsAreTold(t *testing.T) {
	for _, name := range syntax.Operators() {
		if _, ok := help.Find(name); ok {
			continue
		}
		_, err := kql.Compile(diag.NewFile("query", "print a = 1 | "+notYet[name]), nothing{})
		if notYet[name] == "" || err == nil || !strings.Contains(err.Error(), "not supported yet: ") {
			t.Errorf("the operator %s has no help: give it an entry in kql/help/operators.go (%v)", name, err)
		}
	}
}

// TestSpecialFunctionsAreShown wants an example for every function that its own
// table shows none for, but for those that need logs.
func TestSpecialFunctionsAreShown(t *testing.T) {
	needLogs := map[string]bool{"_GetWatchlist": true, "ingestion_time": true, "table": true}
	show := func(name string, examples []string) {
		if len(examples) == 0 && help.Example(name) == "" && !needLogs[name] {
			t.Errorf("%s() has no example: give it one in kql/help/functions.go", name)
		}
		if text := help.Example(name); text != "" {
			runs(t, name, text)
		}
	}
	for _, f := range fn.Funcs() {
		show(f.Name, f.Examples)
	}
	for _, a := range fn.Aggs() {
		show(a.Name, a.Examples)
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
