package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// limitMemory has the collector keep the process below a limit, as long as what is
// in use leaves it room. Where it does not, a log full of attacks for instance, the
// limit gives way: the collector would run without an end, and free nothing.
func limitMemory(limit int64) {
	debug.SetMemoryLimit(limit)
	var ease func(*[16]byte)
	ease = func(mark *[16]byte) { // after each collection
		debug.SetMemoryLimit(max(limit, roomFor(limit, heapInUse())))
		runtime.SetFinalizer(mark, ease)
	}
	runtime.SetFinalizer(new([16]byte), ease)
}

// roomFor is the limit where so much is in use: twice what is more than three
// fifths of it.
func roomFor(limit, used int64) int64 { return limit + 2*(used-limit/5*3) }

// heapInUse is how many bytes the last collection left.
func heapInUse() int64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return int64(live[0].Value.Uint64())
}
