package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A wholeBin is bin() of whole numbers or times to a constant size: the
// commonest key of a group.
type wholeBin struct {
	x    evaluator
	typ  value.Type
	size int64
	out  buffer
}

// wholeBinOf is that evaluator, or nil when the call is another.
func (r *run) wholeBinOf(e *plan.Call) (evaluator, error) {
	if e.Name != "bin" && e.Name != "floor" || len(e.Args) != 2 {
		return nil, nil
	}
	size, ok := e.Args[1].(*plan.Const)
	if !ok || size.V.IsNull() || size.V.Int() <= 0 {
		return nil, nil
	}
	x, s := e.Args[0].Type(), wholeKind(size.V.Type())
	switch t := e.Bound.Result; {
	case t == value.DateTime && x == t && s == value.TimeSpan:
	case t == value.TimeSpan && x == t && s == t:
	case t == value.Long && wholeKind(x) == t && s == t:
	default:
		return nil, nil
	}
	ev, err := r.compile(e.Args[0])
	return &wholeBin{x: ev, typ: e.Bound.Result, size: size.V.Int()}, err
}

func (w *wholeBin) eval(b *value.Batch, rows []int32) []value.Value {
	in, out := w.x.eval(b, rows), w.out.get(b.N)
	for _, i := range rows {
		if in[i].IsNull() {
			out[i] = value.NullOf(w.typ)
			continue
		}
		n := floorDiv(in[i].Int(), w.size) * w.size
		switch w.typ {
		case value.DateTime:
			out[i] = value.DateTimeOf(n)
		case value.TimeSpan:
			out[i] = value.TimeSpanOf(n)
		default:
			out[i] = value.LongOf(n)
		}
	}
	return out
}
