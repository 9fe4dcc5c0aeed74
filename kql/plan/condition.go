package plan

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Condition is met by every row of a table that can count for a query, and by
// others. It is of a closed form that stores can look up: what a condition of a
// query says beyond that is left out.
type Condition struct {
	Kind ConditionKind
	Of   []Condition // All, Any
	// Column is the number of a column of the table, and Path a member of it:
	// elements of arrays are passed over, any of them may be meant.
	Column int
	Path   []string
	Values []value.Value // Is, IsNot; one of AtLeast and AtMost
	// Fold says that case does not count.
	Fold bool
	// Text is what the value holds. With Left it starts a term there, with Right
	// it ends one.
	Text        string
	Left, Right bool
}

// A ConditionKind says what a condition asks.
type ConditionKind uint8

// The kinds of conditions.
const (
	All     ConditionKind = iota // of Of
	Any                          // of Of
	Is                           // one of Values
	IsNot                        // none of them
	AtLeast                      // Values[0]
	AtMost                       // Values[0]
	Holds                        // Text
)

// Conditions are what rows must meet to pass the row-by-row steps that follow a
// scan one on another. now is the clock, in ticks.
func Conditions(s *Scan, steps []Node, now int64) []Condition {
	f := follow(s)
	a := asker{fn.Context{Now: now}}
	var out []Condition
	below := Node(s)
	for _, n := range steps {
		switch n := n.(type) {
		case *Where:
			for _, c := range Conjuncts(n.P) {
				if e, _ := f.over(c); e != nil {
					if ask, ok := a.condition(e); ok {
						out = append(out, ask)
					}
				}
			}
		case *MvExpand:
			f.elements(n)
		default:
			f.step(n, below)
		}
		below = n
	}
	return out
}

// elements goes on behind an expansion: what was expanded is some element of what it
// was.
func (f *follower) elements(n *MvExpand) {
	before := *f
	f.choose(n.Out)
	for i, out := range n.Out {
		if out >= 0 || i == n.Index || n.ArrayBag || -1-out >= len(n.Exprs) {
			continue
		}
		if x := before.exactly(n.Exprs[-1-out], maxSieved); x != nil {
			f.cols[i] = &Element{x, nil}
		}
	}
}

// An asker reads conditions out of expressions over a table's columns.
type asker struct{ clock fn.Context }

func (a *asker) condition(e Expr) (Condition, bool) {
	switch e := e.(type) {
	case *Logic:
		return a.logic(e)
	case *Call:
		return a.call(e)
	}
	return Condition{}, false
}

func (a *asker) logic(e *Logic) (Condition, bool) {
	x, okX := a.condition(e.X)
	y, okY := a.condition(e.Y)
	switch {
	case okX && okY && e.Or:
		return Condition{Kind: Any, Of: []Condition{x, y}}, true
	case okX && okY:
		return Condition{Kind: All, Of: []Condition{x, y}}, true
	case e.Or:
		return Condition{}, false
	case okX:
		return x, true
	}
	return y, okY
}

func (a *asker) call(e *Call) (Condition, bool) {
	switch e.Name {
	case "==", "=~", "<", "<=", ">", ">=":
		if len(e.Args) == 2 && a.isConstant(e.Args[0]) {
			turned := *e
			turned.Name, turned.Args = mirrored[e.Name], []Expr{e.Args[1], e.Args[0]}
			e = &turned
		}
		return a.compare(e)
	case "!=", "in", "in~", "!in":
		return a.compare(e)
	case "between":
		return a.between(e)
	case "has_any", "has_all":
		return a.hasSome(e)
	}
	edges, ok := textTests[e.Name]
	if !ok || len(e.Args) != 2 {
		return Condition{}, false
	}
	return a.text(e.Args[0], e.Args[1], edges.left, edges.right)
}

