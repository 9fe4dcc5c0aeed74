package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// isTable says whether an expression stands for a table.
func (b *binder) isTable(x syntax.Expr, s *scope) bool {
	switch x := x.(type) {
	case *syntax.Pipeline, *syntax.Datatable, *syntax.ExternalData, *syntax.Method:
		return true
	case *syntax.Paren:
		return b.isTable(x.X, s)
	case *syntax.Path:
		return ofDatabase(x.X) || usedPattern(x.X, s) != nil
	case *syntax.Index:
		return usedPattern(x.X, s) != nil
	case *syntax.Ident:
		if got, ok := s.find(x.Name.Text); ok {
			return got.table != nil || got.fn != nil && b.functionIsTable(got.fn)
		}
		_, ok := b.cat.Table(x.Name.Text)
		return ok
	case *syntax.Call:
		if got, ok := s.find(x.Func.Text); ok {
			return got.of != nil || got.fn != nil && b.functionIsTable(got.fn)
		}
		switch strings.ToLower(x.Func.Text) {
		case "table", "_getwatchlist", "view":
			return true
		case "materialize":
			return len(x.Args) == 1 && b.isTable(x.Args[0], s)
		}
	}
	return false
}

// functionIsTable judges a function by its last expression.
func (b *binder) functionIsTable(f *function) bool {
	if f.file == nil {
		return b.givesTable(f)
	}
	is, known := b.tabular[f]
	if !known {
		b.tabular[f] = true // should it call itself, which is told when it is bound
		is = b.givesTable(f)
		b.tabular[f] = is
	}
	return is
}

func (b *binder) givesTable(f *function) bool {
	if !b.enter(f.decl) {
		b.leave()
		return false
	}
	defer b.leave()
	s := newScope(f.scope)
	for _, p := range f.decl.Params {
		bound := binding{scalar: bad}
		if p.Tabular {
			bound = binding{table: &Values{}}
		}
		s.names[p.Name.Text] = bound
	}
	var last syntax.Expr
	for _, st := range f.decl.Body.Statements {
		switch st := st.(type) {
		case *syntax.Let:
			s.names[st.Name.Text] = b.guess(st, s)
		case *syntax.ExprStatement:
			last = st.X
		}
	}
	return last != nil && b.isTable(last, s)
}

// guess is a binding of the right sort for a let, not bound.
func (b *binder) guess(st *syntax.Let, s *scope) binding {
	if decl, ok := st.X.(*syntax.Function); ok {
		return binding{fn: &function{name: st.Name.Text, decl: decl, scope: s}}
	}
	if b.isTable(st.X, s) {
		return binding{table: &Values{}}
	}
	return binding{scalar: bad}
}

// table binds a tabular expression. It never returns nil.
func (b *binder) table(x syntax.Expr, s *scope) Node {
	n := b.tableOrGraph(x, s)
	if _, ok := n.(Graph); ok {
		b.notATable(x)
		return &Values{}
	}
	return n
}

// tableOrGraph is table, and what may be a graph too.
func (b *binder) tableOrGraph(x syntax.Expr, s *scope) Node {
	n := b.tables(x, s)
	if _, ok := n.(*Several); ok {
		b.notOne(x)
		return &Values{}
	}
	return n
}

// tables is tableOrGraph, and what may be several tables.
func (b *binder) tables(x syntax.Expr, s *scope) Node {
	if !b.enter(x) {
		b.leave()
		return &Values{}
	}
	defer b.leave()
	switch x := x.(type) {
	case nil, *syntax.Bad:
		return &Values{}
	case *syntax.Paren:
		return b.tables(x.X, s)
	case *syntax.Ident:
		return b.tableName(x, x.Name.Text, s)
	case *syntax.Call:
		return b.tableCall(x, s)
	case *syntax.Datatable:
		return b.datatable(x, s)
	case *syntax.ExternalData:
		return b.externalData(x, s)
	case *syntax.Pipeline:
		return b.pipeline(x, s)
	case *syntax.Path:
		if use := usedPattern(x.X, s); use != nil {
			return b.usePattern(x, use, &x.Name, s)
		}
		return b.databaseTable(x, s)
	case *syntax.Index:
		if use := usedPattern(x.X, s); use != nil {
			b.fail(x, "the path of a pattern stands after a dot").Hint = use.Func.Text + `("...").["..."]`
			return &Values{}
		}
	case *syntax.Method:
		b.unsupported(x, elsewhere)
		return &Values{}
	case *syntax.Unsupported:
		b.unsupported(x, x.Feature)
		return &Values{}
	case *syntax.EntityGroup:
		b.unsupported(x, "entity_group")
		return &Values{}
	}
	b.fail(x, "a single value stands where a table is needed")
	return &Values{}
}

