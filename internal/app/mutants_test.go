package app

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/rules"
)

var mutants = flag.String("mutants", "", "change one condition of each rule at a time and see that a test beside the rule notices; a rule's short name, or all")

var arms = flag.Bool("mutants.arms", false, "change the conditions in case, iff and countif and the columns that are conditions, too: what an alert weighs and says")

// survivorsFile lists the changes that no test can notice, each with a reason.
const survivorsFile = "../../rules/testdata/survivors.yaml"

// TestMutants changes rules and runs the tests beside them: a change that no
// test notices means that the condition could be wrong unseen. What survives
// has to stand in the list of survivors, with a reason, and what stands there
// has to survive. It takes half a minute, so it runs only when asked for: make
// mutants, which make check does. -mutants.arms looks deeper, and only tells.
func TestMutants(t *testing.T) {
	if *mutants == "" {
		t.Skip("asked for with -mutants=all, as make mutants does")
	}
	listed := survivors(t)
	var total, survived atomic.Int64
	t.Run("rules", func(t *testing.T) {
		for _, r := range Load(Config{NoTests: true}).Rules() {
			if *mutants != "all" && *mutants != r.Short {
				continue
			}
			t.Run(r.Short, func(t *testing.T) {
				t.Parallel()
				all := mutantsOf(t, r)
				alive := alive(t, r, all)
				total.Add(int64(len(all)))
				survived.Add(int64(len(alive)))
				if *arms {
					t.Logf("no test notices: %q", alive)
					return
				}
				compareSurvivors(t, alive, listed[r.Short])
			})
		}
	})
	t.Logf("%d of %d changes noticed, %d not", total.Load()-survived.Load(), total.Load(), survived.Load())
}

// A survivor is a change that no test of the rule can notice.
type survivor struct{ Change, Reason string }

// survivors reads the list: what survives, by the rule's short name.
func survivors(t *testing.T) map[string][]survivor {
	t.Helper()
	text, err := os.ReadFile(survivorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string][]survivor
	if err := yaml.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", survivorsFile, err)
	}
	for short, list := range out {
		if rules, err := rules.FS.ReadFile(short + ".yaml"); err != nil || len(rules) == 0 {
			t.Errorf("%s: there is no rule %q", survivorsFile, short)
		}
		for _, s := range list {
			if strings.TrimSpace(s.Reason) == "" {
				t.Errorf("%s: %s: %q has no reason", survivorsFile, short, s.Change)
			}
		}
	}
	return out
}

// compareSurvivors holds what survived to what is listed: both ways.
func compareSurvivors(t *testing.T, alive []string, listed []survivor) {
	t.Helper()
	left := slices.Clone(alive)
	for _, s := range listed {
		at := slices.Index(left, s.Change)
		if at < 0 {
			t.Errorf("listed as a survivor, but noticed: %s", s.Change)
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	for _, change := range left {
		t.Errorf("no test notices: %s", change)
	}
}

// A mutant is a rule's query with one condition changed.
type mutant struct{ what, query string }

// mutantsOf changes the conditions of a rule one by one: those of where, which
// decide whether there is an alert, and if asked for those of the arms of case
// and iff, of what is counted, and of columns that are conditions.
func mutantsOf(t *testing.T, r *dogwatch.Rule) []mutant {
	t.Helper()
	tree, errs := syntax.Parse(diag.NewFile(r.Path, r.KQL))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	var out []mutant
	for _, s := range slots(tree) {
		original := *s.at
		for _, v := range variants(original, s.alone) {
			*s.at = v.p
			out = append(out, mutant{v.what, syntax.Format(tree)})
		}
		*s.at = original
	}
	return out
}

// A slot is a place in a query where a condition stands, and what stands there
// when nothing of the condition is left.
type slot struct {
	at    *syntax.Expr
	alone syntax.Expr
}

func slots(tree syntax.Node) []slot {
	var out []slot
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.Where:
			out = append(out, slot{&x.P, yes})
		case *syntax.Named:
			if *arms && isCondition(x.X) {
				out = append(out, slot{&x.X, yes})
			}
		case *syntax.Call:
			if *arms {
				out = append(out, armsOf(x)...)
			}
		}
		return true
	})
	return out
}

