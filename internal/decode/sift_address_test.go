package decode

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A pathSieve is of a rule that does not care for metrics, where the address is known.
type pathSieve struct{}

func (pathSieve) Judge(_ string, known ...kql.Known) dogwatch.Judge {
	path := slices.IndexFunc(kubeAudit().columns, func(c column) bool { return c.name == "Path" })
	pass := func(*value.Batch, []dogwatch.RuleSet) {}
	j := dogwatch.Judge{Narrow: pass, Glance: pass, Ask: pass, Every: dogwatch.RuleSet{1}, Reads: make([][]kql.Ref, 1)}
	if len(known) == 1 && known[0](path, nil) {
		j.Every = dogwatch.RuleSet{0}
		j.Glance = func(b *value.Batch, sets []dogwatch.RuleSet) {
			for row := range sets {
				if strings.HasSuffix(b.At(row, path).Str(), "/metrics") {
					sets[row][0] = 0
				}
			}
		}
	}
	return j
}

// What is reached through an object is told by the address, whatever the object.
func TestAddressesTellWhatStandsBehindProxies(t *testing.T) {
	var log bytes.Buffer
	for i, of := range []string{
		`/api/v1/nodes/a/proxy/metrics","objectRef":{"resource":"nodes","name":"a","apiVersion":"v1","subresource":"proxy"}`,
		`/api/v1/nodes/a/proxy/logs/","objectRef":{"resource":"nodes","name":"a","apiVersion":"v1","subresource":"proxy"}`,
		`/api/v1/nodes/a/proxy/metrics","objectRef":{"resource":"nodes","name":"a","apiVersion":"v1","subresource":"proxy"}`,
		`/api/v1/namespaces/n/services/metrics","objectRef":{"resource":"services","namespace":"n","name":"metrics","apiVersion":"v1"}`,
		`/metrics"`, `/logs"`,
	} {
		fmt.Fprintf(&log, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"%d","stage":"ResponseComplete",`+
			`"requestURI":"%s,"verb":"get","user":{"username":"u"},"responseStatus":{"code":200},`+
			`"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":"2026-01-02T03:04:05.000000Z"}`+"\n", i, of)
	}
	r, err := NewReader(Options{Sieve: pathSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	path := slices.IndexFunc(kubeAudit().columns, func(c column) bool { return c.name == "Path" })
	var got []string
	emit := func(b dogwatch.Batch) error {
		for _, row := range b.Rows.Rows() {
			got = append(got, b.Rows.At(int(row), path).Str())
		}
		return nil
	}
	if err := r.Read(context.Background(), "x", &log, emit); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	want := []string{"/api/v1/nodes/a/proxy/logs/", "/api/v1/namespaces/n/services/metrics", "/logs"}
	if !slices.Equal(got, want) {
		t.Errorf("the rows are of %q, want %q", got, want)
	}
}
