package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

// keptOf is what a Keeper keeps of some events, by column.
func keptOf(t *testing.T, events ...[]byte) map[string][]string {
	t.Helper()
	var all []string
	for _, c := range tableOf("KubeAudit").columns {
		all = append(all, c.name)
	}
	k, err := NewKeeper(Options{}, Further{Columns: all})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	err = k.Read(context.Background(), "x", bytes.NewReader(bytes.Join(events, []byte("\n"))), func(kept *Kept) error {
		for _, c := range kept.Columns {
			for _, code := range c.Codes {
				out[c.Name] = append(out[c.Name], c.Dict[code].String())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// events are some of the recorded ones, by members.
func someEvents(t *testing.T) []map[string]json.RawMessage {
	var events []map[string]json.RawMessage
	for i, line := range bytes.Split(corpus(t, "attacks.ndjson"), []byte("\n")) {
		if i%50 != 0 || len(line) == 0 {
			continue
		}
		var e map[string]json.RawMessage
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if string(e["stage"]) != `"RequestReceived"` {
			events = append(events, e)
		}
	}
	return events
}

var memberNames = map[int]string{
	fUser: "user", fImpersonated: "impersonatedUser", fUserAgent: "userAgent", fSourceIPs: "sourceIPs",
	fLevel: "level", fStage: "stage", fVerb: "verb", fStatus: "responseStatus", fAnnotations: "annotations",
	fURI: "requestURI",
}

// TestAlikeIsAll checks that columns of a family depend on its members alone:
// they say the same of an event that has nothing else in common.
func TestAlikeIsAll(t *testing.T) {
	events := someEvents(t)
	for i, a := range alike {
		var plain, others [][]byte
		for n, e := range events {
			other := maps.Clone(events[(n*31+i*7)%len(events)])
			for _, m := range a.members {
				name := memberNames[m]
				if delete(other, name); e[name] != nil {
					other[name] = e[name]
				}
			}
			if string(other["stage"]) == `"RequestReceived"` || string(e["stage"]) != string(other["stage"]) {
				continue // it may be no row
			}
			one, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			two, err := json.Marshal(other)
			if err != nil {
				t.Fatal(err)
			}
			// Each by itself: two events of one id are one row.
			plain, others = append(plain, one), append(others, two)
		}
		if len(plain) < 20 {
			t.Fatalf("%d events", len(plain))
		}
		for n := range plain {
			want, got := keptOf(t, plain[n]), keptOf(t, others[n])
			for _, c := range a.columns {
				if len(want[c]) != 1 || !slices.Equal(got[c], want[c]) {
					t.Errorf("%s is %q, and %q elsewhere:\n%.1500s\n%.1500s", c, want[c], got[c], plain[n], others[n])
				}
			}
		}
	}
}

// TestKeeperReadsWhatColumnsSay checks what is remembered against what each
// record says.
func TestKeeperReadsWhatColumnsSay(t *testing.T) {
	var lines [][]byte
	for _, e := range someEvents(t) {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	all := keptOf(t, lines...)
	if len(all["User"]) != len(lines) {
		t.Fatalf("%d of %d records", len(all["User"]), len(lines))
	}
	for _, a := range alike {
		for _, c := range a.columns {
			if all[c] == nil {
				t.Errorf("%s is not kept", c)
			}
		}
	}
	for n, line := range lines {
		one := keptOf(t, line)
		for name, values := range one {
			if name == "AuditIDReused" || name == "InFuture" || all["RowOfKubeAudit"][n] != one["RowOfKubeAudit"][0] {
				continue // that depends on other records
			}
			if values[0] != all[name][n] {
				t.Errorf("%s is %q, and %q by itself: %.500s", name, all[name][n], values[0], line)
			}
		}
	}
}
