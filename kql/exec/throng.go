package exec

import (
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A throng looks for a group of a crowd that has so many rows.
type throng struct {
	get    func() (*grouped, error)
	from   *grouped    // once there are rows
	by     []evaluator // of it
	isNear bool        // else rows count however far they are apart
	near   evaluator
	apart  int64
	floor  int
	table  *keyTable
	at     []int32
	counts []int     // by group, without near
	places [][]int64 // by group, of its rows
	astray []bool    // by group: its places are not in order
	rows   int
	enough bool
}

func (r *run) newThrong(c plan.Crowd, floor int) (*throng, error) {
	of := c.By
	if c.Near != nil {
		of = append(of[:len(of):len(of)], c.Near)
	}
	get, err := whenFirst(r, step{c.In, r.asks, true}, of, func() (*grouped, error) { return r.newGrouped(of, nil) })
	return &throng{get: get, isNear: c.Near != nil, apart: c.Apart, floor: floor, table: newKeyTable(c.By)}, err
}

// ready makes what reads rows.
func (t *throng) ready() error {
	if t.from != nil {
		return nil
	}
	g, err := t.get()
	if err != nil {
		return err
	}
	if t.from, t.by = g, g.by; t.isNear {
		last := len(g.by) - 1
		t.by, t.near = g.by[:last], g.by[last]
	}
	return nil
}

func (t *throng) add(b *value.Batch) {
	rows := b.Rows()
	t.at = t.table.number(keyColumnsOf(t.by, b, rows), rows, t.at[:0])
	t.rows += len(rows)
	if !t.isNear {
		t.count()
		return
	}
	vals := t.near.eval(b, rows)
	for k, i := range rows {
		t.put(t.at[k], &vals[i])
	}
}

// count counts the rows of a batch.
func (t *throng) count() {
	for _, k := range t.at {
		for int(k) >= len(t.counts) {
			t.counts = append(t.counts, 0)
		}
		t.counts[k]++
		t.enough = t.enough || t.counts[k] >= t.floor
	}
}

// nowhere is the place of rows that have none: they may lie together, and with no
// others.
const nowhere = math.MinInt64 / 2

// put puts a row to its group.
func (t *throng) put(group int32, v *value.Value) {
	for int(group) >= len(t.places) {
		t.places, t.astray = append(t.places, nil), append(t.astray, false)
	}
	place := int64(nowhere)
	if !v.IsNull() {
		place = v.Int()
	}
	list := append(t.places[group], place)
	t.places[group] = list
	n := len(list)
	t.astray[group] = t.astray[group] || n > 1 && place < list[n-2]
	t.enough = t.enough || n >= t.floor && !t.astray[group] && place-list[n-t.floor] <= t.apart
}

// late looks at the groups whose rows did not come in order.
func (t *throng) late() bool {
	for k, list := range t.places {
		if !t.astray[k] {
			continue
		}
		slices.Sort(list)
		for n := t.floor; n <= len(list); n++ {
			if list[n-1]-list[n-t.floor] <= t.apart {
				return true
			}
		}
	}
	return false
}

// size is about what it takes.
func (t *throng) size() int { return t.table.size() + 16*t.rows }
