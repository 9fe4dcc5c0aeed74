package plan

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A target is one column to be: its name and how it is computed.
type target struct {
	name  string // as written or made from the expression; "" for ColumnN
	given bool   // written by the author
	part  bool   // one of several columns of one expression
	x     Expr
}

// columns binds a list of columns: named, plain, or (a, b) = dynamic.
func (b *binder) columns(list []syntax.Expr, v *env) []target {
	var out []target
	for _, x := range list {
		n, named := x.(*syntax.Named)
		inner := x
		if named {
			inner = n.X
		}
		parts, whole := partsOf(inner, v.cols)
		switch {
		case len(parts) > 0 && !(whole && named):
			out = append(out, b.partColumns(inner, parts, whole, n, v)...)
		case !named:
			out = append(out, target{name: autoName(x, v.cols), given: isIdent(x), x: b.scalar(x, v)})
		case len(n.Names) == 1 && !n.Paren:
			out = append(out, target{name: n.Names[0].Text, given: true, x: b.scalar(n.X, v)})
		default:
			e := b.scalar(n.X, v)
			if !isBad(e) && e.Type() != value.Dynamic {
				b.fail(n, "several names need a dynamic value with several elements, and this is %s", describe(e.Type()))
				continue
			}
			for i := range n.Names {
				out = append(out, target{name: n.Names[i].Text, given: true, part: true, x: &Element{e, &Const{value.LongOf(int64(i))}}})
			}
		}
	}
	return out
}

// sortedArrays are the arguments of array_sort_asc and array_sort_desc that
// are sorted: with several the call gives several columns.
func sortedArrays(call *syntax.Call) []syntax.Expr {
	if call.Func.Text != "array_sort_asc" && call.Func.Text != "array_sort_desc" {
		return nil
	}
	args := call.Args
	if n := len(args); n > 0 {
		if l, ok := args[n-1].(*syntax.Literal); ok && l.Value.Kind() == value.KBool {
			args = args[:n-1]
		}
	}
	return args
}

// partsOf are the columns of an expression that gives several; whole says that
// its value is the one column itself.
func partsOf(x syntax.Expr, cols value.Schema) (parts []fn.Part, whole bool) {
	call, ok := x.(*syntax.Call)
	if !ok {
		return nil, false
	}
	for _, p := range fn.Parts(call.Func.Text) {
		name := call.Func.Text + "_"
		if len(call.Args) > 0 {
			name += autoName(call.Args[0], cols)
		}
		parts = append(parts, fn.Part{Name: name + "_" + p.Name, Type: p.Type})
	}
	for i, a := range sortedArrays(call) {
		name := autoName(a, cols)
		if name == "" {
			name = "array" + strconv.Itoa(i)
		}
		parts = append(parts, fn.Part{Name: name + "_sorted", Type: value.Dynamic})
	}
	return parts, len(parts) == 1
}

// partColumns are the columns of an expression that gives several, of which
// the author may have named the first ones.
func (b *binder) partColumns(x syntax.Expr, parts []fn.Part, whole bool, named *syntax.Named, v *env) []target {
	e := b.scalar(x, v)
	if isBad(e) {
		return nil
	}
	var out []target
	for i, p := range parts {
		t := target{name: p.Name, x: e}
		if !whole {
			t.part, t.x = true, b.convert(fold(&Element{e, &Const{value.LongOf(int64(i))}}), p.Type)
		}
		if named != nil && i < len(named.Names) {
			t.name, t.given = named.Names[i].Text, true
		}
		out = append(out, t)
	}
	return out
}

// extend adds columns, or replaces those of the same name where they stand.
func (b *binder) extend(cols []syntax.Expr, in Node, s *scope, serialize bool) Node {
	v := b.envOf(in, s)
	v.ordered = v.ordered || serialize
	targets := b.columns(cols, v)
	p := &Project{In: in, Ordered: serialize}
	p.schema = append(make(value.Schema, 0, len(in.Schema())+len(targets)), in.Schema()...)
	p.Exprs = appendIdentity(make([]Expr, 0, cap(p.schema)), in)
	taken := b.newNames()
	taken.input = in.Schema()
	for i, t := range targets {
		if isBad(t.x) {
			t.x = &Const{}
		}
		if t.given && !taken.write(t.name) {
			b.fail(at(cols, i), "the column %q is given twice", t.name)
			continue
		}
		if c, ok := t.x.(*Col); ok && t.given && c.Name == t.name && isIdent(at(cols, i).(syntax.Expr)) {
			continue // a column by itself stays as it is
		}
		if t.name != "" && (t.given || !t.part) {
			if at := p.schema.Index(t.name); at >= 0 {
				p.schema[at].Type, p.Exprs[at] = t.x.Type(), t.x
				continue
			}
			taken.used[t.name] = true
			p.add(t.name, t.x)
			continue
		}
		p.add(taken.take(t.name), t.x)
	}
	p.markOrdered()
	return p
}

// at is the i-th expression of a list, or its last (when one made several).
func at(list []syntax.Expr, i int) syntax.Node { return list[min(i, len(list)-1)] }

func (p *Project) add(name string, x Expr) {
	p.schema = append(p.schema, value.Field{Name: name, Type: x.Type()})
	p.Exprs = append(p.Exprs, x)
}

// markOrdered notes that a window function is inside.
func (p *Project) markOrdered() {
	for _, e := range p.Exprs {
		Walk(e, func(e Expr) bool {
			if _, ok := e.(*Ordered); ok {
				p.Ordered = true
			}
			return true
		})
	}
}

// identity is the columns of a node as expressions.
func identity(in Node) []Expr { return appendIdentity(nil, in) }

