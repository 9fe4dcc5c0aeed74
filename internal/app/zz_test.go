package app

import (
	"context"
	"os"
	"testing"
)

func BenchmarkZZ(b *testing.B) {
	f := os.Getenv("ZZ")
	if f == "" {
		f = "/tmp/c/benign.ndjson"
	}
	a := Load(Config{NoTests: true})
	for b.Loop() {
		r, err := a.Bench(context.Background(), f, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(r.CPUSeconds, "cpu-s")
		b.ReportMetric(r.AllocsPerEvent, "al/ev")
	}
}
