package decode

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// Events with everything in them that a cut can tear apart.
var wholeEvents = []string{
	`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/sh%C3%B6p/pods?fieldManager=k&pretty=%20\u0026x=1","verb":"create","user":{"username":"ann@contoso.com","uid":"7","groups":["devs","system:authenticated"],"extra":{"authentication.kubernetes.io/credential-id":["JTI=1"]}},"sourceIPs":["1.1.1.1","20.1.2.3"],"userAgent":"kubectl/v1.34 é","objectRef":{"resource":"pods","namespace":"shöp","name":"web","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":201},"requestObject":{"kind":"Pod","metadata":{"name":"web","annotations":{"q":"a \"b\" \\ \ud83d\ude00 c"}},"spec":{"hostPID":true,"containers":[{"name":"app","image":"nginx:1","securityContext":{"privileged":true,"capabilities":{"add":["SYS_ADMIN"]}},"ports":[{"hostPort":8080}],"volumeMounts":[{"name":"h","mountPath":"/h","readOnly":true}]}],"volumes":[{"name":"h","hostPath":{"path":"/etc"}}]}},"responseObject":{"kind":"Pod","metadata":{"name":"web","uid":"u1","annotations":{"q":"a \"b\" \\ \ud83d\ude00 c"}},"spec":{"hostPID":true,"containers":[{"name":"app","image":"nginx:1","securityContext":{"privileged":true,"capabilities":{"add":["SYS_ADMIN"]}},"ports":[{"hostPort":8080}],"volumeMounts":[{"name":"h","mountPath":"/h","readOnly":true}]}],"volumes":[{"name":"h","hostPath":{"path":"/etc"}}]}},"requestReceivedTimestamp":"2026-11-21T07:10:32.040372Z","stageTimestamp":"2026-11-21T07:10:32.044054Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC"}}`,
	`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a2","stage":"ResponseStarted","requestURI":"/api/v1/namespaces/shop/pods/web-0/exec?command=sh\u0026command=-c\u0026command=cat%20%2Fetc%2Fshadow\u0026container=app\u0026stdin=true\u0026tty=true","verb":"get","user":{"username":"system:serviceaccount:shop:web","groups":["system:authenticated"]},"sourceIPs":["10.0.0.1"],"userAgent":"kubectl","objectRef":{"resource":"pods","namespace":"shop","name":"web-0","apiVersion":"v1","subresource":"exec"},"responseStatus":{"code":101},"requestReceivedTimestamp":"2026-11-21T07:10:32.040372Z","stageTimestamp":"2026-11-21T07:10:32.044054Z","annotations":{"authorization.k8s.io/decision":"allow"}}`,
	`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a3","stage":"ResponseComplete","requestURI":"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/x","verb":"patch","user":{"username":"eve"},"sourceIPs":["10.0.0.1"],"objectRef":{"resource":"clusterrolebindings","name":"x","apiGroup":"rbac.authorization.k8s.io","apiVersion":"v1"},"responseStatus":{"code":200},"requestObject":[{"op":"add","path":"/subjects/-","value":{"kind":"User","name":"eve"}}],"responseObject":{"kind":"ClusterRoleBinding","metadata":{"name":"x"},"subjects":[{"kind":"User","name":"eve"}],"roleRef":{"kind":"ClusterRole","name":"cluster-admin"}},"requestReceivedTimestamp":"2026-11-21T07:10:32.040372Z","stageTimestamp":"2026-11-21T07:10:32.044054Z"}`,
}

const testResource = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/C"

func inEnvelope(log string) string {
	text, _ := json.Marshal(log)
	return fmt.Sprintf(`{"category":"kube-audit","resourceId":%q,"properties":{"log":%s,"pod":"p"},"time":"2026-11-21T07:10:33Z"}`, testResource, text)
}

func allColumns(table string) (names []string) {
	for _, c := range tableOf(table).columns {
		names = append(names, c.name)
	}
	return names
}

