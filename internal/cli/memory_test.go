package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

func TestFirstCollectionWaits(t *testing.T) {
	usual := debug.SetGCPercent(100)
	defer debug.SetGCPercent(usual)
	CollectLate(&Env{Getenv: func(string) string { return "50" }})
	if got := percent(); got != 100 {
		t.Errorf("the collector waits for %d %%, though GOGC is set", got)
	}
	CollectLate(&Env{Getenv: func(string) string { return "" }})
	if got := percent(); got != 1600 {
		t.Errorf("the collector waits for %d %% of 4 MB", got)
	}
	for end := time.Now().Add(10 * time.Second); percent() != 100; runtime.GC() {
		if time.Now().After(end) {
			t.Fatalf("after collections it still waits for %d %%", percent())
		}
		time.Sleep(time.Millisecond) // the finalizer is run by another goroutine
	}
}

// percent is how much the heap grows until the next collection.
func percent() uint64 {
	all := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(all)
	return all[0].Value.Uint64()
}

func TestLimitGivesWay(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	const limit = 1 << 30
	limitMemory(limit)
	for range 2 * crowdedRuns {
		runtime.GC()
		time.Sleep(time.Millisecond) // the limit is looked at by another goroutine, after a collection
	}
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("the limit is %d while little is in use, not %d", got, limit)
	}
	used := make([]byte, limit)
	for end := time.Now().Add(10 * time.Second); debug.SetMemoryLimit(-1) == limit; runtime.GC() {
		if time.Now().After(end) {
			t.Fatal("the limit does not give way")
		}
		time.Sleep(time.Millisecond) // as above
	}
	runtime.KeepAlive(used)
}

func TestManyRulesTakeMoreMemory(t *testing.T) {
	if few, many := scanMemory(105), scanMemory(1000); few != scanMemory(1) || many < few+few/2 {
		t.Errorf("a scan with a thousand rules is content with %d bytes, with a hundred with %d", many, few)
	}
}
