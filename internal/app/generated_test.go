package app

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A generator makes many rules of the ones that come with dogwatch: it puts
// other constants in their conditions. A verb is replaced by a verb of another
// rule, a resource by a resource; names also by ones that no log knows.
type generator struct {
	*rand.Rand
	rules []*dogwatch.Rule
	pool  map[string][]string // constants, by what they are compared with
	how   variation
}

// A variation says which constants of a rule become others.
type variation int

const (
	anyOfThem variation = iota // half of them, half of these ones of other rules
	everyText                  // each text becomes one that no log knows
	oneText                    // one text does
	numbers                    // only numbers change
)

func newGenerator(t testing.TB, seed uint64) *generator {
	t.Helper()
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 11)), rules: Load(Config{NoTests: true}).Rules(), pool: map[string][]string{}}
	seen := map[string]map[string]bool{}
	for _, r := range g.rules {
		for _, c := range constantsOf(parsed(t, r)) {
			if seen[c.with] == nil {
				seen[c.with] = map[string]bool{}
			}
			seen[c.with][c.text()] = true
		}
	}
	for with, texts := range seen {
		g.pool[with] = slices.Sorted(maps.Keys(texts))
	}
	return g
}

func parsed(t testing.TB, r *dogwatch.Rule) *syntax.Query {
	t.Helper()
	tree, errs := syntax.Parse(diag.NewFile(r.Path, r.KQL))
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return tree
}

// A varied is a constant of a condition that can be another, and the text of
// what it is compared with.
type varied struct {
	at   *syntax.Literal
	with string
}

func (c varied) isText() bool { return c.at.Value.Type() == value.String }

func (c varied) text() string {
	if c.isText() {
		return c.at.Value.Str()
	}
	return ""
}

// constantsOf are the constants that rows are wanted to be equal to, to hold, or
// to be more than.
func constantsOf(tree syntax.Node) (out []varied) {
	add := func(with, x syntax.Expr) {
		l, ok := x.(*syntax.Literal)
		if ok && (isWord(l.Value) || l.Value.Type() == value.Long && !l.Value.IsNull()) {
			out = append(out, varied{l, syntax.Format(with)})
		}
	}
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.Binary:
			if isWanting(x.Op) {
				add(x.X, x.Y)
			}
		case *syntax.In:
			for _, e := range x.List {
				if !strings.HasPrefix(x.Op, "!") {
					add(x.X, e)
				}
			}
		}
		return true
	})
	return out
}

func isWanting(op string) bool {
	switch op {
	case "==", "=~", ">", ">=", "has", "contains", "startswith", "endswith", "hasprefix", "hassuffix":
		return true
	}
	return false
}

