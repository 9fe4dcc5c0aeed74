package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// firstHeap is how many bytes are allocated before the first collection. The runtime goes
// out from 4 MB: commands would spend up to a third of their time on collections while
// they load the rules, which stay.
const firstHeap = 64 << 20

// CollectLate has the process's first collection wait, and the next ones be as usual.
// GOGC, where it is set, says what it says.
func CollectLate(env *Env) {
	if env.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(100 * (firstHeap / (4 << 20)))
	afterCollection(func() { debug.SetGCPercent(usual) })
}

// afterCollection does something once, after the next collection.
func afterCollection(do func()) {
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { do() })
}

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
	var look func()
	look = func() {
		if crowded++; !isCrowded() {
			crowded = 0
		}
		if crowded >= crowdedRuns {
			limit, crowded = limit+limit/10, 0
			debug.SetMemoryLimit(limit)
		}
		afterCollection(look)
	}
	afterCollection(look)
}

// isCrowded says whether more than four fifths of what the heap may be before the
// next collection were in use after the last.
func isCrowded() bool {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(heap)
	return heap[0].Value.Uint64() > heap[1].Value.Uint64()/5*4
}
