package exec

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A filter keeps the rows for which a condition is true. The result is good
// until the next call.
type filter interface {
	keep(b *value.Batch, rows []int32) []int32
}

// where gives no input where no row can pass: nothing below needs to run then.
func (r *run) where(n *plan.Where, out sink) (sink, plan.Node) {
	if r.sifting.holds(n) {
		return out, n.In
	}
	get, err := whenFirst(r, r.step(n), []plan.Expr{n.P}, func() (filter, error) {
		return r.compileFilter(r.reduced(n.P))
	})
	if err != nil {
		return failing(err), n.In
	}
	if r.isNever(n.P, get) {
		return out, nil
	}
	return func(b *value.Batch) error {
		f, err := get()
		if err != nil {
			return err
		}
		rows := f.keep(b, b.Rows())
		if len(rows) == 0 {
			return nil
		}
		return out(b.With(rows))
	}, n.In
}

// isNever says whether a run's clock and subqueries leave nothing of a condition that
// could hold.
func (r *run) isNever(p plan.Expr, get func() (filter, error)) bool {
	if r.db == nil || !isConst(p) && plan.Lasts(p) {
		return false
	}
	f, _ := get()
	c, ok := f.(constFilter)
	return ok && !bool(c)
}

// reduced is an expression without what the run's clock and subqueries settle. A
// stream has a clock with each row.
func (r *run) reduced(e plan.Expr) plan.Expr {
	if r.db == nil {
		return e
	}
	return plan.Reduce(e, &r.fn, r.known)
}

// failing is the sink of a step that could not be made.
func failing(err error) sink { return func(*value.Batch) error { return err } }

func (r *run) compileFilter(e plan.Expr) (filter, error) {
	if r.common != nil { // of batches without a Dict
		if f := r.common.filterOf(r, e); f != nil {
			return f, nil
		}
		return r.compileCondition(e)
	}
	f, err := r.compileCondition(e)
	if col, ok := onlyColumn(e); ok && err == nil {
		return &dictFilter{col: col, rows: f}, nil
	}
	return f, err
}

// dearOnText is what a condition on one column of text costs whose answers are worth
// remembering.
const dearOnText = 20

func (r *run) compileCondition(e plan.Expr) (filter, error) {
	if l, ok := e.(*plan.Logic); ok {
		if !l.Or {
			return r.compileAnd(plan.Conjuncts(l))
		}
		return r.compileOr(l)
	}
	if c, ok := e.(*plan.Choose); ok && c.Typ == value.Bool {
		return r.compileChoice(c)
	}
	if c, ok := e.(*plan.Const); ok {
		return constFilter(c.V.Bool()), nil
	}
	if f := textFilterOf(e); f != nil {
		return f, nil
	}
	if f := flagFilterOf(e); f != nil {
		return f, nil
	}
	if f := numberFilterOf(e); f != nil {
		return f, nil
	}
	if f, err := r.equalityOf(e); f != nil || err != nil {
		return f, err
	}
	if f, err := r.testFilterOf(e); f != nil || err != nil {
		return f, err
	}
	if f, err := r.emptyFilterOf(e); f != nil || err != nil {
		return f, err
	}
	if col, ok := onlyText(e); ok && r.common != nil && cost(e) >= dearOnText {
		return &testFilter{x: colEval(col), test: remembered(r.ofText(e, col)), run: r}, nil
	}
	ev, err := r.compile(e)
	return &exprFilter{e: ev}, err
}

// compileOr asks the cheaper side first.
func (r *run) compileOr(l *plan.Logic) (filter, error) {
	first, other := l.X, l.Y
	if cost(other) < cost(first) {
		first, other = other, first
	}
	x, err := r.compileFilter(first)
	if err != nil {
		return nil, err
	}
	y, err := r.laterFilter(other)
	if err != nil {
		return nil, err
	}
	return &orFilter{x: x, y: y}, nil
}

// compileAnd asks the cheap conditions first. The order is free: a condition
// has no effect but its answer, and none can fail.
func (r *run) compileAnd(list []plan.Expr) (filter, error) {
	slices.SortStableFunc(list, func(x, y plan.Expr) int { return cost(x) - cost(y) })
	var all filter
	for i, e := range list {
		compile := r.compileFilter
		if i > 0 {
			compile = r.laterFilter
		}
		f, err := compile(e)
		if c, ok := f.(constFilter); ok && !bool(c) || err != nil {
			return f, err
		}
		if all != nil {
			f = &andFilter{all, f}
		}
		all = f
	}
	return all, nil
}

// A constFilter keeps all rows or none.
type constFilter bool

