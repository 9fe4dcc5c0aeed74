package rule

import (
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Levels are those of an audit policy that record something, the least first.
var Levels = []string{"Metadata", "Request", "RequestResponse"}

// A Vocabulary knows what the columns of tables can say. Tables may be one.
type Vocabulary interface {
	// ColumnLevel is the audit level from which on a column says something, or
	// "" when every level has it.
	ColumnLevel(table, column string) string
	// Never says why a column can never be a text, with a hint; "" if it can.
	Never(table, column, text string) (why, hint string)
}

// AuditLevel is the least level of an audit policy at which the rule can find
// something; "" when it reads no audit events.
func (s *Set) AuditLevel(r *dogwatch.Rule) string {
	vocabulary, ok := s.tables.(Vocabulary)
	if !ok {
		return ""
	}
	for i, level := range Levels[:2] {
		x := &reach{vocabulary: vocabulary, cat: s.Catalog(), level: i}
		x.fold = &folding{cat: x.cat, seen: map[string]possible{}, absent: []string{"requestObject", "responseObject"}[i:]}
		if x.query(r.Query.Tree()) {
			if i == 0 && !x.reads(r) {
				return ""
			}
			return level
		}
	}
	return Levels[2]
}

// A reach says whether a row can pass a query over records of a level, whose
// bodies are not there.
type reach struct {
	vocabulary Vocabulary
	cat        kql.Catalog
	fold       *folding
	level      int // of Levels
	lets       map[string]syntax.Expr
	scalars    map[string]possible // variables whose values are known
	depth      int
}

// reads says whether the rule reads a table of audit events.
func (x *reach) reads(r *dogwatch.Rule) bool {
	return slices.ContainsFunc(r.Query.Tables(), func(table string) bool {
		schema, _ := x.cat.Table(table)
		return slices.ContainsFunc(schema, func(f value.Field) bool { return x.vocabulary.ColumnLevel(table, f.Name) != "" })
	})
}

func (x *reach) query(tree *syntax.Query) bool {
	x.lets, x.scalars = map[string]syntax.Expr{}, map[string]possible{}
	for _, st := range tree.Statements {
		switch st := st.(type) {
		case *syntax.Let:
			x.lets[st.Name.Text] = st.X
			if p := x.fold.of(st.X, x.scalars); p != nil {
				x.scalars[st.Name.Text] = p
			}
		case *syntax.ExprStatement:
			alive, _ := x.rows(st.X)
			return alive
		}
	}
	return true
}

// maxNesting ends what names itself; the compiler has refused it already.
const maxNesting = 50

// rows says whether a tabular expression can have rows, and what is known of
// their columns.
func (x *reach) rows(source syntax.Expr) (alive bool, env map[string]possible) {
	x.depth++
	defer func() { x.depth-- }()
	if x.depth > maxNesting {
		return true, nil
	}
	switch s := source.(type) {
	case *syntax.Paren:
		return x.rows(s.X)
	case *syntax.Pipeline:
		if s.Source == nil {
			_, isUnion := s.Ops[0].(*syntax.Union)
			return x.steps(!isUnion, nil, s.Ops)
		}
		alive, env := x.rows(s.Source)
		return x.steps(alive, env, s.Ops)
	case *syntax.Call:
		if s.Func.Text == "materialize" && len(s.Args) == 1 {
			return x.rows(s.Args[0])
		}
	case *syntax.Ident:
		if let, ok := x.lets[s.Name.Text]; ok {
			return x.rows(let)
		}
		return true, x.table(s.Name.Text)
	}
	return true, nil
}

// table is what is known of a table's columns: those of bodies are null.
func (x *reach) table(name string) map[string]possible {
	env := maps.Clone(x.scalars)
	schema, _ := x.cat.Table(name)
	audit := false
	for _, f := range schema {
		delete(env, f.Name)
		level := slices.Index(Levels, x.vocabulary.ColumnLevel(name, f.Name))
		if level > x.level {
			env[f.Name] = possible{empty(f.Type)}
		}
		audit = audit || level > 0
	}
	if audit && schema.Index("Level") >= 0 {
		env["Level"] = possible{value.StringOf(Levels[x.level])}
	}
	return env
}

// empty is the null of a type, which texts have none of.
func empty(t value.Type) value.Value {
	if t == value.String {
		return value.StringOf("")
	}
	return value.NullOf(t)
}

func (x *reach) steps(alive bool, env map[string]possible, ops []syntax.Op) (bool, map[string]possible) {
	for _, op := range ops {
		alive, env = x.step(alive, env, op)
	}
	return alive, env
}

// step is one operator. Of one that is not known here, nothing is known
// afterwards.
func (x *reach) step(alive bool, env map[string]possible, op syntax.Op) (bool, map[string]possible) {
	switch op := op.(type) {
	case *syntax.Where:
		return alive && x.fold.of(op.P, env).canHold(), env
	case *syntax.Extend:
		return alive, x.columns(env, maps.Clone(env), op.Cols)
	case *syntax.Serialize:
		return alive, x.columns(env, maps.Clone(env), op.Cols)
	case *syntax.Project:
		switch op.Kind {
		case "":
			return alive, x.columns(env, maps.Clone(x.scalars), op.Cols)
		case "keep", "reorder", "away":
			return alive, env
		}
		return alive, x.scalars
	case *syntax.Summarize:
		// Without by there is a row even of nothing.
		return alive || len(op.By) == 0, x.columns(env, maps.Clone(x.scalars), op.By)
	case *syntax.Count:
		return true, x.scalars
	case *syntax.Distinct:
		return alive, env
	case *syntax.Sort, *syntax.Take, *syntax.Top, *syntax.Sample, *syntax.As, *syntax.Render, *syntax.Consume:
		return alive, env
	case *syntax.MvExpand:
		return alive, x.expanded(env, op.Cols)
	case *syntax.MvApply:
		some, _ := x.steps(alive, x.expanded(env, op.Cols), op.On)
		return some, x.scalars
	case *syntax.Join:
		return x.join(alive, env, op)
	case *syntax.Union:
		for _, t := range op.Tables {
			some, _ := x.rows(t)
			alive = alive || some
		}
		return alive, x.scalars
	}
	return alive, x.scalars
}

// columns adds computed columns to out; from has those that they are made of.
func (x *reach) columns(from, out map[string]possible, cols []syntax.Expr) map[string]possible {
	if out == nil {
		out = map[string]possible{}
	}
	for _, c := range cols {
		var names []syntax.Name
		switch c := c.(type) {
		case *syntax.Named:
			names = c.Names
		case *syntax.Ident:
			names = []syntax.Name{c.Name}
		}
		var p possible
		if len(names) == 1 {
			p = x.fold.of(c, from)
		}
		for _, n := range names {
			if delete(out, n.Text); p != nil {
				out[n.Text] = p
			}
		}
	}
	return out
}

// expanded is what is known when arrays are taken apart: of nothing comes
// nothing.
func (x *reach) expanded(env map[string]possible, cols []syntax.ExpandCol) map[string]possible {
	out := map[string]possible{}
	maps.Copy(out, env)
	for _, c := range cols {
		name := columnName(c.X)
		if c.Name != nil {
			name = c.Name.Text
		}
		delete(out, name)
		if x.fold.of(c.X, env).isEmpty() {
			out[name] = nothing
			if c.Type != value.Unknown {
				out[name] = possible{empty(c.Type)}
			}
		}
	}
	return out
}

func (x *reach) join(alive bool, env map[string]possible, op *syntax.Join) (bool, map[string]possible) {
	right, _ := x.rows(op.Right)
	kind := columnName(syntax.FindOption(op.Options, "kind"))
	if kind == "" {
		kind = "innerunique"
		if op.Lookup {
			kind = "leftouter"
		}
	}
	switch kind {
	case "leftouter", "leftanti", "anti", "leftantisemi":
		return alive, env
	case "rightouter", "rightanti", "rightantisemi":
		return right, x.scalars
	case "fullouter":
		return alive || right, x.scalars
	}
	return alive && right, env
}
