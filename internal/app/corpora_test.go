package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// The recorded logs, see testdata/corpora.
const corpora = "../../testdata/corpora/"

// covered are the recorded attacks that a built-in rule must tell, each by an
// alert that names a record which proves it.
var covered = map[string]string{
	"exec_pod":                       "exec-into-pod",
	"kubectl_cp":                     "exec-into-pod",
	"attach_pod":                     "attach-to-pod",
	"ephemeral_debug":                "debug-container-added",
	"denied_actions":                 "denied-actions",
	"burst_4xx":                      "error-burst",
	"anonymous_access":               "anonymous-request-permitted",
	"pod_hostpid":                    "pod-host-pid",
	"pod_hostipc":                    "pod-host-ipc",
	"pod_hostnetwork":                "pod-host-network",
	"pod_privileged":                 "privileged-container",
	"pod_cap_sysadmin":               "privileged-container",
	"pod_hostpath_root":              "sensitive-host-path",
	"pod_hostpath_etc":               "sensitive-host-path",
	"pod_hostpath_dockersock":        "sensitive-host-path",
	"pod_hostpath_proc":              "sensitive-host-path",
	"pod_hostpath_kubelet":           "sensitive-host-path",
	"svc_nodeport":                   "service-node-port",
	"sa_self_review":                 "self-subject-review",
	"node_self_review":               "self-subject-review",
	"crb_cluster_admin":              "cluster-admin-binding",
	"rb_cluster_admin":               "cluster-admin-binding",
	"cronjob_create":                 "cronjob-created",
	"namespace_create":               "namespace-created",
	"kube_system_delete":             "delete-in-kube-system",
	"node_delete":                    "node-deleted",
	"system_masters_use":             "masterclient-used",
	"anonymous_binding":              "role-bound-to-everyone",
	"clusterrole_wildcard":           "high-privilege-role",
	"role_escalate_bind_impersonate": "high-privilege-role",
	"impersonation":                  "impersonation-used",
	"secrets_list_all":               "secrets-listed",
	"secrets_dump":                   "secrets-read-in-bulk",
	"sa_token_request":               "service-account-token-minted",
	"sa_token_secret":                "long-lived-service-account-token",
	"csr_approve":                    "client-certificate-requested",
	"crb_delete":                     "rbac-binding-deleted",
	"configmap_credentials":          "configmap-credentials",
	"sa_token_external_ip":           "service-account-used-by-hand",
	"node_cred_external_ip":          "node-credential-misused",
	"dashboard_sa_use":               "service-account-used-by-hand",
	"port_forward":                   "port-forward",
	"svc_loadbalancer":               "service-load-balancer",
	"svc_externalips":                "service-external-ips",
	"mutating_webhook":               "admission-webhook-changed",
	"validating_webhook":             "admission-webhook-changed",
	"coredns_configmap":              "coredns-changed",
	"coredns_deployment":             "coredns-changed",
	"coredns_pod":                    "coredns-changed",
	"dashboard_exposed":              "sensitive-service-exposed",
	"apiservice_create":              "api-service-changed",
	"crd_create":                     "custom-resource-definition-changed",
	"nodes_proxy":                    "node-proxy",
	"pods_proxy":                     "pod-or-service-proxy",
	"xff_spoof":                      "forwarded-address-forged",
}

func TestAttacksAreFound(t *testing.T) {
	alerts := scanned(t, Input{Paths: []string{corpora + "attacks.ndjson.zst"}})
	told := map[string]bool{} // rule and auditID
	for _, a := range alerts {
		for _, e := range a.Evidence {
			told[a.Rule.Short+" "+e.AuditID] = true
		}
	}
	evidence := labels(t)
	for _, name := range slices.Sorted(maps.Keys(covered)) {
		ids, known := evidence[name]
		if !known {
			t.Errorf("no attack is called %q", name)
		}
		if !slices.ContainsFunc(ids, func(id string) bool { return told[covered[name]+" "+id] }) {
			t.Errorf("%s: no alert of %s names one of %v", name, covered[name], ids)
		}
	}
}

