package decode

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Batches come in order and one at a time, whoever hands them on.
func TestOutletKeepsOrder(t *testing.T) {
	const n = 2000
	for _, attended := range []bool{false, true} {
		var got []int
		var at atomic.Int32
		x := newOutlet(false)
		x.attended = attended
		x.emit = func(b dogwatch.Batch) error {
			if at.Add(1) != 1 {
				t.Error("two are handed on at the same time")
			}
			runtime.Gosched()
			got = append(got, b.Rows.Len())
			at.Add(-1)
			return nil
		}
		var helpers sync.WaitGroup
		var over atomic.Bool
		for range 3 {
			helpers.Go(func() {
				for !over.Load() && attended {
					x.mu.Lock()
					x.passAll()
					x.mu.Unlock()
					runtime.Gosched()
				}
			})
		}
		var want []int
		for i := range n {
			want = append(want, i)
			if err := x.put(dogwatch.Batch{Rows: value.NewLazyBatch(i, 0, nil)}); err != nil {
				t.Fatal(err)
			}
			x.mu.Lock()
			if !attended && len(x.waiting) > maxWaiting {
				t.Errorf("%d batches wait", len(x.waiting))
			}
			x.mu.Unlock()
		}
		over.Store(true)
		if err := x.settle(); err != nil {
			t.Fatal(err)
		}
		helpers.Wait()
		if !slices.Equal(got, want) {
			t.Errorf("attended %v: %d batches, or in another order", attended, len(got))
		}
	}
}

// Behind an error nothing more is handed on, and Read returns the error: with one
// processor and with several, by records and by chunks.
func TestReadStopsAtAnError(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	log := strings.Repeat(string(corpus(t, "attacks.ndjson")[:4*chunkSize]), 4)
	full := errors.New("no room")
	for _, cpus := range []int{1, 3} {
		for name, text := range map[string]string{"chunks": log, "records": strings.ReplaceAll(log, `,"verb"`, ",\n"+`"verb"`)} {
			runtime.GOMAXPROCS(cpus)
			r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
			if err != nil {
				t.Fatal(err)
			}
			batches := 0
			emit := func(dogwatch.Batch) error {
				if batches++; batches == 3 {
					return full
				}
				return nil
			}
			if err := r.Read(context.Background(), "log", strings.NewReader(text), emit); !errors.Is(err, full) {
				t.Errorf("%d processors, %s: error %v", cpus, name, err)
			}
			if batches != 3 {
				t.Errorf("%d processors, %s: %d batches", cpus, name, batches)
			}
			if l := r.Ledgers()[0]; l.Bytes > int64(len(text))*3/4 {
				t.Errorf("%d processors, %s: %d bytes of %d were read", cpus, name, l.Bytes, len(text))
			}
			if err := r.ReadText(context.Background(), "next", []byte(text[:chunkSize]), func(dogwatch.Batch) error { return nil }); err != nil {
				t.Errorf("the next: %v", err)
			}
		}
	}
}

// A mistake of whoever takes a batch is told as such, and not as one of the outlet's.
func TestOutletLetsMistakesThrough(t *testing.T) {
	x := newOutlet(false)
	x.waiting = []dogwatch.Batch{{}}
	x.emit = func(dogwatch.Batch) error { panic("a mistake") }
	defer func() {
		if got := recover(); got != "a mistake" {
			t.Errorf("%v is told", got)
		}
	}()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pass()
}
