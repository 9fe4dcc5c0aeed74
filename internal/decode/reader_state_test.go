package decode

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
)

// A relay reads pieces, each with the reader before or with one that took its
// state over.
type relay struct {
	t      testing.TB
	r      *Reader
	tables map[string][]string
}

func newRelay(t testing.TB) *relay {
	r, err := NewReader(Options{Cluster: "c"})
	if err != nil {
		t.Fatal(err)
	}
	return &relay{t, r, map[string][]string{}}
}

func (y *relay) emit(b dogwatch.Batch) error {
	y.tables[b.Table] = append(y.tables[b.Table], batchLines(y.t, b, append(allColumns(b.Table), "evidence"))...)
	return nil
}

func (y *relay) read(n int, text string) {
	if err := y.r.Read(context.Background(), fmt.Sprint("piece ", n), strings.NewReader(text), y.emit); err != nil {
		y.t.Fatal(err)
	}
}

// pass hands the state to a new reader.
func (y *relay) pass() {
	next := newRelay(y.t)
	if err := next.r.Load(state.NewReader(bytes.NewReader(saved(y.t, y.r)))); err != nil {
		y.t.Fatal(err)
	}
	y.r = next.r
}

func saved(t testing.TB, r *Reader) []byte {
	var out bytes.Buffer
	w := state.NewWriter(&out)
	r.Save(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (y *relay) finish() map[string][]string {
	if err := y.r.Finish(y.emit); err != nil {
		y.t.Fatal(err)
	}
	return y.tables
}

// Whether one reader reads all pieces, or each is read by a new one that took
// the state of the last one over, the rows are the same.
func TestSavedReadersGoOn(t *testing.T) {
	pieces := caseTexts(t)
	// The stages of a request, copies, and versions of an object, in pieces.
	lines := strings.SplitAfter(string(corpus(t, "attacks.ndjson")), "\n")
	for i := 0; i < min(len(lines), 3000); i += 271 {
		pieces = append(pieces, strings.Join(lines[i:min(i+271, len(lines))], ""))
	}
	pieces = append(pieces, pieces[len(pieces)-1]) // all of it again
	one, many := newRelay(t), newRelay(t)
	for i, text := range pieces {
		one.read(i, text)
		many.read(i, text)
		many.pass()
	}
	want, got := one.finish(), many.finish()
	for table, lines := range want {
		if !slices.Equal(lines, got[table]) {
			t.Errorf("%s: %d rows, and %d by readers that go on", table, len(lines), len(got[table]))
			for i := range min(len(lines), len(got[table])) {
				if lines[i] != got[table][i] {
					t.Errorf("%s\nis not\n%s", got[table][i], lines[i])
					break
				}
			}
		}
	}
}

// A row that is kept says the same when it was written and read.
func TestKeptRowsAreReadBack(t *testing.T) {
	n := 0
	for _, text := range caseTexts(t) {
		r, err := NewReader(Options{Cluster: "c"}, "KubeAudit")
		if err != nil {
			t.Fatal(err)
		}
		err = r.Read(context.Background(), "x", strings.NewReader(text), func(b dogwatch.Batch) error {
			for i := range b.Rows.N {
				kept := b.Rows.Keep(i).(*keptRow)
				row, err := r.Row("KubeAudit", string(kept.AppendBinary(nil)))
				if err != nil {
					t.Fatal(err)
				}
				for c, name := range allColumns("KubeAudit") {
					if want, got := kept.Value(c), row.Value(c); got.String() != want.String() || got.Kind() != want.Kind() {
						t.Errorf("%s is %s, not %s", name, got, want)
					}
				}
				for _, of := range []*keptRow{kept, row.(*keptRow)} {
					if want, got := b.Evidence(i), of.Evidence(); got.Compare(want) != 0 {
						t.Errorf("a row was read at %v, not %v", got, want)
					}
				}
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 100 {
		t.Errorf("only %d rows", n)
	}
}

// What is told of a row beside it is what the row says that was written and read.
func TestWhatIsToldOfRows(t *testing.T) {
	r, err := NewReader(Options{Sieve: aSieve{}, Cluster: "c"}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	told, rows, name := 0, 0, slices.Index(allColumns("KubeAudit"), "Name")
	err = r.ReadText(context.Background(), "x", corpus(t, "attacks.ndjson"), func(b dogwatch.Batch) error {
		for i := range b.Rows.N {
			kept := b.Rows.Keep(i).(*keptRow)
			beside := kept.Told()
			if rows++; beside == nil {
				continue
			}
			row, err := r.Row("KubeAudit", string(kept.AppendBinary(nil)))
			if err != nil {
				t.Fatal(err)
			}
			for c, name := range allColumns("KubeAudit") {
				if got, ok := beside.Value(c); ok {
					told++
					if want := row.Value(c); got.String() != want.String() || got.Kind() != want.Kind() {
						t.Fatalf("%s is %s, and %s is told", name, want, got)
					}
				}
			}
			if _, ok := beside.Value(name); ok {
				t.Fatal("nothing tells the name but the event")
			}
			if beside != kept.Told() {
				t.Fatal("what is told of a row differs")
			}
		}
		return nil
	})
	if err != nil || rows < 500 || told < 20*rows {
		t.Errorf("%d columns told of %d rows (%v)", told, rows, err)
	}
}

func FuzzKeptRow(f *testing.F) {
	r, err := NewReader(Options{}, "KubeAudit")
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range caseTexts(f) {
		err := r.Read(context.Background(), "x", strings.NewReader(text), func(b dogwatch.Batch) error {
			f.Add(b.Rows.Keep(0).(*keptRow).AppendBinary(nil))
			return nil
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		row, err := r.Row("KubeAudit", string(b))
		if err != nil {
			return
		}
		for c := range allColumns("KubeAudit") {
			_ = row.Value(c).String()
		}
	})
}

// What a reader takes over is what it would save, or an error.
func FuzzLoad(f *testing.F) {
	y := newRelay(f)
	for i, text := range caseTexts(f)[:10] {
		y.read(i, text)
		body, err := state.Body(saved(f, y.r))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var framed bytes.Buffer
		w := state.NewWriter(&framed)
		w.Raw(body)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		y := newRelay(t)
		s := state.NewReader(&framed)
		if y.r.Load(s) != nil {
			return
		}
		once := saved(t, y.r)
		again := newRelay(t)
		if err := again.r.Load(state.NewReader(bytes.NewReader(once))); err != nil {
			t.Fatal(err)
		}
		if twice := saved(t, again.r); !bytes.Equal(once, twice) {
			t.Errorf("%q is saved as %q", once, twice)
		}
	})
}
