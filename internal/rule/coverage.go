package rule

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
)

// A Coverage is a catalogue of attacks, and the rules that tell of each.
type Coverage struct {
	Key   string
	Title string
	Rows  []CoverageRow
}

// A CoverageRow is something that may happen to a cluster.
type CoverageRow struct {
	ID, Name string
	Rules    []string // short names
	// Without says why there is no rule, or what takes a rule's place.
	Without string
}

// Covered counts the rows that have a rule.
func (c *Coverage) Covered() (n int) {
	for _, r := range c.Rows {
		if len(r.Rules) > 0 {
			n++
		}
	}
	return n
}

// Open are the rows that a rule could tell of, and none does.
func (c *Coverage) Open() (out []CoverageRow) {
	for _, r := range c.Rows {
		if len(r.Rules) == 0 && r.Without == "" {
			out = append(out, r)
		}
	}
	return out
}

// Cover says what rules cover: they tell by their techniques and tags.
func Cover(rules []*dogwatch.Rule) []Coverage {
	return []Coverage{
		cover("matrix", "Threat Matrix for Kubernetes", threatMatrix, rules, func(r *dogwatch.Rule, id string) bool { return slices.Contains(r.Tags, id) }),
		cover("attack", "ATT&CK, Containers (18.1)", attackContainers, rules, hasTechnique),
		cover("defender", "Alerts of Defender for Containers, control plane", defenderAlerts, rules, func(r *dogwatch.Rule, id string) bool {
			return slices.Contains(r.Tags, "defender:"+id)
		}),
		cover("wanted", "Wanted detections", wanted, rules, func(r *dogwatch.Rule, id string) bool { return slices.Contains(r.Tags, "mission:"+id) }),
	}
}

// hasTechnique says whether a rule is about a technique or a part of it.
func hasTechnique(r *dogwatch.Rule, id string) bool {
	return slices.ContainsFunc(r.Techniques, func(t string) bool { return t == id || strings.HasPrefix(t, id+".") })
}

func cover(key, title string, rows []CoverageRow, rules []*dogwatch.Rule, about func(r *dogwatch.Rule, id string) bool) Coverage {
	out := Coverage{Key: key, Title: title, Rows: slices.Clone(rows)}
	for i := range out.Rows {
		row := &out.Rows[i]
		for _, r := range rules {
			if about(r, row.ID) {
				row.Rules = append(row.Rules, r.Short)
			}
		}
	}
	return out
}
