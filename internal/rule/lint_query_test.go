package rule

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// audit is the tables of the decoder.
type audit struct{}

func (audit) Table(name string) (value.Schema, bool)  { return decode.Table(name) }
func (audit) TableNames() []string                    { return decode.TableNames() }
func (audit) ColumnLevel(table, column string) string { return decode.ColumnLevel(table, column) }
func (audit) Never(table, column, text string) (why, hint string) {
	return decode.Never(table, column, text)
}

func TestAuditLevelOfAQuery(t *testing.T) {
	for _, test := range []struct{ want, query string }{
		{"", "AzureActivity | where Caller == 'x'"},
		{"Metadata", "KubeAudit | where Verb == 'create'"},
		{"Metadata", "KubeAudit | where Verb == 'delete' or NewHostPID"},
		{"Metadata", "KubeAudit | where isnull(Change) or isnotempty(tostring(Change.spec))"},
		{"Metadata", "KubeAudit | extend x = case(NewHostPID, 'a', Verb == 'get', 'b', '') | where x != ''"},
		{"Metadata", "KubeAudit | where array_length(Images) > 0 | summarize n = count() | where n == 0"},
		{"Metadata", "KubeAudit | where Verb == 'get' | join kind=leftouter (KubeAudit | where HostPID) on User"},
		{"Metadata", "union (KubeAudit | where HostPID), (KubeAudit | where Verb == 'get')"},
		{"Metadata", "KubeAudit | where not(HostPID == true)"},
		{"Request", "KubeAudit | where NewHostPID"},
		{"Request", "KubeAudit | where Verb == 'create' and (HostPID or array_length(Images) > 1)"},
		{"Request", "KubeAudit | where not(isnull(Change))"},
		{"Request", "KubeAudit | extend s = tostring(Change.spec), v = Verb | where v == 'x' and s has 'privileged'"},
		{"Request", "KubeAudit | extend x = case(NewHostPID, 'a', HostIPC, 'b', '') | where isnotempty(x)"},
		{"Request", "KubeAudit | extend x = iff(Verb == 'get', HostPID, HostIPC) | where x"},
		{"Request", "KubeAudit | where tostring(Images) has_any (_GetWatchlist('bad'))"},
		{"Request", "KubeAudit | where set_has_element(AddedCapabilities, Verb)"},
		{"Request", "KubeAudit | mv-expand Path = NewHostPaths to typeof(string) | where Path startswith '/etc'"},
		{"Request", "KubeAudit | mv-apply i = Images on (where tostring(i) has 'x')"},
		{"Request", "let Pods = KubeAudit | where HostPID; let Two = materialize(Pods); Two | summarize count() by User"},
		{"Request", "KubeAudit | where Verb == 'get' | join kind=inner (KubeAudit | where HostPID) on User"},
		{"Request", "union (KubeAudit | where HostPID), (KubeAudit | where HostIPC)"},
		{"Request", "KubeAudit | where HostPID | union (KubeAudit | where HostIPC)"},
		{"Request", "KubeAudit | where isnotnull(Record.requestObject.spec)"},
		{"Request", "KubeAudit | where Level != 'Metadata'"},
		{"Request", "KubeAudit | where coalesce(RoleRef, tostring(Change.roleRef.name)) == 'cluster-admin'"},
		{"Request", "AKSAudit | where tostring(RequestObject.spec.hostPID) == 'true'"},
		{"Request", "AzureDiagnostics | extend e = parse_json(log_s) | where e.requestObject.kind == 'CronJob'"},
		{"Request", "AzureDiagnostics | extend e = parse_json(log_s) | where tostring(e['requestObject'].kind) =~ 'CronJob'"},
		{"", "AzureDiagnostics | extend e = parse_json(log_s) | where e.verb == 'create'"},
		{"RequestResponse", "KubeAudit | where ObjectCreated > TimeGenerated - 1h"},
		{"RequestResponse", "AKSAudit | where array_length(ResponseObject.items) > 1"},
	} {
		dir := folder(t, map[string]string{"a.yaml": head + "query: |\n  " + test.query + "\n", "lists/bad.txt": "x\n"})
		s := Load(Options{NoBuiltin: true, Paths: []string{dir}, ListDirs: []string{filepath.Join(dir, "lists")}, Tables: audit{}})
		if len(s.Rules) != 1 {
			t.Fatal(mistakes(s, dir))
		}
		if got := s.AuditLevel(s.Rules[0]); got != test.want {
			t.Errorf("%s: level %q, not %q", test.query, got, test.want)
		}
	}
}

