package store

import (
	"os"
	"strings"
	"testing"
)

func BenchmarkIndex(b *testing.B) {
	text, err := os.ReadFile("../../testdata/corpora/sample.ndjson")
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	n := 0
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, l := range lines {
			Index(l, func(uint64) { n++ })
		}
	}
	b.ReportMetric(float64(n)/float64(b.N*len(lines)), "keys/record")
}
