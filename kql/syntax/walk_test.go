package syntax

import (
	"fmt"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func TestWalkSeesEveryNodeOnce(t *testing.T) {
	const text = "let n = 3; KubeAudit | where a has_any ('x', 'y') and b[0].c > n | mv-expand d = e.f to typeof(string), g limit 2 | project h = iff(i, j, -k), (l, m) = o.p"
	q := parsed(t, text)
	seen, names := map[string]int{}, []string(nil)
	Walk(q, func(n Node) bool {
		if _, ok := n.(*Pos); ok {
			t.Errorf("the place at %v is taken for a node", n.Span())
		}
		seen[fmt.Sprintf("%T %p", n, n)]++
		if id, ok := n.(*Ident); ok {
			names = append(names, id.Name.Text)
		}
		return true
	})
	for n, times := range seen {
		if times > 1 {
			t.Errorf("%s was seen %d times", n, times)
		}
	}
	for _, name := range []string{"KubeAudit", "a", "b", "e", "g", "i", "j", "k", "n", "o"} {
		if !slices.Contains(names, name) {
			t.Errorf("the name %s was not seen, but %v", name, names)
		}
	}
}

func TestWalkLeavesOutWhatIsBelow(t *testing.T) {
	q := parsed(t, "T | where f(a, b)")
	Walk(q, func(n Node) bool {
		if id, ok := n.(*Ident); ok && (id.Name.Text == "a" || id.Name.Text == "b") {
			t.Errorf("%q was seen below a call", id.Name.Text)
		}
		_, call := n.(*Call)
		return !call
	})
}

func parsed(tb testing.TB, text string) *Query {
	q, errs := Parse(diag.NewFile("", text))
	if len(errs) > 0 {
		tb.Fatal(errs)
	}
	return q
}

func BenchmarkWalk(b *testing.B) {
	q := parsed(b, "KubeAudit | where a has_any ('x', 'y') and b[0].c > 3 | extend d = iff(e == 'f', g, -h) | summarize count(), dcount(i) by j, bin(k, 1h) | where count_ > 5")
	b.ReportAllocs()
	for b.Loop() {
		Walk(q, func(Node) bool { return true })
	}
}