func TestLintKnowsTheTables(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"what a verb is not", "query: KubeAudit | where Verb in ('exec', 'get') or 'POST' == Verb\n", []string{
			"4:35: Verb is never \"exec\": it is one of get, list, watch, create, update, patch, delete, deletecollection, post, put, head, options",
			"4:53: Verb is never \"POST\": it is one of get, list, watch, create, update, patch, delete, deletecollection, post, put, head, options"}},
		{"a kind", "query: KubeAudit | where Resource != 'Pod'\n", []string{"4:38: Resource is never \"Pod\": it is the plural in lower case"}},
		{"of a member", "query: AKSAudit | where tostring(ObjectRef.resource) == 'secret'\n", []string{"4:57: ObjectRef.resource is never \"secret\": it is the plural in lower case"}},
		{"of a record", "query: AzureDiagnostics | where tostring(parse_json(log_s).verb) == 'exec'\n", []string{
			"4:69: parse_json.verb is never \"exec\": it is one of get, list, watch, create, update, patch, delete, deletecollection, post, put, head, options"}},
		{"a column of its own", "query: KubeAudit | extend Verb = 'exec' | where Verb == 'exec'\n", nil},
		{"another table's column", "query: AzureActivity | where Level == 'Error'\n", nil},
		{"a stage of the raw table", "query: AKSAudit | where Stage == 'RequestReceived'\n", nil},
		{"bodies, of another's rule", "query: KubeAudit | where HostPID\n", []string{"4:8: note: the rule never matches events of the audit level Metadata: every way through its query needs Request"}},
		{"bodies, not said", "query: KubeAudit | where HostPID\ndogwatch: {}\n", []string{"4:8: the rule never matches events of the audit level Metadata: every way through its query needs Request"}},
		{"bodies, said", "query: KubeAudit | where HostPID\ndogwatch: {auditLevel: Request}\n", nil},
		{"another level said", "query: KubeAudit | where HostPID or Verb == 'get'\ndogwatch: {auditLevel: Request}\n", []string{"5:24: the rule says that it needs the audit level Request, and its query needs Metadata"}},
		{"a level for no audit events", "query: AzureActivity\ndogwatch: {auditLevel: metadata}\n", []string{"5:24: the rule says that it needs the audit level Metadata, and its query reads no audit events"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"a.yaml": head + test.text})
			s := Load(Options{NoBuiltin: true, Paths: []string{dir}, Tables: audit{}})
			if len(s.Rules) != 1 {
				t.Fatal(mistakes(s, dir))
			}
			if got := aboutQueries(s); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// aboutQueries is what lint says, without what is missing in a rule's head.
func aboutQueries(s *Set) (out []string) {
	for _, f := range s.Lint(time.Unix(0, 0)) {
		_, line, col, _, _ := f.Position()
		if slices.ContainsFunc([]string{"the rule has no", "the rule names no", "dogwatch has no"}, func(s string) bool { return strings.HasPrefix(f.Message, s) }) {
			continue
		}
		note := ""
		if f.Note {
			note = "note: "
		}
		out = append(out, fmt.Sprintf("%d:%d: %s%s", line, col, note, f.Message))
	}
	return out
}

