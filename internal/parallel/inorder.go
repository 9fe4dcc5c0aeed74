package parallel

import (
	"runtime"
	"sync"
)

// InOrder makes something of each number below n, at most so many at the same time and
// no more than there are processors, and hands on what was made in the order of the
// numbers, one at a time. Each of those at work begins with start: what it makes with is
// its own. None gets far ahead of one that takes long.
func InOrder[T any](n, most int, start func() (do func(i int) T), take func(i int, made T)) {
	workers := min(n, most, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		if n > 0 {
			do := start()
			for i := range n {
				take(i, do(i))
			}
		}
		return
	}
	o := &ordered[T]{n: n, made: make([]*T, aheadOfEach*workers), take: take}
	o.moved.L = &o.mu
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(func() { o.work(start()) })
	}
	o.work(start())
	others.Wait()
}

// aheadOfEach is how many for each at work may wait for one that takes long.
const aheadOfEach = 4

// ordered is what was made and waits for what comes before it.
type ordered[T any] struct {
	n    int
	take func(i int, made T)

	mu     sync.Mutex
	moved  sync.Cond // taken is more
	next   int       // to be made
	taken  int       // so many
	taking bool      // one hands on
	made   []*T      // by number, modulo how many may wait
}

func (o *ordered[T]) work(do func(i int) T) {
	for i, ok := o.begin(); ok; i, ok = o.begin() {
		o.handOn(i, do(i))
	}
}

// begin is the next number to be made, once it is not too far ahead.
func (o *ordered[T]) begin() (i int, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.next < o.n && o.next >= o.taken+len(o.made) {
		o.moved.Wait()
	}
	if o.next == o.n {
		return 0, false
	}
	o.next++
	return o.next - 1, true
}

// handOn hands on what has its turn, if nobody does.
func (o *ordered[T]) handOn(i int, made T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.made[i%len(o.made)] = &made
	if o.taking {
		return
	}
	o.taking = true
	defer func() { o.taking = false }()
	for at := o.taken % len(o.made); o.made[at] != nil; at = o.taken % len(o.made) {
		it := o.made[at]
		o.made[at] = nil
		o.hand(o.taken, *it)
		o.taken++
		o.moved.Broadcast()
	}
}

// hand lets the others go on meanwhile.
func (o *ordered[T]) hand(i int, made T) {
	o.mu.Unlock()
	defer o.mu.Lock()
	o.take(i, made)
}
