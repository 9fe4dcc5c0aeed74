package app

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// sentinel are queries for AKS as Microsoft publishes them for Sentinel, and
// what an event must be like to be among their rows, written without KQL.
var sentinel = []struct {
	query string
	is    func(*auditEvent) bool
	more  int // rows that are no audit events
}{
	{`AzureDiagnostics
| where Category == "kube-apiserver"
| where log_s contains "pods/nginx"
| project log_s`, func(*auditEvent) bool { return false }, 1},
	{`AzureDiagnostics
| where Category == "kube-audit"
| where parse_json(log_s).verb == "create"
| where parse_json(tostring(parse_json(tostring(parse_json(log_s).requestObject)).roleRef)).name == "cluster-admin"
| where parse_json(tostring(parse_json(log_s).requestObject)).kind == "ClusterRoleBinding"
| extend k8skind = parse_json(tostring(parse_json(log_s).requestObject)).kind
| extend k8sroleref = parse_json(tostring(parse_json(tostring(parse_json(log_s).requestObject)).roleRef)).name
| extend k8suser = parse_json(tostring(parse_json(log_s).user)).username
| extend k8sipaddress = parse_json(tostring(parse_json(log_s).sourceIPs))[0]`, func(e *auditEvent) bool {
		return e.Verb == "create" && e.RequestObject.RoleRef.Name == "cluster-admin" && e.RequestObject.Kind == "ClusterRoleBinding"
	}, 0},
	{`AzureDiagnostics
| where Category == "kube-audit"
| where parse_json(log_s).verb == "create"
| where parse_json(tostring(parse_json(log_s).requestObject)).kind == "CronJob"`, func(e *auditEvent) bool {
		return e.Verb == "create" && e.RequestObject.Kind == "CronJob"
	}, 0},
	{`AzureDiagnostics
| where Category == "kube-audit"
| project log_s
| where parse_json(tostring(parse_json(log_s).user)).username == "masterclient"`, func(e *auditEvent) bool {
		return e.User.Username == "masterclient"
	}, 0},
	{`AzureDiagnostics
| where Category == "kube-audit"
| project log_s
| where parse_json(tostring(parse_json(log_s).sourceIPs))[0] == "20.60.1.9"`, func(e *auditEvent) bool {
		return len(e.SourceIPs) > 0 && e.SourceIPs[0] == "20.60.1.9"
	}, 0},
	{`AzureDiagnostics
| where Category == "kube-audit"
| project log_s
| where parse_json(log_s).verb == "create"
| where parse_json(tostring(parse_json(log_s).annotations)).["authorization.k8s.io/decision"] == "allow"`, func(e *auditEvent) bool {
		return e.Verb == "create" && e.Annotations["authorization.k8s.io/decision"] == "allow"
	}, 0},
	{`AzureActivity
| where OperationName == "Create role assignment"
| extend RoleDef = tostring(parse_json(tostring(parse_json(tostring(parse_json(Properties).requestbody)).Properties)).RoleDefinitionId)
| extend  Caller = tostring(parse_json(tostring(parse_json(tostring(parse_json(Properties).requestbody)).Properties)).Caller)
| where RoleDef contains "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" or RoleDef contains "b24988ac-6180-42a0-ab88-20f7382dd24c"
| extend AccountCustomEntity = Caller
| extend IPCustomEntity = CallerIpAddress
| extend URLCustomEntity = HTTPRequest
| extend HostCustomEntity = ResourceId`, func(*auditEvent) bool { return false }, 1},
}

// An auditEvent is what the conditions above look at.
type auditEvent struct {
	Verb          string
	User          struct{ Username string }
	SourceIPs     []string
	RequestObject struct {
		Kind    string
		RoleRef struct{ Name string }
	}
	Annotations map[string]string
}

// others are records beside the audit events: the API server's own log, and
// role assignments of Azure, of which one gives Owner.
const others = `{"records":[{"time":"2026-11-21T07:10:16Z","category":"kube-apiserver","resourceId":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS","properties":{"log":"I1121 07:10:16.000000       1 trace.go:236] Trace[1]: \"Delete\" url:/api/v1/namespaces/default/pods/nginx-7f9c","stream":"stderr","pod":"kube-apiserver-1"}}]}
{"records":[{"time":"2026-11-21T07:10:17Z","category":"kube-apiserver","resourceId":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS","properties":{"log":"I1121 07:10:17.000000       1 controller.go:1] pods/other","stream":"stderr","pod":"kube-apiserver-1"}}]}
{"TimeGenerated":"2026-11-21T07:10:18Z","Type":"AzureActivity","OperationName":"Create role assignment","OperationNameValue":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE","ActivityStatusValue":"Start","Caller":"ann@contoso.com","CallerIpAddress":"192.0.2.7","CorrelationId":"c-1","HTTPRequest":"{}","ResourceId":"/subscriptions/s","Properties":"{\"requestbody\":\"{\\\"Id\\\":\\\"x\\\",\\\"Properties\\\":{\\\"PrincipalId\\\":\\\"p\\\",\\\"RoleDefinitionId\\\":\\\"/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635\\\",\\\"Caller\\\":\\\"ann\\\"}}\"}"}
{"TimeGenerated":"2026-11-21T07:10:19Z","Type":"AzureActivity","OperationName":"Create role assignment","OperationNameValue":"MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE","ActivityStatusValue":"Start","Caller":"bob@contoso.com","CallerIpAddress":"192.0.2.8","CorrelationId":"c-2","HTTPRequest":"{}","ResourceId":"/subscriptions/s","Properties":"{\"requestbody\":\"{\\\"Properties\\\":{\\\"RoleDefinitionId\\\":\\\"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\\\"}}\"}"}
`

// TestSentinelQueries runs the queries as they are over Azure's form of the
// recorded attacks, and counts their rows once more without KQL.
func TestSentinelQueries(t *testing.T) {
	lines := events(t)
	input := string(azure(lines, 1<<30)) + others
	known := auditEvents(t, lines)
	a := Load(Config{NoBuiltin: true})
	for _, c := range sentinel {
		want := c.more
		for i := range known {
			if c.is(&known[i]) {
				want++
			}
		}
		if want == 0 {
			t.Errorf("the corpus has nothing for\n%s", c.query)
		}
		q, err := a.Compile(diag.NewFile("query", c.query))
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		in := Input{Paths: []string{"-"}, Stdin: strings.NewReader(input)}
		if _, err := a.Hunt(context.Background(), q, in, kql.RunOptions{}, func(b *value.Batch) error { got += b.Len(); return nil }); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d rows, want %d, of\n%s", got, want, c.query)
		}
	}
}

func auditEvents(t *testing.T, lines []string) []auditEvent {
	out := make([]auditEvent, len(lines))
	for i, line := range lines {
		err := json.Unmarshal([]byte(line), &out[i])
		// A JSON patch is a list: the rest of such an event is read all the same.
		if _, patch := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !patch {
			t.Fatal(err)
		}
	}
	return out
}
