package exec

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A clause is what follows from a condition: that at least one of a few columns
// has a value of some kind. It has a literal a column, ascending.
type clause []*literal

// columns are those of a clause.
func (k clause) columns() (cols [maxColumns]int) {
	for i, l := range k {
		cols[i] = l.col + 1
	}
	return cols
}

const (
	// maxColumns is how many columns a clause is over at most: what is over
	// more says little.
	maxColumns = 3
	// maxClauses is how many are made of a condition at most.
	maxClauses = 8
)

// A clauser makes the clauses of conditions.
type clauser struct {
	run    *run
	common *commons
}

// of are clauses that follow where a condition is what is wanted, true or false;
// whole says that it is so wherever they all hold.
func (c *clauser) of(e plan.Expr, want bool) (out []clause, whole bool) {
	switch e := e.(type) {
	case *plan.Const:
		return nil, !e.V.IsNull() && e.V.Bool() == want
	case *plan.Logic:
		x, isX := c.of(e.X, want)
		if e.Or == want && len(x) == 0 {
			return nil, isX
		}
		y, isY := c.of(e.Y, want)
		if e.Or == want {
			return eitherOf(x, y, isX && isY)
		}
		return bothOf(x, y), isX && isY
	case *plan.Choose:
		return c.choice(e, want), false
	case *plan.Call:
		if e.Name == "not" && len(e.Args) == 1 {
			return c.of(e.Args[0], !want)
		}
		if e, ok := plan.SaysSomething(e); ok && want {
			return c.saying(e), false
		}
	}
	if l := c.literal(e, want); l != nil {
		return []clause{{l}}, true
	}
	return nil, false
}

// choice is for a case that is what is wanted: one of its branches is taken, and is.
func (c *clauser) choice(e *plan.Choose, want bool) []clause {
	out, _ := c.of(e.Else, want)
	for i, when := range e.When {
		x, _ := c.of(when, true)
		y, _ := c.of(e.Then[i], want)
		out, _ = eitherOf(out, bothOf(x, y), false)
	}
	return out
}

// saying is for a case that is a text which is not empty.
func (c *clauser) saying(e *plan.Choose) (out []clause) {
	if !plan.IsEmpty(e.Else) {
		return nil
	}
	first := true
	for i, then := range e.Then {
		if plan.IsEmpty(then) {
			continue
		}
		when, _ := c.of(e.When[i], true)
		if out, _ = eitherOf(out, when, false); first {
			out, first = when, false
		}
	}
	return out
}

// bothOf are two lists of clauses that all hold. Those over the same single column
// become one, but for arrays: elements of one are any of its own.
func bothOf(x, y []clause) []clause {
	out := slices.Clone(x)
	for _, k := range y {
		at := slices.IndexFunc(out, func(o clause) bool { return len(k) == 1 && len(o) == 1 && o[0].col == k[0].col && !k[0].array })
		if at >= 0 {
			out[at] = clause{both(out[at][0], k[0])}
		} else {
			out = append(out, k)
		}
	}
	return out
}

// eitherOf are the clauses that follow where all of x hold, or all of y. They are
// whole if x and y are, and none is left out.
func eitherOf(x, y []clause, whole bool) (out []clause, isWhole bool) {
	for _, a := range x {
		for _, b := range y {
			switch k := joinedClause(a, b); {
			case len(k) > maxColumns, len(k) > 1 && isComputed(k[len(k)-1].col):
				whole = false
			case !slices.ContainsFunc(k, (*literal).isAll):
				out = bothOf(out, []clause{k})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b clause) int { return len(a) - len(b) })
	if len(out) > maxClauses {
		out, whole = out[:maxClauses], false
	}
	return out, whole
}

// joinedClause holds where one of two does.
func joinedClause(a, b clause) (out clause) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].col < b[0].col:
			out, a = append(out, a[0]), a[1:]
		case a[0].col > b[0].col:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, either(a[0], b[0])), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// firstComputed is the number of the first of the columns that are made of others, one for
// each key of what makes them. They stand in no clause over several columns: of the rows
// that the others settle they need not be made.
const firstComputed = 1 << 20

// maxComputed is what a column that is made of others may cost: what is dearer is asked
// after all that is cheaper, as tests are.
const maxComputed = 80

