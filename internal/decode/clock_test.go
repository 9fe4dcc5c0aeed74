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
		"2026-01-02:04:05.05.123456Z",
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

// A time is read as it stands behind every other that differs from it in a digit.
func TestTimesThatDifferInADigit(t *testing.T) {
	for _, text := range []string{"2026-11-21T07:57:05.123456Z", "2019-08-30T23:39:05.123456Z", "2004-02-01T10:00:05.123456Z"} {
		for i := range text[:17] {
			for digit := byte('0'); digit <= '9'; digit++ {
				if text[i] < '0' || text[i] > '9' {
					continue
				}
				var c clock
				before := []byte(text)
				before[i] = digit
				c.ticks(string(before))
				want, _ := value.ParseDateTime(text)
				if got, ok := c.ticks(text); !ok || got != want {
					t.Errorf("%s behind %s is %d, want %d", text, before, got, want)
				}
			}
		}
	}
}
