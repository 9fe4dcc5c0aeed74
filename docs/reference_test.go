package docs_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/help"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var update = flag.Bool("update", false, "rewrite generated pages")

const marker = "<!-- generated from here on: make update -->\n"

// TestReferenceFresh holds the reference of functions to the table of functions.
func TestReferenceFresh(t *testing.T) {
	page, err := os.ReadFile("kql.md")
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(page), marker)
	if !found {
		t.Fatalf("kql.md has lost its line %q", marker)
	}
	want := head + marker + reference(t)
	if string(page) == want {
		return
	}
	if !*update {
		t.Fatal("kql.md does not show the functions as they are: run make update")
	}
	if err := os.WriteFile("kql.md", []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReferenceTells wants help for every function that a reader may look up.
func TestReferenceTells(t *testing.T) {
	for _, f := range fn.Funcs() {
		if f.Doc == "" || f.Category == "" {
			t.Errorf("%s(): no help or no category", f.Name)
		}
	}
	for _, a := range fn.Aggs() {
		if a.Doc == "" {
			t.Errorf("%s(): no help", a.Name)
		}
	}
}

// reference is the operators, all functions by category, then the aggregates.
func reference(t *testing.T) string {
	var b strings.Builder
	for _, part := range []struct {
		name    string
		entries []help.Entry
	}{
		{"Operators", help.Operators()}, {"Plugins", help.Plugins()}, {"Statements", help.Statements()}, {"Operators between values", help.Infixes()},
	} {
		fmt.Fprintf(&b, "\n## %s\n", part.name)
		for _, e := range part.entries {
			operator(t, &b, e)
		}
	}
	funcs := slices.Clone(fn.Funcs())
	slices.SortFunc(funcs, func(f, g *fn.Func) int {
		return strings.Compare(f.Category+"\x00"+f.Name, g.Category+"\x00"+g.Name)
	})
	category := ""
	for _, f := range funcs {
		if f.Category != category {
			category = f.Category
			fmt.Fprintf(&b, "\n## Functions: %s\n", category)
		}
		entry(&b, f.Name, f.Aliases, f.Params, result(f.Result), f.Doc, f.Examples)
		shown(t, &b, help.Example(f.Name))
	}
	b.WriteString("\n## Aggregates\n")
	aggs := slices.Clone(fn.Aggs())
	slices.SortFunc(aggs, func(f, g *fn.Agg) int { return strings.Compare(f.Name, g.Name) })
	for _, a := range aggs {
		entry(&b, a.Name, a.Aliases, a.Params, result(a.Result), a.Doc, a.Examples)
		shown(t, &b, help.Example(a.Name))
	}
	lacks(&b)
	return b.String()
}

// lacks are the features that are refused, and why.
func lacks(b *strings.Builder) {
	b.WriteString("\n## Not there\n\nThese parts of the language are read, and refused by name.\n\n| | why |\n| --- | --- |\n")
	for _, l := range plan.Lacks() {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.Join(l.Features, "`, `"), l.Why)
	}
}

// operator is an entry of help, with what its examples give.
func operator(t *testing.T, b *strings.Builder, e help.Entry) {
	fmt.Fprintf(b, "\n### %s\n\n`%s`\n\n%s\n", e.Name, e.Form, e.Doc)
	if len(e.Aliases) > 0 {
		fmt.Fprintf(b, "\nAlso `%s`.\n", strings.Join(e.Aliases, "`, `"))
	}
	for _, query := range e.Examples {
		shown(t, b, query)
	}
}

// shown is a query with the rows that it gives.
func shown(t *testing.T, b *strings.Builder, query string) {
	if query == "" {
		return
	}
	fmt.Fprintf(b, "\n```kql\n%s\n```\n\n", query)
	q, err := kql.CompileAll(diag.NewFile("example", query), nothing{})
	if err != nil {
		t.Fatal(err)
	}
	results := q.Results()
	tables := make([]strings.Builder, len(results))
	line := func(to int, cells []string) { fmt.Fprintf(&tables[to], "| %s |\n", strings.Join(cells, " | ")) }
	for i, r := range results {
		var heads, rule []string
		for _, f := range r.Schema {
			heads, rule = append(heads, markup.Replace(f.Name)), append(rule, "---")
		}
		line(i, heads)
		line(i, rule)
	}
	at := 0
	err = q.Run(context.Background(), nil, kql.RunOptions{OnResult: func(i int) { at = i }}, func(batch *value.Batch) error {
		for _, row := range batch.Rows() {
			var cells []string
			for c := range batch.Cols {
				cells = append(cells, markup.Replace(strings.Trim(string(value.AppendOutput(nil, batch.At(int(row), c))), `"`)))
			}
			line(at, cells)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	for i := range tables {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(tables[i].String())
	}
}

// markup escapes what would be markup in a cell.
var markup = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`)

// nothing is a catalog without tables.
type nothing struct{}

func (nothing) Table(string) (value.Schema, bool)                      { return nil, false }
func (nothing) TableNames() []string                                   { return nil }
func (nothing) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }

func entry(b *strings.Builder, name string, aliases []string, params []fn.Param, result, doc string, examples []string) {
	fmt.Fprintf(b, "\n### %s\n\n`%s(%s)`%s\n\n%s\n", name, name, signature(params), result, doc)
	if len(aliases) > 0 {
		fmt.Fprintf(b, "\nAlso called `%s`.\n", strings.Join(aliases, "`, `"))
	}
	if len(params) > 0 {
		b.WriteString("\n")
	}
	for _, p := range params {
		fmt.Fprintf(b, "- `%s`%s: %s\n", p.Name, kinds(p), p.Doc)
	}
	if len(examples) > 0 {
		fmt.Fprintf(b, "\n```\n%s\n```\n", strings.Join(examples, "\n"))
	}
}

// signature is the parameters, optional ones in brackets.
func signature(params []fn.Param) string {
	var parts []string
	for _, p := range params {
		s := p.Name
		if p.Repeat {
			s += ", ..."
		}
		if p.Optional {
			s = "[" + s + "]"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func kinds(p fn.Param) string {
	var names []string
	for _, t := range p.Types {
		names = append(names, t.String())
	}
	if p.Const {
		names = append(names, "constant")
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func result(t value.Type) string {
	if t == value.Unknown {
		return ""
	}
	return " gives " + t.String()
}
