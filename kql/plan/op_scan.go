package plan

import (
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// SeqScan goes over rows in their order and follows sequences of steps (scan).
//
// The expressions of its steps see the row, then for each step the row that
// last matched it: the input's columns and the declared ones.
type SeqScan struct {
	node
	In       Node
	Declared []value.Value // what declared columns hold before they are given
	Steps    []SeqStep
	MatchID  bool // the last column is the number of the sequence
}

// A SeqStep is one step. Assign[i] gives declared column i; nil leaves it as it
// was declared.
type SeqStep struct {
	Output string // all, last, none
	Cond   Expr
	Assign []Expr
}

// Inputs of the node.
func (n *SeqScan) Inputs() []Node { return []Node{n.In} }

// Width is the number of columns of a step's row.
func (n *SeqScan) Width() int { return len(n.In.Schema()) + len(n.Declared) }

func (n *SeqScan) exprs() []Expr {
	var out []Expr
	for _, s := range n.Steps {
		out = append(out, s.Cond)
		for _, a := range s.Assign {
			if a != nil {
				out = append(out, a)
			}
		}
	}
	return out
}

// inputColumns are the input's columns among the result's that are wanted, and
// those that the steps' expressions read, now or in a row that matched before.
func (n *SeqScan) inputColumns(wanted, refs []int) []int {
	width := len(n.In.Schema())
	var out []int
	for _, c := range wanted {
		if c < width {
			out = append(out, c)
		}
	}
	for _, c := range refs {
		if c >= width {
			c = (c - width) % n.Width()
		}
		if c < width {
			out = append(out, c)
		}
	}
	return out
}

// seqScan binds scan. With `order by` and `partition by` of its own it is a scan
// of sorted rows, for each combination of keys by itself.
func (b *binder) seqScan(op *syntax.Scan, in Node, s *scope) Node {
	if len(op.OrderBy) > 0 {
		in = b.sort(&syntax.Sort{Pos: op.Pos, By: op.OrderBy}, in, s)
	}
	if len(op.Partial) == 0 {
		return b.stepsOf(op, in, s)
	}
	if syntax.FindOption(op.Options, "with_match_id") != nil {
		b.unsupported(op, "with_match_id of scan with partition by").Hint = "partition by X (sort by ... | scan with_match_id=... )"
		return &Values{}
	}
	return b.scanParts(op, op.Partial, in, s)
}

// scanParts scans the rows of each value of the keys: of the first, and in its
// rows of the others.
func (b *binder) scanParts(op *syntax.Scan, keys []syntax.Expr, in Node, s *scope) Node {
	if len(keys) == 0 {
		return b.stepsOf(op, in, s)
	}
	by := b.scalar(keys[0], b.envOf(in, s))
	if !isBad(by) && by.Type() == value.Dynamic {
		b.fail(keys[0], "rows cannot be partitioned by a dynamic value").Hint = "convert it, as in tostring(...)"
	}
	rows := &Given{node{in.Schema()}}
	sub := b.scanParts(op, keys[1:], rows, s)
	return &Partition{node: node{sub.Schema()}, In: in, By: by, Rows: rows, Sub: sub}
}

func (b *binder) stepsOf(op *syntax.Scan, in Node, s *scope) Node {
	n := &SeqScan{node: node{in.Schema()[:len(in.Schema()):len(in.Schema())]}, In: in}
	before := len(b.errs)
	b.declareColumns(n, op, s)
	row := n.schema
	if len(b.errs) > before {
		return &Values{}
	}
	if id := b.optionName(op.Options, "with_match_id"); id != "" {
		n.MatchID = true
		b.scanColumn(n, syntax.FindOption(op.Options, "with_match_id"), id, value.Long)
	}
	steps := map[string]int{}
	for i, st := range op.Steps {
		if _, twice := steps[st.Name.Text]; twice {
			b.fail(&st.Name, "the step %q is there twice", st.Name.Text)
		}
		steps[st.Name.Text] = i
	}
	if len(op.Steps) == 0 {
		b.fail(op, "scan needs a step").Hint = "with (step s1: true;)"
	}
	for i := range op.Steps {
		b.seqStep(n, &op.Steps[i], &stepNames{b: b, n: n, row: row, steps: steps, at: i}, s)
	}
	if len(b.errs) > before {
		return &Values{}
	}
	return n
}

// scanColumn adds a column behind the input's.
func (b *binder) scanColumn(n *SeqScan, at syntax.Node, name string, t value.Type) {
	if n.schema.Index(name) >= 0 {
		b.fail(at, "there is a column %q before scan", name)
		return
	}
	n.schema = append(n.schema, value.Field{Name: name, Type: t})
}

// declareColumns adds the declared columns and what they hold at first.
func (b *binder) declareColumns(n *SeqScan, op *syntax.Scan, s *scope) {
	for _, p := range op.Declare {
		v := value.NullOf(p.Type)
		if p.Default != nil {
			e := b.convert(b.scalar(p.Default, &env{scope: s}), p.Type)
			c, ok := e.(*Const)
			if !ok {
				b.fail(p.Default, "a constant is needed here")
				continue
			}
			v = typed(c.V, p.Type)
		}
		n.Declared = append(n.Declared, v)
		b.scanColumn(n, &p.Name, p.Name.Text, p.Type)
	}
}

func (b *binder) seqStep(n *SeqScan, st *syntax.ScanStep, names *stepNames, s *scope) {
	if st.Optional {
		b.unsupported(st, "optional steps of scan")
		return
	}
	v := &env{scope: s, cols: n.In.Schema(), member: names.member}
	out := SeqStep{Output: st.Output, Cond: b.scalar(st.Cond, v), Assign: make([]Expr, len(n.Declared))}
	if out.Output == "" {
		out.Output = "all"
	}
	if !isCondition(out.Cond.Type()) {
		b.notCondition(st.Cond, out.Cond)
	}
	for _, x := range st.Assign {
		named, ok := x.(*syntax.Named)
		if !ok || len(named.Names) != 1 {
			b.fail(x, "a step gives declared columns their values").Hint = "step s: condition => column = value;"
			continue
		}
		at := names.row.Index(named.Names[0].Text) - len(n.In.Schema())
		if at < 0 {
			b.fail(&named.Names[0], "the column %q is not declared", named.Names[0].Text).Hint = "scan declare (" + named.Names[0].Text + ": string) with (...)"
			continue
		}
		if e := b.scalar(named.X, v); !isBad(e) {
			out.Assign[at] = b.convert(e, names.row[len(n.In.Schema())+at].Type)
		}
	}
	n.Steps = append(n.Steps, out)
}

// stepNames resolves step.column in the expressions of step number at.
type stepNames struct {
	b     *binder
	n     *SeqScan
	row   value.Schema // of a step's row
	steps map[string]int
	at    int
}

func (s *stepNames) member(x *syntax.Path) (Expr, bool) {
	id, ok := x.X.(*syntax.Ident)
	if !ok {
		return nil, false
	}
	k, ok := s.steps[id.Name.Text]
	if !ok {
		return nil, false
	}
	if k > s.at {
		s.b.unsupported(x, "a step of scan that reads a later one")
		return bad, true
	}
	c := s.row.Index(x.Name.Text)
	if c < 0 {
		s.b.unknownColumn(&x.Name, x.Name.Text, s.row)
		return bad, true
	}
	return &Col{len(s.n.In.Schema()) + k*len(s.row) + c, id.Name.Text + "." + x.Name.Text, s.row[c].Type}, true
}
