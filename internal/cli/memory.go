package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// crowdedRuns is how many collections in a row must find little to free before a
// limit gives way: ordinary logs have single ones.
const crowdedRuns = 8

// limitMemory has the collector keep the process below a limit, as long as what is
// in use leaves it room. Where it does not, a log full of attacks for instance, the
// limit gives way by a tenth: the collector would run without an end, and free
// nothing.
func limitMemory(limit int64) {
	debug.SetMemoryLimit(limit)
	crowded := 0
	var look func(*[16]byte)
	look = func(mark *[16]byte) { // after each collection
		if crowded++; !isCrowded() {
			crowded = 0
		}
		if crowded >= crowdedRuns {
			limit, crowded = limit+limit/10, 0
			debug.SetMemoryLimit(limit)
		}
		runtime.SetFinalizer(mark, look)
	}
	runtime.SetFinalizer(new([16]byte), look)
}

// isCrowded says whether more than four fifths of what the heap may be before the
// next collection were in use after the last.
func isCrowded() bool {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(heap)
	return heap[0].Value.Uint64() > heap[1].Value.Uint64()/5*4
}
