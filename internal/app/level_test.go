package app

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// TestAuditLevelsHold holds what the query says of the level that a rule needs
// to its tests: records whose bodies were taken away raise no alert of a rule
// that needs them, and some alert of any other.
func TestAuditLevelsHold(t *testing.T) {
	a := Load(Config{})
	alerts := map[string]int{} // of records without bodies
	wanted := map[string]int{}
	_, err := a.set.Test(t.Context(), func(ctx context.Context, r *dogwatch.Rule, lists *rule.Lists, input []byte) ([]dogwatch.Alert, error) {
		got, err := a.judge(ctx, r, lists, input)
		wanted[r.Short] += len(got)
		if bare, ok := atMetadata(t, input); err == nil && ok {
			few, err := a.judge(ctx, r, lists, bare)
			if alerts[r.Short] += len(few); err != nil {
				t.Errorf("%s: %v", r.Short, err)
			}
		}
		return got, err
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Rules() {
		switch level := a.AuditLevel(r); {
		case level == "" || wanted[r.Short] == 0:
		case level == "Metadata" && alerts[r.Short] == 0:
			t.Errorf("%s: its query may find something at the level Metadata, and no test shows it", r.Short)
		case level != "Metadata" && alerts[r.Short] > 0:
			t.Errorf("%s: its query needs %s, and tests raise an alert without bodies", r.Short, level)
		}
	}
}

// atMetadata is records as a policy of the level Metadata logs them; false
// when they are no plain audit events.
func atMetadata(t *testing.T, input []byte) ([]byte, bool) {
	var out []byte
	for line := range bytes.Lines(input) {
		var event map[string]json.RawMessage
		if json.Unmarshal(line, &event) != nil || event["auditID"] == nil {
			return nil, false
		}
		delete(event, "requestObject")
		delete(event, "responseObject")
		event["level"] = json.RawMessage(`"Metadata"`)
		text, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, text...), '\n')
	}
	return out, len(out) > 0
}