// appendIdentity is identity, behind others. One step mostly hands on what the one
// before it does: they have that in common.
func appendIdentity(out []Expr, in Node) []Expr {
	var same []Expr
	if p, ok := pastWheres(in).(*Project); ok {
		same = p.Exprs
	}
	for i, f := range in.Schema() {
		col := Col{i, f.Name, f.Type}
		if i < len(same) {
			if c, ok := same[i].(*Col); ok && *c == col {
				out = append(out, c)
				continue
			}
		}
		out = append(out, &col)
	}
	return out
}

// pastWheres is what steps that only choose rows stand behind.
func pastWheres(n Node) Node {
	for {
		w, ok := n.(*Where)
		if !ok {
			return n
		}
		n = w.In
	}
}

func (b *binder) project(op *syntax.Project, in Node, s *scope) Node {
	switch op.Kind {
	case "away", "keep":
		return b.projectAway(op, in)
	case "rename":
		return b.projectRename(op, in)
	case "reorder":
		return b.projectReorder(op, in)
	case "by-names":
		return b.projectByNames(op, in, s)
	}
	p := &Project{In: in}
	taken := b.newNames()
	targets := b.columns(op.Cols, b.envOf(in, s))
	for _, t := range targets {
		if t.given {
			if !taken.write(t.name) {
				b.fail(op, "the column %q is given twice", t.name)
			}
		}
	}
	for _, t := range targets {
		p.add(taken.take(t.name), t.x)
	}
	p.markOrdered()
	return p
}

// picked are the columns of in that a name or pattern means.
func (b *binder) picked(x syntax.Expr, in Node, missingOK bool) []int {
	var out []int
	switch x := x.(type) {
	case *syntax.Star:
		for i := range in.Schema() {
			out = append(out, i)
		}
	case *syntax.Pattern:
		for i, f := range in.Schema() {
			if matchName(x.Text, f.Name) {
				out = append(out, i)
			}
		}
	case *syntax.Ident:
		i := in.Schema().Index(x.Name.Text)
		if i >= 0 {
			return []int{i}
		}
		if !missingOK {
			b.unknownColumn(x, x.Name.Text, in.Schema())
		}
	default:
		b.fail(x, "only names of columns are allowed here")
	}
	return out
}

func (b *binder) unknownColumn(at syntax.Node, name string, schema value.Schema) {
	var names []string
	for _, f := range schema {
		names = append(names, f.Name)
	}
	e := b.fail(at, "unknown column %q", name)
	if near := diag.Nearest(name, names); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
}

func (b *binder) projectAway(op *syntax.Project, in Node) Node {
	named := map[int]bool{}
	for _, x := range op.Cols {
		for _, i := range b.picked(x, in, false) {
			named[i] = true
		}
	}
	p := &Project{In: in}
	for i, f := range in.Schema() {
		if named[i] == (op.Kind == "keep") {
			p.add(f.Name, &Col{i, f.Name, f.Type})
		}
	}
	return p
}

func (b *binder) projectRename(op *syntax.Project, in Node) Node {
	p := &Project{node: node{slices.Clone(in.Schema())}, In: in, Exprs: identity(in)}
	for _, x := range op.Cols {
		n, ok := x.(*syntax.Named)
		if !ok || len(n.Names) != 1 {
			b.fail(x, "project-rename needs new = old")
			continue
		}
		for _, i := range b.picked(n.X, in, false) {
			if j := p.schema.Index(n.Names[0].Text); j >= 0 && j != i {
				b.fail(x, "there is a column %q already", n.Names[0].Text)
			}
			p.schema[i].Name = n.Names[0].Text
		}
	}
	return p
}

func (b *binder) projectReorder(op *syntax.Project, in Node) Node {
	var order []int
	seen := map[int]bool{}
	for _, x := range op.Cols {
		kind := ""
		if o, ok := x.(*syntax.Ordered); ok {
			x, kind = o.X, o.Kind
		}
		var more []int
		for _, i := range b.picked(x, in, false) {
			if !seen[i] {
				seen[i] = true
				more = append(more, i)
			}
		}
		orderNames(more, in.Schema(), kind)
		order = append(order, more...)
	}
	for i := range in.Schema() {
		if !seen[i] {
			order = append(order, i)
		}
	}
	p := &Project{In: in}
	for _, i := range order {
		f := in.Schema()[i]
		p.add(f.Name, &Col{i, f.Name, f.Type})
	}
	return p
}

// orderNames sorts picked columns by name: granny orders count numbers inside
// names as numbers.
func orderNames(cols []int, schema value.Schema, kind string) {
	if kind == "" {
		return
	}
	less := func(x, y string) bool { return strings.ToUpper(x) < strings.ToUpper(y) } // so _ comes behind letters
	if strings.HasPrefix(kind, "granny") {
		less = func(x, y string) bool { return naturalLess(strings.ToUpper(x), strings.ToUpper(y)) }
	}
	sort.SliceStable(cols, func(i, j int) bool {
		x, y := schema[cols[i]].Name, schema[cols[j]].Name
		if strings.HasSuffix(kind, "desc") {
			x, y = y, x
		}
		return less(x, y)
	})
}

func naturalLess(x, y string) bool {
	for x != "" && y != "" {
		dx, dy := digits(x), digits(y)
		if dx > 0 && dy > 0 {
			nx, ny := strings.TrimLeft(x[:dx], "0"), strings.TrimLeft(y[:dy], "0")
			if len(nx) != len(ny) {
				return len(nx) < len(ny)
			}
			if nx != ny {
				return nx < ny
			}
			x, y = x[dx:], y[dy:]
			continue
		}
		if x[0] != y[0] {
			return x[0] < y[0]
		}
		x, y = x[1:], y[1:]
	}
	return len(x) < len(y)
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}
