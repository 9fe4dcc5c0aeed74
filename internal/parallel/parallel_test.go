package parallel

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestEach(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cpus := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cpus)
		for _, n := range []int{0, 1, 2, 7, 1000} {
			done := make([]atomic.Int32, n)
			var at, most atomic.Int32
			Each(n, func(i int) {
				most.Store(max(most.Load(), at.Add(1)))
				runtime.Gosched()
				done[i].Add(1)
				at.Add(-1)
			})
			for i := range done {
				if got := done[i].Load(); got != 1 {
					t.Errorf("%d of %d was done %d times", i, n, got)
				}
			}
			if most.Load() > int32(cpus) {
				t.Error(fmt.Sprint(most.Load()), "at the same time on", cpus, "processors")
			}
		}
	}
}