var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:._/-]*$`)

func isWord(v value.Value) bool { return v.Type() == value.String && word.MatchString(v.Str()) }

// vary is the file of another rule made of r.
func (g *generator) vary(t testing.TB, r *dogwatch.Rule, n int) string {
	tree := parsed(t, r)
	all := constantsOf(tree)
	chosen := g.oneOf(all)
	for _, c := range all {
		if g.changes(c, chosen) {
			c.at.Value = g.another(c)
		}
	}
	id := fmt.Sprintf("id: %08x-0000-4000-8000-%012x\n", n, n)
	return withQuery(t, ruleID.ReplaceAllString(r.Text, id), syntax.Format(tree))
}

var ruleID = regexp.MustCompile(`(?m)^id: .*\n`)

// oneOf is one of the texts; nil where there are none.
func (g *generator) oneOf(all []varied) *syntax.Literal {
	texts := slices.DeleteFunc(slices.Clone(all), func(c varied) bool { return !c.isText() })
	if g.how != oneText || len(texts) == 0 {
		return nil
	}
	return texts[g.IntN(len(texts))].at
}

// changes says whether a constant becomes another.
func (g *generator) changes(c varied, chosen *syntax.Literal) bool {
	switch g.how {
	case everyText:
		return c.isText()
	case oneText:
		return c.at == chosen
	case numbers:
		return !c.isText()
	}
	return g.IntN(2) == 0
}

func (g *generator) another(c varied) value.Value {
	if !c.isText() {
		return value.LongOf(c.at.Value.Int() + int64(g.IntN(4)))
	}
	if others := g.pool[c.with]; g.how == anyOfThem && g.IntN(2) == 0 && len(others) > 1 {
		return value.StringOf(others[g.IntN(len(others))])
	}
	return value.StringOf(fmt.Sprintf("%s%d", c.text(), g.IntN(100)))
}

// generated is an app with n rules: those that come with dogwatch, as far as
// they go, and others made of them.
func generated(t testing.TB, n int, seed uint64) *App {
	t.Helper()
	return newGenerator(t, seed).app(t, n)
}

func (g *generator) app(t testing.TB, n int) *App {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		r := g.rules[i%len(g.rules)]
		text := r.Text
		if i >= len(g.rules) {
			text = g.vary(t, r, i)
		}
		write(t, filepath.Join(dir, fmt.Sprintf("%s-%d.yaml", r.Short, i)), text)
	}
	a := Load(Config{NoTests: true, NoBuiltin: true, Rules: []string{dir}})
	for _, m := range a.Mistakes() {
		t.Logf("%v", m)
	}
	if len(a.Rules()) < n*9/10 {
		t.Fatalf("%d of %d generated rules can run", len(a.Rules()), n)
	}
	return a
}

// BenchmarkRules tells what an event costs beside few and many rules. Those of which
// every text is another look for what does not happen, as most rules do; those that
// differ in one text or in numbers count what their models count; and the mixed ones
// have constants of other rules too, so that many find something in ordinary traffic.
func BenchmarkRules(b *testing.B) {
	log := head(b, 50_000)
	for _, of := range []struct {
		name  string
		rules int
		how   variation
	}{{"105", 105, anyOfThem}, {"1000/everyText", 1000, everyText}, {"1000/oneText", 1000, oneText}, {"1000/numbers", 1000, numbers}, {"1000/mixed", 1000, anyOfThem}} {
		g := newGenerator(b, 1)
		g.how = of.how
		a := g.app(b, of.rules)
		a.Only(quiet(b, a, log))
		b.Run(of.name, func(b *testing.B) {
			var cpu time.Duration
			var m measured
			for b.Loop() {
				m = measure(b, a, log)
				cpu += m.cpu
			}
			events := bytes.Count(log, []byte("\n"))
			b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N*events), "cpu-ns/event")
			b.ReportMetric(float64(len(a.rules)), "rules")
			b.ReportMetric(float64(m.rows), "rows")
			b.ReportMetric(float64(m.pairs), "pairs")
			b.ReportMetric(float64(m.alerts), "alerts")
		})
	}
}

// quiet are the rules that are not about ordinary traffic: one that finds more
// than a record in a hundred there, or looks at one in ten, is none that anybody
// would keep.
func quiet(t testing.TB, a *App, log []byte) func(*dogwatch.Rule) bool {
	loud, many := map[*dogwatch.Rule]bool{}, int64(bytes.Count(log, []byte("\n"))/100)
	for _, s := range measure(t, a, log).stats {
		loud[s.Rule] = max(s.Hits, int64(s.Kept), s.Rows/10) > many
	}
	return func(r *dogwatch.Rule) bool { return !loud[r] }
}

// A measured is what a scan of a text cost, but for making ready.
type measured struct {
	cpu                 time.Duration
	rows, pairs, alerts int // pairs of rows and rules
	stats               []detect.RuleStats
}

func measure(t testing.TB, a *App, log []byte) (m measured) {
	t.Helper()
	ctx := context.Background()
	s, err := a.newScanning(ctx)
	if err != nil {
		t.Fatal(err)
	}
	emit := func(b dogwatch.Batch) error {
		m.rows += b.Rows.Len()
		for _, rules := range b.Rules {
			for _, word := range rules {
				m.pairs += bits.OnesCount64(word)
			}
		}
		return s.worker.Feed(b)
	}
	runtime.GC()
	start := cpuTime()
	if err := s.reader.ReadText(ctx, "log", log, emit); err != nil {
		t.Fatal(err)
	}
	if err := s.reader.Finish(emit); err != nil {
		t.Fatal(err)
	}
	alerts, err := s.engine.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	m.cpu, m.alerts, m.stats = cpuTime()-start, len(alerts), s.engine.Stats()
	return m
}

// head is the first events of the log of ordinary traffic.
func head(t testing.TB, n int) []byte {
	t.Helper()
	_, text, err := load(t.Context(), corpora+"benign.ndjson.zst", nil)
	if err != nil {
		t.Fatal(err)
	}
	end := 0
	for range n {
		next := bytes.IndexByte(text[end:], '\n')
		if next < 0 {
			break
		}
		end += next + 1
	}
	return text[:end]
}