// labels are the auditIDs that prove each recorded attack.
func labels(t *testing.T) map[string][]string {
	text, err := os.ReadFile(corpora + "labels.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Scenarios []struct {
			Name     string
			Evidence []string
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, s := range doc.Scenarios {
		out[s.Name] = s.Evidence
	}
	return out
}

func TestOrdinaryTrafficIsQuiet(t *testing.T) {
	for _, a := range scanned(t, Input{Paths: []string{corpora + "benign.ndjson.zst"}}) {
		if a.Severity >= dogwatch.Medium {
			t.Errorf("%s: %s: %s", a.Severity, a.Rule.Short, a.Summary)
		}
	}
}

// TestAzureTellsTheSame scans the attacks in the envelope that Azure exports.
func TestAzureTellsTheSame(t *testing.T) {
	want := faces(scanned(t, Input{Paths: []string{corpora + "attacks.ndjson.zst"}}))
	got := faces(scanned(t, stdin(azure(events(t), 1<<30))))
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCutRecordsStillTell cuts every log line where Azure does. What stands in
// records that are short enough must still be told.
func TestCutRecordsStillTell(t *testing.T) {
	const cut = 16 << 10
	whole := map[string]bool{} // auditIDs of records that are not cut
	for _, e := range events(t) {
		if len(e) <= cut {
			whole[auditID(e)] = true
		}
	}
	told := map[string]bool{}
	for _, a := range scanned(t, stdin(azure(events(t), cut))) {
		for _, e := range a.Evidence {
			told[a.Rule.Short+" "+e.AuditID] = true
		}
	}
	n := 0
	for _, a := range scanned(t, Input{Paths: []string{corpora + "attacks.ndjson.zst"}}) {
		for _, e := range a.Evidence {
			if !whole[e.AuditID] {
				continue
			}
			n++
			if !told[a.Rule.Short+" "+e.AuditID] {
				t.Errorf("%s is not told of %s when records are cut", a.Rule.Short, e.AuditID)
			}
		}
	}
	if n == 0 {
		t.Error("no alert to compare")
	}
}

// events are the lines of the recorded attacks.
func events(t *testing.T) []string {
	f, err := os.Open(corpora + "attacks.ndjson.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func auditID(event string) string {
	_, rest, _ := strings.Cut(event, `"auditID":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// azure puts events into Azure's envelope, 250 a message, cut as it cuts them.
func azure(events []string, cut int) []byte {
	var out bytes.Buffer
	for batch := range slices.Chunk(events, 250) {
		out.WriteString(`{"records":[`)
		for i, e := range batch {
			if i > 0 {
				out.WriteByte(',')
			}
			out.Write(azureRecord(e[:min(len(e), cut)]))
		}
		out.WriteString("]}\n")
	}
	return out.Bytes()
}

// azureRecord is an event as Azure writes it into a list.
func azureRecord(event string) []byte {
	const resource = "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS"
	log, _ := json.Marshal(event)
	return fmt.Appendf(nil, `{"time":%q,"category":"kube-audit","operationName":"Microsoft.ContainerService/managedClusters/diagnosticLogs/Read","resourceId":%q,"properties":{"log":%s,"stream":"stdout","pod":"kube-apiserver-1","containerID":"x"}}`, stageTime(event), resource, log)
}

// stageTime is when an event was written.
func stageTime(event string) string {
	_, rest, _ := strings.Cut(event, `"stageTimestamp":"`)
	at, _, _ := strings.Cut(rest, `"`)
	return at
}

func stdin(text []byte) Input { return Input{Paths: []string{"-"}, Stdin: bytes.NewReader(text)} }

// faces are alerts as text, without what differs between envelopes: ids,
// places and clusters.
func faces(alerts []dogwatch.Alert) []string {
	var out []string
	for _, a := range alerts {
		var ids []string
		for _, e := range a.Evidence {
			ids = append(ids, e.AuditID)
		}
		slices.Sort(ids)
		out = append(out, fmt.Sprint(a.Severity, " ", a.Rule.Short, " ", a.FirstEvent, " ", a.Count, " ", a.Summary, ids))
	}
	slices.Sort(out)
	return out
}

// scanned are the alerts of the built-in rules; nothing may go wrong.
func scanned(t *testing.T, in Input) []dogwatch.Alert {
	t.Helper()
	a := Load(Config{})
	if err := a.Mistakes().Err(); err != nil {
		t.Fatal(err)
	}
	result, err := a.Scan(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, loss := range result.Losses() {
		t.Error(loss)
	}
	for _, problem := range result.Ledger.Problems {
		t.Error(problem)
	}
	return result.Alerts
}

// TestRulesPass runs the tests beside the built-in rules.
func TestRulesPass(t *testing.T) {
	a := Load(Config{})
	results, err := a.Test(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Passed() {
			t.Errorf("%s:%d: %s: %s\n%s", r.Path, r.Line, r.Rule, r.Name, r.Failure)
		}
	}
	if len(results) < len(a.Rules()) {
		t.Errorf("%d tests of %d rules", len(results), len(a.Rules()))
	}
}

// TestQueryReadsTwice wants a query over standard input to see it twice.
func TestQueryReadsTwice(t *testing.T) {
	a := Load(Config{NoBuiltin: true})
	q, err := a.Compile(diag.NewFile("query", "KubeAudit | summarize n = count() by k = 1 | join (KubeAudit | summarize m = count() by k = 1) on k | project n, m"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(events(t)[:500], "\n")
	var rows [][2]int64
	result, err := a.Hunt(context.Background(), q, stdin([]byte(text)), kql.RunOptions{}, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			rows = append(rows, [2]int64{b.At(int(i), 0).Int(), b.At(int(i), 1).Int()})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1 || rows[0][0] != rows[0][1] || rows[0][0] == 0 || result.Scanned != 500 {
		t.Errorf("rows %v, scanned %d", rows, result.Scanned)
	}
}

func BenchmarkScan(b *testing.B) {
	f, err := os.Open(corpora + "benign.ndjson.zst")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(err)
	}
	a := Load(Config{})
	n := bytes.Count(text, []byte("\n"))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := a.Scan(context.Background(), stdin(text)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
