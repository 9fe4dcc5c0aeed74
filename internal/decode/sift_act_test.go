package decode

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A readingSieve is of two rules, of which the first reads the verb, and the second
// the namespace. It notes what it is asked of deeds, and lets everything through.
type readingSieve struct{ verbs, namespaces *[]string }

func (s readingSieve) Judge(_ string, known ...kql.Known) dogwatch.Judge {
	verb := slices.IndexFunc(kubeAudit().columns, func(c column) bool { return c.name == "Verb" })
	pass := func(*value.Batch, []dogwatch.RuleSet) {}
	note := func(b *value.Batch, sets []dogwatch.RuleSet) {
		for row, set := range sets {
			if set[0]&1 != 0 {
				*s.verbs = append(*s.verbs, b.At(row, verb).Str())
			}
			if set[0]&2 != 0 {
				*s.namespaces = append(*s.namespaces, b.At(row, namespaceColumn).Str())
			}
		}
	}
	j := dogwatch.Judge{Narrow: pass, Glance: pass, Ask: pass, Every: dogwatch.RuleSet{0}, Reads: make([][]kql.Ref, 2)}
	if len(known) == 1 && known[0](namespaceColumn, nil) {
		j.Glance, j.Reads = note, [][]kql.Ref{{{Column: verb}}, {{Column: namespaceColumn}}}
	}
	return j
}

// Only rules that read the namespace are asked about what is done in each.
func TestActsAreJudgedOnce(t *testing.T) {
	var log bytes.Buffer
	for i, verb := range []string{"get", "list", "get", "get", "get"} {
		fmt.Fprintf(&log, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"%d","stage":"ResponseComplete",`+
			`"requestURI":"/x","verb":"%s","user":{"username":"u"},"objectRef":{"resource":"pods","namespace":"n%d"},`+
			`"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z",`+
			`"stageTimestamp":"2026-01-02T03:04:05.000000Z"}`+"\n", i, verb, i%4)
	}
	var verbs, namespaces []string
	r, err := NewReader(Options{Sieve: readingSieve{&verbs, &namespaces}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	emit := func(b dogwatch.Batch) error {
		for _, row := range b.Rows.Rows() {
			got = append(got, b.Rows.At(int(row), namespaceColumn).Str())
		}
		return nil
	}
	if err := r.Read(context.Background(), "x", &log, emit); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want []string }{
		{verbs, []string{"get", "list"}}, {namespaces, []string{"n0", "n1", "n2", "n3"}}, {got, []string{"n0", "n1", "n2", "n3", "n0"}},
	} {
		if slices.Sort(c.got); !slices.Equal(c.got, slices.Sorted(slices.Values(c.want))) {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
