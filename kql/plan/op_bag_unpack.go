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
		if n, named := x.(*syntax.Named); named {
			x = n.X
		}
		e := b.scalar(x, &env{scope: s})
		c, isConst := e.(*Const)
		switch {
		case isConst && c.V.Kind() == value.KString && i == 0:
			u.prefix = c.V.Str()
		case isConst && c.V.Kind() == value.KString:
			u.conflict = c.V.Str()
		case isConst && c.V.IsArray():
			u.ignored = textsOf(c.V)
		default:
			b.fail(x, "bag_unpack() takes a prefix, a way to settle conflicts and names to leave out, as constants")
		}
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
			if i != u.bag.Index {
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
			p.add(name, &Col{i, name, u.in.Schema()[i].Type})
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
		b.unsupported(op, "bag_unpack without its result columns here").Hint = "write them: evaluate bag_unpack(d) : (*, name:string, count:long)"
		return &Values{}
	}
	if len(types) > maxPivot {
		b.fail(op, "the bags have more than %d keys", maxPivot).Hint = "write the columns: evaluate bag_unpack(d) : (*, name:string, count:long)"
		return &Values{}
	}
	p := &Project{In: u.in}
	for i, f := range u.in.Schema() {
		if i != u.bag.Index {
			p.add(f.Name, &Col{i, f.Name, f.Type})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(types)) {
		name, t := u.prefix+key, types[key]
		if t == value.Unknown {
			t = value.Dynamic
		}
		e := u.entry(key, t)
		if at := p.schema.Index(name); at >= 0 {
			switch u.conflict {
			case "replace_source":
				p.schema[at].Type, p.Exprs[at] = t, e
			case "keep_source":
			default:
				b.fail(op, "the bag has a key %q, and there is a column of that name", name).Hint = `bag_unpack(d, columnsConflict="replace_source") or a prefix settles it`
			}
			continue
		}
		p.add(name, e)
	}
	return p
}

func seenType(t value.Type, v value.Value) value.Type {
	u := v.Inner().Type()
	switch {
	case v.IsNull():
		return t
	case t == value.Unknown || t == u:
		return u
	}
	if w, ok := promote(t, u); ok {
		return w
	}
	return value.Dynamic
}
