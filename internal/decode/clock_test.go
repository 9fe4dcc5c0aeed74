package decode

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// FuzzClock reads times behind others as each is read by itself.
func FuzzClock(f *testing.F) {
	for _, s := range []string{
		"2026-01-02T03:04:05.123456Z", "2026-01-02T03:04:59.999999Z", "2026-01-02T03:04:60.000000Z", "2026-01-02T03:04:5x.000000Z", "2026-01-02T03:04:05.12345:Z",
		"2026-01-02T03:04:05.12/456Z", "2026-01-02T03:04:05,123456Z", "2026-01-02T03:04:05.123456z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456+00:00", "", "2026-13-02T03:04:05.123456Z",
	} {
		f.Add("2026-01-02T03:04:00.000000Z", s)
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, s string) {
		var c clock
		for _, text := range []string{before, s, s} {
			want, ok := value.ParseDateTime(text)
			if got, gotOK := c.ticks(text); gotOK != ok || ok && got != want {
				t.Fatalf("%q behind %q is %d (%v), want %d (%v)", text, before, got, gotOK, want, ok)
			}
		}
	})
}
