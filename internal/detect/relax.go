package detect

import (
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// relaxed is a query whose conditions on the clock always hold. A rule that
// counts is run later, and more than once, over the rows that are kept now:
// what ago(1h) will mean then is not known yet.
func relaxed(q *kql.Query, cat kql.Catalog) *kql.Query {
	if !newClock().tells(q.Tree()) {
		return q
	}
	f := q.File()
	tree, errs := syntax.Parse(diag.NewFile(f.Name, f.Text))
	if len(errs) > 0 || !relax(tree) {
		return q
	}
	again, err := kql.Compile(diag.NewFile(f.Name, syntax.Format(tree)), cat)
	if err != nil {
		return q
	}
	return again
}

// relax changes a tree and says whether there was anything to change.
func relax(tree *syntax.Query) bool {
	c := newClock()
	c.learn(tree)
	changed := false
	syntax.Walk(tree, func(n syntax.Node) bool {
		if w, ok := n.(*syntax.Where); ok {
			var hit bool
			w.P, hit = c.drop(w.P)
			changed = changed || hit
		}
		return true
	})
	return changed
}

// A clock knows which names stand for something that changes with the time.
type clock struct{ names map[string]bool }

func newClock() clock { return clock{names: map[string]bool{"now": true, "ago": true}} }

// learn notes names that are given to what tells the time: variables and
// computed columns, whatever the part of the query.
func (c clock) learn(tree *syntax.Query) {
	syntax.Walk(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Let:
			if _, rows := n.X.(*syntax.Pipeline); !rows && c.tells(n.X) {
				c.names[n.Name.Text] = true
			}
		case *syntax.Named:
			for _, name := range n.Names {
				if c.tells(n.X) {
					c.names[name.Text] = true
				}
			}
		}
		return true
	})
}

// tells says whether an expression changes with the time.
func (c clock) tells(x syntax.Node) bool {
	found := false
	syntax.Walk(x, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Call:
			found = found || c.names[n.Func.Text]
		case *syntax.Ident:
			found = found || c.names[n.Name.Text] && n.Name.Text != "now" && n.Name.Text != "ago"
		}
		return !found
	})
	return found
}

// drop replaces the parts of a condition that tell the time by true.
func (c clock) drop(x syntax.Expr) (syntax.Expr, bool) {
	if b, ok := x.(*syntax.Binary); ok && b.Op == "and" {
		left, one := c.drop(b.X)
		right, two := c.drop(b.Y)
		b.X, b.Y = left, right
		return b, one || two
	}
	if p, ok := x.(*syntax.Paren); ok {
		inner, changed := c.drop(p.X)
		p.X = inner
		return p, changed
	}
	if c.tells(x) {
		return &syntax.Literal{Value: value.BoolOf(true)}, true
	}
	return x, false
}
