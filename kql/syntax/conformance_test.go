package syntax

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// TestConformance reads the queries of a file of Microsoft's answers, one JSON
// object with id and query a line; each of them is correct KQL.
func TestConformance(t *testing.T) {
	path := os.Getenv("KQL_CONFORMANCE")
	if path == "" {
		t.Skip("KQL_CONFORMANCE does not name a file of queries: nothing is compared")
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	n := 0
	for lines.Scan() {
		var c struct{ ID, Query string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		q, errs := Parse(diag.NewFile(c.ID, c.Query))
		if errs.Err() != nil {
			t.Errorf("%s", errs.Error())
			continue
		}
		checkTree(t, q, c.Query)
		checkRoundTrip(t, q)
	}
	if err := lines.Err(); err != nil || n == 0 {
		t.Fatalf("%d queries read: %v", n, err)
	}
	t.Logf("%d queries", n)
}
