package decode

import (
	"net/netip"
	"strings"
)

// aksHops are the addresses of the proxy that stands before an API server of
// AKS.
var aksHops = []netip.Prefix{netip.MustParsePrefix("172.31.0.0/16")}

// clientOf finds the address that spoke to the API server or to the first
// trusted proxy before it. What stands before it in sourceIPs was only told to
// us: a client may put anything there.
func (r *Reader) clientOf(rec *record, ips []string) (client string, forwarded []string) {
	last := len(ips) - 1
	if last < 0 {
		return "", nil
	}
	for last > 0 && inAny(r.opts.TrustedHops, ips[last]) {
		last--
	}
	// One hop of AKS, not any number: a client may have such an address too.
	if last == len(ips)-1 && last > 0 && isAKS(rec.resourceID) && inAny(aksHops, ips[last]) {
		last--
	}
	return strings.TrimPrefix(ips[last], "::ffff:"), ips[:last]
}

func isAKS(resourceID string) bool {
	const kind = "/managedclusters/"
	return len(resourceID) > len(kind) && strings.Contains(strings.ToLower(resourceID), kind)
}

func inAny(nets []netip.Prefix, ip string) bool {
	if len(nets) == 0 {
		return false
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	addr = addr.Unmap()
	for _, n := range nets {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}
