package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unsafe"

	"github.com/dogwatch-dev/dogwatch"
)

// criLine is a line as a container runtime writes it.
func criLine(line string) string { return "2026-11-21T07:10:50.123456789Z stdout F " + line }

// What a rule remembers of one row does not hold on to what was read beside it.
func TestRowsHaveTextOfTheirOwn(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(corpus(t, "attacks.ndjson"))), "\n")[:300]
	each := func(change func(string) string) string {
		var b strings.Builder
		for _, line := range lines {
			b.WriteString(change(line) + "\n")
		}
		return b.String()
	}
	for form, log := range map[string]string{
		"lines":              each(func(s string) string { return s }),
		"of a container":     each(criLine),
		"indented":           each(func(s string) string { return "  " + s }),
		"a list":             `{"kind":"EventList","items":[` + strings.Join(lines, ",") + "]}\n",
		"an array":           "[" + strings.Join(lines, ",\n") + "]\n",
		"Azure's":            recordsHead + strings.TrimSuffix(each(func(s string) string { return inEnvelope(s) + "," }), ",\n") + "]}\n",
		"in others' hulls":   each(func(s string) string { return `{"log":` + quoted(t, s) + `,"stream":"stdout","extra":{"a":1}}` }),
		"over several lines": each(func(s string) string { return indented(t, s) }),
		"cut short":          each(func(s string) string { return s[:len(s)-len(s)/9] }),
	} {
		r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
		if err != nil {
			t.Fatal(err)
		}
		text := []byte(log)
		rows := 0
		err = r.ReadText(context.Background(), "log", text, func(b dogwatch.Batch) error {
			schema, _ := Table("KubeAudit")
			for _, row := range b.Rows.Rows() {
				for _, name := range []string{"Verb", "User", "UserAgent", "AuditID", "RequestURI"} {
					s := b.Rows.At(int(row), schema.Index(name)).Str()
					at := uintptr(unsafe.Pointer(unsafe.StringData(s)))
					if from := uintptr(unsafe.Pointer(&text[0])); s != "" && at >= from && at < from+uintptr(len(text)) {
						t.Fatalf("%s: %s of a row stands in the input", form, name)
					}
				}
				rows++
			}
			return nil
		})
		if err != nil || rows < 20 {
			t.Errorf("%s: %d rows (%v)", form, rows, err)
		}
	}
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func indented(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(s), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