func (f constFilter) keep(_ *value.Batch, rows []int32) []int32 {
	if f {
		return rows
	}
	return nil
}

// cost guesses what a condition costs a row, in comparisons of a text: columns
// of text are at hand, others may have to be worked out from a record's body.
func cost(e plan.Expr) int {
	if textFilterOf(e) != nil {
		return 1
	}
	total := 0
	plan.Walk(e, func(e plan.Expr) bool {
		total += costOf(e)
		return true
	})
	return total
}

func costOf(e plan.Expr) int {
	switch e := e.(type) {
	case *plan.Const:
		return 0
	case *plan.Col:
		switch e.Typ {
		case value.Dynamic:
			return 40
		case value.String:
			return 2
		}
		return 4
	case *plan.Call:
		if e.Name == "matches regex" || strings.HasPrefix(e.Name, "extract") || strings.HasPrefix(e.Name, "replace") {
			return 30
		}
		return 4 + len(e.Args)/8
	case *plan.Member, *plan.Element:
		return 10
	}
	return 4
}

type exprFilter struct {
	e   evaluator
	out []int32
}

func (f *exprFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := f.e.eval(b, rows)
	out := f.out[:0]
	for _, i := range rows {
		if vals[i].Bool() {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

// A textFilter is the commonest condition: a text column is, or is not, one of
// a few constants. It compares where the generic way would make a call a row.
type textFilter struct {
	col  int
	want []string
	not  bool
	out  []int32
}

// fewTexts is how many constants are compared one by one.
const fewTexts = 12

// textFilterOf is the filter of such a condition, or nil.
func textFilterOf(e plan.Expr) *textFilter {
	if c, ok := e.(*plan.Call); !ok || len(c.Args) > fewTexts+1 {
		return nil
	}
	col, texts, not, ok := textsOf(e)
	if !ok {
		return nil
	}
	return &textFilter{col: col, want: texts, not: not}
}

// textsOf reads a comparison of a column of text with constants.
func textsOf(e plan.Expr) (col int, texts []string, not, ok bool) {
	c, is := e.(*plan.Call)
	if !is || len(c.Args) == 0 {
		return 0, nil, false, false
	}
	x, is := c.Args[0].(*plan.Col)
	if !is || x.Typ != value.String {
		return 0, nil, false, false
	}
	switch c.Name {
	case "==", "in":
	case "!=", "!in":
		not = true
	case "isempty", "isnotempty":
		return x.Index, []string{""}, c.Name == "isnotempty", true
	default:
		return 0, nil, false, false
	}
	for _, a := range c.Args[1:] {
		k, is := a.(*plan.Const)
		if !is || k.V.Kind() != value.KString || k.V.Type() != value.String {
			return 0, nil, false, false
		}
		texts = append(texts, k.V.Str())
	}
	return x.Index, texts, not, len(texts) > 0
}

func (f *textFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := b.Col(f.col, rows)
	out := f.out[:0]
	for _, i := range rows {
		if slices.Contains(f.want, vals[i].Str()) != f.not {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

// A testFilter asks a constant question of texts: contains, has and their like.
type testFilter struct {
	x    evaluator
	test func(string) bool
	run  *run
	out  []int32
}

// testFilterOf is that filter, or nil when the condition is another.
func (r *run) testFilterOf(e plan.Expr) (filter, error) {
	c, ok := e.(*plan.Call)
	if !ok || c.Bound.Test == nil || c.Args[0].Type() != value.String {
		return nil, nil
	}
	for _, a := range c.Args[1:] {
		if _, ok := a.(*plan.Const); !ok {
			return nil, nil
		}
	}
	x, err := r.compile(c.Args[0])
	if dear[c.Name] {
		return &testFilter{x: x, test: remembered(c.Bound.Test), run: r}, err
	}
	return &testFilter{x: x, test: c.Bound.Test, run: r}, err
}

func (f *testFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := f.x.eval(b, rows)
	out, size := f.out[:0], 0
	for _, i := range rows {
		s := vals[i].Str()
		if f.test(s) {
			out = append(out, i)
		}
		if size += len(s); size > 1<<20 { // long texts: look at the clock
			check(f.run.ctx.Err())
			size = 0
		}
	}
	f.out = out
	return out
}

// A flagFilter keeps rows by a bool column, or by its not.
type flagFilter struct {
	col  int
	want int64
	out  []int32
}

func flagFilterOf(e plan.Expr) *flagFilter {
	want := int64(1)
	if c, ok := e.(*plan.Call); ok && c.Name == "not" && len(c.Args) == 1 {
		e, want = c.Args[0], 0
	}
	col, ok := e.(*plan.Col)
	if !ok || col.Typ != value.Bool {
		return nil
	}
	return &flagFilter{col: col.Index, want: want}
}

func (f *flagFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := b.Col(f.col, rows)
	out := f.out[:0]
	for _, i := range rows {
		if !vals[i].IsNull() && vals[i].Int() == f.want {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

// A numberFilter compares a column of whole numbers, times or spans with a
// constant of the same type. Beside null only != holds.
type numberFilter struct {
	col  int
	op   string
	want int64
	out  []int32
}

func numberFilterOf(e plan.Expr) *numberFilter {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return nil
	}
	switch c.Name {
	case "==", "!=", "<", "<=", ">", ">=":
	default:
		return nil
	}
	col, isCol := c.Args[0].(*plan.Col)
	k, isConst := c.Args[1].(*plan.Const)
	if !isCol || !isConst || k.V.IsNull() || wholeKind(col.Typ) == value.Unknown || wholeKind(col.Typ) != wholeKind(k.V.Type()) {
		return nil
	}
	return &numberFilter{col: col.Index, op: c.Name, want: k.V.Int()}
}

// wholeKind is what a type of whole numbers compares with; Unknown for others.
func wholeKind(t value.Type) value.Type {
	switch t {
	case value.Int, value.Long:
		return value.Long
	case value.DateTime, value.TimeSpan:
		return t
	}
	return value.Unknown
}

func (f *numberFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := b.Col(f.col, rows)
	out := f.out[:0]
	for _, i := range rows {
		if f.holds(&vals[i]) {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

func (f *numberFilter) holds(v *value.Value) bool {
	if v.IsNull() {
		return f.op == "!="
	}
	n := v.Int()
	switch f.op {
	case "==":
		return n == f.want
	case "!=":
		return n != f.want
	case "<":
		return n < f.want
	case "<=":
		return n <= f.want
	case ">":
		return n > f.want
	}
	return n >= f.want
}

// An equality compares something dynamic with a constant. Values of the
// constant's own kind need no call.
type equality struct {
	x     evaluator
	want  value.Value
	not   bool
	run   *run
	eval  fn.Eval
	other [2]value.Value
	out   []int32
}

// equalityOf is that filter, or nil when the condition is another.
func (r *run) equalityOf(e plan.Expr) (filter, error) {
	c, ok := e.(*plan.Call)
	if !ok || c.Name != "==" && c.Name != "!=" || len(c.Args) != 2 || c.Args[0].Type() != value.Dynamic {
		return nil, nil
	}
	k, ok := c.Args[1].(*plan.Const)
	if !ok {
		return nil, nil
	}
	switch k.V.Kind() {
	case value.KBool, value.KLong, value.KString:
	default:
		return nil, nil
	}
	x, err := r.compile(c.Args[0])
	if err != nil {
		return nil, err
	}
	return &equality{x: x, want: k.V, not: c.Name == "!=", run: r, eval: c.Bound.Eval}, nil
}

func (f *equality) keep(b *value.Batch, rows []int32) []int32 {
	vals := f.x.eval(b, rows)
	out := f.out[:0]
	for _, i := range rows {
		if f.holds(&vals[i]) {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}

func (f *equality) holds(v *value.Value) bool {
	if v.Kind() != f.want.Kind() {
		f.other = [2]value.Value{*v, f.want}
		return f.eval(&f.run.fn, f.other[:]).Bool()
	}
	if v.Kind() == value.KString {
		return (v.Str() == f.want.Str()) != f.not
	}
	return (v.Int() == f.want.Int()) != f.not
}

// andFilter asks the right side only for what the left lets through.
type andFilter struct{ x, y filter }

func (f *andFilter) keep(b *value.Batch, rows []int32) []int32 {
	if rows = f.x.keep(b, rows); len(rows) == 0 {
		return nil
	}
	return f.y.keep(b, rows)
}

// orFilter asks the right side only for what the left refuses.
type orFilter struct {
	x, y      filter
	rest, out []int32
}

func (f *orFilter) keep(b *value.Batch, rows []int32) []int32 {
	yes := f.x.keep(b, rows)
	if len(yes) == len(rows) {
		return yes
	}
	f.rest = leftOf(f.rest[:0], rows, yes)
	more := f.y.keep(b, f.rest)
	if len(more) == 0 {
		return yes
	}
	f.out = merge(f.out[:0], yes, more)
	return f.out
}

// merge joins two ascending lists.
func merge(out, x, y []int32) []int32 {
	for len(x) > 0 && len(y) > 0 {
		if x[0] < y[0] {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	return append(append(out, x...), y...)
}