func isComputed(col int) bool { return col >= firstComputed }

// A literal is what a clause wants of a column.
type literal struct {
	col int
	// What it names are texts, and what texts begin with in any case (folded). A column
	// of text is, or by not is not, what it names; of an array it is an element.
	list, begins []string
	not, array   bool
	// A text is asked, of those that it names if it names any: by not, any other text is
	// what is wanted, else none is.
	text func(string) bool
	// A column of flags or whole numbers is asked.
	value func(*value.Value) bool
	// What asks has a key, as far as it is known when two ask the same.
	key string
}

// isAll says whether a literal is seen to hold for every value.
func (l *literal) isAll() bool { return l.isNamed() && l.not && !l.names() }

// names says whether a literal names anything.
func (l *literal) names() bool { return len(l.list)+len(l.begins) > 0 }

// isNamed says whether what a literal names is all that it wants.
func (l *literal) isNamed() bool { return l.text == nil && l.value == nil }

// isList is isNamed of whole texts.
func (l *literal) isList() bool { return l.isNamed() && len(l.begins) == 0 && !l.array }

// holds says whether a text is what is wanted.
func (l *literal) holds(text string) bool {
	if l.text != nil {
		return l.text(text)
	}
	return (slices.Contains(l.list, text) || slices.ContainsFunc(l.begins, func(begin string) bool {
		return strings.HasPrefix(value.FoldString(text), begin)
	})) != l.not
}

// keyOf is the key of a literal, or what it names.
func (l *literal) keyOf() string {
	if !l.isNamed() {
		return l.key
	}
	return fmt.Sprintf("%t %q %q", l.not, l.list, l.begins)
}

// joinedKey is the key of what two literals make; empty where one has none.
func joinedKey(a *literal, by string, b *literal) string {
	x, y := a.keyOf(), b.keyOf()
	if x == "" || y == "" {
		return ""
	}
	return "(" + x + by + y + ")"
}

// either is what one of two literals on a column wants.
func either(a, b *literal) *literal {
	out := &literal{col: a.col, array: a.array}
	switch {
	case a.value != nil:
		out.value = func(v *value.Value) bool { return a.value(v) || b.value(v) }
		out.key = joinedKey(a, " or ", b)
	case a.isNamed() && b.isNamed() && !a.not && !b.not:
		out.nameAll(a, b)
	case !a.isList() || !b.isList():
		out.text = func(s string) bool { return a.holds(s) || b.holds(s) }
		out.key = joinedKey(a, " or ", b)
		switch {
		case a.names() && a.not:
			out.nameAll(a)
		case b.names() && b.not:
			out.nameAll(b)
		case a.names() && b.names():
			out.nameAll(a, b)
		}
	case a.not && b.not:
		out.not, out.list = true, shared(a.list, b.list)
	case a.not:
		out.not, out.list = true, without(a.list, b.list)
	default:
		out.not, out.list = true, without(b.list, a.list)
	}
	return out
}

// both is what two literals on a column want.
func both(a, b *literal) *literal {
	out := &literal{col: a.col}
	switch {
	case a.value != nil:
		out.value = func(v *value.Value) bool { return a.value(v) && b.value(v) }
		out.key = joinedKey(a, " and ", b)
	case a.isList() && !a.not:
		out.list = slices.DeleteFunc(slices.Clone(a.list), func(s string) bool { return !b.holds(s) })
	case b.isList() && !b.not:
		return both(b, a)
	case a.isNamed() && b.isNamed() && a.not && b.not:
		out.nameAll(a, b)
	default:
		out.text = func(s string) bool { return a.holds(s) && b.holds(s) }
		out.key = joinedKey(a, " and ", b)
		switch {
		case a.names() && !a.not:
			out.nameAll(a)
		case b.names() && !b.not:
			out.nameAll(b)
		case a.names() && b.names():
			out.nameAll(a, b)
		}
	}
	return out
}

// nameAll makes a literal name what others name, which all have the same not.
func (l *literal) nameAll(others ...*literal) {
	for _, o := range others {
		l.not, l.list, l.begins = o.not, slices.Concat(l.list, o.list), slices.Concat(l.begins, o.begins)
	}
}

