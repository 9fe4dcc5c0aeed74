// Package fn holds the functions, aggregates and scalar operators of the
// language, one table entry each. An entry has the name, the signature, help,
// examples and the code; the planner binds by it, and the reference page,
// completion and a test of every example are made from it.
package fn

import (
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Arg is what the planner knows of an argument.
type Arg struct {
	Type  value.Type
	Const *value.Value // the value, when it is constant
	// Name is the name of the column the argument is, or would be called; for
	// functions that name things after their arguments (bag_pack_columns).
	Name string
}

// A Context is what a running query gives its functions.
type Context struct {
	// Now is the clock of the query, ticks. Within one evaluation it is fixed.
	Now int64
	// Room is how many bytes a value may still take; 0 means little.
	Room int64
}

// littleRoom is enough for what is computed while a query is compiled.
const littleRoom = 1 << 20

// TooBig is the panic of a function whose result would not fit; whoever runs
// functions catches it.
type TooBig struct{}

// Need is called by a function before it makes much of little: n bytes.
func (c *Context) Need(n int) {
	room := c.Room
	if room == 0 {
		room = littleRoom
	}
	if int64(n) > room || n < 0 {
		panic(TooBig{})
	}
}

// Eval computes one row. args is reused between calls: keep nothing of it.
type Eval func(ctx *Context, args []value.Value) value.Value

// A Bound is a function chosen for given argument types.
type Bound struct {
	Result value.Type
	Eval   Eval
	// Volatile results may differ from row to row with the same arguments
	// (rand, new_guid): never folded. now() is not volatile, but Timed.
	Volatile bool
	Timed    bool
	// Test, when set, answers in place of Eval where the first argument is a
	// string and the others are the constants that it was bound with.
	Test func(s string) bool
}

// Try computes one row where little memory may be taken; it is not ok where that
// is too little.
func (b *Bound) Try(ctx *Context, args []value.Value) (v value.Value, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, big := p.(TooBig); !big {
				panic(p)
			}
		}
	}()
	v = b.Eval(ctx, args)
	return v, v.Size() <= littleRoom
}

// A Func is a scalar function.
type Func struct {
	Name     string
	Aliases  []string // deprecated or short spellings that mean the same
	Category string   // a heading of the reference page: "String functions", ...
	Params   []Param
	// Result is the result's type; when it depends on the arguments, ResultOf
	// is set instead.
	Result   value.Type
	ResultOf func(args []Arg) value.Type
	Doc      string
	Examples []string // expressions that are true: `strlen("abc") == 3`

	// Special functions look beyond one row (prev, toscalar): Eval is nil and
	// the planner knows them by name.
	Special bool
	// Check, when set, looks at the arguments' types once more.
	Check func(args []Arg) error

	Eval Eval
	// Prepare, when set, is asked instead of Eval once per call in a query, to
	// compile constants (a regular expression). An error is the author's
	// mistake; its text is shown at the argument ArgError names, else the call.
	Prepare  func(args []Arg) (Eval, error)
	Volatile bool
	Timed    bool
	// NameOf says how a column made by this call is called when the author
	// gives no name: "" for ColumnN; see AutoName.
	NameFromArg bool   // tostring(d.k) is called d_k
	NamePrefix  string // with NameFromArg: strlen(s) is called strlen_s
}

// A Param is a parameter. A value of another type is converted where Kusto
// converts by itself (int to long, anything from dynamic where Types has
// dynamic or a single scalar type), else the planner reports it.
type Param struct {
	Name     string
	Types    []value.Type // empty: any
	Optional bool
	Repeat   bool // the last parameter may be given any number of times (at least once unless Optional)
	// Const demands a constant.
	Const bool
	Doc   string
}

// ArgError is an error about one argument.
type ArgError struct {
	Arg     int
	Message string
}

func (e *ArgError) Error() string { return e.Message }

// An Unsupported is the error of a call that asks for what Kusto has and this
// module has not: it names that.
type Unsupported string

func (e Unsupported) Error() string { return "not supported: " + string(e) }

// An Agg is an aggregate function, allowed in summarize, make-series, mv-apply.
type Agg struct {
	Name     string
	Aliases  []string
	Params   []Param
	Result   value.Type
	ResultOf func(args []Arg) value.Type
	Doc      string
	Examples []string // whole queries that give one row true: `datatable(a:long)[1,2] | summarize r = sum(a) == 3`
	// Prefix is of the automatic name: "count_", "sum_" (sum_x), "arg_max_".
	Prefix string

	// New makes the state of one group. args are the constants known.
	New func(args []Arg) State
	// Check, when set, looks at the arguments once (an error is shown to the author).
	Check func(args []Arg) error
}

// A State gathers one group.
type State interface {
	// Add takes one row's arguments; args is reused by the caller. A value that
	// is kept must be value.Own()ed.
	Add(args []value.Value)
	// Result may be asked once, after the last Add.
	Result() value.Value
	// Size is a rough number of bytes held, for memory limits.
	Size() int
}

// arg_max, arg_min and take_any have several result columns and are known to
// the planner by name; their entries exist for the reference (New is nil).
