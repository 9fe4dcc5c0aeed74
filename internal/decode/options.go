package decode

import (
	"net/netip"

	"github.com/dogwatch-dev/dogwatch"
)

// Options say what a cluster looks like. The zero value is fit for the log file
// of a plain API server.
type Options struct {
	// Cluster names the cluster of records that do not name theirs.
	Cluster string

	// SystemIdentities are the known parts of the control plane and its
	// add-ons; nil means DefaultIdentities.
	SystemIdentities []Identity

	// Operators are the users that operators and delivery tools work as; *
	// stands for any text.
	Operators []string

	// TrustedHops are proxies in front of the API server, whose addresses at
	// the end of sourceIPs stand for no client. Records of AKS have one by
	// themselves.
	TrustedHops []netip.Prefix

	// BatchRows is how many rows a batch has at most; 0 means 512. Rows do not
	// depend on it.
	BatchRows int

	// Sieve, when set, lets the rows of KubeAudit be left out that no rule
	// cares for. With several processors it is asked, by one goroutine at a
	// time, while batches are handed on, which is done by one at a time too.
	Sieve dogwatch.Sieve
}

const defaultBatchRows = 512

func (o Options) withDefaults() Options {
	if o.BatchRows <= 0 {
		o.BatchRows = defaultBatchRows
	}
	if o.SystemIdentities == nil {
		o.SystemIdentities = DefaultIdentities()
	}
	return o
}
