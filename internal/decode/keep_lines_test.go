package decode

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var keptPaths = []Path{
	{"Object", []string{"spec", "type"}}, {"Record", []string{"user", "username"}}, {"Record", []string{"none"}},
	{"Annotations", []string{"a.b/c"}}, {"UserExtra", []string{"x"}}, {"Record", []string{"responseObject", "spec", "type"}},
}

// FuzzKeptLines holds what is found by a line's skeleton to what a walk over
// its bytes finds.
func FuzzKeptLines(f *testing.F) {
	for _, s := range []string{
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","user":{"username":"ann","extra":{"x":["1"]}}}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create","responseObject":{"kind":"Service","spec":{"ports":[{"a":"}"}],"type":"NodePort"}}}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"create","requestObject":"{\"spec\":{\"type\":\"x\"}}","annotations":{"a.b\/c":"y"}}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestObject":{"spec":[{"type":1}]},"none":null}`,
		`{"records":[{"a":1}]}`, `{"a":[1,{"b":"\\\""}],"a":2} `, `{"a":1}}`, `{"a":}`, `{"a" : tru}`, `{}`, `{"a":"b"`, `{"sp\u0065c":1,"user":null}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\n") {
			return
		}
		k, err := NewKeeper(Options{}, Further{Paths: keptPaths})
		if err != nil {
			t.Fatal(err)
		}
		if end, ok := k.skeleton.Read(s + "\n"); !ok || end != len(s) {
			return
		}
		members, ok := k.members(s, nil)
		want, end := scanMembers(s, 0, nil, true)
		if !ok {
			return
		}
		if end != len(s) || !slices.Equal(members, want) {
			t.Fatalf("%q: %v, want %v, which ends at %d", s, members, want, end)
		}
		rec, _ := k.r.recognise(&frame{text: s, members: members, whole: true, number: -1})
		if rec == nil || !rec.event.is() {
			return
		}
		if rec.event.text != s {
			return
		}
		bits := k.absent(&rec.event)
		for i, p := range keptPaths {
			if v := pathColumn(p).read(rec); bits>>i&1 != 0 && (v.IsNull() || v.Str() != "") {
				t.Errorf("%q: nothing is said to be at %s, and %v is", s, KeptPath(p), v)
			}
		}
	})
}

// TestLinesAreKeptAsOtherInputs reads records that stand on lines, and in a list.
func TestLinesAreKeptAsOtherInputs(t *testing.T) {
	lines := []string{
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","verb":"create","user":{"username":"ann"},"responseObject":{"spec":{"type":"NodePort"}},"requestReceivedTimestamp":"2026-03-01T00:00:00.000000Z"}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"2","stage":"ResponseComplete","verb":"create","user":{"username":"bob"},"responseObject":{"spec":{"types":"NodePort"}},"requestReceivedTimestamp":"2026-03-01T00:00:01.000000Z"}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"3","stage":"ResponseComplete","verb":"delete","user":{"username":"bob"},"annotations":{"a.b/c":"d"},"requestReceivedTimestamp":"2026-03-01T00:00:02.000000Z"}`,
		`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"4","stage":"ResponseComplete","verb":"get","none":"\"","requestReceivedTimestamp":"2026-03-01T00:00:03.000000Z"}`,
	}
	asLines := keptPathsOf(t, strings.Join(lines, "\n")+"\n")
	inList := keptPathsOf(t, "["+strings.Join(lines, ",")+"]")
	if len(asLines.Records) != len(lines) || len(inList.Records) != len(lines) {
		t.Fatalf("%d and %d records, want %d", len(asLines.Records), len(inList.Records), len(lines))
	}
	for i := range lines {
		if asLines.Records[i].Raw != lines[i] || inList.Records[i].Raw != lines[i] || asLines.Records[i].Line != int64(i+1) {
			t.Errorf("record %d is %+v and %+v", i, asLines.Records[i], inList.Records[i])
		}
		for c := range asLines.Columns {
			a, b := &asLines.Columns[c], &inList.Columns[c]
			if got, want := a.Dict[a.Codes[i]], b.Dict[b.Codes[i]]; got != want {
				t.Errorf("%s of record %d is %v on a line, %v in a list", a.Name, i, got, want)
			}
		}
	}
	found := 0
	for _, c := range asLines.Columns {
		for i := range lines {
			if v := c.Dict[c.Codes[i]]; strings.Contains(c.Name, ".") && !v.IsNull() && v.Str() != "" {
				found++
			}
		}
	}
	if found < 5 {
		t.Errorf("%d members are kept", found)
	}
}

func keptPathsOf(t *testing.T, text string) *Kept {
	k, err := NewKeeper(Options{}, Further{Paths: keptPaths})
	if err != nil {
		t.Fatal(err)
	}
	var kept *Kept
	err = k.Read(t.Context(), "test", strings.NewReader(text), func(b *Kept) error {
		c := *b
		c.Records = slices.Clone(b.Records)
		kept = &c
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// TestBlocksAreUsedAgain reads inputs of many blocks: what is handed on is as it
// came, though blocks are written to anew when it was taken.
func TestBlocksAreUsedAgain(t *testing.T) {
	const n = 9000
	event := func(i int) string {
		return fmt.Sprintf(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get","pad":"%s"}`, i, strings.Repeat(strconv.Itoa(i), 200))
	}
	var lines, rows strings.Builder
	rows.WriteString(`{"tables":[{"columns":[{"name":"log_s"},{"name":"Category"}],"rows":[`)
	for i := range n {
		lines.WriteString(event(i) + "\n")
		fmt.Fprintf(&rows, "%s[%q,%q]", strings.Repeat(",", min(i, 1)), event(i), "kube-audit")
	}
	rows.WriteString(`]}]}`)
	for name, text := range map[string]string{"lines": lines.String(), "rows": rows.String()} {
		k, err := NewKeeper(Options{}, Further{})
		if err != nil {
			t.Fatal(err)
		}
		next := 0
		err = k.Read(t.Context(), name, strings.NewReader(text), func(b *Kept) error {
			for _, r := range b.Records {
				want := event(next)
				if name == "rows" {
					want = fmt.Sprintf(`{"log_s":%q,"Category":"kube-audit"}`, want)
				}
				if r.Raw != want {
					t.Fatalf("%s: record %d is %.200s..., want %.200s...", name, next, r.Raw, want)
				}
				next++
			}
			return nil
		})
		if err != nil || next != n {
			t.Errorf("%s: %d records, want %d: %v", name, next, n, err)
		}
	}
}
