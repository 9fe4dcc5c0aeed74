package app

import (
	"context"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A SievePart is what the sieve of a rule tests of a part of an event.
type SievePart struct {
	Part string `json:"part"` // deed, caller, answer, together, bodies
	// Conditions are KQL that an event must meet.
	Conditions []string `json:"conditions"`
	// Keys are those of which one must stand in a body, else Conditions hold.
	Keys []string `json:"keys,omitempty"`
}

// sifted is the table whose rows go through the sieve.
const sifted = "KubeAudit"

// Sieve says what is tested of an audit event before it is a row of a rule, for
// each reading of the table that has it. reads is how many there are.
func (a *App) Sieve(r *dogwatch.Rule) (readings [][]SievePart, reads int) {
	live := r.Query.NewLive(context.Background(), kql.RunOptions{})
	schema, _ := a.tables.Table(sifted)
	for leaf, l := range r.Query.Leaves() {
		if l.Table == sifted {
			readings = append(readings, sieveParts(live, leaf, schema))
		}
	}
	return readings, len(readings)
}

func sieveParts(live *kql.Live, leaf int, schema value.Schema) (out []SievePart) {
	add := func(name string, s *kql.Sieve) {
		if s != nil {
			out = append(out, SievePart{Part: name, Conditions: s.Conditions()})
		}
	}
	var all []kql.Known
	for _, p := range decode.Parts() {
		known := func(column int, _ []string) bool { return slices.Contains(p.Columns, schema[column].Name) }
		add(p.Name, live.Sieve(leaf, len(schema), known))
		all = append(all, known)
	}
	add("together", live.Sieve(leaf, len(schema), all...))
	if n := len(out); n > 0 && out[n-1].Part == "together" {
		out[n-1].Conditions = without(out[n-1].Conditions, out[:n-1])
	}
	if b := bodies(live, leaf, schema, all); b != nil {
		out = append(out, *b)
	}
	return out
}

// without are the conditions that no part has.
func without(conditions []string, parts []SievePart) []string {
	return slices.DeleteFunc(conditions, func(c string) bool {
		return slices.ContainsFunc(parts, func(p SievePart) bool { return slices.Contains(p.Conditions, c) })
	})
}

// bodies is what is tested of an event whose bodies have none of some keys.
func bodies(live *kql.Live, leaf int, schema value.Schema, seen []kql.Known) *SievePart {
	known := func(column int, path []string) bool {
		return decode.BodyWords(schema[column].Name, path) != nil ||
			slices.ContainsFunc(seen, func(k kql.Known) bool { return k(column, path) })
	}
	s := live.Sieve(leaf, len(schema), known)
	if s == nil {
		return nil
	}
	p := &SievePart{Part: "bodies"}
	for _, ref := range s.Reads {
		p.Keys = append(p.Keys, decode.BodyWords(schema[ref.Column].Name, ref.Path)...)
	}
	if len(p.Keys) == 0 {
		return nil
	}
	slices.Sort(p.Keys)
	p.Keys = slices.Compact(p.Keys)
	for _, c := range s.Conditions() {
		if mentionsBody(c, schema) {
			p.Conditions = append(p.Conditions, c)
		}
	}
	return p
}

// mentionsBody says whether a condition reads a column of bodies.
func mentionsBody(condition string, schema value.Schema) bool {
	return slices.ContainsFunc(schema, func(f value.Field) bool {
		return decode.BodyWords(f.Name, []string{""}) != nil && strings.Contains(condition, f.Name)
	})
}

// slow warns of rules that every event is a row of, as far as their sieves can
// tell.
func (a *App) slow() (out []Finding) {
	for _, r := range a.set.Rules {
		readings, _ := a.Sieve(r)
		if !slices.ContainsFunc(readings, func(parts []SievePart) bool { return len(parts) == 0 }) {
			continue
		}
		var list diag.List
		e := list.Add(r.Query.File(), diag.Span{}, "every audit event is a row of this rule: it costs time with each")
		e.Hint = "begin with conditions on Verb, Resource, Outcome, User or other columns of the deed, the caller or the answer; dogwatch explain --sieve shows what is tested"
		out = append(out, Finding{Error: e, Rule: r.Short, Warning: true})
	}
	return out
}
