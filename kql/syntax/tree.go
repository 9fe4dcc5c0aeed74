// Package syntax turns KQL text into a tree and back. The tree stays as the
// author wrote it and knows no types.
package syntax

import (
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Node is any part of the tree.
type Node interface{ Span() diag.Span }

// Pos is embedded in every node.
type Pos struct{ At diag.Span }

// Span is the node's place in the text.
func (p Pos) Span() diag.Span { return p.At }

// A Query is a whole text: statements parted by semicolons.
type Query struct {
	Pos
	Statements []Statement
}

// A Statement is a Let, Set, Declare, DeclarePattern or an ExprStatement.
type Statement interface {
	Node
	statement()
}

type (
	// Let is `let Name = X`. X is a *Function for `let f = (a:long) {...}`.
	Let struct {
		Pos
		Name Name
		X    Expr
	}
	// Set is `set option [= value]`.
	Set struct {
		Pos
		Name Name
		X    Expr // nil when absent
	}
	// Declare is `declare query_parameters(a:long = 1, ...)`.
	Declare struct {
		Pos
		Params []*Param
	}
	// DeclarePattern is `declare pattern Name = (Params)[Path] { Cases }`,
	// or without all that, where another program defines the pattern.
	DeclarePattern struct {
		Pos
		Name   Name
		Params []*Param
		Path   *Param // nil when absent
		Cases  []*PatternCase
	}
	// PatternCase is `(Values).[Path] = { Body };` of a pattern.
	PatternCase struct {
		Pos
		Values []Expr
		Path   Expr // nil when absent
		Body   *Query
	}
	// ExprStatement is a query (usually a *Pipeline) or a scalar expression.
	ExprStatement struct {
		Pos
		X Expr
	}
	// Unsupported statement, operator or expression: a feature of KQL that the
	// parser knows by name only. The planner reports it.
	Unsupported struct {
		Pos
		Feature string
		Text    string // as written
	}
)

func (*Let) statement()            {}
func (*Set) statement()            {}
func (*Declare) statement()        {}
func (*DeclarePattern) statement() {}
func (*ExprStatement) statement()  {}
func (*Unsupported) statement()    {}

// A Name is an identifier without its quotes: abc, ['a b'], ["a b"].
type Name struct {
	Pos
	Text   string
	Quoted bool // was written in brackets
}

// An Expr is a scalar or tabular expression.
type Expr interface {
	Node
	expr()
}

type (
	// Bad stands where the parser found no expression; the mistake is reported.
	Bad struct{ Pos }

	// Literal is a constant: 1, 1.5, "s", true, 1d, datetime(...), guid(...),
	// int(null), dynamic([...]) and so on, already converted.
	Literal struct {
		Pos
		Value  value.Value
		Hidden bool // a string written h"...": services do not log it
	}
	// Ident is a name: of a column, table, variable.
	Ident struct {
		Pos
		Name Name
	}
	// Star is `*`.
	Star struct{ Pos }
	// Pattern is a name with wildcards, where names may have them: ab*c.
	Pattern struct {
		Pos
		Text string
	}
	// Path is `X.Name`, `X.["name"]`, `X.['name']`.
	Path struct {
		Pos
		X    Expr
		Name Name
	}
	// Index is `X[I]`, `X.[I]`.
	Index struct {
		Pos
		X, I Expr
	}
	// Call is a function call. Arguments may be *Named, *Star or tabular.
	// toscalar, materialize, table, _GetWatchlist are Calls like any other.
	Call struct {
		Pos
		Func Name
		Args []Expr
	}
	// Method is `X.f(args)` with a call after the dot (database("d").T, cluster(..)).
	Method struct {
		Pos
		X    Expr
		Call *Call
	}
	// Named is `name = X` or `(a, b) = X` in lists of columns and arguments.
	Named struct {
		Pos
		Names []Name
		Paren bool // written (a, b) =
		X     Expr
	}
	// Unary is `-X` or `+X`.
	Unary struct {
		Pos
		Op string
		X  Expr
	}
	// Binary is `X op Y`. Op is spelt as in the language, lower case:
	// + - * / % == != < <= > >= =~ !~ and or contains !contains contains_cs
	// !contains_cs has !has has_cs !has_cs hasprefix !hasprefix hasprefix_cs
	// !hasprefix_cs hassuffix !hassuffix hassuffix_cs !hassuffix_cs startswith
	// !startswith startswith_cs !startswith_cs endswith !endswith endswith_cs
	// !endswith_cs like notlike "matches regex". <> is read as !=.
	Binary struct {
		Pos
		Op    string
		OpPos diag.Span
		X, Y  Expr
	}
	// In is `X op (List...)`, op one of: in in~ !in !in~ has_any has_all.
	// `X in (T | project y)` has one element, tabular.
	In struct {
		Pos
		Op    string
		OpPos diag.Span
		X     Expr
		List  []Expr
	}
	// Between is `X between (Low .. High)`, `X !between (Low .. High)`.
	Between struct {
		Pos
		Not       bool
		X         Expr
		Low, High Expr
	}
	// Paren is `(X)`, kept so that printing gives what was written.
	Paren struct {
		Pos
		X Expr
	}
	// TypeOf is `typeof(string)` or `typeof(a:string, b:long)`.
	TypeOf struct {
		Pos
		Type    value.Type // Unknown when Columns is set
		Columns []*Param
		Star    bool // typeof(*)
	}
	// Datatable is `datatable(a:string, b:long) [values]`, values row by row.
	Datatable struct {
		Pos
		Columns []*Param
		Values  []Expr
	}
	// ExternalData is `externaldata(a:string) [uris] with (format="csv", ...)`.
	ExternalData struct {
		Pos
		Columns []*Param
		URIs    []Expr
		Options []Option
	}
	// EntityGroup is `entity_group [cluster("c").database("d"), ...]`.
	EntityGroup struct {
		Pos
		Members []Expr
	}
	// Function is `(a:long, T:(x:string), b:string = "d") { body }`, only as X
	// of a Let.
	Function struct {
		Pos
		View   bool // `view () {...}`
		Params []*Param
		Body   *Query // lets and a last ExprStatement
	}
	// Pipeline is `Source | op | op`. Source is nil when the first operator is
	// itself a source: print, range, union, find, search, evaluate.
	Pipeline struct {
		Pos
		Source Expr
		Ops    []Op
	}
)

func (*Bad) expr()          {}
func (*Literal) expr()      {}
func (*Ident) expr()        {}
func (*Star) expr()         {}
func (*Pattern) expr()      {}
func (*Path) expr()         {}
func (*Index) expr()        {}
func (*Call) expr()         {}
func (*Method) expr()       {}
func (*Named) expr()        {}
func (*Unary) expr()        {}
func (*Binary) expr()       {}
func (*In) expr()           {}
func (*Between) expr()      {}
func (*Paren) expr()        {}
func (*TypeOf) expr()       {}
func (*Datatable) expr()    {}
func (*ExternalData) expr() {}
func (*EntityGroup) expr()  {}
func (*Function) expr()     {}
func (*Pipeline) expr()     {}
func (*Unsupported) expr()  {}

// A Param is a parameter of a function or a column of a declared schema.
type Param struct {
	Pos
	Name    Name
	Type    value.Type // Unknown for a tabular parameter
	Columns []*Param   // of a tabular parameter T:(a:long)
	Tabular bool
	AnyCols bool // T:(*)
	Default Expr // nil when absent
}

// An Option is `name = value` among an operator's or a data source's options
// (kind=inner, hint.strategy=shuffle, isfuzzy=true, withsource=Name). A value
// that is a bare word is an *Ident.
type Option struct {
	Pos
	Name  string // as written, "hint.strategy" for dotted names
	Value Expr
}

// FindOption returns the value of an option by its name in any case, or nil.
func FindOption(list []Option, name string) Expr {
	for i := range list {
		if equalFold(list[i].Name, name) {
			return list[i].Value
		}
	}
	return nil
}

func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if 'A' <= x && x <= 'Z' {
			x += 'a' - 'A'
		}
		if 'A' <= y && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}
