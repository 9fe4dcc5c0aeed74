package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// keptOf is what a Keeper keeps of some events, by column.
func keptOf(t *testing.T, events ...[]byte) map[string][]string {
	t.Helper()
	return keptBy(t, Options{}, events...)
}

func keptBy(t *testing.T, opts Options, events ...[]byte) map[string][]string {
	t.Helper()
	var all []string
	for _, c := range tableOf("KubeAudit").columns {
		all = append(all, c.name)
	}
	k, err := NewKeeper(opts, Further{Columns: all})
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

var partMembers = [nParts][]string{
	partCaller: {"user"}, partGroups: {"user"}, partNode: {"user"}, partAs: {"impersonatedUser"}, partAgent: {"userAgent"},
	partAddress: {"sourceIPs"}, partPlace: {"sourceIPs"}, partCallerKind: {"user"}, partAgentKind: {"userAgent"}, partLevel: {"level"}, partStage: {"stage"}, partVerb: {"verb"},
	partStatus: {"responseStatus"}, partAnnotations: {"annotations"}, partURI: {"requestURI"}, partOptions: {"requestObject", "verb"},
	partKind: {"objectRef", "requestURI"}, partName: {"objectRef", "verb", "requestURI", "requestObject", "responseObject"}, partSession: {"requestURI"},
	partSigns: {"requestReceivedTimestamp", "stageTimestamp", "verb", "objectRef"},
}

// TestAlikeIsAll checks that columns of a family depend on its parts alone: they
// say the same of an event that has nothing else in common.
func TestAlikeIsAll(t *testing.T) {
	events := someEvents(t)
	for i, a := range alike {
		members := map[string]bool{}
		for _, p := range a.parts {
			for _, m := range partMembers[p] {
				members[m] = true
			}
		}
		var plain, others [][]byte
		for n, e := range events {
			other := maps.Clone(events[(n*31+i*7)%len(events)])
			for m := range members {
				if delete(other, m); e[m] != nil {
					other[m] = e[m]
				}
			}
			if string(other["stage"]) == `"RequestReceived"` || string(e["stage"]) != string(other["stage"]) {
				continue // it may be no row
			}
			// Each by itself: two events of one id are one row.
			plain, others = append(plain, asJSON(t, e)), append(others, asJSON(t, other))
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

func asJSON(t *testing.T, e map[string]json.RawMessage) []byte {
	line, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// oddMembers are such that columns tell apart though they are much alike.
var oddMembers = map[string][]string{
	"user": {
		`{"username":"ann"}`, `{"username":"ann","groups":["system:unauthenticated"]}`, `{"groups":[],"username":"ann"}`, `{"username":"a\u006en"}`,
		`{"username":"ann","extra":{"authentication.kubernetes.io/node-name":["one"]}}`, `{"username":"ann","extra":{"authentication.kubernetes.io/node-name":["two"]}}`,
		`{"username":"ann","extra":{"authentication.kubernetes.io/node\u002dname":["three"]}}`, `{"username":"ann","x":1}`, `null`,
		`{"username":"system:anonymous"}`, `{"username":"system:x"}`, `{"username":"bob"}`, `{"username":"eve"}`,
	},
	"verb":           {`"delete"`, `"deletecollection"`, `"create"`, `"get"`},
	"requestObject":  {`{"dryRun":["All"]}`, `{"dryRun":[]}`, `{"dry\u0052un":["All"]}`, `{"metadata":{"name":"asked"}}`, `"skipped-too-big-size-object"`},
	"responseObject": {`{"kind":"Pod","metadata":{"name":"given"}}`, `{"kind":"Pod","metadata":{"name":"another"}}`, `null`},
	"requestURI": {
		`"/api/v1/namespaces/a/pods/p/exec?command=ls&tty=true"`, `"/api/v1/namespaces/a/pods/p/exec?command=id\u0026stdin=true&container=c"`,
		`"/api/v1/nodes/n/proxy/run/a/p/c?cmd=id"`, `"/api/v1/namespaces/a/pods/p?dryRun=All"`, `"/api/v1/namespaces/a/pods/p"`, `"/healthz"`,
	},
	"objectRef": {
		`{"resource":"pods","namespace":"a","subresource":"exec"}`, `{"resource":"pods","namespace":"a","subresource":"ex\u0065c"}`, `{"resource":"nodes","name":"n","subresource":"proxy"}`,
		`{"resource":"pods","namespace":"a"}`, `{"resource":"pods","namespace":"a","name":"p"}`, `{"namespace":"a","name":"p"}`, `null`,
	},
	"sourceIPs":   {`["198.51.100.7","172.31.0.9"]`, `["198.51.100.7"]`, `["10.0.0.4"]`, `["10.0.0.5"]`, `[]`},
	"userAgent":   {`"kubectl/v1"`, `"app/1"`, `"app/2"`, `""`},
	"annotations": {`{"audit.k8s.io/truncated":"true"}`, `{"audit.k8s.io/truncated":"false"}`, `{"authorization.k8s.io/decision":"forbid"}`},
}

// TestAlikeIsToldApart puts events together of the members of many, so that their
// parts come in new company, and checks what is kept of them, all at once and in
// envelopes, against what the columns say of each.
func TestAlikeIsToldApart(t *testing.T) {
	events := someEvents(t)
	var names []string
	for name := range events[0] {
		names = append(names, name)
	}
	names = append(names, "objectRef", "impersonatedUser", "requestObject", "responseObject")
	slices.Sort(names)
	names = slices.Compact(names)
	r := rand.New(rand.NewPCG(5, 8))
	var lines, enveloped [][]byte
	for n := range 4000 {
		e := maps.Clone(events[r.IntN(len(events))])
		for _, name := range names {
			if odd := oddMembers[name]; odd != nil && r.IntN(2) == 0 {
				e[name] = json.RawMessage(odd[r.IntN(len(odd))])
				continue
			}
			if from := events[r.IntN(len(events))]; r.IntN(2) == 0 && name != "stage" {
				if delete(e, name); from[name] != nil {
					e[name] = from[name]
				}
			}
		}
		e["auditID"] = json.RawMessage(strconv.Quote(strconv.Itoa(n)))
		line := asJSON(t, e)
		lines = append(lines, line)
		enveloped = append(enveloped, asJSON(t, map[string]json.RawMessage{
			"category": json.RawMessage(`"kube-audit"`), "operationName": json.RawMessage(`"x"`), "time": json.RawMessage(`"2026-03-01T00:00:00Z"`),
			"resourceId": json.RawMessage(strconv.Quote([]string{"/x/managedClusters/one", "/other/two"}[n%2])),
			"properties": asJSON(t, map[string]json.RawMessage{"log": asJSON(t, nil)}),
		}))
		quoted, err := json.Marshal(string(line))
		if err != nil {
			t.Fatal(err)
		}
		enveloped[n] = bytes.Replace(enveloped[n], []byte(`"log":null`), append([]byte(`"log":`), quoted...), 1)
	}
	// More identities than there are bits, of which the last is asked for.
	many := slices.Repeat(DefaultIdentities()[:4], 20)
	many = append(many, Identity{"ann", "*", "10.0.0.0/8"})
	for _, c := range []struct {
		input      [][]byte
		identities []Identity
	}{
		{lines, nil}, {enveloped, nil}, {lines, many}, {lines, []Identity{}}, {lines, []Identity{{"ann", "*", "10.0.0.4"}}},
		{lines, []Identity{{"bob", "app/1", "*"}}},
	} {
		opts, input := Options{SystemIdentities: c.identities, Operators: []string{"ann", "system:serviceaccount:*"}}, c.input
		got, want := keptBy(t, opts, input...), saidBy(t, opts, input...)
		for name, values := range want {
			if len(values) != len(lines) || len(got[name]) != len(lines) {
				t.Fatalf("%d and %d values of %s", len(got[name]), len(values), name)
			}
			for i, v := range values {
				if got[name][i] != v {
					t.Fatalf("%s is %q, and kept as %q: %.3000s", name, v, got[name][i], input[i])
				}
			}
		}
	}
}

// FuzzKeptColumns holds what is kept of an event, when others came before it, to
// what the columns say of it by itself.
func FuzzKeptColumns(f *testing.F) {
	const event = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete",`
	before := []string{
		event + `"verb":"create","user":{"username":"ann","groups":["a"]},"objectRef":{"resource":"pods"},"responseObject":{"kind":"Pod","metadata":{"name":"p"}}}`,
		event + `"verb":"delete","user":{"username":"ann"},"requestObject":{"dryRun":["All"]},"requestURI":"/api/v1/pods/p?dryRun=All"}`,
	}
	for _, s := range append(before,
		event+`"verb":"create","objectRef":{"resource":"pods","name":""},"responseObject":{"kind":"Pod","metadata":{"name":null,"name":"q"}},"requestObject":{"metadata":{"name":"r"}}}`,
		event+`"verb":"create","objectRef":{"resource":null},"responseObject":{"metadata":[{"name":"x"}],"kind":"Status"},"requestURI":"\/api\/v1\/x"}`,
		event+`"verb":"get","user":{"username":5,"groups":"system:unauthenticated","extra":{"a":["node-name"]}},"sourceIPs":"10.0.0.1"}`,
		event+`"verb":"get","user":{"username":"system:anonymous"},"sourceIPs":["::ffff:10.0.0.1","x"],"stageTimestamp":"2026-03-01T00:00:00Z"}`,
		event+`"verb":["get"],"level":{},"stage":null,"responseStatus":{"code":"403","reason":"x"},"annotations":{"a":"truncated"}}`,
	) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\n") || len(s) == 0 || s[0] != '{' {
			return
		}
		said := saidBy(t, Options{}, []byte(s))
		kept := keptBy(t, Options{}, []byte(before[0]), []byte(before[1]), []byte(s))
		if len(said["Verb"]) != 1 || len(kept["Verb"]) != 3 || kept["RowOfKubeAudit"][2] != "true" {
			return // it is several records, none, or another stage
		}
		for name, values := range said {
			if got := kept[name][2]; got != values[0] && name != "AuditIDReused" {
				t.Errorf("%s of %q is %q, and kept as %q", name, s, values[0], got)
			}
		}
	})
}

// saidBy is what the columns say of some events, by column.
func saidBy(t *testing.T, opts Options, events ...[]byte) map[string][]string {
	t.Helper()
	r, err := NewReader(opts, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	err = r.Read(t.Context(), "x", bytes.NewReader(bytes.Join(events, []byte("\n"))), func(b dogwatch.Batch) error {
		for c, column := range tableOf("KubeAudit").columns {
			for _, a := range alike {
				if !slices.Contains(a.columns, column.name) {
					continue
				}
				for row := range b.Rows.Len() {
					v := b.Rows.At(row, c)
					if v.IsNull() {
						v = value.NullOf(value.Dynamic)
					}
					out[column.name] = append(out[column.name], v.String())
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestKeeperReadsWhatColumnsSay checks what is remembered against what each
// record says.
func TestKeeperReadsWhatColumnsSay(t *testing.T) {
	var lines [][]byte
	for _, e := range someEvents(t) {
		lines = append(lines, asJSON(t, e))
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