const elsewhere = "tables of other databases and clusters"

// ofDatabase says whether an expression is database(...), cluster(...) and the
// like, whose members are tables.
func ofDatabase(x syntax.Expr) bool {
	switch x := x.(type) {
	case *syntax.Call:
		switch x.Func.Text {
		case "database", "cluster", "workspace", "app", "resource", "adx", "arg":
			return true
		}
	case *syntax.Method:
		return ofDatabase(x.X)
	}
	return false
}

// databaseTable is a table by the database it lies in: database() is this one.
func (b *binder) databaseTable(x *syntax.Path, s *scope) Node {
	call, ok := x.X.(*syntax.Call)
	if ok && call.Func.Text == "database" && b.namesNothing(call.Args, s) {
		return b.tableName(&x.Name, x.Name.Text, newScope(nil))
	}
	if ofDatabase(x.X) {
		b.unsupported(x, elsewhere)
		return &Values{}
	}
	b.fail(x, "a single value stands where a table is needed")
	return &Values{}
}

// namesNothing says whether there is no argument, or an empty text.
func (b *binder) namesNothing(args []syntax.Expr, s *scope) bool {
	if len(args) == 0 {
		return true
	}
	name, ok := b.constString(args[0], &env{scope: s})
	return ok && name == "" && len(args) == 1
}

func (b *binder) tableName(at syntax.Node, name string, s *scope) Node {
	if got, ok := s.find(name); ok {
		switch {
		case got.bad:
			return &Values{}
		case got.table != nil:
			return got.table
		case got.fn != nil && len(got.fn.decl.Params) == 0:
			return b.tableFunction(&syntax.Call{Pos: syntax.Pos{At: at.Span()}, Func: syntax.Name{Text: name}}, got.fn, s)
		case got.fn != nil:
			b.fail(at, "%s is a function and needs its arguments", name)
			return &Values{}
		}
		if got.of != nil {
			b.fail(at, "%s is a pattern and needs its arguments", name)
			return &Values{}
		}
		b.fail(at, "%q is a single value, and a table is needed here", name)
		return &Values{}
	}
	if schema, ok := b.cat.Table(name); ok {
		return scanOf(name, schema)
	}
	e := b.fail(at, "unknown table %q", name)
	if near := diag.Nearest(name, append(s.list(), b.cat.TableNames()...)); near != "" {
		e.Hint = "did you mean " + near + "?"
	} else if names := b.cat.TableNames(); len(names) > 0 {
		e.Hint = "the tables are " + strings.Join(names, ", ")
	}
	return &Values{}
}

func scanOf(name string, schema value.Schema) *Scan {
	sc := &Scan{node: node{slices.Clone(schema)}, Table: name}
	for i := range schema {
		sc.Columns = append(sc.Columns, i)
	}
	return sc
}

