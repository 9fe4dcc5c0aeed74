package decode

import (
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func TestEveryColumnIsDescribed(t *testing.T) {
	for _, table := range TableNames() {
		if TableDoc(table) == "" {
			t.Errorf("table %s is not described", table)
		}
		schema, ok := Table(table)
		if !ok || len(schema) == 0 {
			t.Fatalf("table %s has no columns", table)
		}
		seen := map[string]bool{}
		for _, f := range schema {
			if ColumnDoc(table, f.Name) == "" {
				t.Errorf("column %s of %s is not described", f.Name, table)
			}
			if seen[f.Name] || f.Type == value.Unknown {
				t.Errorf("column %s of %s: twice, or without a type", f.Name, table)
			}
			seen[f.Name] = true
		}
		if all := Schemas()[table]; !slices.Equal(all, schema) {
			t.Errorf("Schemas has %d columns for %s, Table %d", len(all), table, len(schema))
		}
	}
	if _, ok := Table("nope"); ok || TableDoc("nope") != "" || ColumnDoc("nope", "x") != "" || ColumnDoc("KubeAudit", "nope") != "" {
		t.Error("what is not there is described")
	}
}

func TestColumnsOfBodiesSaySo(t *testing.T) {
	for _, test := range []struct{ table, column, want string }{
		{"KubeAudit", "Verb", ""}, {"KubeAudit", "Record", ""}, {"KubeAudit", "ChangeUnsure", ""}, {"KubeAudit", "Command", ""}, {"KubeAudit", "Change", "Request"},
		{"KubeAudit", "NewHostPID", "Request"}, {"KubeAudit", "RoleRef", "Request"}, {"KubeAudit", "ObjectCreated", "RequestResponse"},
		{"AKSAuditAdmin", "RequestObject", "Request"}, {"ArcK8sAudit", "ResponseObject", "RequestResponse"},
		{"AzureActivity", "Properties", ""}, {"nope", "Change", ""},
	} {
		if got := ColumnLevel(test.table, test.column); got != test.want {
			t.Errorf("%s.%s: level %q, not %q", test.table, test.column, got, test.want)
		}
	}
	for _, table := range []string{"KubeAudit", "AKSAudit"} {
		for name := range tableOf(table).levels {
			if ColumnDoc(table, name) == "" {
				t.Errorf("%s has a level for %s, which is no column", table, name)
			}
		}
	}
}

func TestWhatAColumnNeverIs(t *testing.T) {
	for _, test := range []struct{ table, column, text, hint string }{
		{"KubeAudit", "Verb", "exec", "exec, attach and the like stand in Subresource; their verb is get or create"},
		{"KubeAudit", "Verb", "Create", "write create"}, {"AKSAudit", "Verb", "POST", "write post"},
		{"KubeAudit", "Stage", "RequestReceived", ""}, {"KubeAudit", "Outcome", "succeeded", "write Succeeded"},
		{"KubeAudit", "Decision", "deny", "a refusal is forbid"}, {"KubeAudit", "Resource", "Pod", "write pods"},
		{"KubeAudit", "Resource", "pod", "write pods"}, {"KubeAudit", "Resource", "networkpolicy", "write networkpolicies"},
		{"KubeAudit", "Resource", "ingress", "write ingresses"}, {"KubeAudit", "Resource", "Secrets", "write secrets"},
		{"KubeAudit", "Resource", "pods/exec", "write Resource == 'pods' and Subresource == 'exec'"},
		{"KubeAudit", "Resource", "Widgets", ""}, {"KubeAudit", "ApiGroup", "core", "write ApiGroup == ''"},
		{"KubeAudit", "ApiGroup", "apps/v1", "the version is in ApiVersion"}, {"KubeAudit", "ApiVersion", "apps/v1", "the group is in ApiGroup"},
		{"KubeAudit", "Subresource", "Exec", "write exec"},
	} {
		why, hint := Never(test.table, test.column, test.text)
		if why == "" || hint != test.hint {
			t.Errorf("%s == %q: %q, hint %q, not %q", test.column, test.text, why, hint, test.hint)
		}
	}
	for _, test := range []struct{ table, column, text string }{
		{"KubeAudit", "Verb", "get"}, {"KubeAudit", "Verb", ""}, {"KubeAudit", "Verb", "put"}, {"AKSAudit", "Stage", "RequestReceived"},
		{"KubeAudit", "Resource", "pods"}, {"KubeAudit", "Resource", "widgets"}, {"KubeAudit", "Resource", "endpoints"},
		{"KubeAudit", "ApiGroup", "apps"}, {"KubeAudit", "User", "Exec"}, {"AzureActivity", "Level", "Error"}, {"nope", "Verb", "exec"},
	} {
		if why, _ := Never(test.table, test.column, test.text); why != "" {
			t.Errorf("%s.%s can be %q: %s", test.table, test.column, test.text, why)
		}
	}
}

// TestKeptRowHasRoom: a kept row has a place for each column of KubeAudit.
func TestKeptRowHasRoom(t *testing.T) {
	if n := len(kubeAudit().columns); n > maxColumns {
		t.Errorf("%d columns, and room for %d", n, maxColumns)
	}
}
