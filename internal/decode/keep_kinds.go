package decode

import "net/netip"

// The columns IsAnonymous, IsSystem, IsHuman and IsOperator are read from a
// caller's name, agent and address. There are very many of each, which tell but
// few things: numbers stand for these, with a bit for each line of identities that
// is fit, and some of the highest for the rest.

// kindBits are how many lines have a bit. If there are more, a text stands for
// itself.
const kindBits = 60

const (
	kindOperator    = 1 << 63 // a name of the list of operators
	kindNoHuman     = 1 << 62
	kindNobody      = 1 << 61
	kindProgram     = 1 << 63 // an agent
	kindPrivateHost = 1 << 63 // an address
)

func (rec *record) callerKind() (kind uint64) {
	r, user := rec.facts.r, rec.event.username()
	if r.operators.has(user) {
		kind |= kindOperator
	}
	if !isHumanName(user) {
		kind |= kindNoHuman
	}
	if user == anonymousUser {
		kind |= kindNobody
	}
	return r.kindOf(user, kind, func(id *identity) bool { return glob(id.User, user) })
}

func (rec *record) agentKind() (kind uint64) {
	agent := rec.event.str(fUserAgent)
	if isProgram(agent) {
		kind |= kindProgram
	}
	return rec.facts.r.kindOf(agent, kind, func(id *identity) bool { return glob(id.UserAgent, agent) })
}

func (rec *record) place() (kind uint64) {
	address := rec.theAddress().client
	addr, err := netip.ParseAddr(address)
	if isPrivate(address) {
		kind |= kindPrivateHost
	}
	return rec.facts.r.kindOf(address, kind, func(id *identity) bool { return id.at(addr.Unmap(), err == nil) })
}

// kindOf is a kind with the lines that a text fits.
func (r *Reader) kindOf(text string, kind uint64, fits func(*identity) bool) uint64 {
	lines := r.identities.list
	if len(lines) > kindBits {
		return r.signs.seed.text(text)
	}
	for i := range lines {
		if fits(&lines[i]) {
			kind |= 1 << i
		}
	}
	return kind
}
