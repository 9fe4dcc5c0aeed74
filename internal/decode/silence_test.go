package decode

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// eventAt is an audit event of a moment after midnight.
func eventAt(d time.Duration, id string) string {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(time.RFC3339Nano)
	return fmt.Sprintf(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":%q,"stage":"ResponseComplete","verb":"get","requestReceivedTimestamp":%q}`+"\n", id, at)
}

// azureAt is the same in Azure's envelope, of a category.
func azureAt(d time.Duration, category string) string {
	log := strings.ReplaceAll(strings.TrimSpace(eventAt(d, "a")), `"`, `\"`)
	return fmt.Sprintf(`{"category":%q,"resourceId":"/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/C","properties":{"log":"%s"}}`+"\n", category, log)
}

func silencesOf(t *testing.T, inputs ...string) (found []string) {
	t.Helper()
	r, err := NewReader(Options{}, "Silences")
	if err != nil {
		t.Fatal(err)
	}
	none := func(dogwatch.Batch) error { t.Error("rows before the end"); return nil }
	for i, in := range inputs {
		if err := r.Read(context.Background(), fmt.Sprintf("%d.log", i), strings.NewReader(in), none); err != nil {
			t.Fatal(err)
		}
	}
	err = r.Finish(func(b dogwatch.Batch) error {
		for i := range b.Rows.Len() {
			cell := func(name string) string {
				s, _ := Table("Silences")
				return b.Rows.At(i, s.Index(name)).String()
			}
			e := b.Evidence(i)
			found = append(found, fmt.Sprintf("%s %s %s %s..%s %s:%d %s", cell("Category"), cell("Duration"), cell("Ended"), cell("SourceBefore"), cell("SourceAfter"), e.Source, e.Line, e.AuditID))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSilences(t *testing.T) {
	const h, m = time.Hour, time.Minute
	tests := []struct {
		name   string
		inputs []string
		want   []string
	}{
		{"none", []string{eventAt(0, "a") + eventAt(h/2, "b") + eventAt(h, "c")}, nil},
		{"one record", []string{eventAt(0, "a")}, nil},
		{"just under an hour", []string{eventAt(0, "a") + eventAt(h-1, "b")}, nil},
		{"an hour", []string{eventAt(0, "a") + eventAt(h, "b")}, []string{"file 01:00:00 true 0.log..0.log 0.log:2 b"}},
		{"the longest first", []string{eventAt(0, "a") + eventAt(h, "b") + eventAt(3*h, "c")}, []string{"file 02:00:00 true 0.log..0.log 0.log:3 c", "file 01:00:00 true 0.log..0.log 0.log:2 b"}},
		{"out of order", []string{eventAt(5*h, "z") + eventAt(0, "a") + eventAt(5*h-1, "y")}, []string{"file 04:59:59.9999999 true 0.log..0.log 0.log:3 y"}},
		{"another file was listening", []string{eventAt(0, "a") + eventAt(2*h, "b"), eventAt(h/2, "c") + eventAt(3*h/2-1, "d") + eventAt(h, "e")}, nil},
		{"a file is missing", []string{eventAt(0, "a"), eventAt(9*h, "b")}, []string{"file 09:00:00 true 0.log..1.log 1.log:1 b"}},
		{"one category goes on", []string{azureAt(0, "kube-audit") + azureAt(59*m, "kube-audit-admin") + azureAt(0, "kube-audit-admin") + azureAt(118*m, "kube-audit-admin") + azureAt(177*m, "kube-audit-admin")},
			[]string{"kube-audit 02:57:00 false 0.log.. 0.log:1 a"}},
	}
	for _, tt := range tests {
		if got := silencesOf(t, tt.inputs...); strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

func TestSilencesOfInventedTimesAreBounded(t *testing.T) {
	r, err := NewReader(Options{}, "Silences")
	if err != nil {
		t.Fatal(err)
	}
	var in strings.Builder
	for i := range maxBeats + 500 {
		in.WriteString(eventAt(time.Duration(i)*2*time.Hour, "x"))
	}
	none := func(dogwatch.Batch) error { return nil }
	if err := r.Read(context.Background(), "x", strings.NewReader(in.String()), none); err != nil {
		t.Fatal(err)
	}
	if n := len(r.silences()); r.beats != maxBeats || n != maxSilences {
		t.Errorf("%d beats kept, %d silences told", r.beats, n)
	}
}
