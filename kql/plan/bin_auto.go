package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// The options that bin_auto() looks at.
const (
	binAutoSize = "query_bin_auto_size"
	binAutoAt   = "query_bin_auto_at"
)

// setBins keeps an option of bin_auto().
func (b *binder) setBins(st *syntax.Set, s *scope) {
	if st.X == nil {
		b.fail(st, "%s needs a value", st.Name.Text)
		return
	}
	e := b.scalar(st.X, &env{scope: s})
	if _, ok := e.(*Const); !ok {
		b.fail(st.X, "a constant is needed here")
		return
	}
	if b.bins == nil {
		b.bins = map[string]Expr{}
	}
	b.bins[st.Name.Text] = e
}

// binAuto is bin_at() with what was set; bins begin at zero where nothing was.
func (b *binder) binAuto(x *syntax.Call, v *env) Expr {
	if len(x.Args) != 1 {
		b.fail(x, "bin_auto() takes one value")
		return bad
	}
	e, size := b.scalar(x.Args[0], v), b.bins[binAutoSize]
	if isBad(e) {
		return bad
	}
	if size == nil {
		b.fail(x, "bin_auto() needs the size of the bins").Hint = "set " + binAutoSize + " = 1h; before the query"
		return bad
	}
	name, args := "bin", []Expr{e, size}
	if at := b.bins[binAutoAt]; at != nil {
		name, args = "bin_at", append(args, at)
	}
	f, _ := fn.Lookup(name)
	var info []fn.Arg
	for _, a := range args {
		info = append(info, argOf(a))
	}
	bound, err := fn.Bind(f, info)
	if err != nil {
		b.fail(x, "%s", err)
		return bad
	}
	return fold(&Call{name, bound, args})
}

// assert is true, or ends the query while it is read.
func (b *binder) assert(x *syntax.Call, v *env) Expr {
	if len(x.Args) != 2 {
		b.fail(x, "assert() takes a condition and a message")
		return bad
	}
	e := b.scalar(x.Args[0], v)
	message, ok := b.constString(x.Args[1], v)
	if isBad(e) {
		return bad
	}
	c, isConst := e.(*Const)
	switch {
	case !isCondition(e.Type()):
		b.notCondition(x.Args[0], e)
	case !isConst:
		b.fail(x.Args[0], "the condition of assert() has to be known before any row is read")
	case !ok:
		b.fail(x.Args[1], "the message of assert() must be a constant text")
	case c.V.IsNull() || !c.V.Bool():
		b.fail(x, "assert() has failed with message: %q", message)
	default:
		return &Const{value.BoolOf(true)}
	}
	return bad
}
