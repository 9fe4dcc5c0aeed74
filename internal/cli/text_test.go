package cli

import "testing"

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{thousands(0), "0"}, {thousands(999), "999"}, {thousands(1000), "1,000"}, {thousands(1234567), "1,234,567"}, {thousands(-1234), "-1,234"}, {thousands(-123), "-123"},
		{plural(1, "alert"), "1 alert"}, {plural(2, "alert"), "2 alerts"}, {plural(0, "story"), "0 stories"},
		{size(999), "999 B"}, {size(1500), "2 kB"}, {size(1_250_000), "1.2 MB"}, {size(412_000_000), "412 MB"}, {size(10_400_000_000), "10.4 GB"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
