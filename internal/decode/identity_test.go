package decode

import (
	"strings"
	"testing"
	"time"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"abc", "abc", true}, {"abc", "abd", false},
		{"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "ac", true}, {"a*c", "abd", false}, {"a**b", "axb", true},
		{"system:serviceaccount:kube-system:*-controller", "system:serviceaccount:kube-system:job-controller", true},
		{"system:serviceaccount:kube-system:*-controller", "system:serviceaccount:kube-system:job-controller2", false},
		{"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"a*b*c", "abbbc", true},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("glob(%q, %q) is %t", c.pattern, c.s, got)
		}
	}
	start := time.Now()
	if glob(strings.Repeat("a*", 5000)+"b", strings.Repeat("a", 100_000)) {
		t.Error("matches what it does not")
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestAddressesOfIdentities(t *testing.T) {
	for _, c := range []struct {
		list, address string
		want          bool
	}{
		{"", "20.1.1.1", true}, {"", "", true}, {"*", "20.1.1.1", true}, {"private", "10.0.0.1", true}, {"private", "172.31.9.9", true},
		{"private", "20.1.1.1", false}, {"private", "::1", false}, {"loopback private", "::1", true}, {"loopback", "127.0.0.1", true},
		{"10.224.0.0/16", "10.224.9.9", true}, {"10.224.0.0/16", "10.225.9.9", false}, {"10.224.0.10/16", "10.224.9.9", true},
		{"10.224.0.10", "10.224.0.10", true}, {"10.224.0.10;20.0.0.0/8", "20.1.1.1", true}, {"10.224.*", "10.224.1.1", true},
		{"nonsense", "10.0.0.1", false}, {"private", "no address", false}, {"private", "", false}, {"fd00::/8", "fd00::1", true},
		{"private", "::ffff:10.0.0.1", true},
	} {
		ids := newIdentities([]Identity{{User: "u", UserAgent: "a*", Address: c.list}})
		for range 2 { // the second time from memory
			if got := ids.known("u", "agent", c.address); got != c.want {
				t.Errorf("address %q in %q is %t", c.address, c.list, got)
			}
		}
		if ids.known("u", "other", c.address) || ids.known("other", "agent", c.address) {
			t.Errorf("%q: another name or agent is known", c.list)
		}
	}
}

func TestCallersAreBounded(t *testing.T) {
	ids := newIdentities(DefaultIdentities())
	for i := range 3 * maxCallers {
		ids.known(strings.Repeat("x", i%100)+string(rune('a'+i%26)), strings.Repeat("y", i/100), "10.0.0.1")
	}
	if len(ids.seen) > maxCallers {
		t.Errorf("%d callers remembered", len(ids.seen))
	}
}