func (b *binder) tableCall(x *syntax.Call, s *scope) Node {
	if got, ok := s.find(x.Func.Text); ok && got.fn != nil {
		return b.tableFunction(x, got.fn, s)
	}
	if use := usedPattern(x, s); use != nil {
		return b.usePattern(x, use, nil, s)
	}
	switch strings.ToLower(x.Func.Text) {
	case "materialize":
		if len(x.Args) != 1 {
			b.fail(x, "materialize() takes one table")
			return &Values{}
		}
		in := b.table(x.Args[0], s)
		return &Shared{node{in.Schema()}, in}
	case "table":
		name, ok := "", false
		if len(x.Args) >= 1 {
			name, ok = b.constString(x.Args[0], &env{scope: s})
		}
		if !ok {
			b.fail(x, "table() takes the name of a table as a constant text")
			return &Values{}
		}
		return b.tableName(x, name, s)
	case "_getwatchlist":
		return b.watchlist(x, s)
	case "toscalar":
		b.fail(x, "toscalar() gives a single value, and a table is needed here")
		return &Values{}
	}
	if fn.Known(x.Func.Text) {
		b.fail(x, "%s() gives no table, and a table is needed here", x.Func.Text)
		return &Values{}
	}
	e := b.fail(&x.Func, "unknown function %q", x.Func.Text)
	if near := diag.Nearest(x.Func.Text, append(s.list(), functionNames()...)); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return &Values{}
}

func (b *binder) tableFunction(x *syntax.Call, f *function, s *scope) Node {
	body, inner, ok := b.open(x, f, &env{scope: s})
	if !ok {
		return &Values{}
	}
	defer b.shut()
	defer b.ownNumbers()()
	last, inner := b.lets(body, inner)
	if last == nil {
		return &Values{}
	}
	return b.tableOrGraph(last, inner)
}

// watchlist is _GetWatchlist('name'): the rows of a list.
func (b *binder) watchlist(x *syntax.Call, s *scope) Node {
	name, ok := "", false
	if len(x.Args) >= 1 {
		name, ok = b.constString(x.Args[0], &env{scope: s})
	}
	if !ok {
		b.fail(x, "_GetWatchlist() takes the name of a list as a constant text")
		return &Values{}
	}
	schema, rows, ok := b.cat.Watchlist(name)
	if !ok {
		b.fail(x, "there is no list %q", name).Hint = "lists are files NAME.txt or NAME.csv; --lists DIR adds a folder of them"
		return &Values{}
	}
	return &Values{node{schema}, rows}
}

// pipeline binds a source and its operators.
func (b *binder) pipeline(x *syntax.Pipeline, s *scope) Node {
	var n Node
	if x.Source != nil {
		before := len(b.errs)
		n = b.tableOrGraph(x.Source, s)
		if len(b.errs) > before && len(n.Schema()) == 0 {
			b.unsupportedOps(x.Ops)
			return n
		}
	}
	// as T names a result for the rest of the pipeline
	s = newScope(s)
	for i, op := range x.Ops {
		if n == nil && i > 0 {
			break
		}
		before := len(b.errs)
		next := b.operator(op, n, s)
		if next == nil || len(b.errs) > before && len(next.Schema()) == 0 {
			// what the columns would be is not known: only look for features
			// that are not there
			b.unsupportedOps(x.Ops[i+1:])
			return &Values{}
		}
		n = next
	}
	return n
}

func (b *binder) unsupportedOps(ops []syntax.Op) {
	for _, op := range ops {
		if feature := unsupportedOp(op); feature != "" {
			b.unsupported(op, feature)
		}
	}
}

