package decode

import (
	"strings"
	"testing"
)

// FuzzRuns holds what is seen of events by what stood in others to what is seen of
// each alone.
func FuzzRuns(f *testing.F) {
	const head = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"get",`
	ann := `"user":{"username":"ann"},"sourceIPs":["10.0.0.1"]`
	answer := `,"annotations":{"authorization.k8s.io/decision":"allow"}`
	for _, two := range [][2]string{
		{head + ann + answer + "}", head + ann + answer + "}"},
		{head + ann + answer + "}", head + ann + `,"userAgent":"x"` + answer + "}"},
		{head + ann + `,"userAgent":5` + answer + "}", head + ann + `,"userAgent":57` + answer + "}"},
		{head + ann + `,"userAgent":"x"` + answer + `,"verb":"list"}`, head + ann + answer + `}`},
		{head + ann + `,"userAgent":"x"}`, head + ann + `,"userAgent":"x","objectRef":{"resource":"pods"},"impersonatedUser":{"username":"eve"}}`},
		{head + ann + answer + "}", head + ann + `x` + answer + "]"},
		{head + ann + laidObjectOf("a", "b", "7") + answer + "}", head + ann + laidObjectOf("a", "c", "8") + answer + "}"},
		{head + ann + laidObjectOf("a", "b", "7") + answer + "}", head + ann + laidObjectOf("a", `c","name":"d`, "8") + answer + "}"},
		{head + ann + laidObjectOf("a", "b", "7") + answer + "}", head + ann + laidObjectOf("a", `\"`, "") + `,"objectRef":{}}`},
		{head + ann + laidObjectOf("a", `x\ny`, "7") + `}`, head + ann + laidObjectOf("a", "\n", "8") + `}`},
	} {
		f.Add(two[0], two[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) { sameRuns(t, a+"\n"+b+"\n"+a+"\n"+b+"\n") })
}

func laidObjectOf(namespace, name, version string) string {
	return `,"objectRef":{"resource":"pods","namespace":"` + namespace + `","name":"` + name + `","uid":"1","apiVersion":"v1","resourceVersion":"` + version +
		`","subresource":"status"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":"2026-01-02T03:04:05.000001Z"`
}

// sameRuns looks at lines one after the other, and says how many were known by
// what stood in one before.
func sameRuns(t *testing.T, text string) (known int) {
	t.Helper()
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	f, k := r.siftings.sifters[0], new(skeleton)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		var alone, it item
		end, ok := k.Read(line)
		if !ok || end != len(line) {
			continue
		}
		seen := alone.read(line, k, nil)
		if got := it.read(line, k, f.runs); got != seen {
			t.Fatalf("%q is seen: %v, alone: %v", line, got, seen)
		}
		if !seen {
			continue
		}
		if it.spans != alone.spans || it.ref != alone.ref || it.code != alone.code || it.seen != alone.seen {
			t.Fatalf("%q: seen is\n%+v, alone\n%+v", line, it.glance, alone.glance)
		}
		if it.caller >= 0 && it.verdict >= 0 {
			known++
		}
		f.parts(&it)
		f.parts(&alone)
		if it.caller != alone.caller || it.verdict != alone.verdict || it.kindred != alone.kindred || it.asking != alone.asking {
			t.Fatalf("%q: its parts are\n%+v, alone\n%+v", line, it, alone)
		}
	}
	return known
}

func TestRunsOfRealEvents(t *testing.T) {
	text := string(corpus(t, "attacks.ndjson"))
	if known, lines := sameRuns(t, text), strings.Count(text, "\n"); known < lines/2 {
		t.Errorf("%d of %d events had known callers and answers", known, lines)
	}
}
