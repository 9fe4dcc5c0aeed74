package syntax

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Format writes a node as canonical text: one operator a line, each after
// "| ". Parsing the text gives an equal tree. Comments are not kept.
func Format(n Node) string {
	var w printer
	if n != nil {
		w.node(n)
	}
	return w.b.String()
}

// A printable writes itself; every node is one.
type printable interface{ print(w *printer) }

type printer struct {
	b      strings.Builder
	indent int
}

func (w *printer) put(s string) { w.b.WriteString(s) }

func (w *printer) line() {
	w.put("\n")
	for range min(w.indent, 20) { // deeper nesting only comes from machines
		w.put("    ")
	}
}

func (w *printer) node(n Node) {
	if p, ok := n.(printable); ok {
		p.print(w)
	}
}

// Levels of expressions, the loosest first. An expression in a place that
// wants a tighter one gets parentheses; trees from text already have them.
const (
	anyLevel = iota // a query, or a named expression in a list
	orLevel
	andLevel
	equalityLevel
	relationalLevel
	additiveLevel
	multiplicativeLevel
	stringLevel
	unaryLevel
	pathLevel
)

func level(x Expr) int {
	switch x := x.(type) {
	case *Binary:
		return binaryLevel(x.Op)
	case *In, *Between:
		return equalityLevel
	case *Unary:
		return unaryLevel
	case *Named, *Pipeline, *Function:
		return anyLevel
	}
	return pathLevel
}

func binaryLevel(op string) int {
	switch op {
	case "or":
		return orLevel
	case "and":
		return andLevel
	case "==", "!=":
		return equalityLevel
	case "<", "<=", ">", ">=":
		return relationalLevel
	case "+", "-":
		return additiveLevel
	case "*", "/", "%":
		return multiplicativeLevel
	}
	return stringLevel
}

// expr writes an expression where at least the given level is wanted.
func (w *printer) expr(x Expr, least int) {
	if x == nil {
		return
	}
	if level(x) < least {
		w.block("(", x, ")")
		return
	}
	w.node(x)
}

// block writes an expression between brackets, a pipeline on lines of its own.
func (w *printer) block(open string, x Expr, closing string) {
	w.put(open)
	if p, ok := x.(*Pipeline); !ok || p.short() {
		w.node(x)
	} else {
		w.indent++
		w.line()
		w.node(x)
		w.indent--
		w.line()
	}
	w.put(closing)
}

// short says whether a pipeline has no pipe.
func (n *Pipeline) short() bool { return n.Source == nil && len(n.Ops) == 1 }

// subquery writes operators in parentheses.
func (w *printer) subquery(ops []Op) {
	w.block("(", &Pipeline{Ops: ops}, ")")
}

func (w *printer) list(all []Expr) {
	for i, x := range all {
		if i > 0 {
			w.put(", ")
		}
		w.expr(x, anyLevel)
	}
}

// args is list for where a pipeline may stand alone.
func (w *printer) args(all []Expr) {
	w.put("(")
	if len(all) == 1 {
		w.block("", all[0], "")
	} else {
		w.list(all)
	}
	w.put(")")
}

// flat writes `T | as X` on one line.
func (w *printer) flat(x Expr) {
	n, ok := x.(*Pipeline)
	if !ok {
		w.expr(x, anyLevel)
		return
	}
	w.expr(n.Source, orLevel)
	for _, op := range n.Ops {
		w.put(" | ")
		w.node(op)
	}
}

// clause writes a keyword and its expression, if there is one.
func (w *printer) clause(before string, x Expr) {
	if x != nil {
		w.put(before)
		w.expr(x, orLevel)
	}
}

// name writes a name, in brackets where they are needed. fresh says that the
// place names something new, which more words may do.
func (w *printer) name(n Name, fresh bool) {
	if n.Quoted || !isPlain(n.Text, fresh) {
		w.put("[" + quote(n.Text) + "]")
	} else {
		w.put(n.Text)
	}
}

func (w *printer) options(all []Option) {
	for _, o := range all {
		w.put(" " + o.Name + "=")
		w.optionValue(o.Value)
	}
}

