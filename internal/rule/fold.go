package rule

import (
	"context"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A folding tells what expressions can come out as when some names are known.
type folding struct {
	cat  kql.Catalog
	seen map[string]possible // by an expression's text
	// absent are members of records that are not there.
	absent []string
}

// possible are all values that an expression can have; nil: any.
type possible []value.Value

// maxPossible is how many values are followed; more are as good as any.
const maxPossible = 8

var (
	anyTruth  = possible{value.BoolOf(true), value.BoolOf(false), value.NullOf(value.Bool)}
	neverTrue = possible{value.BoolOf(false), value.NullOf(value.Bool)}
	nothing   = possible{value.NullOf(value.Dynamic)}
)

// canHold says whether a condition may be true.
func (p possible) canHold() bool {
	return p == nil || slices.ContainsFunc(p, func(v value.Value) bool { return v.Type() != value.Bool || !v.IsNull() && v.Bool() })
}

// isEmpty says whether all that is possible is null or an empty text.
func (p possible) isEmpty() bool {
	return p != nil && !slices.ContainsFunc(p, func(v value.Value) bool { return !v.IsNull() && (v.Type() != value.String || v.Str() != "") })
}

// of is what x can come out as, where env has the names that are known.
func (f *folding) of(x syntax.Expr, env map[string]possible) possible {
	switch x := x.(type) {
	case *syntax.Literal:
		return possible{x.Value}
	case *syntax.Paren:
		return f.of(x.X, env)
	case *syntax.Named:
		return f.of(x.X, env)
	case *syntax.Ident:
		return env[x.Name.Text]
	case *syntax.Path:
		if slices.Contains(f.absent, x.Name.Text) {
			return nothing
		}
	case *syntax.Index:
		if lit, ok := x.I.(*syntax.Literal); ok && slices.Contains(f.absent, lit.Value.Str()) {
			return nothing
		}
	case *syntax.Binary:
		switch x.Op {
		case "and", "or":
			return logic(x.Op, f.of(x.X, env), f.of(x.Y, env))
		}
	case *syntax.Call:
		switch x.Func.Text {
		case "case", "iff", "iif":
			return f.choice(x.Args, env)
		case "coalesce":
			return f.first(x.Args, env)
		case "not":
			if len(x.Args) == 1 && f.of(x.Args[0], env) == nil {
				return anyTruth
			}
		case "now", "ago", "rand", "new_guid", "ingestion_time":
			return nil
		}
	}
	return f.compute(x, env)
}

// logic is and, or over all that two sides can be.
func logic(op string, left, right possible) possible {
	truth := func(p possible) possible {
		if p == nil {
			return anyTruth
		}
		return p
	}
	var out possible
	for _, a := range truth(left) {
		for _, b := range truth(right) {
			out = out.with(both(op, a, b))
		}
	}
	return out
}

func both(op string, a, b value.Value) value.Value {
	decides := op == "or" // the value that settles it, whatever the other is
	for _, v := range []value.Value{a, b} {
		if !v.IsNull() && v.Bool() == decides {
			return value.BoolOf(decides)
		}
	}
	if a.IsNull() || b.IsNull() {
		return value.NullOf(value.Bool)
	}
	return value.BoolOf(!decides)
}

// with adds a value, if it is not there.
func (p possible) with(v value.Value) possible {
	for _, old := range p {
		if old.Type() == v.Type() && old.IsNull() == v.IsNull() && old.String() == v.String() {
			return p
		}
	}
	return append(p, v)
}

// choice is case and iff: condition, value, ..., else.
func (f *folding) choice(args []syntax.Expr, env map[string]possible) possible {
	var out possible
	add := func(p possible) bool {
		for _, v := range p {
			out = out.with(v)
		}
		return p != nil && len(out) <= maxPossible
	}
	for len(args) > 1 {
		condition := f.of(args[0], env)
		if condition.canHold() {
			if !add(f.of(args[1], env)) {
				return nil
			}
			if condition != nil && !slices.ContainsFunc(condition, func(v value.Value) bool { return v.IsNull() || !v.Bool() }) {
				return out // it always holds
			}
		}
		args = args[2:]
	}
	if len(args) == 1 && !add(f.of(args[0], env)) {
		return nil
	}
	return out
}

// first is coalesce: the first argument that says something.
func (f *folding) first(args []syntax.Expr, env map[string]possible) possible {
	var last possible
	for _, a := range args {
		if last = f.of(a, env); !last.isEmpty() {
			if len(last) == 1 {
				return last
			}
			return nil
		}
	}
	return last
}

// compute runs an expression whose parts are known.
func (f *folding) compute(x syntax.Expr, env map[string]possible) possible {
	again, parts := copyOf(x)
	if again == nil {
		return nil
	}
	values := make([]possible, len(parts))
	known, product := true, 1
	for i, p := range parts {
		values[i] = f.of(*p, env)
		known = known && values[i] != nil
		product *= max(len(values[i]), 1)
	}
	if !known {
		if len(values) > 0 && values[0].isEmpty() && failsOnNothing(x) {
			return neverTrue
		}
		return nil
	}
	if product > maxPossible*maxPossible {
		return nil
	}
	var out possible
	for n := range product {
		for i, p := range parts {
			*p = &syntax.Literal{Value: values[i][n%len(values[i])]}
			n /= len(values[i])
		}
		one := f.run(again)
		if one == nil {
			return nil
		}
		out = out.with(one[0])
	}
	if len(out) > maxPossible {
		return nil
	}
	return out
}

// failsOnNothing says whether a condition never holds when its left side is
// null or empty, whatever the right side is. An empty text is taken to be in
// no list.
func failsOnNothing(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.In:
		return !strings.HasPrefix(x.Op, "!")
	case *syntax.Call:
		switch x.Func.Text {
		case "set_has_element", "ipv4_is_private", "ipv4_is_in_any_range", "ipv6_is_in_any_range", "has_any_index":
			return true
		}
	case *syntax.Binary:
		switch x.Op {
		case "==", "=~", "<", ">", "<=", ">=", "matches regex":
			return true
		}
		for _, word := range []string{"has", "contains", "startswith", "endswith"} {
			if strings.HasPrefix(x.Op, word) {
				return true
			}
		}
	}
	return false
}

