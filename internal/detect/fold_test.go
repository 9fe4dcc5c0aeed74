package detect

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// Alerts keep their IDs: what these are made of is quoted as strconv does it.
func TestQuotedAsEver(t *testing.T) {
	pieces := []string{"", "plain text", `"`, `\`, "\x00", "\x00\x05abc", "\xe2", "\xe2\x82", "é", "日本", "\U0001f600", "\u2028", "\u00a0", "\n", "\x7f", "~ "}
	g := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := ""
		for range g.IntN(5) {
			s += pieces[g.IntN(len(pieces))]
		}
		if got, want := string(appendQuoted([]byte("x "), s)), "x "+strconv.Quote(s); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}
