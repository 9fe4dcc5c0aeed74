package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// All processors are at work at once: each waits here until the others have come.
func TestEachDoesSeveralAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var all sync.WaitGroup
	all.Add(4)
	done := make(chan struct{})
	go func() {
		defer close(done)
		Each(4, func(int) {
			all.Done()
			all.Wait()
		})
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("one waits for another that is not begun")
	}
}

func TestEach(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cpus := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cpus)
		for _, n := range []int{0, 1, 2, 7, 1000} {
			done := make([]atomic.Int32, n)
			var at atomic.Int32
			Each(n, func(i int) {
				if most := at.Add(1); most > int32(cpus) {
					t.Errorf("%d at the same time on %d processors", most, cpus)
				}
				runtime.Gosched()
				done[i].Add(1)
				at.Add(-1)
			})
			for i := range done {
				if got := done[i].Load(); got != 1 {
					t.Errorf("%d of %d was done %d times", i, n, got)
				}
			}
		}
	}
}
