package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxDepth bounds how deep functions may call one another and expressions may
// nest; Kusto has no recursion, so only a mistake or an attack goes deeper.
const maxDepth = 500

// maxCalls bounds how many calls of functions a query may come to, each being
// bound anew: a few that call one another twice come to millions.
const maxCalls = 20_000

// A Probe runs a part of a plan while the rest is bound: the columns of some
// plugins (bag_unpack, pivot) are known only from the rows. It calls row for
// every row. The error is ErrNoRows when rows cannot be had while compiling, else
// it says why they could not be read.
type Probe func(n Node, row func([]value.Value)) error

// ErrNoRows is a Probe's answer when there are no rows yet.
var ErrNoRows = errors.New("no rows while compiling")

// unprobed reports why the columns of a plugin could not be found.
func (b *binder) unprobed(op syntax.Node, err error, feature, hint string) {
	if errors.Is(err, ErrNoRows) {
		b.unsupported(op, feature).Hint = hint
		return
	}
	b.fail(op, "the columns cannot be found: %s", err).Hint = hint
}

// Bind resolves a parsed query. The error is a diag.List with every mistake.
func Bind(f *diag.File, q *syntax.Query, cat Catalog, probe Probe) (*Plan, error) {
	b := &binder{file: f, cat: cat, probe: probe, named: map[Node]bool{}, tabular: map[*function]bool{}, size: newSizer()}
	root := b.query(q, newScope(saved(cat)))
	if len(b.errs) == 0 && len(q.Statements) > 0 {
		b.fits(q.Statements[len(q.Statements)-1], root, nil)
	}
	b.errs.Sort()
	if err := b.errs.Err(); err != nil {
		return nil, err
	}
	p := &Plan{File: f, Root: root}
	if r, ok := root.(*Render); ok {
		p.Render, p.Root = r.Kind, r.In
	}
	if s, ok := root.(*Several); ok {
		p.Render = s.Parts[len(s.Parts)-1].Render
	}
	p.Scans = number(p.Root)
	return p, nil
}

type binder struct {
	file  *diag.File
	cat   Catalog
	errs  diag.List
	depth int
	calls int // of functions, so far
	size  *sizer
	probe Probe
	named map[Node]bool   // tables that a let gave a name
	bins  map[string]Expr // what bin_auto() was set to
	// anonymous counts the columns that nobody named: Column1, Column2, ...
	anonymous int
	frames    []frame
	tabular   map[*function]bool // of saved functions: whether they give a table
}

// A scope is the names that let statements and parameters gave.
type scope struct {
	outer *scope
	names map[string]binding
}

// A binding is one of: a scalar expression, a table, a function, a pattern.
type binding struct {
	scalar Expr
	table  Node
	fn     *function
	of     *pattern
	bad    bool // could not be bound, already reported
	as     bool // given by as: a let may give the name anew
}

// A function is a let function with the scope it was written in, or a saved one.
type function struct {
	name  string
	decl  *syntax.Function
	scope *scope
	file  *diag.File // of a saved function; nil: that of its caller
}

func newScope(outer *scope) *scope { return &scope{outer: outer, names: map[string]binding{}} }

func (s *scope) find(name string) (binding, bool) {
	for ; s != nil; s = s.outer {
		if b, ok := s.names[name]; ok {
			return b, true
		}
	}
	return binding{}, false
}

// list is every name in reach, sorted.
func (s *scope) list() []string {
	all := map[string]bool{}
	for ; s != nil; s = s.outer {
		for n, b := range s.names {
			all[n] = all[n] || !b.bad
		}
	}
	maps.DeleteFunc(all, func(_ string, good bool) bool { return !good })
	return slices.Sorted(maps.Keys(all))
}

func (b *binder) fail(n syntax.Node, format string, args ...any) *diag.Error {
	return b.errs.Add(b.file, n.Span(), format, args...)
}

func (b *binder) unsupported(n syntax.Node, feature string) *diag.Error {
	e := b.errs.AddUnsupported(b.file, n.Span(), feature)
	e.Hint = whyNot(feature)
	return e
}

// enter guards recursion; when it says false the caller gives up.
func (b *binder) enter(n syntax.Node) bool {
	b.depth++
	if b.depth == maxDepth {
		b.fail(n, "nested too deeply: more than %d levels", maxDepth)
	}
	return b.depth < maxDepth
}

func (b *binder) leave() { b.depth-- }

// query binds the statements of a text: its expressions are the results.
func (b *binder) query(q *syntax.Query, s *scope) Node {
	var all []Part
	var last syntax.Statement
	var named *Several
	for _, st := range q.Statements {
		switch st := st.(type) {
		case *syntax.Let:
			b.let(st, s)
		case *syntax.Set:
			b.set(st, s)
		case *syntax.Declare:
			b.declare(st, s)
		case *syntax.DeclarePattern:
			b.declarePattern(st, s)
		case *syntax.Unsupported:
			b.unsupported(st, st.Feature)
		case *syntax.ExprStatement:
			last = st
			n := b.result(st.X, s)
			named = nil
			switch several, ok := n.(*Several); {
			case !ok:
				all = append(all, part(resultName(st.X), n))
			case several.named:
				named = several
			default:
				all = append(all, several.Parts...)
			}
		}
	}
	if last == nil {
		b.fail(emptyAt(q), "the text holds no query").Hint = "a query names a table, as in: KubeAudit | take 10"
	}
	if named != nil {
		all = append(all, named.Parts...)
	}
	return joined(all)
}

