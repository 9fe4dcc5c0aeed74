package decode

import (
	"slices"
	"sync"

	"github.com/dogwatch-dev/dogwatch"
)

// An outlet hands on the batches of a reader in their order, one at a time. Where
// there are processors for it, it does so while the reader goes on, and whoever has
// nothing else to do does it.
type outlet struct {
	emit     func(dogwatch.Batch) error
	isDirect bool // each is handed on at once

	mu       sync.Mutex
	changed  sync.Cond        // what is below, or of an ahead
	waiting  []dogwatch.Batch // in order
	busy     bool             // one is being handed on
	attended bool             // there are sifters who do it
	err      error            // the first of emit, after which nothing is handed on
}

// maxWaiting is how many batches may wait until no more are made.
const maxWaiting = 2

func newOutlet(isDirect bool) *outlet {
	x := &outlet{isDirect: isDirect}
	x.changed.L = &x.mu
	return x
}

// put takes a batch to be handed on.
func (x *outlet) put(b dogwatch.Batch) error {
	if x.isDirect {
		return x.emit(b)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for !x.attended && x.isFull() {
		x.changed.Wait()
	}
	x.waiting = append(x.waiting, b)
	x.hand()
	return x.err
}

func (x *outlet) isFull() bool { return len(x.waiting) >= maxWaiting }

// hand sees to it that somebody hands on what waits. It is called with mu held, as
// are pass and passAll.
func (x *outlet) hand() {
	switch {
	case x.attended:
		x.changed.Signal()
	case !x.busy && len(x.waiting) > 0:
		go func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.passAll()
		}()
	}
}

// attend says whether there are sifters who hand on what waits.
func (x *outlet) attend(attended bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.attended = attended
	x.hand()
}

// pass hands on the first batch that waits; false: there is none, or another is
// handed on just now. mu is not held meanwhile.
func (x *outlet) pass() bool {
	if x.busy || len(x.waiting) == 0 {
		return false
	}
	b := x.waiting[0]
	x.waiting = slices.Delete(x.waiting, 0, 1)
	if err := x.err; err == nil {
		x.busy = true
		x.unlocked(func() { err = x.emit(b) })
		x.busy, x.err = false, err
	}
	x.changed.Broadcast()
	return true
}

// unlocked does something while mu is not held. It is held again behind that, also where
// a mistake of ours ends it: what is told of is the mistake then.
func (x *outlet) unlocked(do func()) {
	x.mu.Unlock()
	defer x.mu.Lock()
	do()
}

func (x *outlet) passAll() {
	for x.pass() {
	}
}

// settle hands on all that waits, and returns the first error.
func (x *outlet) settle() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.passAll(); x.busy; x.passAll() {
		x.changed.Wait()
	}
	err := x.err
	x.err = nil
	return err
}