func (w *printer) optionValue(x Expr) {
	switch x := x.(type) {
	case *Ident:
		if x.Name.Quoted || !isWordShaped(x.Name.Text) {
			w.put("[" + quote(x.Name.Text) + "]")
		} else {
			w.put(x.Name.Text)
		}
	case *Literal:
		x.put(w, bareText(x.Value))
	default:
		w.expr(x, orLevel)
	}
}

// isWordShaped says whether a text is read as one word, of the language or not.
func isWordShaped(s string) bool {
	return isPlain(s, true) || (reserved[s] || dashedWords[s]) && !isBool(token{kind: tWord, text: s})
}

// with writes options in parentheses, if there are any.
func (w *printer) with(all []Option) {
	if len(all) == 0 {
		return
	}
	w.put(" with (")
	for i, o := range all {
		if i > 0 {
			w.put(", ")
		}
		if i == 0 || !continues(all[i-1], o) {
			w.name(Name{Text: o.Name}, true)
			w.put("=")
		}
		w.optionValue(o.Value)
	}
	w.put(")")
}

// continues says whether an option is one more name of the one before, as in
// ycolumns=a, b.
func continues(before, o Option) bool {
	_, a := before.Value.(*Ident)
	_, b := o.Value.(*Ident)
	return a && b && before.Name == o.Name
}

func (w *printer) params(all []*Param) {
	for i, n := range all {
		if i > 0 {
			w.put(", ")
		}
		n.print(w)
	}
}

func (w *printer) schema(columns []*Param, star bool) {
	w.put("(")
	if star {
		w.put("*")
		if len(columns) > 0 {
			w.put(", ")
		}
	}
	w.params(columns)
	w.put(")")
}

func (n *Query) print(w *printer) {
	for i, s := range n.Statements {
		if i > 0 {
			w.put(";")
			w.line()
		}
		w.node(s)
	}
}

func (n *Let) print(w *printer) {
	w.put("let ")
	w.name(n.Name, false)
	w.put(" = ")
	if _, ok := n.X.(*Pipeline); ok {
		w.indent++
		defer func() { w.indent-- }()
	}
	w.expr(n.X, anyLevel)
}

func (n *Set) print(w *printer) {
	w.put("set ")
	w.name(n.Name, false)
	if n.X != nil {
		w.put(" = ")
		w.expr(n.X, orLevel)
	}
}

func (n *Declare) print(w *printer) {
	w.put("declare query_parameters(")
	w.params(n.Params)
	w.put(")")
}

func (n *ExprStatement) print(w *printer) { w.expr(n.X, anyLevel) }

func (n *Unsupported) print(w *printer) { w.put(n.Text) }

func (n Name) print(w *printer) { w.name(n, true) }

func (n Option) print(w *printer) {
	w.put(n.Name + "=")
	w.optionValue(n.Value)
}

func (n *ExpandCol) print(w *printer) { w.expandCols([]ExpandCol{*n}) }

func (n *SeriesAgg) print(w *printer) {
	w.expr(n.X, anyLevel)
	w.clause(" default = ", n.Default)
}

func (n *Param) print(w *printer) {
	w.name(n.Name, true)
	w.put(": ")
	if n.Tabular {
		w.schema(n.Columns, n.AnyCols)
	} else {
		w.put(n.Type.String())
	}
	if n.Default != nil {
		w.put(" = ")
		w.optionValue(n.Default)
	}
}

func (n *Function) print(w *printer) {
	if n.View {
		w.put("view ")
	}
	w.put("(")
	w.params(n.Params)
	w.put(") {")
	w.body(n.Body)
	w.put("}")
}

// body writes statements on lines of their own.
func (w *printer) body(q *Query) {
	w.indent++
	if q != nil {
		for i, s := range q.Statements {
			if i > 0 {
				w.put(";")
			}
			w.line()
			w.node(s)
		}
	}
	w.indent--
	w.line()
}

func (n *Pipeline) print(w *printer) {
	first := 0
	if n.Source != nil {
		w.expr(n.Source, orLevel)
	} else if len(n.Ops) > 0 {
		w.node(n.Ops[0])
		first = 1
	}
	for _, op := range n.Ops[first:] {
		w.line()
		w.put("| ")
		w.node(op)
	}
}