// emptyAt is a place for an error about a text without a query.
func emptyAt(q *syntax.Query) syntax.Node {
	if n := len(q.Statements); n > 0 {
		return q.Statements[n-1]
	}
	return q
}

// result binds the expression of a query: a table, or a scalar, which gives
// one row (as when `print` were before it).
func (b *binder) result(x syntax.Expr, s *scope) Node {
	if b.isTable(x, s) {
		n := b.tables(x, s)
		if _, ok := n.(Graph); ok {
			b.notATable(x)
			return &Values{}
		}
		return n
	}
	e := b.scalar(x, &env{scope: s})
	if e.Type() == value.Unknown {
		return &Values{}
	}
	return &Print{node{value.Schema{{Name: "print_0", Type: e.Type()}}}, []Expr{e}}
}

func (b *binder) let(st *syntax.Let, s *scope) {
	name := st.Name.Text
	if old, dup := s.names[name]; dup && !old.as {
		b.fail(&st.Name, "the name %q is given twice", name)
		return
	}
	s.names[name] = binding{bad: true} // a let does not see itself
	switch x := st.X.(type) {
	case *syntax.Function:
		s.names[name] = binding{fn: &function{name: name, decl: x, scope: s}}
		return
	case *syntax.Bad:
		return
	}
	outer := &scope{outer: s.outer, names: maps.Clone(s.names)}
	delete(outer.names, name)
	before := len(b.errs)
	if b.isTable(st.X, outer) {
		t := b.tableOrGraph(st.X, outer)
		if len(b.errs) == before && b.fits(st, t, nil) {
			s.names[name] = binding{table: t}
			b.named[t] = true
		}
		for given, named := range outer.names {
			if _, taken := s.names[given]; named.as && !taken {
				s.names[given] = named
			}
		}
		return
	}
	e := b.scalar(st.X, &env{scope: outer})
	if len(b.errs) == before && e.Type() != value.Unknown && b.fits(st, nil, e) {
		s.names[name] = binding{scalar: e}
	}
}

// fits reports what comes to more than a query may.
func (b *binder) fits(at syntax.Node, n Node, e Expr) bool {
	if b.size.fits(n, e) {
		return true
	}
	b.fail(at, "the query comes to more than %d steps, with what names stand for put in their places", maxParts).Hint = "materialize(...) computes a table once"
	return false
}

// set options that change how Kusto runs a query but not its answer are
// accepted, and those of bin_auto() are kept; others are refused rather than
// ignored.
func (b *binder) set(st *syntax.Set, s *scope) {
	if st.Name.Text == binAutoSize || st.Name.Text == binAutoAt {
		b.setBins(st, s)
		return
	}
	if !harmlessOptions[st.Name.Text] {
		b.unsupported(st, "set "+st.Name.Text)
	}
}

var harmlessOptions = map[string]bool{
	"notruncation": true, "norequesttimeout": true, "servertimeout": true, "query_force_row_level_security": true,
	"maxmemoryconsumptionperiterator": true, "max_memory_consumption_per_query_per_node": true,
	"maxoutputcolumns": true, "query_results_progressive_enabled": true, "query_python_debug": true,
	"truncationmaxsize": true, "truncationmaxrecords": true, "query_fanout_nodes_percent": true,
	"query_fanout_threads_percent": true, "best_effort": true, "materialized_view_shuffle": true,
	"query_results_cache_max_age": true, "query_language": true, "request_description": true, "query_datascope": true,
	"query_distribution_nodes_span": true, "queryconsistency": true, "request_app_name": true, "request_user": true,
	"query_results_cache_force_refresh": true, "query_results_cache_per_shard": true, "query_weakconsistency_session_id": true,
}

// declare gives query parameters their defaults.
func (b *binder) declare(st *syntax.Declare, s *scope) {
	for _, p := range st.Params {
		if p.Default == nil {
			b.fail(p, "the query parameter %q has no value", p.Name.Text).Hint = "give it a default: " + p.Name.Text + ":" + p.Type.String() + " = ..."
			s.names[p.Name.Text] = binding{bad: true}
			continue
		}
		e := b.convert(b.scalar(p.Default, &env{scope: s}), p.Type)
		s.names[p.Name.Text] = binding{scalar: e}
	}
}

// number gives each distinct scan its leaf number, in the order of the plan.
func number(root Node) []*Scan {
	var scans []*Scan
	seen := map[Node]bool{}
	var visit func(Node)
	visit = func(n Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if s, ok := n.(*Scan); ok {
			s.Leaf = len(scans)
			scans = append(scans, s)
		}
		for _, r := range Readers(n) {
			visit(r)
		}
	}
	visit(root)
	return scans
}

// describe names a type for messages.
func describe(t value.Type) string {
	if t == value.Unknown {
		return "an expression in error"
	}
	return fmt.Sprintf("a %s", t)
}
