package decode

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// Events that are counted together are counted as each by itself.
func TestCountingTogether(t *testing.T) {
	rand := rand.New(rand.NewPCG(5, 6))
	var lines bytes.Buffer
	for i := range 500 {
		received := fmt.Sprintf(`"2026-01-02T%02d:%02d:00.000000Z"`, 3+i/200, i%200/4+rand.IntN(3))
		switch rand.IntN(10) {
		case 0:
			received = `""`
		case 1:
			received = `"yesterday"`
		}
		fmt.Fprintf(&lines, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get",`+
			`"requestReceivedTimestamp":%s,"stageTimestamp":"2026-01-02T05:00:00.000000Z"}`+"\n", i, received)
	}
	told := func(sieve dogwatch.Sieve) (out string) {
		r, err := NewReader(Options{Sieve: sieve}, "KubeAudit", "Sources", "Silences")
		if err != nil {
			t.Fatal(err)
		}
		none := func(dogwatch.Batch) error { return nil }
		if err := r.Read(context.Background(), "x", bytes.NewReader(lines.Bytes()), none); err != nil {
			t.Fatal(err)
		}
		for _, s := range r.inflowOrder {
			out += fmt.Sprint(s.source, s.category, s.records, s.truncated, s.first, s.last, "\n")
		}
		for _, h := range r.rhythms {
			for _, at := range slices.Sorted(maps.Keys(h.beats)) {
				b := h.beats[at]
				out += fmt.Sprint(at, b.first.at, b.first.line, b.first.id.String(), b.last.at, b.last.line, b.last.id.String(), "\n")
			}
		}
		return out
	}
	if got, want := told(aSieve{}), told(nil); got != want {
		t.Errorf("counted together:\n%s\none by one:\n%s", got, want)
	}
}
