package cli

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// alertFormats are what scan can print; the first is the default.
var alertFormats = []string{"table", "wide", "json", "jsonl", "csv", "markdown", "html", "sarif", "github"}

// alertTable has what one wants to know first; wide all that fits on a line.
func alertTable(alerts []dogwatch.Alert, wide bool, p palette) *table {
	t := &table{heads: []string{"SEVERITY", "TIME (UTC)", "RULE", "WHO", "WHAT"}}
	if wide {
		t.heads = []string{"SEVERITY", "TIME (UTC)", "LAST", "COUNT", "RULE", "WHO", "ADDRESS", "OBJECT", "TECHNIQUES", "RECORD", "ID", "WHAT"}
		t.right = make([]bool, len(t.heads))
		t.right[3] = true
	}
	for i := range alerts {
		a := &alerts[i]
		severity := cell{strings.ToUpper(a.Severity.String()), func(s string) string { return p.severity(a.Severity, s) }}
		if wide {
			t.add(severity, text(stamp(a.FirstEvent)), text(stamp(a.LastEvent)), text(strconv.FormatInt(a.Count, 10)),
				text(a.Rule.Short), text(who(a)), text(entities(a, "IP")), text(entities(a, dogwatch.KubernetesObject)),
				text(strings.Join(a.Techniques, " ")), text(record(a)), text(a.ID), text(a.Summary))
			continue
		}
		t.add(severity, text(stamp(a.FirstEvent)), text(a.Rule.Short), text(who(a)), text(deed(a)))
	}
	return t
}

// stamp is a time to the second; wide and JSON are where the rest stands.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// who acted: the first account, else address.
func who(a *dogwatch.Alert) string {
	for _, kind := range []string{"Account", "IP"} {
		for _, e := range a.Entities {
			if e.Type == kind && e.String() != "" {
				return e.String()
			}
		}
	}
	return "-"
}

// what happened, with how often.
func what(a *dogwatch.Alert) string {
	s := a.Summary
	if s == "" {
		s = a.Rule.Name
	}
	if a.Count > 1 {
		s += " (" + thousands(a.Count) + "x)"
	}
	return s
}

// deed is what happened without who did it, which stands beside it.
func deed(a *dogwatch.Alert) string {
	all := what(a)
	if rest, found := strings.CutPrefix(all, who(a)+" "); found && rest != "" {
		return rest
	}
	return all
}

// entities lists those of a type, each once.
func entities(a *dogwatch.Alert, kind string) string {
	var names []string
	for _, e := range a.Entities {
		if name := e.String(); e.Type == kind && name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// record says where the first evidence stands.
func record(a *dogwatch.Alert) string {
	if len(a.Evidence) == 0 {
		return "-"
	}
	e := a.Evidence[0]
	at := e.Source + ":" + strconv.FormatInt(e.Line, 10)
	if e.Record != nil {
		at += "#" + strconv.Itoa(*e.Record)
	}
	return at
}

// sortAlerts orders by time, then severity, then id, so that the same alerts
// are always printed in the same order.
func sortAlerts(alerts []dogwatch.Alert) {
	slices.SortStableFunc(alerts, func(a, b dogwatch.Alert) int {
		if c := a.FirstEvent.Compare(b.FirstEvent); c != 0 {
			return c
		}
		if a.Severity != b.Severity {
			return int(b.Severity) - int(a.Severity)
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// printAlerts writes alerts in every format but jsonl and json, which scan
// writes itself.
func (o *output) printAlerts(env *Env, w io.Writer, alerts []dogwatch.Alert) error {
	switch o.format {
	case "sarif":
		return writeSARIF(w, env.Version, alerts)
	case "github":
		return writeGitHub(w, alerts)
	}
	if len(alerts) == 0 && (o.format == "table" || o.format == "wide") {
		return nil
	}
	return o.print(env, w, alertTable(alerts, o.format != "table", o.palette))
}
