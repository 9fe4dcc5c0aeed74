package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// bagUnpack makes columns of the entries of a bag. Which they are is written
// behind it (: (*, name:string)), or seen from the rows.
func (b *binder) bagUnpack(op *syntax.Evaluate, in Node, s *scope) Node {
	if len(op.Call.Args) == 0 {
		b.fail(op, "bag_unpack() takes a dynamic column")
		return &Values{}
	}
	bag := b.scalar(op.Call.Args[0], b.envOf(in, s))
	if isBad(bag) {
		return &Values{}
	}
	col, ok := bag.(*Col)
	if !ok || col.Typ != value.Dynamic {
		b.fail(op.Call.Args[0], "bag_unpack() takes a dynamic column")
		return &Values{}
	}
	u := &unpacking{in: in, bag: col}
	for i, x := range op.Call.Args[1:] {
		b.unpackOption(u, i, x, s)
	}
	if len(op.Schema) > 0 || op.Star {
		return u.declared(op)
	}
	return b.unpackSeen(op, u)
}

type unpacking struct {
	in       Node
	bag      *Col
	prefix   string
	conflict string // error, replace_source, keep_source
	ignored  []string
}

// unpackOption reads one of a prefix, a way to settle conflicts and names to
// leave out, by its name or its place.
func (b *binder) unpackOption(u *unpacking, i int, x syntax.Expr, s *scope) {
	order := []string{"OutputColumnPrefix", "columnsConflict", "ignoredProperties"}
	name := ""
	if i < len(order) {
		name = order[i]
	}
	if n, ok := x.(*syntax.Named); ok && len(n.Names) == 1 {
		name, x = n.Names[0].Text, n.X
	}
	e := b.scalar(x, &env{scope: s})
	if isBad(e) {
		return
	}
	c, isConst := e.(*Const)
	text := isConst && c.V.Kind() == value.KString
	switch {
	case text && strings.EqualFold(name, order[0]):
		u.prefix = c.V.Str()
	case text && strings.EqualFold(name, order[1]) && slices.Contains([]string{"error", "replace_source", "keep_source"}, c.V.Str()):
		u.conflict = c.V.Str()
	case isConst && c.V.IsArray() && strings.EqualFold(name, order[2]):
		u.ignored = textsOf(c.V)
	default:
		b.fail(x, "bag_unpack() takes a prefix, a way to settle conflicts and names to leave out, as constants").
			Hint = `bag_unpack(d, "prefix_", columnsConflict = "keep_source", ignoredProperties = dynamic(["a"]))`
	}
}

func textsOf(v value.Value) []string {
	var out []string
	for _, e := range v.Elems() {
		out = append(out, e.String())
	}
	return out
}

// declared makes the columns that the author wrote.
func (u *unpacking) declared(op *syntax.Evaluate) Node {
	p := &Project{In: u.in}
	if op.Star {
		for i, f := range u.in.Schema() {
			written := slices.ContainsFunc(op.Schema, func(c *syntax.Param) bool { return c.Name.Text == f.Name })
			if i != u.bag.Index && !written {
				p.add(f.Name, &Col{i, f.Name, f.Type})
			}
		}
	}
	for _, c := range op.Schema {
		name := c.Name.Text
		if p.schema.Index(name) >= 0 {
			continue
		}
		if i := u.in.Schema().Index(name); i >= 0 && i != u.bag.Index {
			p.add(name, convertTo(&Col{i, name, u.in.Schema()[i].Type}, c.Type))
			continue
		}
		p.add(name, u.entry(strings.TrimPrefix(name, u.prefix), c.Type))
	}
	return p
}

// entry is one entry of the bag as a column of a type; what is of another type
// is null, but everything has a text.
func (u *unpacking) entry(key string, t value.Type) Expr {
	return convertTo(fold(&Member{u.bag, key}), t)
}

// unpackSeen looks at the rows: a column for each key, by name, of the type
// that all its values have, else dynamic.
func (b *binder) unpackSeen(op *syntax.Evaluate, u *unpacking) Node {
	types := map[string]value.Type{}
	one := &Project{In: u.in}
	one.add("bag", u.bag)
	err := b.probe(one, func(row []value.Value) {
		keys, elems := row[0].Members()
		for i, k := range keys {
			if !slices.Contains(u.ignored, k) && len(types) <= maxPivot {
				types[k] = seenType(types[k], elems[i])
			}
		}
	})
	if err != nil {
		b.unprobed(op, err, "bag_unpack without its result columns here", "write them: evaluate bag_unpack(d) : (*, name:string, count:long)")
		return &Values{}
	}
	if len(types) > maxPivot {
		b.fail(op, "the bags have more than %d keys", maxPivot).Hint = "write the columns: evaluate bag_unpack(d) : (*, name:string, count:long)"
		return &Values{}
	}
	return b.unpacked(op, u, types)
}

// unpacked lays out the other columns, then one for each key. Where a column
// has the name of a key, one of the two stands among the keys.
func (b *binder) unpacked(op *syntax.Evaluate, u *unpacking, types map[string]value.Type) Node {
	p := &Project{In: u.in}
	source := map[string]Expr{}
	for i, f := range u.in.Schema() {
		if i == u.bag.Index {
			continue
		}
		col := &Col{i, f.Name, f.Type}
		if _, clash := types[strings.TrimPrefix(f.Name, u.prefix)]; clash && strings.HasPrefix(f.Name, u.prefix) {
			source[f.Name] = col
			continue
		}
		p.add(f.Name, col)
	}
	for _, key := range slices.Sorted(maps.Keys(types)) {
		name, t := u.prefix+key, types[key]
		if t == value.Unknown {
			t = value.Dynamic
		}
		e := u.entry(key, t)
		if old := source[name]; old != nil {
			switch u.conflict {
			case "replace_source":
			case "keep_source":
				e = old
			default:
				b.fail(op, "the bag has a key %q, and there is a column of that name", name).Hint = `bag_unpack(d, columnsConflict="replace_source") or a prefix settles it`
			}
		}
		p.add(name, e)
	}
	return p
}

// seenType is the type of all values of a key; dynamic when they differ.
func seenType(t value.Type, v value.Value) value.Type {
	u := v.Inner().Type()
	switch {
	case v.IsNull():
		return t
	case t == value.Unknown || t == u:
		return u
	}
	return value.Dynamic
}
