package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/dogwatch-dev/dogwatch"
)

// corpus unpacks recorded logs.
func corpus(b testing.TB, name string) []byte {
	b.Helper()
	packed, err := os.ReadFile("../../testdata/corpora/" + name + ".zst")
	if err != nil {
		b.Skip(err)
	}
	z, err := zstd.NewReader(nil)
	if err != nil {
		b.Fatal(err)
	}
	defer z.Close()
	data, err := z.DecodeAll(packed, nil)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// enveloped puts every line into Azure's envelope, some hundred in a message.
func enveloped(lines []byte) []byte {
	var b bytes.Buffer
	for i, line := range bytes.Split(bytes.TrimSpace(lines), []byte("\n")) {
		switch {
		case i%250 != 0:
			b.WriteString(",")
		case i > 0:
			b.WriteString("]}\n{\"records\":[")
		default:
			b.WriteString("{\"records\":[")
		}
		b.WriteString(inEnvelope(string(line)))
	}
	b.WriteString("]}\n")
	return b.Bytes()
}

func benchRead(b *testing.B, data []byte, table string, columns ...string) {
	b.SetBytes(int64(len(data)))
	schema, _ := Table(table)
	events := int64(0)
	for b.Loop() {
		r, err := NewReader(Options{}, table)
		if err != nil {
			b.Fatal(err)
		}
		err = r.Read(context.Background(), "x", bytes.NewReader(data), func(batch dogwatch.Batch) error {
			for _, c := range columns {
				batch.Rows.Col(schema.Index(c), nil)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		events += r.Ledgers()[0].Decoded
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}

// Splitting and the first look at every record: no event is a row of this table.
func BenchmarkScan(b *testing.B) { benchRead(b, corpus(b, "benign.ndjson"), "AzureActivity") }

func BenchmarkKubeAudit(b *testing.B) { benchRead(b, corpus(b, "benign.ndjson"), "KubeAudit") }

func BenchmarkKubeAuditColumns(b *testing.B) {
	benchRead(b, corpus(b, "benign.ndjson"), "KubeAudit", "Verb", "Resource", "Subresource", "Namespace", "User", "Outcome",
		"IsSystem", "NewHostPID", "NewHostPaths", "NewPrivilegedContainers", "RoleRef")
}

func BenchmarkEnvelope(b *testing.B) {
	benchRead(b, enveloped(corpus(b, "attacks.ndjson")), "KubeAudit")
}

// What reading each line into a struct costs, for comparison.
func BenchmarkEncodingJSON(b *testing.B) {
	lines := bytes.Split(bytes.TrimSpace(corpus(b, "attacks.ndjson")), []byte("\n"))
	type event struct {
		AuditID, Stage, Verb, RequestURI string
		User                             struct{ Username string }
		ObjectRef                        struct{ Resource, Subresource, Namespace, Name string }
		ResponseStatus                   struct{ Code int }
		RequestObject, ResponseObject    json.RawMessage
	}
	n := 0
	for b.Loop() {
		for _, line := range lines {
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