func TestLintLooksIntoQueries(t *testing.T) {
	count := "Requests | summarize n = count() by User | where n > 3"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"on change", "kind: NRT\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", nil},
		{"counts for a minute", "kind: NRT\nquery: " + count + "\ndogwatch: {}\n", []string{"4:7: the rule counts over one minute"}},
		{"cannot run on change", "kind: NRT\nqueryPeriod: 10m\nquery: Requests | join kind=leftanti (Requests | where Verb == 'get') on User\n", []string{
			"4:7: the rule counts every minute, and not on change: leftanti takes rows away when more come"}},
		{"the condition that stands against it", "kind: NRT\nqueryPeriod: 10m\nquery: Requests | summarize n = count() by User | where n < 3\n", []string{
			"4:7: the rule counts every minute, and not on change: a condition may stop holding when more rows come"}},
		{"the trigger", "kind: NRT\nqueryPeriod: 10m\ntriggerOperator: lt\ntriggerThreshold: 3\nquery: Requests\n", []string{"4:7: the rule counts every minute, and not on change: its trigger is not gt"}},
		{"windows with edges", "queryFrequency: 10m\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", []string{"4:17: what happens across the edge of two windows is not counted together"}},
		{"windows that overlap", "queryFrequency: 5m\nqueryPeriod: 10m\nquery: " + count + "\ndogwatch: {}\n", nil},
		{"another's rule", "queryFrequency: 10m\nqueryPeriod: 10m\nquery: " + count + "\n", nil},
		{"a hidden number", "query: |\n  let Code = 5;\n  Requests | where Code > Code\n", []string{"5:7: \"Code\" is a column of Requests: the variable is not seen where the table is read"}},
		{"a hidden list", "query: |\n  let Name = Requests | project User;\n  Requests | where User in (Name)\n", []string{"5:7: \"Name\" is a column of Requests: the variable is not seen where the table is read"}},
		{"rows of a column's name", "query: |\n  let Name = Requests | where Verb == 'get';\n  Name | where Code == 1\n", nil},
		{"a variable of its own", "query: |\n  let Limit = 5;\n  Requests | where Code > Limit\n", nil},
		{"never", "query: Requests | where Verb == 'get' and (Verb in ('list', 'watch') or Code > 1)\n", []string{"4:44: Verb cannot be what this and an earlier condition ask for: this part never holds"}},
		{"neither part", "query: Requests | where Verb == 'get' | where Verb == 'list' or Verb == 'watch'\n", []string{
			"4:47: Verb cannot be what this and an earlier condition ask for: this part never holds", "4:65: Verb cannot be what this and an earlier condition ask for: this part never holds"}},
		{"not what it must be", "query: Requests | where Verb in ('get', 'list') and Verb != 'get' and Verb !in ('list')\n", []string{"4:71: Verb cannot be what this and an earlier condition ask for: nothing passes"}},
		{"no number between", "query: Requests | where Code >= 400 and Code < 400\n", []string{"4:41: Code cannot be what this and an earlier condition ask for: nothing passes"}},
		{"a number outside", "query: Requests | where Code == 403 | where Code < 400 or Verb == 'get'\n", []string{"4:45: Code cannot be what this and an earlier condition ask for: this part never holds"}},
		{"a number within", "query: Requests | where Code >= 400 and Code < 500 and Code in (401, 403)\n", nil},
		{"empty and not", "query: Requests | where isempty(User) and isnotempty(User)\n", []string{"4:43: User cannot be what this and an earlier condition ask for: nothing passes"}},
		{"a branch", "query: Requests | where Verb == 'get' | extend x = case(Verb == 'list', 1, Verb == 'get' and Code == 1, 2, Code > 1, 3, Code > 1, 4, 5)\n", []string{
			"4:57: Verb cannot be what this and an earlier condition ask for: this branch is never taken", "4:121: an earlier branch has the same condition: this one is never taken"}},
		{"a branch that the case before says nothing of", "query: Requests | extend x = case(Verb == 'list', 1, Verb == 'get', 2, 5)\n", nil},
		{"constants", "query: Requests | where 1 == 2 and Code > 1 | where 'a' in ('a', 'b')\n", []string{"4:25: the condition is never true: nothing passes", "4:53: the condition is always true: it can go"}},
		{"a condition in a value", "query: Requests | where Verb == 'get' | summarize n = countif(Verb == 'list' and Code > 1) by User\n", []string{"4:63: Verb cannot be what this and an earlier condition ask for: this never holds"}},
		{"another table's column", "query: Requests | where Verb == 'get' | where User in (Requests | where Verb == 'list' | project User)\n", nil},
		{"never together", "query: Requests | where Verb in ('get', 'list') and Code > 1 | where Verb == 'watch'\n", []string{"4:70: Verb cannot be what this and an earlier condition ask for: nothing passes"}},
		{"together", "query: Requests | where Verb in ('get', 'list') | where (Verb == 'list')\n", nil},
		{"another column of that name", "query: Requests | where Verb == 'get' | extend Verb = Name | where Verb == 'list'\n", nil},
		{"false", "query: Requests | where false\n", []string{"4:25: the condition is never true: nothing passes"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, dir := load(t, map[string]string{"a.yaml": head + test.text})
			if len(s.Rules) != 1 {
				t.Fatal(mistakes(s, dir))
			}
			if got := aboutQueries(s); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}
