package detect

import (
	"context"
	"encoding/binary"
	"maps"

	"github.com/dogwatch-dev/dogwatch/kql"
)

// A family is windows with the same rows, as those of rules are that differ in
// little. Their rules run one after the other: what they read of a row is read once,
// and what their queries have in common is worked out once.
type family struct {
	batches *keptBatches
	cache   *kql.Cache
	passed  map[string]int // which rows a leaf let through: its number
	agreed  map[agreementOf]*agreement
}

// relatives are units whose windows may have the same rows, as far as can be seen at
// a glance.
type relatives []*unit

// relativesOf puts units together, in their order.
func relativesOf(units []*unit) (out []relatives) {
	type likeness struct {
		rows int
		sum  uint64
	}
	at := map[likeness]int{}
	var like likeness
	var before *window
	for _, u := range units {
		if before == nil || !before.seesRowsOf(u.window) {
			like = likeness{rows: len(u.window.rows)}
			for i := range u.window.rows { // in whatever order they came
				like.sum += uint64(u.window.rows[i].ticks)
			}
		}
		before = u.window
		n, ok := at[like]
		if !ok {
			n = len(out)
			at[like] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], u)
	}
	return out
}

// finish runs the rules over what is there, at the end of the input.
func (r relatives) finish(ctx context.Context) {
	for len(r) > 0 && ctx.Err() == nil {
		var same, others relatives
		first := r[0].window
		order := first.order()
		came := first.rows
		first.rows = ordered(came, order)
		for _, u := range r[1:] {
			if first.sharesRows(u.window, came) {
				if s := u.window.shared; s != nil && s == first.shared {
					u.window.rows = first.rows
				} else {
					u.window.rows = ordered(u.window.rows, order)
				}
				same = append(same, u)
			} else {
				others = append(others, u)
			}
		}
		append(relatives{r[0]}, same...).run(ctx)
		r = others
	}
}

// run runs the rules of windows with the same rows, which are sorted.
func (r relatives) run(ctx context.Context) {
	var f *family
	if len(r) > 1 {
		f = &family{cache: kql.NewCache(), passed: map[string]int{}, agreed: map[agreementOf]*agreement{}}
		f.batches = r[0].window.batchesForAll()
	}
	for _, u := range r {
		u.window.family = f
		u.window.run(ctx, endOfTime, u.stats)
		u.window.family = nil
	}
}

// sharesRows says whether another window has the rows that this one has, which came
// in the same order.
func (w *window) sharesRows(o *window, came []kept) bool {
	if len(came) != len(o.rows) || !maps.Equal(w.tables, o.tables) {
		return false
	}
	if w.seesRowsOf(o) {
		return true
	}
	for i := range came {
		if !came[i].isRow(&o.rows[i]) {
			return false
		}
	}
	return true
}

// seesRowsOf says whether two windows see the same rows in memory.
func (w *window) seesRowsOf(o *window) bool {
	return w.shared != nil && w.shared == o.shared && len(w.rows) == len(o.rows)
}

// isRow says whether two windows keep the same row.
func (k *kept) isRow(o *kept) bool {
	if k.held != nil && k.held == o.held {
		return true
	}
	place := k.place()
	return place != nil && place == o.place()
}

// place is where the row lies on disk, if it does: all windows that keep it have the same.
func (k *kept) place() *shelved {
	if k.held != nil {
		return k.held.lies
	}
	return k.lies
}

// passing is the number of those rows of a window that a leaf let through.
func (f *family) passing(w *window, leaf int) int {
	rows := make([]byte, (len(w.rows)+7)/8)
	for i := range w.rows {
		if w.rows[i].passed.has(leaf) {
			rows[i/8] |= 1 << (i % 8)
		}
	}
	n, ok := f.passed[string(rows)]
	if !ok {
		n = len(f.passed)
		f.passed[string(rows)] = n
	}
	return n
}

// Cache is that of the window's family.
func (db *windowDB) Cache() (c *kql.Cache, view string) {
	if db.w.family == nil {
		return nil, ""
	}
	b := binary.AppendVarint(nil, int64(db.lo))
	b = binary.AppendVarint(b, int64(db.hi))
	for _, i := range db.only {
		b = binary.LittleEndian.AppendUint32(b, uint32(i))
	}
	if db.only != nil {
		b = append(b, 1)
	}
	return db.w.family.cache, string(b)
}

// Passing is the number of the rows that a leaf let through.
func (db *windowDB) Passing(leaf int) int { return db.w.family.passing(db.w, leaf) }
