package kql

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Rendering is how a query asks to be shown.
type Rendering struct {
	Kind string
	// Options are what stands in with (...), their names in lower case: title,
	// xcolumn, ycolumns, series. One that is given a list has several values.
	Options map[string][]string
}

// Rendering is what the query's render operator says; Kind is "" when it has
// none.
func (q *Query) Rendering() Rendering {
	r := Rendering{Kind: q.Render(), Options: map[string][]string{}}
	if r.Kind == "" {
		return r
	}
	if op := lastRender(q.tree); op != nil {
		for _, o := range op.Options {
			name := strings.ToLower(o.Name)
			r.Options[name] = append(r.Options[name], optionText(o.Value))
		}
	}
	return r
}

// lastRender is the render that ends the text; nil when it is in a let.
func lastRender(tree *syntax.Query) *syntax.Render {
	for _, st := range tree.Statements {
		last, ok := st.(*syntax.ExprStatement)
		if !ok {
			continue
		}
		if p, ok := last.X.(*syntax.Pipeline); ok && len(p.Ops) > 0 {
			op, _ := p.Ops[len(p.Ops)-1].(*syntax.Render)
			return op
		}
	}
	return nil
}

// optionText is the text of an option's value.
func optionText(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name.Text
	case *syntax.Literal:
		if x.Value.Kind() == value.KString {
			return x.Value.Str()
		}
		return string(value.AppendOutput(nil, x.Value))
	}
	return syntax.Format(x)
}
