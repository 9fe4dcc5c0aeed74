package segment

import (
	"sync"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pool has memory for slices that a unit needs while it is read: a scan goes
// through many units, and all are about as large.
type pool[T any] struct{ free sync.Pool }

var (
	packed   pool[byte] // pages as they are in the file
	unpacked pool[byte]
	digests  pool[byte]
	codes    pool[uint32]
	longs    pool[int64]
	values   pool[value.Value]
)

// get gives an empty slice with room for n.
func (p *pool[T]) get(n int) []T {
	if s, ok := p.free.Get().(*[]T); ok && cap(*s) >= n {
		return (*s)[:0]
	}
	return make([]T, 0, n+n/4) // the next may need a little more
}

// put takes a slice back that nobody uses any more. What it points to is let
// go when the collector empties the pool.
func (p *pool[T]) put(s []T) {
	if cap(s) > 0 {
		p.free.Put(&s)
	}
}
