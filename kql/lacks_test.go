package kql_test

import (
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
)

// TestLacksAreRefused holds the list of what is not there to what is refused.
func TestLacksAreRefused(t *testing.T) {
	written := map[string]string{
		"reduce": "T | reduce by State", "macro-expand": "T | macro-expand entity_group [database()] as X (X.T)",
		"entity_group":       "let g = entity_group [database()]; T | where Deaths in (g)",
		"graph-where-nodes":  "T | make-graph State --> State with_node_id=n | graph-where-nodes n == 1",
		"graph-where-edges":  "T | make-graph State --> State with_node_id=n | graph-where-edges n == 1",
		"make-graph with --": "T | make-graph State -- State with_node_id=n | graph-match (a) project a.n",
		"node_id()":          "T | make-graph State --> State with_node_id=n | graph-match (a) project x = node_id(a)",
		"with_match_id of scan with partition by": "T | scan with_match_id=m partition by State with (step s: true;)",
		"optional steps of scan":                  "T | scan with (step s: true; step t optional: true;)",
		"a step of scan that reads a later one":   "T | scan with (step s: t.Deaths > 1; step t: true;)",
		"tables of other databases and clusters":  `database("other").T`,
	}
	for _, l := range plan.Lacks() {
		for _, feature := range l.Features {
			query := written[feature]
			if typ, ok := strings.CutPrefix(feature, "narrow with "); ok {
				query = "print " + strings.TrimSuffix(typ, " columns") + "(null) | evaluate narrow()"
			}
			if name, ok := strings.CutPrefix(feature, "evaluate "); ok {
				query = "T | evaluate " + name + "(State)"
			} else if name, ok := strings.CutSuffix(feature, "()"); ok && query == "" {
				query = "print x = " + name + "(1)"
			}
			_, err := kql.CompileAll(diag.NewFile("q", storm+query), empty{})
			if err == nil || !strings.Contains(err.Error(), "not supported yet: "+feature) {
				t.Errorf("%s: %v", query, err)
			}
		}
	}
}