func (n *Bad) print(w *printer)     { w.put("?") }
func (n *Literal) print(w *printer) { n.put(w, literalText(n.Value)) }
func (n *Ident) print(w *printer)   { w.name(n.Name, false) }
func (n *Star) print(w *printer)    { w.put("*") }
func (n *Pattern) print(w *printer) { w.put(n.Text) }
func (n *Paren) print(w *printer)   { w.block("(", n.X, ")") }

func (n *Literal) put(w *printer, text string) {
	if n.Hidden {
		w.put("h")
	}
	w.put(text)
}

// dotted prints what stands before a dot and a name. Behind a number the dot would
// be a part of it, where the name does not begin like one.
func (w *printer) dotted(x Expr, name string) {
	w.expr(x, pathLevel)
	if _, constant := x.(*Literal); constant && (name == "" || !isLetter(name[0]) || name[0]|0x20 == 'e') {
		w.put(" ")
	}
	w.put(".")
}

func (n *Path) print(w *printer) {
	w.dotted(n.X, n.Name.Text)
	w.name(n.Name, false)
}

func (n *Index) print(w *printer) {
	w.expr(n.X, pathLevel)
	w.put("[")
	w.expr(n.I, orLevel)
	w.put("]")
}

func (n *Call) print(w *printer) {
	name := n.Func.Text
	switch {
	case !n.Func.Quoted && typedLiteral[name] != 0 && isPlain(name, false):
		w.put(name + " ") // with no blank it is a constant
	case !n.Func.Quoted && (name == "materialize" || name == "toscalar" || name == "totable"):
		w.put(name)
	default:
		w.name(n.Func, false)
	}
	w.args(n.Args)
}

func (n *Method) print(w *printer) {
	w.dotted(n.X, n.Call.Func.Text)
	w.expr(n.Call, anyLevel)
}

func (n *Named) print(w *printer) {
	if n.Paren {
		w.put("(")
	}
	for i, name := range n.Names {
		if i > 0 {
			w.put(", ")
		}
		w.name(name, true)
	}
	if n.Paren {
		w.put(")")
	}
	w.put(" = ")
	w.expr(n.X, orLevel)
}

func (n *Unary) print(w *printer) {
	w.put(n.Op)
	w.expr(n.X, pathLevel)
}

func (n *Binary) print(w *printer) {
	l := binaryLevel(n.Op)
	left, right := l, l+1
	switch l {
	case equalityLevel, relationalLevel: // these do not chain
		left = l + 1
	case stringLevel:
		left, right = unaryLevel, unaryLevel
	}
	w.expr(n.X, left)
	w.put(" " + n.Op + " ")
	w.expr(n.Y, right)
}

func (n *In) print(w *printer) {
	w.expr(n.X, relationalLevel)
	w.put(" " + n.Op + " ")
	w.args(n.List)
}

func (n *Between) print(w *printer) {
	w.expr(n.X, relationalLevel)
	if n.Not {
		w.put(" !between (")
	} else {
		w.put(" between (")
	}
	w.expr(n.Low, orLevel)
	w.put(" .. ")
	w.expr(n.High, orLevel)
	w.put(")")
}

func (n *TypeOf) print(w *printer) {
	w.put("typeof(")
	if n.Type != value.Unknown {
		w.put(n.Type.String() + ")")
		return
	}
	if n.Star {
		w.put("*")
		if len(n.Columns) > 0 {
			w.put(", ")
		}
	}
	w.params(n.Columns)
	w.put(")")
}

// A datatable has one row a line.
func (n *Datatable) print(w *printer) {
	w.put("datatable")
	w.schema(n.Columns, false)
	w.put(" [")
	w.indent++
	for i, x := range n.Values {
		if i > 0 {
			w.put(",")
		}
		if i%max(len(n.Columns), 1) == 0 && len(n.Values) > len(n.Columns) {
			w.line()
		} else if i > 0 {
			w.put(" ")
		}
		w.optionValue(x)
	}
	w.indent--
	if len(n.Values) > len(n.Columns) {
		w.line()
	}
	w.put("]")
}

func (n *ExternalData) print(w *printer) {
	w.put("externaldata")
	w.schema(n.Columns, false)
	w.put(" [")
	w.list(n.URIs)
	w.put("]")
	w.with(n.Options)
}
