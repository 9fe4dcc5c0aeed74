package decode

import (
	"slices"
	"sync/atomic"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What was said of a row are the parts of its event that the sieve judged. Events
// that are alike share them: what their columns say is worked out once.
type said struct {
	deed, caller, verdict *keptRow
	place                 value.Value // of the deed: its namespace
	pathed                bool        // deed is of address
}

// tellers are the parts that tell a column of KubeAudit, by the column.
var tellers = func() []func(*said) *keptRow {
	deed := func(s *said) *keptRow { return s.deed }
	address := func(s *said) *keptRow {
		if s.pathed {
			return s.deed
		}
		return nil
	}
	caller := func(s *said) *keptRow { return s.caller }
	verdict := func(s *said) *keptRow { return s.verdict }
	all := make([]func(*said) *keptRow, len(tableOf("KubeAudit").columns))
	for i, c := range tableOf("KubeAudit").columns {
		switch {
		case slices.Contains(deedColumns, c.name):
			all[i] = deed
		case slices.Contains(addressColumns, c.name):
			all[i] = address
		case slices.Contains(callerColumns, c.name):
			all[i] = caller
		case slices.Contains(verdictColumns, c.name):
			all[i] = verdict
		}
	}
	return all
}()

// toldAt are the places of the columns that parts tell, by column, and nTold how many
// there are.
var toldAt, nTold = func() (at []int, n int) {
	for _, tells := range tellers {
		at = append(at, n)
		if tells != nil {
			n++
		}
	}
	return at, n
}()

// toldValues are what is known of a part's columns, by toldAt: whoever reads them waits for
// nobody.
type toldValues []atomic.Pointer[value.Value]

// tell is the value of a column that a part tells.
func (k *keptRow) tell(col int) value.Value {
	at := &k.told[toldAt[col]]
	if v := at.Load(); v != nil {
		return *v
	}
	v := k.Value(col)
	at.Store(&v)
	return v
}

// Value is that of a column, if a part tells it.
func (s *said) Value(col int) (v value.Value, ok bool) {
	if s == nil || tellers[col] == nil {
		return v, false
	}
	if col == namespaceColumn && !s.pathed {
		return s.place, true
	}
	part := tellers[col](s)
	if part == nil {
		return v, false
	}
	return part.tell(col), true
}

var (
	clusterColumn = slices.IndexFunc(tableOf("KubeAudit").columns, func(c column) bool { return c.name == "Cluster" })
	dryRunColumn  = slices.IndexFunc(tableOf("KubeAudit").columns, func(c column) bool { return c.name == "DryRun" })
)

// A besides is what is known of a row without reading it: what its event's parts tell, and
// what nearly every rule asks besides.
type besides struct {
	*said
	cluster string
	dryRun  bool
}

// Value is that of a column, if it is known.
func (b besides) Value(col int) (v value.Value, ok bool) {
	switch col {
	case clusterColumn:
		return value.StringOf(b.cluster), true
	case dryRunColumn:
		return value.BoolOf(b.dryRun), true
	}
	return b.said.Value(col)
}
