package exec

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// memoSize is how many answers a memoEval remembers.
const memoSize = 2048

// maxRemembered is how long a text may be to be remembered.
const maxRemembered = 256

// A recurrence counts how many texts were asked about, and of how many the answer
// was remembered.
type recurrence struct{ asked, found int }

// isRare says whether few texts come again: it is not worth its while to remember
// more of them.
func (r *recurrence) isRare() bool { return r.asked > 2*memoSize && 4*r.found < r.asked }

// A memoEval remembers the answers of a dear operation on one text: in logs the
// same user agents, names and paths come again and again.
type memoEval struct {
	call *callEval
	arg  int // the one that is not constant
	seen map[string]value.Value
	out  buffer
	recurrence
}

// dear are the operations that cost more than finding an answer in a map.
var dear = map[string]bool{
	"matches regex": true, "has_any": true, "has_all": true, "extract": true, "extract_all": true,
	"replace_regex": true, "parse_url": true, "ipv4_is_private": true, "ipv4_is_in_any_range": true,
}

// memo wraps a call, where it pays.
func memo(e *plan.Call, c *callEval) evaluator {
	if !dear[e.Name] || e.Bound.Volatile || e.Bound.Timed {
		return c
	}
	arg := -1
	for i, a := range e.Args {
		if _, ok := a.(*plan.Const); ok {
			continue
		}
		if arg >= 0 || a.Type() != value.String {
			return c
		}
		arg = i
	}
	if arg < 0 {
		return c
	}
	return &memoEval{call: c, arg: arg, seen: map[string]value.Value{}}
}

// remembered is a dear question about texts whose answers are remembered.
func remembered(test func(string) bool) func(string) bool {
	seen, again := map[string]bool{}, recurrence{}
	return func(text string) bool {
		if len(text) > maxRemembered || again.isRare() {
			return test(text) // long texts seldom come again
		}
		again.asked++
		yes, ok := seen[text]
		if ok {
			again.found++
			return yes
		}
		if yes = test(text); len(seen) < memoSize {
			seen[strings.Clone(text)] = yes
		}
		return yes
	}
}

func (m *memoEval) eval(b *value.Batch, rows []int32) []value.Value {
	if m.isRare() {
		return m.call.eval(b, rows)
	}
	in, out := m.call.args[m.arg].eval(b, rows), m.out.get(b.N)
	m.call.tally.begin()
	m.asked += len(rows)
	m.found += len(rows)
	for _, i := range rows {
		text := in[i].Str()
		v, ok := m.seen[text]
		if !ok {
			m.call.row[m.arg] = in[i]
			m.found--
			v = m.call.call(b, i)
			m.remember(text, v)
		}
		out[i] = v
	}
	return out
}

// remember keeps an answer of its own, until there are many; long texts seldom
// come twice.
func (m *memoEval) remember(text string, v value.Value) {
	if len(m.seen) < memoSize && len(text) <= maxRemembered && v.Size() <= counted {
		m.seen[strings.Clone(text)] = v.Own()
	}
}
