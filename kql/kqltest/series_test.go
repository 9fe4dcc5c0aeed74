package kqltest

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// TestConformanceSeries compares what series are taken apart into. Their values
// are random in the cases, and stand among the answers.
func TestConformanceSeries(t *testing.T) {
	path := os.Getenv("KQL_CONFORMANCE")
	if path == "" {
		t.Skip("KQL_CONFORMANCE names no file of conformance cases")
	}
	cases, err := readCases(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		call := map[string]string{
			"series-decompose-function-00":           "series_decompose(y, 168)",
			"series-decompose-function-01":           "series_decompose(y, 168)",
			"series-decompose-anomalies-function-00": "series_decompose_anomalies(y, 1.5, 168)",
		}[c.ID]
		if call == "" {
			continue
		}
		y, err := json.Marshal(c.Rows[0][1])
		if err != nil {
			t.Fatal(err)
		}
		query := fmt.Sprintf("print y = dynamic(%s) | extend %s | project-away y", y, call)
		for k, want := range c.Rows[0][2:] {
			compareSeries(t, c.ID, series(t, query)[k], want.([]any))
		}
	}
}

// series are the arrays in the only row of a query.
func series(t *testing.T, query string) [][]any {
	t.Helper()
	rows, err := (&Case{Query: query}).Scan(1024)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(rows[0]))
	var out [][]any
	for d.More() {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		if _, isName := token.(string); !isName {
			continue
		}
		var values []any
		if err := d.Decode(&values); err != nil {
			t.Fatal(err)
		}
		out = append(out, values)
	}
	return out
}

func compareSeries(t *testing.T, id string, got, want []any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", id, len(got), len(want))
	}
	for i := range got {
		g, _ := number(got[i])
		w, _ := number(want[i])
		if math.Abs(g-w) > 1e-9*math.Max(1, math.Abs(w)) {
			t.Fatalf("%s: element %d is %v, want %v", id, i, g, w)
		}
	}
}
