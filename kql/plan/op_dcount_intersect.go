package plan

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// maxSketches is how many sets dcount_intersect() takes.
const maxSketches = 16

// wholeSketch is how many values a sketch tells apart; of more it keeps only
// some, and what two have in common cannot be counted.
const wholeSketch = 1 << 16

// dcountIntersect is dcount_intersect(hll, hll [, hll ...]): a column for the
// first set, for what the first two have in common, and so on.
func (b *binder) dcountIntersect(op *syntax.Evaluate, in Node, s *scope) Node {
	args := op.Call.Args
	if len(args) < 2 || len(args) > maxSketches {
		b.fail(op.Call, "dcount_intersect() takes 2 to %d sketches, which hll() makes", maxSketches)
		return &Values{}
	}
	p := &Project{In: in}
	taken := b.newNames()
	for i, f := range in.Schema() {
		p.add(taken.take(f.Name), &Col{i, f.Name, f.Type})
	}
	var sketches []Expr
	for i, x := range args {
		e := b.scalar(x, b.envOf(in, s))
		if isBad(e) {
			return &Values{}
		}
		if e.Type() != value.Dynamic {
			b.fail(x, "a sketch that hll() made is needed, and this is %s", describe(e.Type()))
			return &Values{}
		}
		sketches = append(sketches, e)
		p.add(taken.take(fmt.Sprint("s", i)), &Call{"dcount_intersect", fn.Bound{Result: value.Long, Eval: inCommon}, sketches[: i+1 : i+1]})
	}
	return p
}

// inCommon counts the values that all sketches have; null when one is none, or
// does not hold all of its values.
func inCommon(_ *fn.Context, args []value.Value) value.Value {
	for _, a := range args {
		if a.Len() >= wholeSketch {
			return value.NullOf(value.Long)
		}
	}
	n, ok := fn.CommonHashes(args)
	if !ok {
		return value.NullOf(value.Long)
	}
	return value.LongOf(n)
}
