package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// print is one row.
func (b *binder) print(op *syntax.Print, s *scope) Node {
	p := &Print{}
	taken := b.newNames()
	for i, x := range op.Cols {
		named, isNamed := x.(*syntax.Named)
		for _, t := range b.columns([]syntax.Expr{x}, &env{scope: s, ordered: true}) {
			switch {
			case isNamed && !t.given:
				continue // of several values those that got a name
			case isNamed && !taken.write(t.name):
				b.fail(named, "the column %q is given twice", t.name)
			case !isNamed && !t.part:
				t.name = fmt.Sprintf("print_%d", i)
			}
			p.schema = append(p.schema, value.Field{Name: taken.take(t.name), Type: t.x.Type()})
			p.Exprs = append(p.Exprs, t.x)
		}
	}
	return p
}

func (b *binder) rangeOp(op *syntax.Range, s *scope) Node {
	v := &env{scope: s}
	from, to, step := b.scalar(op.From, v), b.scalar(op.To, v), b.scalar(op.Step, v)
	if isBad(from) || isBad(to) || isBad(step) {
		return &Values{}
	}
	t, ok := promote(from.Type(), to.Type())
	switch value.Dynamic {
	case to.Type():
		t, ok = from.Type(), true
	case from.Type():
		t, ok = to.Type(), true
	}
	if !ok || !isStepped(t) {
		b.fail(op, "a range goes from one number or time to another, not from %s to %s", from.Type(), to.Type())
		return &Values{}
	}
	bound, err := rangeStep(t, step)
	if err != nil {
		b.fail(op.Step, "a step of %s does not fit a range of %s", step.Type(), t)
		return &Values{}
	}
	if c, ok := step.(*Const); ok && !c.V.IsNull() && value.Compare(c.V, value.LongOf(0).To(c.V.Type())) == 0 {
		b.fail(op.Step, "with a step of 0 a range comes to no end")
		return &Values{}
	}
	t = bound.Result
	r := &Range{node: node{value.Schema{{Name: op.Name.Text, Type: t}}}, From: b.convert(from, t), To: b.convert(to, t), Step: step}
	r.Call = Call{"+", bound, nil}
	return r
}

// rangeStep is the sum of a range's value and its step; its result is the
// range's type. That of two int is a long elsewhere, here an int.
func rangeStep(t value.Type, step Expr) (fn.Bound, error) {
	bound, err := fn.BindBinary("+", fn.Arg{Type: t}, argOf(step))
	if err != nil || bound.Result == t {
		return bound, err
	}
	if t == value.Int && step.Type() == value.Int {
		add := bound.Eval
		return fn.Bound{Result: t, Eval: func(ctx *fn.Context, args []value.Value) value.Value { return add(ctx, args).To(t) }}, nil
	}
	return fn.BindBinary("+", fn.Arg{Type: bound.Result}, argOf(step))
}

// datatable is constant rows.
func (b *binder) datatable(x *syntax.Datatable, s *scope) Node {
	out := &Values{node: node{declared(x.Columns)}}
	width := len(x.Columns)
	if width == 0 {
		b.fail(x, "datatable needs columns")
		return out
	}
	if len(x.Values)%width != 0 {
		b.fail(x, "datatable has %d values, which are no whole rows of %d columns", len(x.Values), width)
		return out
	}
	var row []value.Value
	for i, e := range x.Values {
		bound := b.scalar(e, &env{scope: s})
		c, ok := bound.(*Const)
		if !ok {
			b.fail(e, "datatable holds constants only")
			c = bad
		}
		row = append(row, cell(c.V, out.schema[i%width].Type))
		if len(row) == width {
			out.Rows = append(out.Rows, row)
			row = nil
		}
	}
	return out
}

// cell is a constant as a value of a column's type.
func cell(v value.Value, t value.Type) value.Value {
	if v.IsNull() {
		return value.NullOf(t)
	}
	if t == value.Dynamic {
		return value.DynamicOf(v)
	}
	return v.To(t)
}

// declared is the schema of a written list of columns.
func declared(cols []*syntax.Param) value.Schema {
	var out value.Schema
	for _, c := range cols {
		out = append(out, value.Field{Name: c.Name.Text, Type: c.Type})
	}
	return out
}

// as gives the table so far a name, for the rest of the pipeline and, unless
// there is such a name, for all of the query that follows.
func (b *binder) as(op *syntax.As, in Node, s *scope) Node {
	return b.nameTable(op.Name.Text, in, s)
}

func (b *binder) nameTable(name string, in Node, s *scope) Node {
	shared := &Shared{node{in.Schema()}, in}
	s.names[name] = binding{table: shared, as: true}
	root := s
	for root.outer != nil {
		root = root.outer
	}
	if _, taken := root.names[name]; !taken {
		root.names[name] = binding{table: shared, as: true}
	}
	return shared
}

func (b *binder) invoke(op *syntax.Invoke, in Node, s *scope) Node {
	got, ok := s.find(op.Call.Func.Text)
	if !ok || got.fn == nil {
		b.fail(&op.Call.Func, "there is no function %q to invoke", op.Call.Func.Text).Hint = "let " + op.Call.Func.Text + " = (T:(*)) { T | ... };"
		return &Values{}
	}
	// the table is the first argument, under a name that no author can write
	inner := newScope(s)
	inner.names["$input"] = binding{table: in}
	first := &syntax.Ident{Pos: op.Pos, Name: syntax.Name{Pos: op.Pos, Text: "$input"}}
	call := &syntax.Call{Pos: op.Call.Pos, Func: op.Call.Func, Args: append([]syntax.Expr{first}, op.Call.Args...)}
	return b.tableFunction(call, got.fn, inner)
}

var netNames = map[value.Type]string{
	value.Bool: "System.SByte", value.Int: "System.Int32", value.Long: "System.Int64", value.Real: "System.Double",
	value.Decimal: "System.Data.SqlTypes.SqlDecimal", value.String: "System.String", value.DateTime: "System.DateTime",
	value.TimeSpan: "System.TimeSpan", value.GUID: "System.Guid", value.Dynamic: "System.Object",
}

// assertSchema passes a table on whose columns are those that are written.
func (b *binder) assertSchema(op *syntax.AssertSchema, in Node) Node {
	want := declared(op.Columns)
	if !slices.Equal(want, in.Schema()) {
		b.fail(op, "the table's columns are others: %s", schemaText(in.Schema()))
		return &Values{}
	}
	return in
}

// schemaText is a schema as it is written.
func schemaText(s value.Schema) string {
	var out []string
	for _, f := range s {
		out = append(out, f.Name+":"+f.Type.String())
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// getSchema is the columns of a table, as rows, or with kind=csl as one text.
func (b *binder) getSchema(op *syntax.GetSchema, in Node) Node {
	if b.optionWord(op.Options, "kind", "csl") != "" {
		text := strings.Trim(schemaText(in.Schema()), "()")
		return &Values{node{value.Schema{{Name: "Schema", Type: value.String}}}, [][]value.Value{{value.StringOf(strings.ReplaceAll(text, ", ", ","))}}}
	}
	out := &Values{node: node{value.Schema{
		{Name: "ColumnName", Type: value.String}, {Name: "ColumnOrdinal", Type: value.Int},
		{Name: "DataType", Type: value.String}, {Name: "ColumnType", Type: value.String},
	}}}
	for i, f := range in.Schema() {
		out.Rows = append(out.Rows, []value.Value{
			value.StringOf(f.Name), value.IntOf(int32(i)), value.StringOf(netNames[f.Type]), value.StringOf(f.Type.String()),
		})
	}
	return out
}
