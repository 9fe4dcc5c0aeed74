package decode

import (
	"net/netip"
	"strings"
	"sync"
)

// An Identity is a known machine: a pattern each for the user name, the user
// agent and the client's address. All three must fit, for the first two can be
// claimed by whoever stole a credential.
//
// In User and UserAgent * stands for any text. Address lists, with spaces,
// networks or addresses, "private", "loopback" or *; empty means *.
type Identity struct {
	User      string
	UserAgent string
	Address   string
}

// DefaultIdentities are the parts of an upstream control plane.
func DefaultIdentities() []Identity {
	const controllers = "kube-controller-manager/*"
	return []Identity{
		{"system:apiserver", "kube-apiserver/*", "loopback private"},
		{"system:kube-scheduler", "kube-scheduler/*", "private loopback"},
		{"system:kube-controller-manager", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:*-controller", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:generic-garbage-collector", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:horizontal-pod-autoscaler", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:resourcequota-controller", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:root-ca-cert-publisher", controllers, "private loopback"},
		{"system:serviceaccount:kube-system:legacy-service-account-token-cleaner", controllers, "private loopback"},
		{"system:node:*", "kubelet/*", "private loopback"},
		{"system:kube-proxy", "kube-proxy/*", "private loopback"},
		{"system:serviceaccount:kube-system:kube-proxy", "kube-proxy/*", "private loopback"},
		{"system:serviceaccount:kube-system:coredns", "Go-http-client/*", "private"},
		{"system:serviceaccount:kube-system:coredns", "coredns/*", "private"},
	}
}

// identities matches callers. It remembers which lines a user and agent fit:
// none, as a rule, and then the address does not matter.
type identities struct {
	list    []identity
	named   map[string][]*identity // by user
	pattern []*identity            // those whose user is a pattern
	mu      sync.Mutex
	seen    map[caller][]*identity
}

type caller struct{ user, agent string }

type identity struct {
	Identity
	addresses []func(netip.Addr) bool // nil: any
}

// maxCallers bounds the memory that a log full of invented callers can take.
const maxCallers = 1 << 14

func newIdentities(list []Identity) *identities {
	ids := &identities{list: make([]identity, len(list)), named: map[string][]*identity{}, seen: map[caller][]*identity{}}
	for i, id := range list {
		ids.list[i] = identity{id, addressTests(id.Address)}
		if line := &ids.list[i]; strings.Contains(id.User, "*") {
			ids.pattern = append(ids.pattern, line)
		} else {
			ids.named[id.User] = append(ids.named[id.User], line)
		}
	}
	return ids
}

func (ids *identities) known(user, agent, address string) bool {
	lines := ids.lines(caller{user, agent})
	if len(lines) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(address)
	for _, id := range lines {
		if id.at(addr.Unmap(), err == nil) {
			return true
		}
	}
	return false
}

func (ids *identities) lines(c caller) []*identity {
	ids.mu.Lock()
	defer ids.mu.Unlock()
	if lines, ok := ids.seen[c]; ok {
		return lines
	}
	if len(ids.seen) >= maxCallers {
		clear(ids.seen)
	}
	var lines []*identity
	for _, list := range [...][]*identity{ids.named[c.user], ids.pattern} {
		for _, id := range list {
			if glob(id.User, c.user) && glob(id.UserAgent, c.agent) {
				lines = append(lines, id)
			}
		}
	}
	ids.seen[caller{strings.Clone(c.user), strings.Clone(c.agent)}] = lines
	return lines
}

func (id *identity) at(addr netip.Addr, ok bool) bool {
	if id.addresses == nil {
		return true
	}
	for _, test := range id.addresses {
		if ok && test(addr) {
			return true
		}
	}
	return false
}

// addressTests reads a list of addresses. What cannot be read fits nothing.
func addressTests(list string) []func(netip.Addr) bool {
	tests := []func(netip.Addr) bool{}
	words := strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ';' || r == ',' || r == '|' })
	for _, w := range words {
		switch w {
		case "*":
			return nil
		case "private":
			tests = append(tests, netip.Addr.IsPrivate, netip.Addr.IsLinkLocalUnicast)
		case "loopback":
			tests = append(tests, netip.Addr.IsLoopback)
		default:
			if p, err := netip.ParsePrefix(w); err == nil {
				tests = append(tests, p.Masked().Contains)
			} else if a, err := netip.ParseAddr(w); err == nil {
				tests = append(tests, func(x netip.Addr) bool { return x == a })
			} else if strings.Contains(w, "*") {
				tests = append(tests, func(x netip.Addr) bool { return glob(w, x.String()) })
			}
		}
	}
	if len(words) == 0 {
		return nil
	}
	return tests
}

// glob matches text against a pattern in which * stands for any text. It goes
// back to the last star only, so that no pattern takes long.
func glob(pattern, s string) bool {
	star, from := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
