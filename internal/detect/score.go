package detect

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A score counts how many conditions of a run of where and extend each row
// meets, whether or not it met those before: how near it came.
type score struct {
	live   *kql.Live
	leaves []kql.Leaf
	column int
	met    map[int]int // by row of the batch that is looked at
}

const scoreColumn = "dogwatch_met"

// scored says whether an operator is part of a run.
func scored(op syntax.Op) bool {
	switch op.(type) {
	case *syntax.Where, *syntax.Extend:
		return true
	}
	return false
}

// newScore makes the score of the run that the next operators begin with; nil
// where it cannot stand alone.
func (x *explainer) newScore(tree *syntax.Query, pipe *syntax.Pipeline, next []syntax.Op) *score {
	before := pipe.Ops
	defer func() { pipe.Ops = before }()
	zero := &syntax.Literal{Value: value.LongOf(0)}
	pipe.Ops = append(slices.Clip(before), adding(zero))
	for _, op := range next {
		if !scored(op) {
			break
		}
		w, ok := op.(*syntax.Where)
		if !ok {
			pipe.Ops = append(pipe.Ops, op)
			continue
		}
		for _, p := range conjuncts(w.P) {
			pipe.Ops = append(pipe.Ops, adding(&syntax.Binary{Op: "+", X: ident(scoreColumn), Y: one(p)}))
		}
	}
	q, err := kql.Compile(diag.NewFile("score", syntax.Format(tree)), x.cat)
	if err != nil || !q.Stateless() {
		return nil
	}
	s := &score{live: q.NewLive(x.ctx, kql.RunOptions{}), leaves: q.Leaves(), column: q.Schema().Index(scoreColumn)}
	x.scores = append(x.scores, s)
	return s
}

func ident(name string) *syntax.Ident { return &syntax.Ident{Name: syntax.Name{Text: name}} }

// adding is an extend of the score.
func adding(x syntax.Expr) syntax.Op {
	return &syntax.Extend{Cols: []syntax.Expr{&syntax.Named{Names: []syntax.Name{{Text: scoreColumn}}, X: x}}}
}

// one is 1 where a condition holds, else 0.
func one(p syntax.Expr) syntax.Expr {
	yes, no := &syntax.Literal{Value: value.LongOf(1)}, &syntax.Literal{Value: value.LongOf(0)}
	return &syntax.Call{Func: syntax.Name{Text: "iff"}, Args: []syntax.Expr{p, yes, no}}
}

// look counts for the rows of a batch.
func (s *score) look(src *source) {
	s.met = map[int]int{}
	for i, leaf := range s.leaves {
		if leaf.Table != src.batch.Table {
			continue
		}
		// A row without a score is as far as any: the lines themselves tell of
		// the mistake.
		_ = s.live.Feed(i, src.batch.Rows, func(b *value.Batch) error {
			for _, i := range b.Rows() {
				at := origin(b, int(i))
				s.met[at] = max(s.met[at], int(b.At(int(i), s.column).Int()))
			}
			return nil
		})
	}
}

// of is the score of a row.
func (s *score) of(row int) int {
	if s == nil {
		return 0
	}
	return s.met[row]
}