func shared(x, y []string) []string {
	return slices.DeleteFunc(slices.Clone(x), func(s string) bool { return !slices.Contains(y, s) })
}

func without(x, y []string) []string {
	return slices.DeleteFunc(slices.Clone(x), func(s string) bool { return slices.Contains(y, s) })
}

// literal reads a condition on one column that is true where that is wanted, or
// else false; nil if it is of another form.
func (c *clauser) literal(e plan.Expr, want bool) *literal {
	l := c.literalOf(e, want)
	if l == nil || l.isNamed() {
		return l
	}
	if key, ok := c.common.key(c.run, e); ok {
		l.key = fmt.Sprintf("%d %t", key, want)
	}
	return l
}

// literalOf is literal without a key.
func (c *clauser) literalOf(e plan.Expr, want bool) *literal {
	if col, ok := e.(*plan.Col); ok && col.Typ == value.Bool {
		return &literal{col: col.Index, value: func(v *value.Value) bool { return !v.IsNull() && v.Bool() == want }}
	}
	if col, texts, not, ok := textsOf(e); ok {
		return &literal{col: col, list: texts, not: not == want}
	}
	call, ok := e.(*plan.Call)
	if !ok || len(call.Args) == 0 || call.Bound.Result != value.Bool || call.Bound.Volatile || call.Bound.Timed {
		return nil
	}
	if slices.ContainsFunc(call.Args[1:], func(a plan.Expr) bool { return !isConst(a) }) {
		return nil
	}
	col, ok := call.Args[0].(*plan.Col)
	if !ok {
		return c.computed(call, want)
	}
	switch test := call.Bound.Test; {
	case call.Name == "startswith" || call.Name == "!startswith" || call.Name == "set_has_element":
		return naming(call, col, want)
	case col.Typ == value.String && test != nil:
		return &literal{col: col.Index, text: func(s string) bool { return test(s) == want }}
	case col.Typ == value.String:
		holds := c.holding(call, want)
		return &literal{col: col.Index, text: func(s string) bool {
			v := value.StringOf(s)
			return holds(&v)
		}}
	case isCounted(col.Typ):
		return &literal{col: col.Index, value: c.holding(call, want)}
	}
	return nil
}

// computed is the literal of a call on a flag or a whole number that is made of columns;
// nil if it is of another form.
func (c *clauser) computed(e *plan.Call, want bool) *literal {
	x := e.Args[0]
	key, ok := c.common.key(c.run, x)
	if !ok || !isCounted(x.Type()) || !plan.Timeless(x) || cost(x) > maxComputed {
		return nil
	}
	if c.common.computed[key] == nil {
		c.common.computed[key] = &lateEval{common: c.common, run: c.run, expr: x}
	}
	return &literal{col: firstComputed + key, value: c.holding(e, want)}
}

// naming is the literal of a call that names the beginning of a text or an element
// of an array; nil if it is of another form.
func naming(e *plan.Call, col *plan.Col, want bool) *literal {
	k, ok := e.Args[1].(*plan.Const)
	if !ok || k.V.Kind() != value.KString || k.V.Type() != value.String {
		return nil
	}
	text := k.V.Str()
	switch {
	case e.Name == "set_has_element":
		if col.Typ != value.Dynamic || !want {
			return nil
		}
		return &literal{col: col.Index, list: []string{text}, array: true}
	case col.Typ != value.String || !utf8.ValidString(text):
		return nil
	}
	return &literal{col: col.Index, begins: []string{value.FoldString(text)}, not: want == (e.Name == "!startswith")}
}

// isCounted says whether columns of a type are known by whole numbers.
func isCounted(t value.Type) bool { return t == value.Bool || t == value.Int || t == value.Long }

// holding asks a call about its first argument. What goes wrong is taken to hold.
func (c *clauser) holding(e *plan.Call, want bool) func(*value.Value) bool {
	row := make([]value.Value, len(e.Args))
	for i, a := range e.Args[1:] {
		row[i+1] = a.(*plan.Const).V
	}
	return func(v *value.Value) (holds bool) {
		defer func() {
			if recover() != nil {
				c.common.failed()
				holds = true
			}
		}()
		row[0] = *v
		is := e.Bound.Eval(&c.run.fn, row)
		return !is.IsNull() && is.Bool() == want
	}
}
