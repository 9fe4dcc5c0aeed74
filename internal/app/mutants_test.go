package app

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/rules"
)

var mutants = flag.String("mutants", "", "change one condition of each rule at a time and see that a test beside the rule notices; a rule's short name, or all")

// TestMutants changes rules and runs the tests beside them: a change that no
// test notices means that the condition could be wrong unseen. It takes
// minutes, so it runs only when asked for: make mutants.
func TestMutants(t *testing.T) {
	if *mutants == "" {
		t.Skip("asked for with -mutants=all, as make mutants does")
	}
	total, survived := 0, 0
	for _, r := range Load(Config{}).Rules() {
		if *mutants != "all" && *mutants != r.Short {
			continue
		}
		for _, m := range mutantsOf(t, r) {
			total++
			if !killed(t, r, m) {
				survived++
				t.Logf("%s: survives: %s", r.Short, m.what)
			}
		}
	}
	fmt.Printf("mutants: %d of %d changes noticed, %d not\n", total-survived, total, survived)
}

// A mutant is a rule's query with one condition changed.
type mutant struct{ what, query string }

func mutantsOf(t *testing.T, r *dogwatch.Rule) []mutant {
	t.Helper()
	tree, errs := syntax.Parse(diag.NewFile(r.Path, r.KQL))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	var out []mutant
	syntax.Walk(tree, func(n syntax.Node) bool {
		p, ok := n.(*syntax.Pipeline)
		if !ok {
			return true
		}
		for i, op := range p.Ops {
			w, ok := op.(*syntax.Where)
			if !ok {
				continue
			}
			original := w.P
			for _, v := range variants(original) {
				if v.p == nil {
					p.Ops[i] = &syntax.Where{P: yes}
				} else {
					w.P = v.p
				}
				out = append(out, mutant{v.what, syntax.Format(tree)})
				w.P, p.Ops[i] = original, w
			}
		}
		return true
	})
	return out
}

// yes is a condition that always holds.
var yes = func() syntax.Expr {
	tree, _ := syntax.Parse(diag.NewFile("yes", "print 1 == 1"))
	return tree.Statements[0].(*syntax.ExprStatement).X.(*syntax.Pipeline).Ops[0].(*syntax.Print).Cols[0]
}()

// A variant is a condition with one part left out (nil: nothing is left) or
// turned round.
type variant struct {
	what string
	p    syntax.Expr
}

func variants(p syntax.Expr) []variant {
	switch x := p.(type) {
	case *syntax.Paren:
		var out []variant
		for _, v := range variants(x.X) {
			if v.p != nil {
				v.p = &syntax.Paren{X: v.p}
			}
			out = append(out, v)
		}
		return out
	case *syntax.Binary:
		if x.Op != "and" && x.Op != "or" {
			break
		}
		var out []variant
		for _, v := range variants(x.X) {
			out = append(out, variant{v.what, joined(x, v.p, x.Y)})
		}
		for _, v := range variants(x.Y) {
			out = append(out, variant{v.what, joined(x, x.X, v.p)})
		}
		return out
	}
	text := syntax.Format(p)
	not := &syntax.Call{Func: syntax.Name{Text: "not"}, Args: []syntax.Expr{p}}
	return []variant{{"without " + text, nil}, {"not " + text, not}}
}

// joined is x with other sides, one of which may be left out.
func joined(x *syntax.Binary, left, right syntax.Expr) syntax.Expr {
	switch {
	case left == nil:
		return right
	case right == nil:
		return left
	}
	return &syntax.Binary{Op: x.Op, X: left, Y: right}
}

// killed says whether a test beside the rule fails for the mutant, or the
// mutant is no query any more.
func killed(t *testing.T, r *dogwatch.Rule, m mutant) bool {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(r.Short+".yaml", withQuery(t, r.Text, m.query))
	tests, err := rules.FS.ReadFile(r.Short + ".test.yaml")
	if err != nil {
		return false
	}
	write(r.Short+".test.yaml", string(tests))
	a := Load(Config{NoBuiltin: true, Rules: []string{dir}})
	if len(a.Mistakes()) > 0 || a.Find(r.Short) == nil {
		return true
	}
	results, err := a.Test(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range results {
		if !res.Passed() {
			return true
		}
	}
	return false
}

// withQuery puts another query into a rule's file.
func withQuery(t *testing.T, file, query string) string {
	t.Helper()
	const key = "\nquery: |\n"
	start := strings.Index(file, key)
	if start < 0 {
		t.Fatal("the rule's query is no literal block")
	}
	end := start + len(key)
	for _, line := range strings.SplitAfter(file[end:], "\n") {
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, " ") {
			break
		}
		end += len(line)
	}
	return file[:start+len(key)] + "  " + strings.ReplaceAll(strings.TrimSpace(query), "\n", "\n  ") + "\n" + file[end:]
}
