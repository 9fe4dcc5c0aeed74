package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/source"
)

// A BenchResult is how fast a log that lay in memory was scanned.
type BenchResult struct {
	Events             int64   `json:"events"`
	Bytes              int64   `json:"bytes"` // decompressed
	Seconds            float64 `json:"seconds"`
	CPUSeconds         float64 `json:"cpuSeconds"` // user and system time of the process
	EventsPerSecond    float64 `json:"eventsPerSecond"`
	BytesPerSecond     float64 `json:"bytesPerSecond"`
	Rules              int     `json:"rules"`
	Candidates         int64   `json:"candidates"` // rows that the sieve left for the rules to judge
	Alerts             int     `json:"alerts"`
	AllocsPerEvent     float64 `json:"allocsPerEvent"`
	BytesAllocPerEvent float64 `json:"bytesAllocPerEvent"`
}

// Bench loads an input into memory, and measures scans of it from there: all that
// Scan does but reading the file and loading the rules. Of several scans, each of
// which begins anew, it tells the one that took the middle of the times.
func (a *App) Bench(ctx context.Context, path string, stdin io.Reader, scans int) (*BenchResult, error) {
	name, text, err := load(ctx, path, stdin)
	if err != nil {
		return nil, err
	}
	var all []*BenchResult
	for range max(scans, 1) {
		r, err := a.benchOnce(ctx, name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(x, y *BenchResult) int { return cmp.Compare(x.Seconds, y.Seconds) })
	return all[(len(all)-1)/2], nil
}

func (a *App) benchOnce(ctx context.Context, name string, text []byte) (*BenchResult, error) {
	s, err := a.newScanning(ctx)
	if err != nil {
		return nil, err
	}
	out := &BenchResult{Rules: len(a.rules)}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, cpu := time.Now(), cpuTime()
	emit := func(b dogwatch.Batch) error {
		out.Candidates += int64(b.Rows.Len())
		return s.worker.Feed(b)
	}
	err = s.reader.ReadText(ctx, name, text, emit)
	if err == nil {
		err = s.reader.Finish(emit)
	}
	if err != nil {
		return nil, err
	}
	alerts, err := s.engine.Finish(ctx)
	if err != nil {
		return nil, err
	}
	out.Seconds, out.CPUSeconds = time.Since(start).Seconds(), (cpuTime() - cpu).Seconds()
	runtime.ReadMemStats(&after)
	ledger := s.reader.Ledgers()[0]
	out.Events, out.Bytes, out.Alerts = ledger.Decoded, ledger.Bytes, len(alerts)
	if out.Events == 0 {
		return nil, fmt.Errorf("%q holds no records that dogwatch knows", name)
	}
	events := float64(out.Events)
	out.EventsPerSecond, out.BytesPerSecond = events/out.Seconds, float64(out.Bytes)/out.Seconds
	out.AllocsPerEvent = float64(after.Mallocs-before.Mallocs) / events
	out.BytesAllocPerEvent = float64(after.TotalAlloc-before.TotalAlloc) / events
	return out, nil
}

// load reads one input whole, decompressed.
func load(ctx context.Context, path string, stdin io.Reader) (name string, text []byte, err error) {
	found, problems := source.Expand([]string{path}, stdin)
	switch {
	case len(problems) > 0:
		return "", nil, problems[0]
	case len(found) != 1:
		return "", nil, fmt.Errorf("%q is %d files: bench measures one", path, len(found))
	}
	stream, err := found[0].Open(ctx)
	if err != nil {
		return "", nil, err
	}
	defer stream.Close()
	text, err = io.ReadAll(stream)
	return found[0].Name, text, err
}
