package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

var update = flag.Bool("update", false, "rewrite what the case files want")

const casesDir = "../../testdata/records"

// An input is a file of a case.
type testInput struct {
	name string
	data string
}

// optionsFile is the options.json of a case.
type optionsFile struct {
	Cluster     string
	TrustedHops []netip.Prefix
	Identities  []Identity
	Operators   []string
}

// readRows reads inputs and returns the rows of a table as bags of columns.
func readRows(t testing.TB, opts Options, table string, columns []string, inputs ...testInput) []string {
	t.Helper()
	var lines []string
	readInputs(t, opts, []string{table}, inputs, func(b dogwatch.Batch) {
		lines = append(lines, batchLines(t, b, columns)...)
	})
	return lines
}

func readInputs(t testing.TB, opts Options, tables []string, inputs []testInput, each func(dogwatch.Batch)) *Reader {
	t.Helper()
	r, err := NewReader(opts, tables...)
	if err != nil {
		t.Fatal(err)
	}
	emit := func(b dogwatch.Batch) error {
		each(b)
		return nil
	}
	for _, in := range inputs {
		if err := r.Read(context.Background(), in.name, strings.NewReader(in.data), emit); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	return r
}

// batchLines writes the rows of a batch as JSON objects. The column evidence,
// which is none of the table's, tells the row's place.
func batchLines(t testing.TB, b dogwatch.Batch, columns []string) (lines []string) {
	t.Helper()
	schema, _ := Table(b.Table)
	for row := range b.Rows.N {
		line := []byte{'{'}
		for _, name := range columns {
			if len(line) > 1 {
				line = append(line, ',')
			}
			line = append(value.AppendQuoted(line, name), ':')
			if name == "evidence" {
				text, err := json.Marshal(b.Evidence(row))
				if err != nil {
					t.Fatal(err)
				}
				line = append(line, text...)
				continue
			}
			col := schema.Index(name)
			if col < 0 {
				t.Fatalf("table %s has no column %q", b.Table, name)
			}
			v := b.Rows.At(row, col)
			if v.Type() != schema[col].Type {
				t.Errorf("column %s is %s, its value %s", name, schema[col].Type, v.Type())
			}
			line = value.AppendOutput(line, v)
		}
		lines = append(lines, string(append(line, '}')))
	}
	return lines
}

// A case file holds inputs, and for each table of interest the columns and the
// rows that are wanted: its first line lists the columns.
func TestCases(t *testing.T) {
	files, err := filepath.Glob(casesDir + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
	}
}

func runCase(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opts, inputs := caseInputs(t, ar)
	changed := false
	for i := range ar.Files {
		f := &ar.Files[i]
		table, ok := strings.CutPrefix(f.Name, "want ")
		table, _, _ = strings.Cut(table, "#") // a table may be asked for more than once
		if !ok {
			continue
		}
		got := caseAnswer(t, opts, table, string(f.Data), inputs)
		if got == string(f.Data) {
			continue
		}
		if !*update {
			t.Errorf("%s: got\n%swant\n%s", f.Name, got, f.Data)
		}
		f.Data, changed = []byte(got), true
	}
	if changed && *update {
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func caseInputs(t *testing.T, ar *txtar.Archive) (opts Options, inputs []testInput) {
	for _, f := range ar.Files {
		switch {
		case f.Name == "options.json":
			var o optionsFile
			if err := json.Unmarshal(f.Data, &o); err != nil {
				t.Fatal(err)
			}
			opts = Options{Cluster: o.Cluster, TrustedHops: o.TrustedHops, SystemIdentities: o.Identities, Operators: o.Operators}
		case !strings.HasPrefix(f.Name, "want "):
			inputs = append(inputs, testInput{f.Name, string(f.Data)})
		}
	}
	return opts, inputs
}

// caseAnswer reads the case in batches of several sizes, which must agree.
func caseAnswer(t *testing.T, opts Options, table, want string, inputs []testInput) string {
	head, _, _ := strings.Cut(want, "\n")
	columns := strings.Fields(strings.ReplaceAll(head, ",", " "))
	if table == "ledger" {
		return ledgerAnswer(t, opts, inputs)
	}
	var answer string
	for i, size := range []int{1, 7, 1024} {
		opts.BatchRows = size
		lines := readRows(t, opts, table, columns, inputs...)
		text := head + "\n" + strings.Join(append(lines, ""), "\n")
		if i > 0 && text != answer {
			t.Errorf("batches of %d rows give other rows:\n%s\nnot\n%s", size, text, answer)
		}
		answer = text
	}
	return answer
}

func ledgerAnswer(t *testing.T, opts Options, inputs []testInput) string {
	var b bytes.Buffer
	r := readInputs(t, opts, nil, inputs, func(dogwatch.Batch) {})
	for _, l := range r.Ledgers() {
		fmt.Fprintf(&b, "%s: %d lines, %d records, %d decoded %v, %d truncated, %d joined\n",
			l.Source, l.Lines, l.Records(), l.Decoded, l.Shapes, l.Truncated, l.Joined)
		for _, refusal := range l.Refused {
			fmt.Fprintf(&b, "  %s\n", refusal)
		}
	}
	return b.String()
}

// caseTexts are the inputs of all case files, to start fuzzing from.
func caseTexts(t testing.TB) (texts []string) {
	files, err := filepath.Glob(casesDir + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ar.Files {
			if !strings.HasPrefix(f.Name, "want ") && f.Name != "options.json" {
				texts = append(texts, string(f.Data))
			}
		}
	}
	return texts
}
