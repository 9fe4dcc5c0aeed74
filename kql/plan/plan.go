// Package plan resolves the names and types of a query and orders its work.
// The result is a tree of nodes over numbered columns: nothing is looked up
// when it runs, and it never changes, so that goroutines may share it.
package plan

import (
	"regexp"
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Catalog says what a query may read.
type Catalog interface {
	// Table returns a table's schema.
	Table(name string) (value.Schema, bool)
	// TableNames lists the tables, for hints and wildcards.
	TableNames() []string
	// Watchlist returns the rows of a list, with the column SearchKey.
	Watchlist(name string) (value.Schema, [][]value.Value, bool)
}

// Opener gives the text of a local file that externaldata names. A Catalog
// without it allows no externaldata.
type Opener interface {
	Open(uri string) ([]byte, error)
}

// A Node is a tabular step. It never changes after planning.
type Node interface {
	Schema() value.Schema
	Inputs() []Node
}

type node struct{ schema value.Schema }

func (n *node) Schema() value.Schema { return n.schema }

// SetSchema is for steps that the executor makes of others.
func (n *node) SetSchema(s value.Schema) { n.schema = s }

type (
	// Scan reads a table. Columns lists which columns of the table its schema
	// is made of; Leaf numbers the scans of a query.
	Scan struct {
		node
		Table   string
		Columns []int
		Leaf    int
	}
	// Values is constant rows.
	Values struct {
		node
		Rows [][]value.Value
	}
	// Print is one row of expressions.
	Print struct {
		node
		Exprs []Expr
	}
	// Range is the rows From, From+Step, ... up to To.
	Range struct {
		node
		From, To, Step Expr
		Call           Call // x + step, and so on, chosen for the types
	}
	// Where keeps the rows for which P is true. Of a test of a query (see Gate) it
	// may be weaker than the condition that it was made of.
	Where struct {
		node
		In Node
		P  Expr
		Of *Where
	}
	// Project computes a row from a row. Ordered expressions need the whole
	// input in order (prev, row_number).
	Project struct {
		node
		In      Node
		Exprs   []Expr
		Ordered bool
	}
	// Summarize groups by By and aggregates; its columns are By, then the
	// aggregates' results in order.
	Summarize struct {
		node
		In   Node
		By   []Expr
		Aggs []Agg
	}
	// Sort orders; Limit >= 0 keeps the first rows (top).
	Sort struct {
		node
		In    Node
		Keys  []SortKey
		Limit Expr // nil: all
	}
	// Take keeps the first N rows that come; with Random any N.
	Take struct {
		node
		In Node
		N  Expr
	}
	// Join is all kinds of join and lookup. The columns are chosen from the
	// left's and the right's by Out (index into left, or left width + index
	// into right).
	Join struct {
		node
		Kind        JoinKind
		Left, Right Node
		LeftKeys    []Expr
		RightKeys   []Expr
		Out         []int
	}
	// Union lays tables one after another. Maps[i][c] is the column of input i
	// that column c is taken from, or -1 for null; Consts[i] is the value of the
	// withsource column (first), when there is one.
	Union struct {
		node
		Ins    []Node
		Maps   [][]int
		Source []string // nil without withsource
	}
	// MvExpand makes a row for each element. Out[c] >= 0 is the input's column,
	// -1-k is expanded column k; Index is the column of the item index, or -1.
	MvExpand struct {
		node
		In       Node
		Exprs    []Expr
		Types    []value.Type
		ArrayBag bool // kind=array: bags give [key, value]
		Out      []int
		Index    int
		Limit    Expr // nil: no limit
	}
	// MvApply runs a subquery over the elements of each row. Rows is the scan
	// that the subquery reads; its columns are the input's, then the expanded.
	MvApply struct {
		node
		In     Node
		Expand *MvExpand // shape of the expanded rows, its In is In
		Rows   *Given
		Sub    Node
		Keep   []int // columns of In that lead the result, the rest comes of Sub
	}
	// Given is rows that the executor hands over: of mv-apply, partition, or a
	// tabular parameter.
	Given struct {
		node
	}
	// Partition runs a subquery for each value of By, over its rows or, when the
	// subquery has a table of its own, knowing the value alone (Key).
	Partition struct {
		node
		In   Node
		By   Expr
		Rows *Given
		Key  *Given
		Sub  Node
	}
	// Parse finds a pattern in a text.
	Parse struct {
		node
		In      Node
		X       Expr
		Pattern *Pattern
		Drop    bool // parse-where
		Out     []int
	}
	// ParseKV reads the values of keys from a text. Out is as Parse's.
	ParseKV struct {
		node
		In    Node
		X     Expr
		Keys  []string
		Types []value.Type
		How   KVSyntax
		Out   []int
	}
	// IPLookup joins rows with the ranges of a lookup table that their address
	// lies in. Unmatched keeps rows that lie in none. Out is as Join's.
	IPLookup struct {
		node
		V6                  bool
		Out                 []int
		Left, Right         Node
		Address, Range      Expr
		LeftKeys, RightKeys []Expr
		Unmatched           bool
	}
	// Shared is computed once and read by several.
	Shared struct {
		node
		In Node
	}
	// MakeSeries gathers values into arrays by bins of a range.
	MakeSeries struct {
		node
		In             Node
		By             []Expr
		Aggs           []Agg
		Defaults       []Expr
		On             Expr
		From, To, Step Expr // From and To may be nil
		Closed         bool // the bins are those of bin(), and that of To belongs to them
		NonEmpty       bool // no rows give a series of the defaults
	}
	// Render only notes how the result wants to be shown.
	Render struct {
		node
		In   Node
		Kind string
	}
)

// Inputs of the nodes.
func (n *Scan) Inputs() []Node       { return nil }
func (n *Values) Inputs() []Node     { return nil }
func (n *Print) Inputs() []Node      { return nil }
func (n *Range) Inputs() []Node      { return nil }
func (n *Given) Inputs() []Node      { return nil }
func (n *Where) Inputs() []Node      { return []Node{n.In} }
func (p *Project) Inputs() []Node    { return []Node{p.In} }
func (n *Summarize) Inputs() []Node  { return []Node{n.In} }
func (n *Sort) Inputs() []Node       { return []Node{n.In} }
func (n *Take) Inputs() []Node       { return []Node{n.In} }
func (j *Join) Inputs() []Node       { return []Node{j.Left, j.Right} }
func (u *Union) Inputs() []Node      { return u.Ins }
func (n *MvExpand) Inputs() []Node   { return []Node{n.In} }
func (n *MvApply) Inputs() []Node    { return []Node{n.In} }
func (n *Partition) Inputs() []Node  { return []Node{n.In} }
func (n *Parse) Inputs() []Node      { return []Node{n.In} }
func (n *ParseKV) Inputs() []Node    { return []Node{n.In} }
func (n *IPLookup) Inputs() []Node   { return []Node{n.Left, n.Right} }
func (n *Shared) Inputs() []Node     { return []Node{n.In} }
func (n *MakeSeries) Inputs() []Node { return []Node{n.In} }
func (n *Render) Inputs() []Node     { return []Node{n.In} }

// KVSyntax says how keys and values are written.
type KVSyntax struct {
	Pair, KV string // between pairs, between key and value
	Quotes   []KVQuote
	Escapes  []string       // the character behind one stands for itself, in quotes
	Greedy   bool           // a value goes on until the next key
	Free     bool           // anything but letters and digits parts keys and values
	Regexp   *regexp.Regexp // two groups: key, value; instead of the above
}

// KVQuote is what a key or a value may stand between.
type KVQuote struct{ Open, Close string }

// JoinKind is a kind of join.
type JoinKind uint8

// The kinds of join.
const (
	InnerUnique JoinKind = iota
	Inner
	LeftOuter
	RightOuter
	FullOuter
	LeftAnti
	RightAnti
	LeftSemi
	RightSemi
)

// A SortKey is one column of an order.
type SortKey struct {
	X          Expr
	Asc        bool
	NullsFirst bool
}

// An Agg is one aggregate of a summarize: an ordinary one (State), or one of
// those with several results.
type Agg struct {
	Func *fn.Agg
	Info []fn.Arg // what was known of the arguments
	Args []Expr

	// Extreme is +1 for arg_max, -1 for arg_min: Args[0] is compared, Args[1:]
	// are returned, after it. 2 is take_any of all Args.
	Extreme int
	Types   []value.Type // result columns
}

// A Plan is a whole query, bound.
type Plan struct {
	File  *diag.File
	Root  Node
	Scans []*Scan
	// Render is the visualisation asked for, or "".
	Render string

	once   sync.Once
	needed map[Node][]bool
	times  sync.Map // by node: what Times found

	floorsOnce sync.Once
	floors     map[*Summarize]floors
	gateOnce   sync.Once
	gate       *Gate
}

// Prepare finds what runs ask of the plan, which the first of them finds otherwise.
func (p *Plan) Prepare() {
	p.Needed()
	p.Gate()
	p.Floor(nil) // and with it those of all
}

// Needed is Needed of the whole plan, which is found once.
func (p *Plan) Needed() map[Node][]bool {
	p.once.Do(func() { p.needed = Needed(p.Root) })
	return p.needed
}
