package plan

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Expr is a scalar expression over the columns of its node's input.
type Expr interface{ Type() value.Type }

type (
	// Const is a constant.
	Const struct{ V value.Value }
	// Col is a column of the input.
	Col struct {
		Index int
		Name  string
		Typ   value.Type
	}
	// Call is a function or an operator.
	Call struct {
		Name  string
		Bound fn.Bound
		Args  []Expr
	}
	// Logic is `and` or `or`: three-valued, the right side is computed only
	// where the left does not decide.
	Logic struct {
		Or   bool
		X, Y Expr
	}
	// Choose is iff and case: the first Then whose When is true, else Else.
	// Only what is chosen is computed.
	Choose struct {
		When []Expr
		Then []Expr
		Else Expr
		Typ  value.Type
	}
	// Member is X.Key of a dynamic value.
	Member struct {
		X   Expr
		Key string
	}
	// Element is X[I] of a dynamic value.
	Element struct{ X, I Expr }
	// Scalar is toscalar(Sub): first column of the first row.
	Scalar struct {
		Sub Node
		Typ value.Type
	}
	// InTable is X in (Sub): Sub's first column; Op as in syntax.In.
	InTable struct {
		Op  string
		X   Expr
		Sub Node
		// Key turns a value of Sub into one of X's type before comparing.
		Bind func(list []value.Value) (fn.Bound, error)
	}
	// Ordered is a window function over the whole input: prev, next,
	// row_number, row_cumsum, row_rank_dense, row_rank_min, row_window_session.
	Ordered struct {
		Name string
		Args []Expr
		Typ  value.Type
		Call *Call // an operation chosen for the types (row_cumsum: +)
	}
)

// Type is the type of the expression.
func (e *Const) Type() value.Type   { return e.V.Type() }
func (e *Col) Type() value.Type     { return e.Typ }
func (e *Call) Type() value.Type    { return e.Bound.Result }
func (e *Logic) Type() value.Type   { return value.Bool }
func (e *Choose) Type() value.Type  { return e.Typ }
func (e *Member) Type() value.Type  { return value.Dynamic }
func (e *Element) Type() value.Type { return value.Dynamic }
func (e *Scalar) Type() value.Type  { return e.Typ }
func (e *InTable) Type() value.Type { return value.Bool }
func (e *Ordered) Type() value.Type { return e.Typ }

// Walk calls f for an expression and all below it, until f says no.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	switch e := e.(type) {
	case *Logic:
		Walk(e.X, f)
		Walk(e.Y, f)
	case *Member:
		Walk(e.X, f)
	case *Choose:
		walkAll(e.When, f)
		walkAll(e.Then, f)
		Walk(e.Else, f)
	default:
		walkAll(Children(e), f)
	}
}

func walkAll(list []Expr, f func(Expr) bool) {
	for _, e := range list {
		Walk(e, f)
	}
}

// Children are the expressions directly below one.
func Children(e Expr) []Expr {
	switch e := e.(type) {
	case *Call:
		return e.Args
	case *Logic:
		return []Expr{e.X, e.Y}
	case *Choose:
		out := append([]Expr(nil), e.When...)
		return append(append(out, e.Then...), e.Else)
	case *Member:
		return []Expr{e.X}
	case *Element:
		return []Expr{e.X, e.I}
	case *InTable:
		return []Expr{e.X}
	case *Ordered:
		return e.Args
	}
	return nil
}

// Subplans are the tabular parts inside an expression.
func Subplans(e Expr) []Node {
	var out []Node
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Scalar:
			out = append(out, e.Sub)
		case *InTable:
			out = append(out, e.Sub)
		}
		return true
	})
	return out
}

// exprsOf are the expressions of a node.
func exprsOf(n Node) []Expr {
	switch n := n.(type) {
	case *Print:
		return n.Exprs
	case *Range:
		return []Expr{n.From, n.To, n.Step}
	case *Where:
		return []Expr{n.P}
	case *Project:
		return n.Exprs
	case *Summarize:
		out := append([]Expr(nil), n.By...)
		for _, a := range n.Aggs {
			out = append(out, a.Args...)
		}
		return out
	case *Sort:
		out := []Expr{}
		for _, k := range n.Keys {
			out = append(out, k.X)
		}
		return append(out, n.Limit)
	case *Take:
		return []Expr{n.N}
	case *Join:
		return append(append([]Expr(nil), n.LeftKeys...), n.RightKeys...)
	case *MvExpand:
		return append(append([]Expr(nil), n.Exprs...), n.Limit)
	case *MvApply:
		return append(append([]Expr(nil), n.Expand.Exprs...), n.Expand.Limit)
	case *Partition:
		return []Expr{n.By}
	case *Parse:
		return []Expr{n.X}
	case *ParseKV:
		return []Expr{n.X}
	case *IPLookup:
		return append(append([]Expr{n.Address, n.Range}, n.LeftKeys...), n.RightKeys...)
	case *SeqScan:
		return n.exprs()
	case *Plugin:
		return n.exprs()
	case *TopNested:
		return n.exprs()
	case *GraphMatch:
		return n.exprs()
	case *GeoLookup:
		return n.exprs()
	case *MakeSeries:
		out := append([]Expr{n.On, n.From, n.To, n.Step}, n.By...)
		for _, a := range n.Aggs {
			out = append(out, a.Args...)
		}
		return append(out, n.Defaults...)
	}
	return nil
}

// Readers are all nodes that a node reads, its expressions' subplans included.
func Readers(n Node) []Node {
	out := append([]Node(nil), n.Inputs()...)
	for _, e := range exprsOf(n) {
		if e != nil {
			out = append(out, Subplans(e)...)
		}
	}
	switch n := n.(type) {
	case *MvApply:
		out = append(out, n.Sub)
	case *Partition:
		out = append(out, n.Sub)
	case *GraphPartition:
		out = append(out, n.Sub)
	case *TopNested:
		out = append(out, n.plans()...)
	}
	return out
}

// ReadsTables says whether a node depends on any table.
func ReadsTables(n Node) bool {
	if _, ok := n.(*Scan); ok {
		return true
	}
	for _, r := range Readers(n) {
		if ReadsTables(r) {
			return true
		}
	}
	return false
}

// ReadsGiven says whether a node depends on rows that a step above it hands
// over.
func ReadsGiven(n Node) bool { return readsGiven(n, nil) }

func readsGiven(n Node, known []Node) bool {
	switch n := n.(type) {
	case *Given, *GivenGraph:
		return !slices.Contains(known, n)
	case *GraphPartition:
		known = append(slices.Clip(known), n.Given)
	case *MvApply:
		known = append(slices.Clip(known), n.Rows)
	case *Partition:
		known = append(slices.Clip(known), n.Rows, n.Key)
	case *TopNested:
		known = append(slices.Clip(known), n.Rows)
	}
	for _, r := range Readers(n) {
		if readsGiven(r, known) {
			return true
		}
	}
	return false
}
