package exec

import "github.com/dogwatch-dev/dogwatch/kql/value"

// A coalesceEval works out an argument of coalesce() only for the rows in which
// those before it say nothing.
type coalesceEval struct {
	call *callEval
	rest []int32
	out  buffer
}

func (c *coalesceEval) eval(b *value.Batch, rows []int32) []value.Value {
	call, out := c.call, c.out.get(b.N)
	rest := append(c.rest[:0], rows...)
	c.rest = rest
	call.tally.begin()
	clear(call.row)
	for k, arg := range call.args {
		vals := arg.eval(b, rest)
		call.tally.run.calling = call.tally.name
		left := rest[:0]
		for _, i := range rest {
			call.row[k] = vals[i]
			if out[i] = call.call(b, i); saysNothing(out[i]) {
				left = append(left, i)
			}
		}
		call.row[k] = value.Value{}
		if rest = left; len(rest) == 0 {
			break
		}
	}
	return out
}

// saysNothing is true of what coalesce() passes over.
func saysNothing(v value.Value) bool {
	return v.IsNull() || v.Type() == value.String && v.Str() == ""
}
