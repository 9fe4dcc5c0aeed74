package oracle

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

var update = flag.Bool("update", false, "write the sample (TestOracle) or the list of differences (TestSample) anew")

const (
	sampleFile = "testdata/sample.jsonl.zst"
	listFile   = "testdata/differences.txt"
	tablesFile = "testdata/tables.json"
	// enough is the share of the queries that run which must agree.
	enough = 0.995
	// tolerated differences may be new: a function that was not there is, and
	// does not take all that it should yet.
	tolerated = 20
)

// A sampled is a query and Microsoft's answer.
type sampled struct {
	Query  string `json:"q"`
	Answer Answer `json:"a"`
}

// TestSample holds our answers to those that Microsoft's parser gave for the
// sample. What is not equal is in the list, with its reason.
func TestSample(t *testing.T) {
	tables := readTables(t)
	var r report
	for _, s := range readSample(t) {
		r.add(s.Query, &s.Answer, tables)
	}
	t.Log(r.summary())
	if *update {
		if err := os.WriteFile(listFile, []byte(r.list()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if r.share() < enough {
		t.Errorf("%.2f %% of the queries that run agree, %.1f %% are wanted", 100*r.share(), 100*enough)
	}
	if n := r.valid(); n < 5000 {
		t.Errorf("the sample has %d queries", n)
	}
	listed, err := os.ReadFile(listFile)
	if err != nil {
		t.Fatal(err)
	}
	var unlisted []string
	for _, d := range r.different {
		if d.reason == "" || !strings.Contains(string(listed), strconv.Quote(d.query)) {
			unlisted = append(unlisted, fmt.Sprintf("%s: %s: %s\n%s", d.verdict, d.what, orElse(d.reason, "no reason is known"), d.query))
		}
	}
	if len(unlisted) > tolerated {
		t.Errorf("%d differences are not in %s (-update lists them; reasons.go gives reasons):\n%s", len(unlisted), listFile, strings.Join(unlisted, "\n"))
	}
}

// TestOracle asks Microsoft's parser itself: KQL_ORACLE queries, made from
// KQL_SEED. With -update the valid ones become the sample.
func TestOracle(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("KQL_ORACLE"))
	if n == 0 {
		t.Skip("KQL_ORACLE gives no number of queries")
	}
	seed, _ := strconv.ParseUint(os.Getenv("KQL_SEED"), 10, 64)
	tables := readTables(t)
	g := NewGenerator(seed, tables, readSignatures(t))
	var queries []string
	for range n {
		queries = append(queries, g.Query())
	}
	var r report
	var sample []sampled
	for i, a := range ask(t, queries, "") {
		switch {
		case a.Failed != "":
			t.Logf("the oracle broke: %s\n%s", a.Failed, queries[i])
		case !a.Valid():
			r.invalid++
		default:
			r.add(queries[i], &a, tables)
			sample = append(sample, sampled{queries[i], a})
		}
	}
	fmt.Println(r.summary())
	fmt.Println(asItIs(ask(t, queries, "raw"), queries, tables))
	if out := os.Getenv("KQL_OUT"); out != "" {
		if err := os.WriteFile(out, []byte(r.list()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		writeSample(t, sample)
	}
}

// asItIs tells how many queries agree with the parser without corrections.
func asItIs(answers []Answer, queries []string, tables Tables) string {
	var r report
	for i, a := range answers {
		if a.Valid() {
			r.add(queries[i], &a, tables)
		}
	}
	return fmt.Sprintf("oracle: without the corrections of oracle.js %.2f %% of those that run agree (%d of %d)",
		100*r.share(), r.counts[Equal], r.counts[Equal]+r.counts[Differs])
}

// TestGenerator: the same seed makes the same queries.
func TestGenerator(t *testing.T) {
	tables, s := readTables(t), &Signatures{Functions: []Callable{{Name: "strlen", Signatures: []Signature{{
		Returns: "Declared", Type: "long", Parameters: []Parameter{{Name: "source", Kind: "Declared", Types: []string{"string"}, Least: 1, Most: 1}},
	}}}}, Aggregates: []Callable{{Name: "count", Signatures: []Signature{{Returns: "Declared", Type: "long"}}}}}
	a, b := NewGenerator(7, tables, s), NewGenerator(7, tables, s)
	distinct := map[string]bool{}
	for range 200 {
		q := a.Query()
		if again := b.Query(); q != again {
			t.Fatalf("one seed made\n%s\nand\n%s", q, again)
		}
		distinct[q] = true
	}
	if len(distinct) < 190 {
		t.Errorf("%d of 200 queries are different", len(distinct))
	}
}

func readTables(t testing.TB) Tables {
	data, err := os.ReadFile(tablesFile)
	if err != nil {
		t.Fatal(err)
	}
	var text map[string]string
	if err := json.Unmarshal(data, &text); err != nil {
		t.Fatal(err)
	}
	tables, err := ParseTables(text)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func readSample(t testing.TB) []sampled {
	packed, err := os.ReadFile(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	data, err := d.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []sampled
	for line := range bytes.Lines(data) {
		var s sampled
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

func writeSample(t testing.TB, all []sampled) {
	var text bytes.Buffer
	for _, s := range all {
		line, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(line, '\n'))
	}
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sampleFile, e.EncodeAll(text.Bytes(), nil), 0o644); err != nil {
		t.Fatal(err)
	}
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

func readSignatures(t testing.TB) *Signatures {
	var s Signatures
	if err := json.Unmarshal(node(t, nil, "signatures"), &s); err != nil {
		t.Fatal(err)
	}
	return &s
}

// ask answers queries, in order; how is "raw" for the parser without corrections.
func ask(t testing.TB, queries []string, how string) []Answer {
	var in bytes.Buffer
	for _, q := range queries {
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	var out []Answer
	for line := range bytes.Lines(node(t, in.Bytes(), "answer", tablesFile, how)) {
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

// A report counts verdicts.
type report struct {
	counts    [Differs + 1]int
	invalid   int // queries that Microsoft refuses
	missing   map[string]int
	different []difference
}

// A difference is a query that we refuse, or answer otherwise.
type difference struct {
	verdict             Verdict
	what, query, reason string
}

func (r *report) add(query string, a *Answer, tables Tables) {
	v, what := Judge(query, a, tables)
	r.counts[v]++
	switch v {
	case Equal:
	case Unsupported:
		if r.missing == nil {
			r.missing = map[string]int{}
		}
		r.missing[what]++
	default:
		r.different = append(r.different, difference{v, what, query, Reason(what)})
	}
}

// share is the part of the queries that run here whose names and types agree.
func (r *report) share() float64 {
	return float64(r.counts[Equal]) / float64(max(r.counts[Equal]+r.counts[Differs], 1))
}

func (r *report) valid() int {
	return r.counts[Equal] + r.counts[Unsupported] + r.counts[Rejected] + r.counts[Differs]
}

func (r *report) summary() string {
	c := r.counts
	return fmt.Sprintf("oracle: %d valid queries: %d equal, %d differ, %d refused as mistakes, %d need what is not supported: of those that run %.2f %% agree, of all %.2f %% (%d more were not valid)",
		r.valid(), c[Equal], c[Differs], c[Rejected], c[Unsupported], 100*r.share(), 100*float64(c[Equal])/float64(max(r.valid(), 1)), r.invalid)
}

// list is the differences by their reasons, then the features that are missing.
func (r *report) list() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", r.summary())
	byReason := map[string][]difference{}
	for _, d := range r.different {
		byReason[d.reason] = append(byReason[d.reason], d)
	}
	for _, reason := range sortedKeys(byReason) {
		fmt.Fprintf(&b, "\n## %s\n", orElse(reason, "no reason is known"))
		for _, d := range byReason[reason] {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", d.verdict, d.what, strconv.Quote(d.query))
		}
	}
	if len(r.missing) > 0 {
		b.WriteString("\n## Named as not supported\n")
	}
	for _, feature := range sortedKeys(r.missing) {
		fmt.Fprintf(&b, "%d\t%s\n", r.missing[feature], feature)
	}
	return b.String()
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func sortedKeys[T any](m map[string]T) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
