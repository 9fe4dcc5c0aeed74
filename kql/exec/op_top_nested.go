package exec

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A branch is a group that was kept, with its ancestors' keys and values.
type branch struct {
	row    []value.Value
	origin []int64
}

// topNested goes down level by level: of the groups that lie in one that was
// kept, it keeps the best.
func (r *run) topNested(n *plan.TopNested, out sink) error {
	kept := []branch{{}}
	at := map[string]int{"": 0}
	for level := range n.Ranked {
		found, err := r.collect(n.Ranked[level])
		if err != nil {
			return err
		}
		limit := int64(-1)
		if n.N[level] != nil {
			if limit, err = r.number(n.N[level]); err != nil {
				return err
			}
		}
		kept, at = nextLevel(kept, at, found, level, n.Order[level], limit)
	}
	result := newRowStore(r, n)
	result.keep = nil
	for _, b := range kept {
		for c, v := range b.row {
			result.cols[c] = append(result.cols[c], v)
		}
		if r.opt.TrackOrigin {
			result.origin = append(result.origin, b.origin)
		}
		result.n++
	}
	return result.emit(out)
}

// nextLevel keeps, for each kept group, its best groups of the next level; at
// tells where the group of some keys stands.
func nextLevel(kept []branch, at map[string]int, found *rowStore, level int, order plan.SortKey, limit int64) ([]branch, map[string]int) {
	inside := make([][]int32, len(kept))
	for i := range int32(found.n) {
		if p, ok := at[pathKey(found, i, level)]; ok {
			inside[p] = append(inside[p], i)
		}
	}
	score := found.cols[level+1]
	var next []branch
	place := map[string]int{}
	for p, rows := range inside {
		slices.SortStableFunc(rows, func(x, y int32) int { return compareKeys(score[x], score[y], order) })
		if limit >= 0 && int64(len(rows)) > limit {
			rows = rows[:limit]
		}
		for _, i := range rows {
			b := branch{row: append(slices.Clone(kept[p].row), found.cols[level][i], score[i])}
			if found.origin != nil {
				b.origin = found.origin[i]
			}
			place[pathKey(found, i, level+1)] = len(next)
			next = append(next, b)
		}
	}
	return next, place
}

// pathKey is the first keys of a row as one text.
func pathKey(s *rowStore, row int32, keys int) string {
	var key []byte
	for c := range keys {
		key = s.cols[c][row].GroupKey(key)
	}
	return string(key)
}
