package detect

import (
	"context"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A rowException finds the rows of a table that an exception is about.
type rowException struct {
	number int // among the rule's
	live   *kql.Live
}

func (u *unit) rowExceptions(ctx context.Context, table string) (out []rowException) {
	for n, e := range u.rule.Exceptions {
		for _, q := range e.Rows {
			if q.Tables()[0] == table {
				out = append(out, rowException{n, q.NewLive(ctx, kql.RunOptions{})})
			}
		}
	}
	return out
}

// hidden are the rows that gave results and that the rule does not see, because
// of an exception over its table.
func (f *feed) hidden(s *source, b *value.Batch, found *findings) (map[int]bool, error) {
	if len(f.except) == 0 {
		return nil, nil
	}
	var rows []int32
	for _, i := range b.Rows() {
		rows = append(rows, int32(origin(b, int(i))))
	}
	slices.Sort(rows)
	out := map[int]bool{}
	for _, e := range f.except {
		err := e.live.Feed(0, s.batch.Rows.With(slices.Compact(rows)), func(b *value.Batch) error {
			for _, i := range b.Rows() {
				at := origin(b, int(i))
				if out[at] || !f.u.lasts(e.number, s.at(at).Time) {
					continue
				}
				out[at] = true
				if !found.hidden[at] { // a rule may read a table twice
					found.hide(at)
					found.excepted[e.number]++
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f *findings) hide(row int) {
	if f.hidden == nil {
		f.hidden = map[int]bool{}
	}
	f.hidden[row] = true
}
