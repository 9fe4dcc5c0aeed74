package dogwatch

import (
	"bytes"
	"encoding/json"
	"time"
)

// An Alert is what a rule has to say: what happened, to whom, by whom, why it
// matters, and which records show it.
type Alert struct {
	// ID is made of the rule, the group and the first evidence: it is the same
	// whenever the same records are judged by the same rule.
	ID         string
	Rule       RuleRef
	Severity   Severity
	Tactics    []string
	Techniques []string
	Tags       []string
	FirstEvent time.Time // UTC, as all times
	LastEvent  time.Time
	Count      int64 // result rows that are told in this alert
	Summary    string
	Impact     string
	Mitigation string
	Entities   []Entity
	// Evidence is the records that counted, the first first. There may be more
	// than are listed, where very many rows are folded into one alert.
	Evidence []Evidence
	// Details are the rule's customDetails; nil when it has none.
	Details map[string]string
}

// A RuleRef names a rule in an alert.
type RuleRef struct {
	ID      string `json:"id"`
	Short   string `json:"short"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// APIVersion stands in every document that others read.
const APIVersion = "dogwatch.dev/v1"

// alertJSON is the published form of an alert. Fields may be added at the end,
// never renamed.
type alertJSON struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	ID         string            `json:"id"`
	Rule       RuleRef           `json:"rule"`
	Severity   Severity          `json:"severity"`
	Tactics    []string          `json:"tactics"`
	Techniques []string          `json:"techniques"`
	Tags       []string          `json:"tags"`
	FirstEvent time.Time         `json:"firstEvent"`
	LastEvent  time.Time         `json:"lastEvent"`
	Count      int64             `json:"count"`
	Summary    string            `json:"summary"`
	Impact     string            `json:"impact"`
	Mitigation string            `json:"mitigation"`
	Entities   []Entity          `json:"entities"`
	Evidence   []Evidence        `json:"evidence"`
	Details    map[string]string `json:"customDetails,omitempty"`
}

// MarshalJSON writes the published form.
func (a Alert) MarshalJSON() ([]byte, error) {
	return readable(alertJSON{
		APIVersion, "Alert", a.ID, a.Rule, a.Severity,
		full(a.Tactics), full(a.Techniques), full(a.Tags),
		a.FirstEvent.UTC(), a.LastEvent.UTC(), a.Count, a.Summary, a.Impact, a.Mitigation,
		full(a.Entities), full(a.Evidence), a.Details,
	})
}

// readable is JSON that keeps <, > and & as they are: commands have them.
func readable(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// UnmarshalJSON reads the published form.
func (a *Alert) UnmarshalJSON(data []byte) error {
	var j alertJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*a = Alert{
		j.ID, j.Rule, j.Severity, j.Tactics, j.Techniques, j.Tags,
		j.FirstEvent, j.LastEvent, j.Count, j.Summary, j.Impact, j.Mitigation,
		j.Entities, j.Evidence, j.Details,
	}
	return nil
}

// full makes an empty list of no list, for JSON.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
