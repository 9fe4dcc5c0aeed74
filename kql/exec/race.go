package exec

import (
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A race picks from a batch the rows that may be among the first, by the number
// of their first key alone; rows with equal numbers run together.
type race struct {
	// bound is the number of the last row that is kept so far, once there is one.
	bound   uint64
	bounded bool

	codes []uint64
	heap  []uint64 // the least numbers seen, the greatest of them first
	out   []int32
}

// most is how many of the first are told from the others in one batch; where
// more are wanted nearly all of a batch may be among them.
const most = batchRows / 4

// run gives the rows that may be among the first limit, ascending; good until
// the next call.
func (c *race) run(vals []value.Value, rows []int32, key plan.SortKey, limit int) []int32 {
	if cap(c.codes) < len(rows) {
		c.codes, c.out = make([]uint64, len(rows)), make([]int32, 0, len(rows))
	}
	codes := c.codes[:len(rows)]
	codesOf(vals, rows, 0, key, codes)
	bound := ^uint64(0)
	if c.bounded {
		bound = c.bound
	}
	if limit < most && len(rows) > limit {
		bound = c.narrow(codes, bound, limit)
	}
	c.out = c.out[:0]
	for k, i := range rows {
		if codes[k] <= bound {
			c.out = append(c.out, i)
		}
	}
	return c.out
}

// narrow lowers the bound to the greatest of the least numbers of a batch. Rows
// often come in order: it begins at the end that has the lesser number, and most
// of the others are then compared once.
func (c *race) narrow(codes []uint64, bound uint64, limit int) uint64 {
	c.heap = c.heap[:0]
	n := len(codes)
	back := codes[n-1] < codes[0]
	for k := range n {
		code := codes[k]
		if back {
			code = codes[n-1-k]
		}
		if code > bound {
			continue
		}
		if c.push(code, limit); len(c.heap) == limit {
			bound = min(bound, c.heap[0])
		}
	}
	return bound
}

// push keeps the least numbers, limit of them.
func (c *race) push(code uint64, limit int) {
	h := c.heap
	if len(h) < limit {
		h = append(h, code)
		for at := len(h) - 1; at > 0 && h[at] > h[(at-1)/2]; at = (at - 1) / 2 {
			h[at], h[(at-1)/2] = h[(at-1)/2], h[at]
		}
		c.heap = h
		return
	}
	if code >= h[0] {
		return
	}
	h[0] = code
	for at := 0; ; {
		big := 2*at + 1
		if big >= len(h) {
			return
		}
		if big+1 < len(h) && h[big+1] > h[big] {
			big++
		}
		if h[at] >= h[big] {
			return
		}
		h[at], h[big] = h[big], h[at]
		at = big
	}
}
