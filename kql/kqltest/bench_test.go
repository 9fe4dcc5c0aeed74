//go:build unix

package kqltest

import (
	"context"
	"flag"
	"syscall"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var benchRows = flag.Int("rows", 1_000_000, "rows of the table that benchmarks run over")

// BenchmarkRun measures operators over rows that are in memory. rows/s counts
// the time of the processors, all of them together: what else the machine does
// matters less to it.
func BenchmarkRun(b *testing.B) {
	table := Events(*benchRows)
	for _, bench := range Benchmarks {
		b.Run(bench.Name, func(b *testing.B) {
			q, err := kql.Compile(diag.NewFile("bench", bench.Query), table)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			start := processorTime()
			for b.Loop() {
				opt := kql.RunOptions{Now: Now, MaxMemory: 64 << 30}
				if err := q.Run(context.Background(), table, opt, func(*value.Batch) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(table.N)*float64(b.N)/(processorTime()-start).Seconds(), "rows/s")
		})
	}
}

// processorTime is what this process has taken so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
