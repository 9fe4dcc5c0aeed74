package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/internal/store/embedded"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// pathRule asks for members of events.
const pathRule = `id: 0b4c1a52-9f0e-4d3b-8c1e-6b2f7d0a9e11
name: Paths are asked for
description: A rule of a test.
severity: Low
kind: Scheduled
queryFrequency: 5m
queryPeriod: 5m
triggerOperator: gt
triggerThreshold: 0
tactics: [Execution]
query: |
  KubeAudit
  | where Record.requestObject.spec.hostPID == true
      or Object.kind in~ ('clusterrolebinding', 'RoleBinding')
      or tostring(Annotations['authorization.k8s.io/decision']) == 'forbid'
      or Record.responseStatus.code == 403
      or Record.requestObject.subjects.name == 'default'
`

var pathQueries = []string{
	`KubeAudit | where Record.requestObject.spec.hostPID == true | project AuditID`,
	`KubeAudit | where tostring(Record.requestObject.spec.hostPID) =~ "True" | project AuditID`,
	`KubeAudit | where Object.kind =~ "CLUSTERROLEBINDING" | project AuditID, Object`,
	`KubeAudit | where Object.kind == "ClusterRoleBinding" | project AuditID`,
	`KubeAudit | where tostring(Annotations["authorization.k8s.io/decision"]) == "forbid" | project AuditID, User`,
	`KubeAudit | where Record.responseStatus.code == 403 | project AuditID, User`,
	`KubeAudit | where toint(Record.responseStatus.code) in (403, 404) | project AuditID, User`,
	`KubeAudit | where tostring(Record.responseStatus.code) == "403" | project AuditID`,
	`KubeAudit | mv-expand s = Record.requestObject.subjects | where s.name == "default" | project AuditID`,
}

// TestPathsThatRulesAskForAreKept imports a log before, and another after a rule
// asks for members of events, and asks for them before and after the segments of
// both are joined.
func TestPathsThatRulesAskForAreKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it imports the recorded attacks")
	}
	ctx, dir := context.Background(), t.TempDir()
	rules := t.TempDir()
	write(t, filepath.Join(rules, "paths.yaml"), pathRule)
	plain := Load(Config{NoTests: true, NoBuiltin: true})
	asking := Load(Config{NoTests: true, NoBuiltin: true, Rules: []string{rules}})
	names := []string{"Record.requestObject.spec.hostPID", "Object.kind", `Annotations["authorization.k8s.io/decision"]`, "Record.responseStatus.code"}
	for _, want := range names {
		if !slices.ContainsFunc(asking.kept().Paths, func(p decode.Path) bool { return decode.KeptPath(p) == want }) {
			t.Fatalf("%v do not have %s", asking.kept().Paths, want)
		}
	}
	s, err := embedded.Open(embedded.Options{Dir: filepath.Join(dir, "data"), SealBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	lines := corpusLines(t)
	want := map[string][]string{}
	for i, a := range []*App{plain, asking} {
		in := Input{Paths: []string{filepath.Join(dir, fmt.Sprintf("%d.ndjson", i))}}
		write(t, in.Paths[0], strings.Join(lines[i*len(lines)/2:(i+1)*len(lines)/2], "\n"))
		if _, err := a.Import(ctx, s, in); err != nil {
			t.Fatal(err)
		}
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		for _, text := range pathQueries {
			want[text] = append(want[text], answer(t, a, text, in)...)
		}
	}
	if known, unknown := rowsWith(t, s, names); known < len(lines)/3 || unknown < len(lines)/2 {
		t.Fatalf("the columns are known of %d records, and not of %d", known, unknown)
	}
	for _, state := range []string{"mixed", "joined"} {
		for _, text := range pathQueries {
			got := answer(t, asking, text, Input{Store: s})
			slices.Sort(want[text])
			slices.Sort(got)
			if d := firstDifference(got, want[text]); d != "" || len(got) == 0 {
				t.Errorf("%s, %s: %d rows, want %d: %s", text, state, len(got), len(want[text]), d)
			}
		}
		if err := s.Compact(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if proof, err := s.Verify(ctx, nil, nil); err != nil || len(proof.Wrong) > 0 {
		t.Errorf("%v, %v", proof.Wrong, err)
	}
}

func corpusLines(t *testing.T) []string {
	packed, err := os.ReadFile(corpora + "attacks.ndjson.zst")
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := z.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func answer(t *testing.T, a *App, text string, in Input) (rows []string) {
	q, err := a.Compile(diag.NewFile("query", text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Hunt(context.Background(), q, in, kql.RunOptions{}, collect(&rows)); err != nil {
		t.Fatal(err)
	}
	return rows
}

// rowsWith counts records of which some of the columns are known, and others.
func rowsWith(t *testing.T, s store.Store, columns []string) (with, without int) {
	_, err := s.Scan(context.Background(), store.Request{Columns: columns}, func(b store.Block) error {
		for _, row := range b.Rows() {
			n := 0
			for _, name := range columns {
				if c, ok := b.Column(name); ok && !c.At(int(row)).IsNull() {
					n++
				}
			}
			if n == 0 {
				without++
			} else {
				with++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return with, without
}
