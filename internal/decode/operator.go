package decode

import (
	"net/netip"
	"strings"
)

// operatorSet are user names, to be looked up.
func operatorSet(users []string) map[string]bool {
	set := map[string]bool{}
	for _, u := range users {
		set[u] = true
	}
	return set
}

// isOperator asks for the address and the client too: who stole an operator's
// token has its name, and seldom its place and its program.
func (r *record) isOperator() bool {
	return r.facts.r.operators[r.event.username()] &&
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
