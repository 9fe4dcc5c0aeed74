package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
)

// TestTablesFresh holds the page of tables to the decoder's own table of
// columns; -update writes it anew.
func TestTablesFresh(t *testing.T) {
	want := tablesPage()
	if *update {
		if err := os.WriteFile("tables.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("tables.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("tables.md is not what the decoder says: run make update")
	}
}

func tablesPage() string {
	var b strings.Builder
	b.WriteString(tablesIntro)
	for _, name := range decode.TableNames() {
		schema, _ := decode.Table(name)
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| column | type | meaning |\n| --- | --- | --- |\n", name, decode.TableDoc(name))
		for _, f := range schema {
			text := decode.ColumnDoc(name, f.Name)
			if level := decode.ColumnLevel(name, f.Name); level != "" {
				text += " Needs the audit level " + level + "."
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", f.Name, f.Type, strings.ReplaceAll(text, "|", `\|`))
		}
	}
	return b.String()
}

const tablesIntro = `# Tables

<!-- Written by make update from the decoder's columns. -->

Every record that is read can be seen through several tables. The record itself is kept
byte for byte; a table is a view of it, and a column is computed when a query asks for it.

- **KubeAudit** is ours: one row a request, with the traps of the audit log settled once.
  Rules and hunts are best written on it.
- **AzureDiagnostics, AKSAudit, AKSAuditAdmin, AKSControlPlane, AzureActivity** and the
  Arc twins are Log Analytics' tables with Microsoft's names and semantics, so that
  queries of Sentinel run as they are. What Azure cut off is cut off there too.
- **Sources** has one row for each input, cluster and category: what came, and until when.
  **Silences** has one for each pause of an hour or more.

What KubeAudit settles, in short:

- A request that is told in several stages, or in kube-audit and kube-audit-admin both, is
  one row. Long-running requests (watch, exec, attach, portforward, proxy, logs that are
  followed) are told when they start, others when they end. Requests are the same when
  cluster, auditID, time of receipt, user, verb and URI are: the auditID alone is chosen
  by the client.
- TimeGenerated is when the request was received; a record that was cut before its
  timestamps takes the time of its envelope.
- Object is what is now, Change what this request set; columns of the pod spec come in
  pairs, state (HostPID) and what the request brought in (NewHostPID). Status
  subresources bring in nothing.
- ClientIP is the address behind the hops that are trusted; ForwardedFor is what a client
  may have made up.
- A record that was cut off is read as far as it goes, and Truncated says so.
`