func oneRow(t *testing.T, record string) map[string]any {
	t.Helper()
	lines := readRows(t, Options{}, "KubeAudit", allColumns("KubeAudit"), testInput{"x", record + "\n"})
	if len(lines) != 1 {
		return nil
	}
	var row map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &row); err != nil {
		t.Fatalf("%v in %s", err, lines[0])
	}
	return row
}

// Cut anywhere, a record says less and nothing else.
func TestCutRecordsInventNothing(t *testing.T) {
	for _, event := range wholeEvents {
		whole := oneRow(t, event)
		for n := range event {
			checkCut(t, whole, oneRow(t, event[:n]), event[:n])
		}
		enveloped := oneRow(t, inEnvelope(event))
		for n := range event {
			if utf8.ValidString(event[:n]) {
				checkCut(t, enveloped, oneRow(t, inEnvelope(event[:n])), event[:n])
			}
		}
		message := inEnvelope(event)
		for n := range message {
			checkCut(t, enveloped, oneRow(t, message[:n]), message[:n])
		}
	}
}

func checkCut(t *testing.T, whole, cut map[string]any, text string) {
	t.Helper()
	for name, v := range cut {
		if !mayBeCut(name, whole[name], v) {
			t.Errorf("cut to %q: %s is %v, of the whole record it is %v", tail(text), name, v, whole[name])
		}
	}
	if cut != nil && cut["Truncated"] != true {
		t.Errorf("cut to %q: not marked as truncated", tail(text))
	}
}

func tail(s string) string { return s[max(0, len(s)-60):] }

// mayBeCut says whether a column of a cut record agrees with that of the whole.
func mayBeCut(name string, whole, cut any) bool {
	switch name {
	case "Truncated", "ChangePartial":
		return true
	case "Target":
		return true // words made of Resource, Namespace, Name and Path, which are judged
	case "RequestURI", "Path", "Command", "Container":
		return strings.HasPrefix(whole.(string), cut.(string))
	case "Parameters":
		return prefixes(whole, cut)
	case "TimeGenerated":
		return cut == whole || cut == nil || cut == "2026-11-21T07:10:33Z"
	case "ForwardedFor", "ClientIP", "SourceIPs":
		return true // fewer addresses: judged by TestCutAddresses
	case "IsHuman", "IsSystem", "IsAnonymous", "DryRun":
		return cut == whole || cut == false
	case "Cluster":
		return cut == whole || cut == ""
	case "Category":
		return cut == whole || cut == "file"
	}
	return cut == nil || cut == "" || within(whole, cut)
}

// prefixes says whether every parameter is one of the whole's, the last maybe
// in part.
func prefixes(whole, cut any) bool {
	if cut == nil {
		return true
	}
	all := fmt.Sprint(whole)
	for name, v := range cut.(map[string]any) {
		values, ok := v.([]any)
		if !ok {
			values = []any{v}
		}
		for _, one := range values {
			if !strings.Contains(all, one.(string)) || !strings.Contains(all, name) {
				return false
			}
		}
	}
	return true
}

// within says whether all of part stands in whole.
func within(whole, part any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for k, v := range p {
			if !ok || !within(w[k], v) && v != nil {
				return false
			}
		}
		return true
	case []any:
		w, _ := whole.([]any)
		for _, v := range p {
			if !anyWithin(w, v) {
				return false
			}
		}
		return true
	}
	if s, ok := part.(string); ok { // the address of the request
		if w, ok := whole.(string); ok && strings.HasPrefix(w, s) && strings.HasPrefix(w, "/api") {
			return true
		}
	}
	return reflect.DeepEqual(whole, part)
}

func anyWithin(list []any, v any) bool {
	for _, w := range list {
		if within(w, v) {
			return true
		}
	}
	return false
}

// A list of addresses that is cut must not make a forged one the client's.
func TestCutAddresses(t *testing.T) {
	event := wholeEvents[0]
	for n := range event {
		row := oneRow(t, event[:n])
		if row != nil && row["ClientIP"] != "" && row["ClientIP"] != "20.1.2.3" {
			t.Fatalf("cut to %q: client is %v", tail(event[:n]), row["ClientIP"])
		}
	}
}
