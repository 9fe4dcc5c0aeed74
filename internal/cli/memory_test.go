package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestLimitGivesWay(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	const limit = 1 << 30
	limitMemory(limit)
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("the limit is %d while little is in use, not %d", got, limit)
	}
	used := make([]byte, limit/4*3)
	for end := time.Now().Add(10 * time.Second); debug.SetMemoryLimit(-1) == limit; runtime.GC() {
		if time.Now().After(end) {
			t.Fatal("the limit does not give way")
		}
	}
	runtime.KeepAlive(used)
	if got, want := debug.SetMemoryLimit(-1), int64(limit+limit/4); got < want {
		t.Errorf("the limit is %d where three quarters of %d are in use", got, limit)
	}
}
