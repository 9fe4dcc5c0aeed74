package syntax

import (
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Op is a query operator.
type Op interface {
	Node
	op()
}

// Sort order of one column. KQL's default is descending; nulls go first for
// ascending and last for descending unless said.
type Order struct {
	Pos
	X     Expr // may be *Named in top-nested and the like
	Asc   bool
	Nulls string // "", "first", "last"
}

type (
	// Where is `where P` (also `filter`).
	Where struct {
		Pos
		Options []Option
		P       Expr
	}
	// Extend is `extend a = X, (b, c) = Y, f(Z)`.
	Extend struct {
		Pos
		Cols []Expr // *Named or plain
	}
	// Project is project, project-away, project-keep, project-rename,
	// project-reorder (Kind has the suffix: "", "away", "keep", "rename",
	// "reorder", "smart"). Columns of away, keep, reorder may be *Pattern or
	// *Star; of reorder also *Ordered.
	Project struct {
		Pos
		Kind string
		Cols []Expr
	}
	// Summarize is `summarize Aggs by By`. HasBy tells `summarize by a`.
	Summarize struct {
		Pos
		Options []Option
		Aggs    []Expr
		By      []Expr
	}
	// Distinct is `distinct a, b` or `distinct *`.
	Distinct struct {
		Pos
		Cols []Expr
	}
	// Sort is `sort by a asc nulls last, b` (also `order by`).
	Sort struct {
		Pos
		Options []Option
		By      []Order
	}
	// Top is `top N by a`.
	Top struct {
		Pos
		Options []Option
		N       Expr
		By      Order
	}
	// Take is `take N` (also `limit`).
	Take struct {
		Pos
		N Expr
	}
	// Sample is `sample N`; SampleDistinct is `sample-distinct N of X`.
	Sample struct {
		Pos
		N  Expr
		Of Expr // nil for sample
	}
	// Count is `count` (also `count as Name`).
	Count struct {
		Pos
		As *Name
	}
	// Join is `join kind=inner (Right) on On`. On is empty for a cross join that
	// is not there in KQL: an error of the planner. Lookup is the same node.
	Join struct {
		Pos
		Lookup  bool
		Options []Option
		Right   Expr
		On      []Expr // *Ident, or *Binary with Op == of *Path{$left}.. and {$right}..
		Where   Expr   // obsolete `where` clause of join; usually nil
	}
	// Union is `union kind=outer withsource=S isfuzzy=true T1, (T2 | ...)`.
	// Tables may be *Pattern (`union Kube*`).
	Union struct {
		Pos
		Options []Option
		Tables  []Expr
	}
	// MvExpand is `mv-expand kind=array a = X to typeof(long), b with_itemindex=i limit 10`.
	MvExpand struct {
		Pos
		Options []Option
		Cols    []ExpandCol
		Limit   Expr
	}
	// MvApply is `mv-apply a = X to typeof(..) limit 10 on ( subquery )`.
	MvApply struct {
		Pos
		Options []Option
		Cols    []ExpandCol
		Limit   Expr
		On      []Op // the subquery's operators
	}
	// ParseOp is `parse kind=regex flags=U X with * "a" b:long *` and parse-where.
	ParseOp struct {
		Pos
		WhereToo bool // parse-where
		Options  []Option
		X        Expr
		Pattern  []ParsePart
	}
	// ParseKV is `parse-kv X as (a:string, b:long) with (pair_delimiter=..., ...)`.
	ParseKV struct {
		Pos
		X       Expr
		Columns []*Param
		Options []Option
	}
	// Print is `print a = 1, 2`.
	Print struct {
		Pos
		Cols []Expr
	}
	// Range is `range x from 1 to 10 step 2`.
	Range struct {
		Pos
		Name           Name
		From, To, Step Expr
	}
	// As is `as Name`.
	As struct {
		Pos
		Options []Option
		Name    Name
	}
	// Invoke is `invoke f(args)`.
	Invoke struct {
		Pos
		Call *Call
	}
	// Evaluate is `evaluate plugin(args) : (schema)`.
	Evaluate struct {
		Pos
		Options []Option
		Call    *Call
		Schema  []*Param
		Star    bool // : (*, ...)
	}
	// Render is `render timechart with (...)`.
	Render struct {
		Pos
		Kind    string
		Options []Option
	}
	// Serialize is `serialize a = X`.
	Serialize struct {
		Pos
		Cols []Expr
	}
	// GetSchema is `getschema`.
	GetSchema struct{ Pos }
	// Consume is `consume`.
	Consume struct {
		Pos
		Options []Option
	}
	// MakeSeries is `make-series a=count() default=0 on T from X to Y step Z by k`.
	MakeSeries struct {
		Pos
		Options        []Option
		Aggs           []SeriesAgg
		On             Expr
		From, To, Step Expr
		Range          Expr // `in range(a, b, c)`: a *Call
		By             []Expr
	}
	// Search is `search in (T1, T2) kind=case_sensitive "text"`.
	Search struct {
		Pos
		Options []Option
		Tables  []Expr
		P       Expr
	}
	// Find is `find in (T1, T2) where P project a, b`.
	Find struct {
		Pos
		Options []Option
		Tables  []Expr
		P       Expr
		Project []Expr
		Smart   bool
	}
	// Partition is `partition by X ( subquery )`.
	Partition struct {
		Pos
		Options []Option
		By      Expr
		Sub     []Op
		Source  Expr // `{ T | ... }` form; usually nil
	}
	// TopNested is `top-nested 2 of a by count(), top-nested ...`.
	TopNested struct {
		Pos
		Levels []TopLevel
	}
	// Fork is `fork (a) (b)`; Facet is `facet by a with (...)`.
	Fork struct {
		Pos
		Names []*Name
		Subs  [][]Op
	}
	// Scan is `scan with (step s: cond => a = b; ...)`.
	Scan struct {
		Pos
		Options []Option
		OrderBy []Order
		Partial []Expr
		Declare []*Param
		Steps   []ScanStep
	}
)

// ExpandCol is one column of mv-expand or mv-apply.
type ExpandCol struct {
	Pos
	Name *Name // `name = X`
	X    Expr
	Type value.Type // of `to typeof(T)`; Unknown when absent
}

// A ParsePart is a piece of a parse pattern: a text to find, a star to skip,
// or a column to fill.
type ParsePart struct {
	Pos
	Star   bool
	Text   Expr  // *Literal string, when a text
	Column *Name // when a column
	Type   value.Type
}

// SeriesAgg is one aggregate of make-series.
type SeriesAgg struct {
	Pos
	X       Expr // *Named or *Call
	Default Expr
}

// TopLevel is one level of top-nested.
type TopLevel struct {
	Pos
	N      Expr // nil: all
	Of     Expr // *Named or plain
	Others Expr // nil: none
	By     Order
}

// ScanStep is one step of scan.
type ScanStep struct {
	Pos
	Name     Name
	Optional bool
	Output   string // "", all, last, none
	Cond     Expr
	Assign   []Expr // *Named
}

// Ordered is a column of project-reorder with an order: `a* asc`.
type Ordered struct {
	Pos
	X    Expr
	Kind string // asc, desc, granny-asc, granny-desc
}

func (*Ordered) expr() {}

func (*Where) op()       {}
func (*Extend) op()      {}
func (*Project) op()     {}
func (*Summarize) op()   {}
func (*Distinct) op()    {}
func (*Sort) op()        {}
func (*Top) op()         {}
func (*Take) op()        {}
func (*Sample) op()      {}
func (*Count) op()       {}
func (*Join) op()        {}
func (*Union) op()       {}
func (*MvExpand) op()    {}
func (*MvApply) op()     {}
func (*ParseOp) op()     {}
func (*ParseKV) op()     {}
func (*Print) op()       {}
func (*Range) op()       {}
func (*As) op()          {}
func (*Invoke) op()      {}
func (*Evaluate) op()    {}
func (*Render) op()      {}
func (*Serialize) op()   {}
func (*GetSchema) op()   {}
func (*Consume) op()     {}
func (*MakeSeries) op()  {}
func (*Search) op()      {}
func (*Find) op()        {}
func (*Partition) op()   {}
func (*TopNested) op()   {}
func (*Fork) op()        {}
func (*Scan) op()        {}
func (*Unsupported) op() {}

// Parse reads a query. The tree is what could be made of the text; the list
// holds every mistake (and every feature that is not supported yet is an
// Unsupported node, not a mistake).
func Parse(f *diag.File) (*Query, diag.List) { return parse(f) }