// armsOf are the conditions among the arguments of a function that chooses or
// counts. An arm left out is one that is never taken.
func armsOf(x *syntax.Call) []slot {
	switch x.Func.Text {
	case "iff", "countif":
		return []slot{{&x.Args[0], no}}
	case "dcountif":
		return []slot{{&x.Args[1], yes}}
	case "case":
		var out []slot
		for i := 0; i+1 < len(x.Args); i += 2 {
			out = append(out, slot{&x.Args[i], no})
		}
		return out
	}
	return nil
}

// isCondition says whether a column is one at first sight.
func isCondition(p syntax.Expr) bool {
	switch x := p.(type) {
	case *syntax.Paren:
		return isCondition(x.X)
	case *syntax.In, *syntax.Between:
		return true
	case *syntax.Binary:
		return !strings.ContainsAny(x.Op, "+-*/%")
	case *syntax.Call:
		return strings.HasPrefix(x.Func.Text, "is") || x.Func.Text == "not"
	}
	return false
}

// yes and no are conditions that always and never hold.
var yes, no = constant("1 == 1"), constant("1 == 0")

func constant(text string) syntax.Expr {
	tree, _ := syntax.Parse(diag.NewFile("constant", "print "+text))
	return tree.Statements[0].(*syntax.ExprStatement).X.(*syntax.Pipeline).Ops[0].(*syntax.Print).Cols[0]
}

// A variant is a condition with one part left out or turned round.
type variant struct {
	what string
	p    syntax.Expr
}

// variants changes the parts of a condition; alone stands for the whole of it
// left out.
func variants(p, alone syntax.Expr) []variant {
	var out []variant
	add := func(part syntax.Expr, alone syntax.Expr, put func(syntax.Expr) syntax.Expr) {
		for _, v := range variants(part, alone) {
			v.p = put(v.p)
			out = append(out, v)
		}
	}
	switch x := p.(type) {
	case *syntax.Paren:
		add(x.X, alone, func(p syntax.Expr) syntax.Expr { return &syntax.Paren{X: p} })
		return out
	case *syntax.Binary:
		if x.Op != "and" && x.Op != "or" {
			break
		}
		left := neutral(x.Op)
		add(x.X, left, func(p syntax.Expr) syntax.Expr { return joined(x, p, x.Y) })
		add(x.Y, left, func(p syntax.Expr) syntax.Expr { return joined(x, x.X, p) })
		return out
	case *syntax.Call:
		if b, ok := only(x).(*syntax.Binary); ok && x.Func.Text == "not" && (b.Op == "and" || b.Op == "or") {
			add(b, neutral(b.Op), func(p syntax.Expr) syntax.Expr { return not(p) })
			return out
		}
	}
	text := syntax.Format(p)
	return []variant{{"without " + text, alone}, {"not " + text, not(p)}}
}

func not(p syntax.Expr) syntax.Expr {
	return &syntax.Call{Func: syntax.Name{Text: "not"}, Args: []syntax.Expr{p}}
}

// only is the argument of a function that has one.
func only(x *syntax.Call) syntax.Expr {
	if len(x.Args) != 1 {
		return nil
	}
	return x.Args[0]
}

// neutral is what can be joined by op and changes nothing.
func neutral(op string) syntax.Expr {
	if op == "and" {
		return yes
	}
	return no
}

// joined is x with other sides.
func joined(x *syntax.Binary, left, right syntax.Expr) syntax.Expr {
	return &syntax.Binary{Op: x.Op, X: left, Y: right}
}

// alive are the changes that no test beside the rule notices.
func alive(t *testing.T, r *dogwatch.Rule, all []mutant) []string {
	t.Helper()
	tests, err := rules.FS.ReadFile(r.Short + ".test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, r.Short+".test.yaml"), string(tests))
	var out []string
	for _, m := range all {
		write(t, filepath.Join(dir, r.Short+".yaml"), withQuery(t, r.Text, m.query))
		if !killed(t, r, dir) {
			out = append(out, m.what)
		}
	}
	return out
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// killed says whether a test fails for the rule in a folder, or it is no rule
// any more.
func killed(t *testing.T, r *dogwatch.Rule, dir string) bool {
	t.Helper()
	a := Load(Config{NoBuiltin: true, Rules: []string{dir}})
	if len(a.Mistakes()) > 0 || a.Find(r.Short) == nil {
		return true
	}
	failed := false
	err := a.set.EachTest(context.Background(), a.judge, nil, func(res TestResult) bool {
		failed = !res.Passed()
		return !failed
	})
	if err != nil {
		t.Fatal(err)
	}
	return failed
}

// withQuery puts another query into a rule's file.
func withQuery(t testing.TB, file, query string) string {
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
