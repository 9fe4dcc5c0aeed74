package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// find is a union of the rows of tables that meet a condition: the name of the
// table, the columns that all of them have (or those that were asked for), and
// what else a row holds, packed.
func (b *binder) find(op *syntax.Find, in Node, s *scope) Node {
	u := b.searchedUnion(op, op.P, b.searchArms(op, op.Tables, in, s), s, "has")
	if len(u.Ins) == 0 {
		return &Values{}
	}
	cols, pack := b.findColumns(op, u)
	source := "source_"
	if name := b.optionName(op.Options, "withsource"); name != "" {
		source = name
	}
	for i, arm := range u.Ins {
		u.Ins[i] = findArm(arm, cols, pack)
	}
	u.schema = value.Schema{{Name: source, Type: value.String}}
	u.layout(b.newNames(), false)
	return u
}

// findColumns are the columns of the result, and whether the others are packed.
func (b *binder) findColumns(op *syntax.Find, u *Union) (cols value.Schema, pack bool) {
	for _, x := range op.Project {
		switch x := x.(type) {
		case *syntax.Ident:
			cols = append(cols, value.Field{Name: x.Name.Text, Type: typeAmong(u.Ins, x.Name.Text)})
		case *syntax.Named:
			t := value.String
			if of, ok := x.X.(*syntax.TypeOf); ok {
				t = of.Type
			}
			cols = append(cols, value.Field{Name: x.Names[0].Text, Type: t})
		default: // pack(*) and *
			pack = true
		}
	}
	for _, c := range cols {
		if c.Type == value.Unknown {
			b.unknownColumn(op, c.Name, u.Ins[0].Schema())
		}
	}
	if len(op.Project) > 0 {
		return cols, pack
	}
	for _, f := range u.Ins[0].Schema() {
		if inAll(u.Ins, f.Name) {
			cols = append(cols, value.Field{Name: f.Name, Type: typeAmong(u.Ins, f.Name)})
		}
	}
	return cols, len(u.Ins) > 1
}

func inAll(ins []Node, name string) bool {
	for _, in := range ins {
		if in.Schema().Index(name) < 0 {
			return false
		}
	}
	return true
}

// typeAmong is the type that a column has in all tables that have it, the
// wider one of numbers, or dynamic; Unknown when there is none.
func typeAmong(ins []Node, name string) value.Type {
	t := value.Unknown
	for _, in := range ins {
		i := in.Schema().Index(name)
		switch {
		case i < 0:
		case t == value.Unknown:
			t = in.Schema()[i].Type
		default:
			wide, ok := promote(t, in.Schema()[i].Type)
			if !ok {
				return value.Dynamic
			}
			t = wide
		}
	}
	return t
}

// findArm is one table's rows in the columns of the result.
func findArm(in Node, cols value.Schema, pack bool) Node {
	p := &Project{In: in}
	for _, c := range cols {
		var x Expr = &Const{value.NullOf(c.Type)}
		if i := in.Schema().Index(c.Name); i >= 0 {
			x = convertTo(&Col{i, c.Name, in.Schema()[i].Type}, c.Type)
		}
		p.add(c.Name, x)
	}
	if pack {
		p.add("pack_", packed(in.Schema(), true, cols...))
	}
	return p
}
