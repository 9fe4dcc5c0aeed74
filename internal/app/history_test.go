package app

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/embedded"
	"github.com/dogwatch-dev/dogwatch/internal/store/memory"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// huntQueries are asked of the recorded attacks beside the queries of some rules: each way in which a store saves itself work, and each table.
var huntQueries = []string{
	`KubeAudit`,
	`KubeAudit | count`,
	`KubeAudit | summarize count() by Verb, Code`,
	`KubeAudit | where Verb == "delete" and Resource in ("pods", "secrets")`,
	`KubeAudit | where Verb =~ "DELETE" or Code >= 500`,
	`KubeAudit | where Verb != "get" and Verb !in ("list", "watch") | summarize count() by User`,
	`KubeAudit | where Code between (400 .. 499) | summarize count() by User, bin(TimeGenerated, 5m)`,
	`KubeAudit | where Code !between (200 .. 299)`,
	`KubeAudit | top 20 by TimeGenerated desc | project TimeGenerated, AuditID`,
	`KubeAudit | where Verb == "create" | top 20 by TimeGenerated asc | project TimeGenerated, AuditID`,
	`KubeAudit | where TimeGenerated > toscalar(KubeAudit | summarize max(TimeGenerated)) - 10m`,
	`KubeAudit | where Object.spec.hostPID == true`,
	`KubeAudit | where tostring(Record.requestObject.spec.hostPID) == "true"`,
	`KubeAudit | where Record has "cluster-admin"`,
	`KubeAudit | where tostring(Record) contains "LUSTER-adm"`,
	`KubeAudit | where RequestURI has "exec" | project Command, RequestURI`,
	`KubeAudit | where Command has "sh"`,
	`KubeAudit | where Annotations["authorization.k8s.io/decision"] == "forbid"`,
	`KubeAudit | where Groups has "system:masters"`,
	`KubeAudit | where IsSystem == false and IsHuman | summarize count() by User, ClientIP`,
	`KubeAudit | mv-expand c = Object.spec.containers | where c.image has "alpine" | project AuditID, c.image`,
	`KubeAudit | where Change.spec.hostNetwork == true or NewHostPID`,
	`KubeAudit | where isnotempty(Change) | project AuditID, ChangeKind, Change, ChangeRemoved`,
	`KubeAudit | where Code == 403 | join kind=inner (KubeAudit | where Code == 200) on User | where TimeGenerated1 between (TimeGenerated .. 5m) | summarize count() by User`,
	`let d = KubeAudit | where Code == 403; d | union (KubeAudit | where Verb == "impersonate") | summarize count()`,
	`AKSAudit | where RequestObject.spec.hostPID == true`,
	`AKSAudit | where Verb == "create" | where ObjectRef.resource == "pods" | summarize count() by tostring(User.username)`,
	`AKSAuditAdmin | summarize count() by Verb`,
	`AzureDiagnostics | where log_s has "cluster-admin" | summarize count() by Category`,
	`AzureDiagnostics | extend e = parse_json(log_s) | where e.verb == "delete" and e.objectRef.resource == "pods" | count`,
	`AzureDiagnostics | where TimeGenerated > datetime(2020-01-01) | summarize min(TimeGenerated), max(TimeGenerated)`,
	`AzureDiagnostics | top 15 by TimeGenerated desc | project TimeGenerated, log_s`,
	`AKSAudit | top 15 by TimeGenerated asc | project TimeGenerated, AuditId, Stage`,
	`let m = toscalar(AKSAudit | summarize max(TimeGenerated)); AKSAudit | where TimeGenerated > m - 10m | project TimeGenerated, AuditId, Stage`,
	`let m = toscalar(AKSAuditAdmin | summarize min(TimeGenerated)); AKSAuditAdmin | where TimeGenerated between (m .. 5m) | project TimeGenerated, AuditId`,
	`let m = toscalar(AzureDiagnostics | summarize max(TimeGenerated)); AzureDiagnostics | where TimeGenerated < m - 20m | count`,
	`AKSControlPlane | count`, `AzureActivity | count`,
	`Sources`, `Silences | project-away SourceBefore`,
	`search in (KubeAudit) "xmrig" | count`,
}

var everyRule = flag.Bool("every-rule", false, "ask stores the queries of all rules, not of some")

// TestHistoryAnswersAsFilesDo asks stores what is asked of the file that their
// records came from.
func TestHistoryAnswersAsFilesDo(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the recorded attacks some hundred times")
	}
	ctx := context.Background()
	a := Load(Config{NoTests: true})
	in := Input{Paths: []string{corpora + "attacks.ndjson.zst"}}
	queries := map[string]*kql.Query{}
	for _, text := range huntQueries {
		q, err := a.Compile(diag.NewFile("query", text))
		if err != nil {
			t.Fatal(err)
		}
		queries[text] = q
	}
	for i, r := range a.Rules() {
		if *everyRule || i%8 == 0 {
			queries[r.Short] = r.Query
		}
	}
	stores := map[string]store.Store{"memory": memory.New()}
	sealed, err := embedded.Open(embedded.Options{Dir: t.TempDir(), SealBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer sealed.Close()
	stores["embedded"] = sealed
	for name, s := range stores {
		result, err := a.Import(ctx, s, in)
		if err != nil || result.Kept == 0 || result.Known != 0 {
			t.Fatalf("%s: %+v, %v", name, result, err)
		}
		again, err := a.Import(ctx, s, in)
		if err != nil || again.Kept != 0 || again.Known != result.Kept {
			t.Fatalf("%s again: %+v, %v", name, again, err)
		}
	}
	opt := kql.RunOptions{Now: 639_142_272_000_000_000}
	for name, q := range queries {
		t.Run(name, func(t *testing.T) {
			var want []string
			if _, err := a.Hunt(ctx, q, in, opt, collect(&want)); err != nil {
				t.Fatal(err)
			}
			for which, s := range stores {
				var got []string
				result, err := a.Hunt(ctx, q, Input{Store: s}, opt, collect(&got))
				if err != nil || len(result.Store.Problems) > 0 {
					t.Fatalf("%s: %v, %v", which, err, result.Store.Problems)
				}
				slices.Sort(want)
				slices.Sort(got)
				if d := firstDifference(got, want); d != "" {
					t.Errorf("%s: %d rows, want %d: %s", which, len(got), len(want), d)
				}
			}
		})
	}
}

// collect writes rows as text, a line each. The order of what aggregates list
// is not theirs.
func collect(rows *[]string) func(*value.Batch) error {
	return func(b *value.Batch) error {
		for _, i := range b.Rows() {
			var line []byte
			for c := range b.Cols {
				line = value.AppendCanonical(append(line, '|'), unordered(b.At(int(i), c)))
			}
			*rows = append(*rows, string(line))
		}
		return nil
	}
}

func unordered(v value.Value) value.Value {
	if !v.IsArray() {
		return v
	}
	elems := slices.Clone(v.Elems())
	slices.SortFunc(elems, func(a, b value.Value) int { return strings.Compare(a.String(), b.String()) })
	return value.ArrayOf(elems)
}

func firstDifference(got, want []string) string {
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			return fmt.Sprintf("row %d:\n  %.600s\nwant\n  %.600s", i, g, w)
		}
	}
	return ""
}
