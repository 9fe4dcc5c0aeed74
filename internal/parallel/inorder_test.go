package parallel

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// What is made comes in order, whoever takes long, each has what is its own to make it
// with, and nobody is far ahead.
func TestInOrder(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cpus := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(cpus)
		for _, n := range []int{0, 1, 2, 7, 300} {
			for _, most := range []int{1, 3, 100} {
				checkInOrder(t, n, most, min(cpus, most))
			}
		}
	}
}

func checkInOrder(t *testing.T, n, most, workers int) {
	t.Helper()
	var begun, at, taken atomic.Int32
	var got []int
	start := func() func(int) int {
		begun.Add(1)
		var mine atomic.Int32
		return func(i int) int {
			if mine.Add(1) != 1 || at.Add(1) > int32(workers) {
				t.Error("more at once than may be")
			}
			if ahead := i - int(taken.Load()); ahead > aheadOfEach*workers {
				t.Errorf("%d ahead with %d at work", ahead, workers)
			}
			for range rand.IntN(3) {
				time.Sleep(time.Duration(rand.IntN(20)) * time.Microsecond)
			}
			at.Add(-1)
			mine.Add(-1)
			return 2 * i
		}
	}
	var taking atomic.Int32
	InOrder(n, most, start, func(i, made int) {
		if taking.Add(1) != 1 {
			t.Error("two are taken at once")
		}
		got = append(got, made)
		if made != 2*i {
			t.Errorf("%d came as what was made of %d", made, i)
		}
		taken.Add(1)
		taking.Add(-1)
	})
	want := make([]int, n)
	for i := range want {
		want[i] = 2 * i
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d of %d, in this order: %v", len(got), n, got)
	}
	if b := int(begun.Load()); b > workers || n > 0 && b == 0 {
		t.Errorf("%d began where %d may be at work", b, workers)
	}
}

// All processors are at work at once: the first waits until the others are done.
func TestInOrderDoesSeveralAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	others := make(chan struct{}, 3)
	done := make(chan []int, 1)
	go func() {
		var order []int
		InOrder(4, 4, func() func(int) int {
			return func(i int) int {
				if i > 0 {
					others <- struct{}{}
					return i
				}
				for range 3 {
					<-others
				}
				return i
			}
		}, func(i, _ int) { order = append(order, i) })
		done <- order
	}()
	select {
	case order := <-done:
		if !slices.IsSorted(order) {
			t.Errorf("taken as %v", order)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("one waits for another that is not begun")
	}
}