// operator binds one operator over its input (nil for a first operator that
// is itself a source).
func (b *binder) operator(op syntax.Op, in Node, s *scope) Node {
	if in == nil {
		switch op := op.(type) {
		case *syntax.Print:
			return b.print(op, s)
		case *syntax.Range:
			return b.rangeOp(op, s)
		case *syntax.Union:
			return b.union(op, nil, s)
		case *syntax.Search:
			return b.search(op, nil, s)
		case *syntax.Find:
			return b.find(op, nil, s)
		}
		if feature := unsupportedOp(op); feature != "" {
			b.unsupported(op, feature)
			return &Values{}
		}
		b.fail(op, "the operator needs a table before it")
		return &Values{}
	}
	switch in := in.(type) {
	case Graph:
		return b.onGraph(op, in, s)
	case *Several:
		b.notOne(op)
		return &Values{}
	}
	switch op := op.(type) {
	case *syntax.Where:
		return b.where(op, in, s)
	case *syntax.Extend:
		return b.extend(op.Cols, in, s, false)
	case *syntax.Serialize:
		return b.extend(op.Cols, in, s, true)
	case *syntax.Project:
		return b.project(op, in, s)
	case *syntax.Summarize:
		return b.summarize(op, in, s)
	case *syntax.Distinct:
		return b.distinct(op, in, s)
	case *syntax.Sort:
		return b.sort(op, in, s)
	case *syntax.Top:
		return b.top(op, in, s)
	case *syntax.Take:
		return &Take{node{in.Schema()}, in, b.rowCount(op.N, s)}
	case *syntax.Sample:
		return b.sample(op, in, s)
	case *syntax.Count:
		return b.count(op, in)
	case *syntax.Join:
		return b.join(op, in, s)
	case *syntax.Union:
		return b.union(op, in, s)
	case *syntax.MvExpand:
		return b.mvExpand(op, in, s)
	case *syntax.MvApply:
		return b.mvApply(op, in, s)
	case *syntax.ParseOp:
		return b.parse(op, in, s)
	case *syntax.ParseKV:
		return b.parseKV(op, in, s)
	case *syntax.As:
		return b.as(op, in, s)
	case *syntax.Invoke:
		return b.invoke(op, in, s)
	case *syntax.Evaluate:
		return b.evaluate(op, in, s)
	case *syntax.Render:
		return &Render{node{in.Schema()}, in, op.Kind}
	case *syntax.GetSchema:
		return b.getSchema(op, in)
	case *syntax.Consume:
		return &Project{In: &Take{node{in.Schema()}, in, &Const{value.LongOf(0)}}}
	case *syntax.MakeSeries:
		return b.makeSeries(op, in, s)
	case *syntax.Search:
		return b.search(op, in, s)
	case *syntax.Partition:
		return b.partition(op, in, s)
	case *syntax.Find:
		return b.find(op, in, s)
	case *syntax.TopNested:
		return b.topNested(op, in, s)
	case *syntax.Scan:
		return b.seqScan(op, in, s)
	case *syntax.TopHitters:
		return b.topHitters(op, in, s)
	case *syntax.AssertSchema:
		return b.assertSchema(op, in)
	case *syntax.MakeGraph:
		return b.makeGraph(op, in, s)
	case *syntax.Fork:
		return b.fork(op, in, s)
	case *syntax.Facet:
		return b.facet(op, in, s)
	case *syntax.GraphMatch, *syntax.GraphToTable, *syntax.GraphComponents:
		b.fail(op, "the operator needs a graph before it").Hint = "T | make-graph Source --> Target with Nodes on Key"
	case *syntax.Print, *syntax.Range:
		b.fail(op, "this operator starts a query and takes no table")
	default:
		if feature := unsupportedOp(op); feature != "" {
			b.unsupported(op, feature)
			break
		}
		b.fail(op, "this operator is not known here")
	}
	return &Values{}
}

// envOf is the environment of expressions over a node's rows.
func (b *binder) envOf(in Node, s *scope) *env {
	return &env{scope: s, cols: in.Schema(), ordered: isOrdered(in)}
}

// openScan is the scan whose rows come through unchanged, or nil.
func openScan(n Node) *Scan {
	for {
		switch x := n.(type) {
		case *Scan:
			return x
		case *Where:
			n = x.In
		default:
			return nil
		}
	}
}

// isOrdered says whether rows are in a defined order, so that window functions
// have a meaning.
func isOrdered(n Node) bool {
	switch x := n.(type) {
	case *Sort, *Print, *Range, *Values:
		return true
	case *Project:
		return x.Ordered || isOrdered(x.In)
	case *Where:
		return isOrdered(x.In)
	case *Take:
		return isOrdered(x.In)
	case *Parse:
		return isOrdered(x.In)
	case *MvExpand:
		return isOrdered(x.In)
	case *Shared:
		return isOrdered(x.In)
	case *Given, *SeqScan:
		return true
	}
	return false
}

// matchName says whether a name fits a pattern with *.
func matchName(pattern, name string) bool {
	ok, err := path.Match(escapePattern(pattern), name)
	return err == nil && ok
}

func escapePattern(p string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `?`, `\?`, `/`, `\/`).Replace(p)
}
