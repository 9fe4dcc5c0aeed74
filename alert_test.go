package dogwatch

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func TestAlertsAreWrittenAsPublished(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 10, 15, 898387000, time.FixedZone("CET", 3600))
	seven := 7
	a := Alert{
		ID: "1f", Rule: RuleRef{"9356e2ef", "exec-into-pod", "Exec", "1.0.0"}, Severity: High,
		Tactics: []string{"Execution"}, Techniques: []string{"T1609"}, Tags: []string{"mission:K1"},
		FirstEvent: at, LastEvent: at.Add(102613 * time.Microsecond), Count: 1, Summary: "a <b> & c", Impact: "i", Mitigation: "m",
		Entities: []Entity{{"Account", []EntityField{{"name", "ann"}}}, ObjectEntity("", "apps", "deployments", "shop", "api")},
		Evidence: []Evidence{
			{"KubeAudit", "50022d6a", "ResponseStarted", at.UTC(), "attacks.ndjson", 123, nil},
			{"KubeAudit", "50022d6b", "Panic", at.UTC(), "hub.json", 1, &seven},
		},
	}
	want := `{"apiVersion":"dogwatch.dev/v1","kind":"Alert","id":"1f","rule":{"id":"9356e2ef","short":"exec-into-pod","name":"Exec","version":"1.0.0"},` +
		`"severity":"High","tactics":["Execution"],"techniques":["T1609"],"tags":["mission:K1"],` +
		`"firstEvent":"2026-11-21T07:10:15.898387Z","lastEvent":"2026-11-21T07:10:16.001Z","count":1,"summary":"a <b> & c","impact":"i","mitigation":"m",` +
		`"entities":[{"type":"Account","name":"ann"},{"type":"KubernetesObject","cluster":"","apiGroup":"apps","resource":"deployments","namespace":"shop","name":"api"}],` +
		`"evidence":[{"table":"KubeAudit","auditID":"50022d6a","stage":"ResponseStarted","time":"2026-11-21T07:10:15.898387Z","source":"attacks.ndjson","line":123},` +
		`{"table":"KubeAudit","auditID":"50022d6b","stage":"Panic","time":"2026-11-21T07:10:15.898387Z","source":"hub.json","line":1,"record":7}]}` + "\n"
	if got := encode(t, a); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var back Alert
	if err := json.Unmarshal([]byte(want), &back); err != nil {
		t.Fatal(err)
	}
	a.FirstEvent, a.LastEvent = a.FirstEvent.UTC(), a.LastEvent.UTC()
	if !reflect.DeepEqual(back, a) {
		t.Errorf("read back as %+v", back)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestListsThatAreEmptyAreWritten(t *testing.T) {
	var m map[string]any
	if err := json.Unmarshal([]byte(encode(t, Alert{})), &m); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"tactics", "techniques", "tags", "entities", "evidence"} {
		if list, ok := m[key].([]any); !ok || len(list) != 0 {
			t.Errorf("%s is %v", key, m[key])
		}
	}
}

func TestSeveritiesHaveAnOrder(t *testing.T) {
	if !(Informational < Low && Low < Medium && Medium < High) {
		t.Error("severities are not in order")
	}
	for _, name := range SeverityNames() {
		if s, ok := ParseSeverity(" " + name + " "); !ok || s.String() != name {
			t.Errorf("%q is read as %v", name, s)
		}
	}
	if _, ok := ParseSeverity("Critical"); ok {
		t.Error("a severity that is none is taken")
	}
}

func TestTemplatesTakeValues(t *testing.T) {
	row := map[string]string{"Actor": "ann", "Name": "api", "Evil": "a\x1b[2Jb\u202ec\n" + string(bytes.Repeat([]byte("x"), 400))}
	for format, want := range map[string]string{
		"{{Actor}} deleted {{ Namespace }}/{{Name}}": "ann deleted api",
		"{{Actor}} in {{Namespace}}":                 "ann in ?",
		"no names, {{open":                           "no names, {{open",
		"":                                           "",
		"{{Evil}}":                                   "a [2Jb c " + string(bytes.Repeat([]byte("x"), 291)) + "...",
	} {
		if got := Expand(format, func(name string) string { return row[name] }); got != want {
			t.Errorf("%q gives %q, want %q", format, got, want)
		}
	}
	if got := Placeholders("{{a}} {{ b }} {{a}}"); !reflect.DeepEqual(got, []string{"a", "b", "a"}) {
		t.Errorf("%q", got)
	}
}

func TestTriggers(t *testing.T) {
	for _, test := range []struct {
		op   string
		n    int64
		want bool
	}{{"gt", 3, false}, {"gt", 4, true}, {"lt", 2, true}, {"lt", 3, false}, {"eq", 3, true}, {"eq", 0, false}, {"ne", 0, true}, {"ne", 3, false}} {
		if got := (Trigger{test.op, 3}).Met(test.n); got != test.want {
			t.Errorf("%d rows %s 3: %v", test.n, test.op, got)
		}
	}
}
