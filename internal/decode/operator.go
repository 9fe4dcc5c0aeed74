package decode

import (
	"net/netip"
	"slices"
	"strings"
)

// operatorSet are user names, to be looked up, and patterns of them.
type operatorSet struct {
	names    map[string]bool
	patterns []string // in which * stands for any text
}

func newOperatorSet(users []string) *operatorSet {
	set := &operatorSet{names: map[string]bool{}}
	for _, u := range users {
		if strings.Contains(u, "*") {
			set.patterns = append(set.patterns, u)
		} else {
			set.names[u] = true
		}
	}
	return set
}

func (s *operatorSet) has(user string) bool {
	return s.names[user] || slices.ContainsFunc(s.patterns, func(p string) bool { return glob(p, user) })
}

// isOperator asks for the address and the client too: who stole an operator's
// token has its name, and seldom its place and its program.
func (r *record) isOperator() bool {
	return r.facts.r.operators.has(r.event.username()) &&
		isPrivate(r.theAddress().client) && isProgram(r.event.str(fUserAgent))
}

func isPrivate(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && a.Unmap().IsPrivate()
}

// handAgents begin the user agents of what people type into and of scripts.
// Helm ends in a slash, for Flux has a helm-controller.
var handAgents = []string{"kubectl", "helm/", "curl", "wget", "python", "go-http"}

// isProgram says whether a client is neither a person's tool nor a script, as
// far as it says what it is.
func isProgram(agent string) bool {
	agent = strings.ToLower(agent)
	for _, prefix := range handAgents {
		if strings.HasPrefix(agent, prefix) {
			return false
		}
	}
	return agent != ""
}
