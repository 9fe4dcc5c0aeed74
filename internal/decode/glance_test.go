package decode

import (
	"strings"
	"testing"
)

// FuzzGlance holds the first sight of an event to the reading of it: what is
// seen at all is seen where it stands.
func FuzzGlance(f *testing.F) {
	for _, s := range []string{
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods?limit=500","verb":"list","user":{"username":"u","groups":["g"]},"sourceIPs":["10.0.0.1"],"userAgent":"k","objectRef":{"resource":"pods","namespace":"n","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":"2026-01-02T03:04:05.000001Z","annotations":{"authorization.k8s.io/decision":"allow"}}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"update","user":{"username":"u"},"impersonatedUser":{"username":"v"},"sourceIPs":[],"userAgent":"","objectRef":{"resource":"pods","namespace":"n","name":"p","uid":"1","apiGroup":"g","apiVersion":"v1","resourceVersion":"7","subresource":"status"},"responseStatus":{"metadata":{},"status":"Failure","reason":"NotFound","code":404},"requestObject":{"a":{}},"responseObject":{"b":[]},"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":null,"annotations":{}}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"get" ,"objectRef":{"resource":"pods","name":"p","name":"q"},"responseStatus":{"metadata":{},"code":2x4},"annotations":{} }`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"get","objectRef":{"resource":"pods","resourceVersion":"1","uid":"2"},"responseStatus":{"metadata":{},"code":200},"kind":"Event"}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","verb":"list"}`,
		`{"kind" : "Event" , "apiVersion":"audit.k8s.io/v1","objectRef":{"name":"a\"}b","resource":"x"} , "requestObject":{"a":[{"b":"]}"}]} }  `,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","v\u0065rb":"get"}`, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","objectRef":{}}`,
		`{"level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"get","user":{"username":"ann"}}`,
		`{"auditID":"a","verb":"get"}`, `{"auditID":"a","user":{}}`, `{"verb":"get"}`, `{"kind":"Event","auditID":"a","verb":"get"}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":get}`, `{}`, `{"kind":"Event","apiVersion":"audit.k8s.io/v1"`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1", level": ","AuditID":"","stage":"","requestURI":"","verb":"","user":{},"stageTimestamp":""}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { sameGlance(t, s) })
}

// sameGlance compares a glance at a line with the slow reading of it, and says
// whether the line was seen.
func sameGlance(t *testing.T, line string) bool {
	t.Helper()
	var k skeleton
	end, ok := k.Read(line)
	if i := strings.IndexByte(line, '\n'); ok && end != i && (i >= 0 || end != len(line)) {
		t.Fatalf("%q ends at %d", line, end)
	}
	var g, alone glance
	if !ok {
		if alone.read(line, nil, nil) {
			t.Fatalf("%q is seen, and is no line", line)
		}
		return false
	}
	seen := g.read(line[:end], &k, nil)
	if got := alone.read(line, nil, nil); got != seen || seen && alone != g {
		t.Fatalf("%q is seen without its skeleton: %v\n%+v, with it: %v\n%+v", line, got, alone, seen, g)
	}
	if !seen {
		return false
	}
	members, stop := scanObject(line[:end], 0, nil)
	if skipSpace(line[:end], stop) != end || shapeOf(line[:end], members) != shapeEvent {
		t.Fatalf("%q is seen as an event, and is none", line)
	}
	e := event{text: line[:end]}
	e.set(members)
	if e.spans != g.spans {
		t.Fatalf("%q: members at %v, want %v", line, g.spans, e.spans)
	}
	want := readRef(e.raw(fObjectRef))
	got := ref{
		str(g.refText(refGroup)), str(g.refText(refVersion)), str(g.refText(refResource)),
		str(g.refText(refSubresource)), str(g.refText(refNamespace)), str(g.refText(refName)),
	}
	if got != want {
		t.Fatalf("%q: is about %+v, want %+v", line, got, want)
	}
	if got, want := str(g.text[g.code.start:g.code.end]), str(get(e.raw(fStatus), "code")); got != want {
		t.Fatalf("%q: code %q, want %q", line, got, want)
	}
	return true
}

// Every event of a real server is seen at first sight.
func TestGlanceAtRealEvents(t *testing.T) {
	for line := range strings.Lines(string(corpus(t, "attacks.ndjson"))) {
		if !sameGlance(t, line) {
			t.Errorf("not seen: %.300q", line)
		}
	}
}

// A name that the API server writes is told from every one that differs in a bit.
func TestLaidNames(t *testing.T) {
	for _, names := range [][]laidName{laidTexts[:], laidRest[:], laidRef[:]} {
		for k := range names {
			n := &names[k]
			line := "{" + n.text + strings.Repeat(" ", 32)
			if !n.at(line, 1) {
				t.Errorf("%q is not found where it stands", n.text)
			}
			for bit := range 8 * len(n.text) {
				other := []byte(line)
				other[1+bit/8] ^= 1 << (bit % 8)
				if n.at(string(other), 1) {
					t.Errorf("%q is taken for %q", other[1:1+len(n.text)], n.text)
				}
			}
		}
	}
}

func FuzzLaidNames(f *testing.F) {
	for _, s := range []string{`"userAgent":"`, `"UserAgent":"`, ` level": "`, `"stageTimestamp":"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := s + strings.Repeat(" ", 32)
		for _, names := range [][]laidName{laidTexts[:], laidRest[:], laidRef[:]} {
			for k := range names {
				if got, want := names[k].at(line, 0), strings.HasPrefix(line, names[k].text); got != want {
					t.Errorf("%q is %q: %v", s, names[k].text, got)
				}
			}
		}
	})
}