var mirrored = map[string]string{"==": "==", "=~": "=~", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// textTests are the operators that look into a text, and which of its ends are
// those of terms. The ends of the whole text are no ends of terms where more
// stands around it in a record.
var textTests = map[string]struct{ left, right bool }{
	"has": {true, true}, "has_cs": {true, true},
	"hasprefix": {true, false}, "hasprefix_cs": {true, false},
	"hassuffix": {false, true}, "hassuffix_cs": {false, true},
	"contains": {}, "contains_cs": {},
	"startswith": {}, "startswith_cs": {},
	"endswith": {}, "endswith_cs": {},
}

func (a *asker) text(x, text Expr, left, right bool) (Condition, bool) {
	column, path, _, ok := place(x)
	v, known := a.constant(text)
	if !ok || !known || v.Inner().Kind() != value.KString {
		return Condition{}, false
	}
	return Condition{Kind: Holds, Column: column, Path: path, Text: v.Str(), Left: left, Right: right}, true
}

func (a *asker) hasSome(e *Call) (Condition, bool) {
	out := Condition{Kind: Any}
	if e.Name == "has_all" {
		out.Kind = All
	}
	for _, list := range e.Args[1:] {
		v, known := a.constant(list)
		if !known {
			return out, false
		}
		all := []value.Value{v}
		if v.IsArray() {
			all = v.Elems()
		}
		for _, v := range all {
			c, ok := a.text(e.Args[0], &Const{value.StringOf(v.String())}, true, true)
			if !ok || v.IsNull() {
				return out, false
			}
			out.Of = append(out.Of, c)
		}
	}
	return out, len(out.Of) > 0
}

func (a *asker) compare(e *Call) (Condition, bool) {
	column, path, folded, ok := place(e.Args[0])
	values, known := a.values(e.Args[1:])
	if !ok || !known {
		return Condition{}, false
	}
	c := Condition{Column: column, Path: path, Values: values, Fold: folded || strings.HasSuffix(e.Name, "~")}
	switch e.Name {
	case "==", "=~", "in", "in~":
		c.Kind = Is
	case "!=", "!in":
		c.Kind = IsNot
		// What was made of the value on the way may be equal where it is not.
		return c, isColumn(e.Args[0])
	case ">", ">=":
		c.Kind = AtLeast
	case "<", "<=":
		c.Kind = AtMost
	}
	return c, c.Kind == Is || isColumn(e.Args[0])
}

func isColumn(e Expr) bool {
	_, ok := e.(*Col)
	return ok
}

// values are the constants of a list; an array stands for its elements. Nulls
// are equal to nothing.
func (a *asker) values(list []Expr) (out []value.Value, ok bool) {
	for _, e := range list {
		v, known := a.constant(e)
		if !known {
			return nil, false
		}
		all := []value.Value{v}
		if v.IsArray() {
			all = v.Elems()
		}
		for _, v := range all {
			if v = v.Inner(); v.IsArray() || v.IsBag() {
				return nil, false
			}
			if !v.IsNull() {
				out = append(out, v)
			}
		}
	}
	return out, true
}

// between says so only when the low end itself is inside: `!between` bears the
// same name.
func (a *asker) between(e *Call) (Condition, bool) {
	if len(e.Args) != 3 || !isColumn(e.Args[0]) {
		return Condition{}, false
	}
	low, ok1 := a.constant(e.Args[1])
	high, ok2 := a.constant(e.Args[2])
	if !ok1 || !ok2 || !e.Bound.Eval(&a.clock, []value.Value{low, low, high}).Bool() {
		return Condition{}, false
	}
	column := e.Args[0].(*Col).Index
	all := []Condition{{Kind: AtLeast, Column: column, Values: []value.Value{low}}}
	if high.Type() != value.TimeSpan {
		all = append(all, Condition{Kind: AtMost, Column: column, Values: []value.Value{high}})
	}
	return Condition{Kind: All, Of: all}, true
}

// place is the column, or the member of one, that an expression gives the value
// of, perhaps as text and in another case.
func place(e Expr) (column int, path []string, folded, ok bool) {
	switch e := e.(type) {
	case *Col:
		return e.Index, nil, false, true
	case *Member:
		column, path, folded, ok = place(e.X)
		return column, append(path, e.Key), folded, ok && !folded
	case *Element:
		column, path, folded, ok = place(e.X)
		if c, is := e.I.(*Const); is && c.V.Inner().Kind() == value.KString {
			path = append(slices.Clip(path), c.V.Str())
		}
		return column, path, folded, ok && !folded
	case *Call:
		if len(e.Args) != 1 {
			return 0, nil, false, false
		}
		column, path, folded, ok = place(e.Args[0])
		switch e.Name {
		case "tostring", "parse_json", "todynamic":
			return column, path, folded, ok
		case "tolower", "toupper":
			return column, path, true, ok
		}
	}
	return 0, nil, false, false
}

func (a *asker) isConstant(e Expr) bool {
	_, ok := a.constant(e)
	return ok
}

// constant computes what depends on no row.
func (a *asker) constant(e Expr) (value.Value, bool) {
	switch e := e.(type) {
	case *Const:
		return e.V, true
	case *Call:
		if e.Bound.Volatile || e.Bound.Eval == nil {
			return value.Value{}, false
		}
		args := make([]value.Value, len(e.Args))
		for i, x := range e.Args {
			v, ok := a.constant(x)
			if !ok {
				return v, false
			}
			args[i] = v
		}
		v, ok := e.Bound.Try(&a.clock, args)
		return typed(v, e.Bound.Result), ok
	}
	return value.Value{}, false
}
