package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// projectByNames picks columns by constant texts, each a name or a pattern.
// Names that no column has are read over.
func (b *binder) projectByNames(op *syntax.Project, in Node, s *scope) Node {
	p := &Project{In: in}
	seen := map[int]bool{}
	for _, x := range op.Cols {
		for _, name := range b.columnNames(x, s) {
			for i, f := range in.Schema() {
				if !seen[i] && matchName(name, f.Name) {
					seen[i] = true
					p.add(f.Name, &Col{i, f.Name, f.Type})
				}
			}
		}
	}
	return p
}

// columnNames are the texts of a constant text, or array of texts.
func (b *binder) columnNames(x syntax.Expr, s *scope) []string {
	if id, ok := x.(*syntax.Ident); ok {
		if _, known := s.find(id.Name.Text); !known {
			b.notNames(x)
			return nil
		}
	}
	e := b.scalar(x, &env{scope: s})
	if isBad(e) {
		return nil
	}
	c, ok := e.(*Const)
	if !ok {
		b.notNames(x)
		return nil
	}
	list := []value.Value{c.V.Inner()}
	if c.V.IsArray() {
		list = c.V.Elems()
	}
	var out []string
	for _, v := range list {
		if v = v.Inner(); v.Kind() != value.KString {
			b.notNames(x)
			return nil
		}
		out = append(out, v.Str())
	}
	return out
}

func (b *binder) notNames(at syntax.Node) {
	b.fail(at, "names of columns are constant texts, or arrays of them").Hint = `project-by-names "User", "Prefix*", dynamic(["Verb"])`
}
