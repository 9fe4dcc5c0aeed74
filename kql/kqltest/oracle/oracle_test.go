package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
)

func tables(t testing.TB) (text map[string]string, parsed Tables) {
	data, err := os.ReadFile("testdata/tables.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &text); err != nil {
		t.Fatal(err)
	}
	if parsed, err = ParseTables(text); err != nil {
		t.Fatal(err)
	}
	return text, parsed
}

func node(t testing.TB, in []byte, args ...string) []byte {
	cmd := exec.Command("node", append([]string{"oracle.js"}, args...)...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node %v: %v", args, err)
	}
	return out
}

func signatures(t testing.TB) *Signatures {
	var s Signatures
	if err := json.Unmarshal(node(t, nil, "signatures"), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// ask answers queries, in order.
func ask(t testing.TB, queries []string) []Answer {
	var in bytes.Buffer
	for _, q := range queries {
		line, _ := json.Marshal(q)
		in.Write(append(line, '\n'))
	}
	var out []Answer
	for line := range bytes.Lines(node(t, in.Bytes(), "answer", "testdata/tables.json")) {
		var a Answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	if len(out) != len(queries) {
		t.Fatalf("%d answers to %d queries", len(out), len(queries))
	}
	return out
}

func TestOracle(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("KQL_ORACLE"))
	if n == 0 {
		t.Skip("KQL_ORACLE gives no number of queries")
	}
	seed, _ := strconv.ParseUint(os.Getenv("KQL_SEED"), 10, 64)
	_, tabs := tables(t)
	g := NewGenerator(seed, tabs, signatures(t))
	queries := make([]string, n)
	for i := range queries {
		queries[i] = g.Query()
	}
	counts := map[string]int{}
	var lines []string
	for i, a := range ask(t, queries) {
		key := "valid"
		switch {
		case len(a.Syntax) > 0:
			key = "syntax " + a.Syntax[0]
		case len(a.Errors) > 0:
			key = "invalid " + a.Errors[0]
		case a.Failed != "":
			key = "failed"
		}
		if key != "valid" {
			counts[key[:min(len(key), 60)]]++
			if os.Getenv("KQL_SHOW") != "" {
				fmt.Printf("%s\n    %s\n", key, queries[i])
			}
			continue
		}
		counts["valid"]++
		v, what := Judge(queries[i], &a, tabs)
		counts[v.String()]++
		if v != Equal {
			lines = append(lines, fmt.Sprintf("%s\t%s\t%s", v, what, strconv.Quote(queries[i])))
		}
	}
	slices.Sort(lines)
	out := ""
	for _, l := range lines {
		out += l + "\n"
	}
	os.WriteFile(os.Getenv("KQL_OUT"), []byte(out), 0o644)
	keys := slices.Collect(func(yield func(string) bool) {
		for k := range counts {
			if !yield(k) {
				return
			}
		}
	})
	slices.SortFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	for _, k := range keys[:min(len(keys), 40)] {
		fmt.Println(counts[k], k)
	}
}