// copyOf is a copy of a node, and where its operands stand in the copy; nil
// for what is not computed of operands.
func copyOf(x syntax.Expr) (again syntax.Expr, parts []*syntax.Expr) {
	list := func(in []syntax.Expr) []syntax.Expr {
		out := slices.Clone(in)
		for i := range out {
			parts = append(parts, &out[i])
		}
		return out
	}
	switch x := x.(type) {
	case *syntax.Binary:
		c := *x
		return &c, []*syntax.Expr{&c.X, &c.Y}
	case *syntax.Unary:
		c := *x
		return &c, []*syntax.Expr{&c.X}
	case *syntax.Path:
		c := *x
		return &c, []*syntax.Expr{&c.X}
	case *syntax.Index:
		c := *x
		return &c, []*syntax.Expr{&c.X, &c.I}
	case *syntax.Between:
		c := *x
		return &c, []*syntax.Expr{&c.X, &c.Low, &c.High}
	case *syntax.In:
		c := *x
		parts = append(parts, &c.X)
		c.List = list(x.List)
		return &c, parts
	case *syntax.Call:
		c := *x
		c.Args = list(x.Args)
		return &c, parts
	}
	return nil, nil
}

// run is the value of an expression without names; nil when there is none.
func (f *folding) run(x syntax.Expr) possible {
	text := syntax.Format(x)
	if p, ok := f.seen[text]; ok {
		return p
	}
	var out possible
	if q, err := kql.Compile(diag.NewFile("", "print x = "+text), f.cat); err == nil {
		err = q.Run(context.Background(), nil, kql.RunOptions{}, func(b *value.Batch) error {
			for _, i := range b.Rows() {
				out = append(out, b.At(int(i), 0).Own())
			}
			return nil
		})
		if err != nil || len(out) != 1 {
			out = nil
		}
	}
	f.seen[text] = out
	return out
}
