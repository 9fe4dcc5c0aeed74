package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An emptyFilter keeps rows by whether there is something.
type emptyFilter struct {
	x     evaluator
	texts bool // an empty text is nothing
	not   bool
	out   []int32
}

// emptyFilterOf is that filter, or nil when the condition is another.
func (r *run) emptyFilterOf(e plan.Expr) (filter, error) {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 1 {
		return nil, nil
	}
	f := &emptyFilter{}
	switch c.Name {
	case "isempty":
		f.texts = true
	case "isnotempty":
		f.texts, f.not = true, true
	case "isnull":
	case "isnotnull":
		f.not = true
	default:
		return nil, nil
	}
	var err error
	f.x, err = r.compile(c.Args[0])
	return f, err
}

func (f *emptyFilter) keep(b *value.Batch, rows []int32) []int32 {
	vals := f.x.eval(b, rows)
	out := f.out[:0]
	for _, i := range rows {
		v := &vals[i]
		empty := v.IsNull() || f.texts && v.Kind() == value.KString && v.Str() == ""
		if empty != f.not {
			out = append(out, i)
		}
	}
	f.out = out
	return out
}
