package decode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dogwatch-dev/dogwatch"
)

// Every column of every table of every input must be readable, and the ledger
// must balance.
func FuzzReader(f *testing.F) {
	for _, text := range caseTexts(f) {
		line, _, _ := strings.Cut(text, "\n") // short ones: mutations are many
		f.Add(line[:min(len(line), 2000)])
	}
	for _, s := range append(sawn, "[\n{\"kind\":\"Event\",\n\"verb\":\"get\"},\n{}]", "{\"tables\":[{\"columns\":[{\"name\":\"log_s\"}],\"rows\":[[\"x\"],[1]]}]}",
		`{"TimeGenerated":"2026-11-22T09:00:01Z","Category":"kube-audit","ResourceId":"/SUBSCRIPTIONS/1/`+strings.Repeat("\xd1", 40)+`/PROVIDERS/M/N/O","Type":"AzureDi`) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		one := dump(t, strings.NewReader(s), 1)
		many := dump(t, iotest.HalfReader(strings.NewReader(s)), 1000)
		for table, lines := range one {
			if !slices.Equal(lines, many[table]) {
				t.Errorf("%s: batches of 1 give %q, of 1000 %q", table, lines, many[table])
			}
		}
	})
}

// dump reads all columns of all tables.
func dump(t *testing.T, in io.Reader, batch int) map[string][]string {
	r, err := NewReader(Options{BatchRows: batch})
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]string{}
	emit := func(b dogwatch.Batch) error {
		tables[b.Table] = append(tables[b.Table], batchLines(t, b, append(allColumns(b.Table), "evidence"))...)
		return nil
	}
	if err := r.Read(context.Background(), "x", in, emit); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	l := r.Ledgers()[0]
	n := int64(0)
	for _, count := range l.Shapes {
		n += count
	}
	if n != l.Decoded || int64(len(tables["KubeAudit"]))+l.Joined > l.Decoded {
		t.Errorf("ledger does not balance: %+v with %d rows", *l, len(tables["KubeAudit"]))
	}
	return tables
}

// However an input's bytes arrive, its rows are the same.
func TestAnyReadsGiveTheSameRows(t *testing.T) {
	for _, text := range caseTexts(t) {
		want := dump(t, strings.NewReader(text), 100)
		if len(text) > 8<<10 {
			text = text[:8<<10]
			want = dump(t, strings.NewReader(text), 100)
		}
		got := dump(t, iotest.OneByteReader(strings.NewReader(text)), 100)
		for table, lines := range want {
			if !slices.Equal(lines, got[table]) {
				t.Errorf("%s: byte by byte gives\n%q\nnot\n%q", table, got[table], lines)
			}
		}
	}
}

// A repeated input gives a text n times between two others, without holding it.
type repeated struct {
	head, text, tail string
	n                int
	left             string
	headDone, ended  bool
}

func (r *repeated) Read(p []byte) (int, error) {
	for r.left == "" {
		switch {
		case !r.headDone:
			r.left, r.headDone = r.head, true
		case r.n > 0:
			r.left, r.n = r.text, r.n-1
		case !r.ended:
			r.left, r.ended = r.tail, true
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// One line of 100 MB that holds many records is read with little memory.
func TestLongLineOfRecords(t *testing.T) {
	event := strings.ReplaceAll(wholeEvents[0], `"a1"`, `"long"`)
	record := inEnvelope(event)
	n := 100<<20/len(record) + 1
	in := &repeated{head: `{"records":[` + record, text: "," + record, tail: "]}\n", n: n}
	r, err := NewReader(Options{}, "KubeAudit", "AzureDiagnostics")
	if err != nil {
		t.Fatal(err)
	}
	rows, peak := 0, uint64(0)
	err = r.Read(context.Background(), "x", in, func(b dogwatch.Batch) error {
		if b.Table == "AzureDiagnostics" {
			rows += b.Rows.N
		}
		if rows%(20*defaultBatchRows) == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
		return nil
	})
	if err != nil || rows != n+1 {
		t.Fatalf("%d rows of %d, %v", rows, n+1, err)
	}
	if peak > 64<<20 {
		t.Errorf("%d MB in use", peak>>20)
	}
}

// One record of 100 MB is kept up to the limit; what follows is read.
func TestLongRecord(t *testing.T) {
	head, _, _ := strings.Cut(wholeEvents[0], `"requestObject"`)
	in := &repeated{
		head: head + `"requestObject":{"spec":{"hostPID":true,"containers":[]},"data":"`,
		text: strings.Repeat("x", 1<<20), n: 100,
		tail: `"},"annotations":{"a":"b"}}` + "\n" + wholeEvents[1] + "\n",
	}
	r, err := NewReader(Options{}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = r.Read(context.Background(), "x", in, func(b dogwatch.Batch) error {
		lines = append(lines, batchLines(t, b, []string{"AuditID", "Truncated", "Verb", "HostPID", "evidence"})...)
		return nil
	})
	want := []string{
		`{"AuditID":"a1","Truncated":true,"Verb":"create","HostPID":true,"evidence":{"table":"KubeAudit","auditID":"a1","stage":"ResponseComplete","time":"0001-01-01T00:00:00Z","source":"x","line":1}}`,
		`{"AuditID":"a2","Truncated":false,"Verb":"get","HostPID":null,"evidence":{"table":"KubeAudit","auditID":"a2","stage":"ResponseStarted","time":"2026-11-21T07:10:32.040372Z","source":"x","line":2}}`,
	}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("got %q, %v", lines, err)
	}
}

// Hostile inputs are refused or read, in time, and told in the ledger.
func TestHostileInputs(t *testing.T) {
	const deep = 200_000
	for name, c := range map[string]struct {
		in               string
		decoded, refused int64
		reason           string
	}{
		"empty":             {"", 0, 0, ""},
		"blank":             {" \n\t\r\n\n", 0, 0, ""},
		"a mark only":       {"\xef\xbb\xbf", 0, 0, ""},
		"binary":            {"\x00\x01\x02\x7fELF" + strings.Repeat("\x00\xff", 5000) + "\n", 0, 1, "binary data"},
		"text":              {"one\ntwo\nthree\nfour\n", 0, 4, "not JSON"},
		"deep arrays":       {strings.Repeat("[", deep), 0, 2, "an element that is no object"},
		"deep objects":      {strings.Repeat(`{"a":`, deep) + "1" + strings.Repeat("}", deep), 0, 1, "JSON of an unknown shape"},
		"deep, cut":         {strings.Repeat(`{"a":`, deep), 0, 1, "JSON of an unknown shape"},
		"deep event":        {`{"kind":"Event","auditID":"d","stage":"ResponseComplete","verb":"create","objectRef":{"resource":"pods"},"requestObject":` + strings.Repeat(`{"spec":`, deep) + "1" + strings.Repeat("}", deep) + "}", 1, 0, ""},
		"deep patch":        {`{"kind":"Event","auditID":"d","stage":"ResponseComplete","verb":"patch","objectRef":{"resource":"pods"},"requestObject":[{"op":"add","path":"` + strings.Repeat("/a", deep) + `","value":1}]}`, 1, 0, ""},
		"many members":      {`{"kind":"Event","auditID":"m"` + strings.Repeat(`,"x":1`, deep) + "}", 1, 0, ""},
		"many elements":     {"[" + strings.Repeat("1,", deep) + "1]", 0, deep + 1, "an element that is no object"},
		"invalid UTF-8":     {"{\"kind\":\"Event\",\"auditID\":\"\xff\xfe\",\"verb\":\"g\xe9t\"}\n", 1, 0, ""},
		"NUL in an event":   {"{\"kind\":\"Event\",\"auditID\":\"a\x00b\"}\n", 1, 0, ""},
		"quotes":            {strings.Repeat(`"`, deep), 0, 1, "not JSON"},
		"brackets":          {strings.Repeat(`}]`, deep), 0, 0, ""},
		"half a line first": {`xyz","verb":"get"}` + "\n" + wholeEvents[1] + "\n", 1, 1, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			r := readInputs(t, Options{}, nil, []testInput{{"x", c.in}}, func(b dogwatch.Batch) {
				batchLines(t, b, allColumns(b.Table))
			})
			l := r.Ledgers()[0]
			if l.Decoded != c.decoded || l.RefusedTotal() != c.refused {
				t.Errorf("decoded %d, refused %d: %v", l.Decoded, l.RefusedTotal(), l.Refused)
			}
			if c.reason != "" && (len(l.Refused) == 0 || !slices.ContainsFunc(l.Refused, func(r Refusal) bool { return r.Reason == c.reason })) {
				t.Errorf("reasons %v, want %q", l.Refused, c.reason)
			}
			if l.Bytes != int64(len(c.in)) {
				t.Errorf("%d bytes of %d", l.Bytes, len(c.in))
			}
		})
	}
}

// What could be read before an error counts, and the error says where.
func TestReadError(t *testing.T) {
	broken := errors.New("cable cut")
	text := wholeEvents[1] + "\n" + wholeEvents[0][:500]
	r, err := NewReader(Options{}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	err = r.Read(context.Background(), "x.json", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), func(b dogwatch.Batch) error {
		rows += b.Rows.N
		return nil
	})
	want := fmt.Sprintf("read %q at byte %d: cable cut", "x.json", len(text))
	if !errors.Is(err, broken) || err.Error() != want || rows != 2 {
		t.Errorf("got %v and %d rows, want %s and 2", err, rows, want)
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := NewReader(Options{}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	in := &repeated{text: wholeEvents[1] + "\n", n: 1 << 40}
	if err := r.Read(ctx, "x", in, func(dogwatch.Batch) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	enough := errors.New("enough")
	in = &repeated{text: wholeEvents[1] + "\n", n: 1 << 40}
	if err := r.Read(context.Background(), "x", in, func(dogwatch.Batch) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestUnknownTable(t *testing.T) {
	if _, err := NewReader(Options{}, "KubeAudits"); err == nil || err.Error() != `unknown table "KubeAudits"` {
		t.Errorf("got %v", err)
	}
}

// Rows stay as they are while more is read.
func TestRowsOutliveTheirBlock(t *testing.T) {
	var texts []string
	for i := range 3000 {
		texts = append(texts, strings.Replace(inEnvelope(wholeEvents[0]), `\"a1\"`, fmt.Sprintf(`\"id-%d\"`, i), 1))
	}
	var batches []dogwatch.Batch
	readInputs(t, Options{}, []string{"KubeAudit"}, []testInput{{"x", strings.Join(texts, "\n")}}, func(b dogwatch.Batch) {
		batches = append(batches, b)
	})
	n := 0
	id, _ := Table("KubeAudit")
	for _, b := range batches {
		for _, v := range b.Rows.Col(id.Index("AuditID"), nil) {
			if want := fmt.Sprintf("id-%d", n); v.Str() != want {
				t.Fatalf("row %d is %q", n, v.Str())
			}
			n++
		}
	}
	if n != len(texts) {
		t.Errorf("%d rows", n)
	}
}

// Rows are read while the Reader goes on: whoever reads them shares nothing with
// it that changes. What is wrong here is seen with -race, and seldom without.
func TestRowsAreReadMeanwhile(t *testing.T) {
	const event = `{"kind":"Event","auditID":"%d","stage":"ResponseComplete","verb":"list","requestReceivedTimestamp":%q,"stageTimestamp":%[2]q}`
	var texts []string
	for i := range 3000 {
		texts = append(texts, fmt.Sprintf(event, i, fmt.Sprintf("2026-01-02T%02d:%02d:00.000000Z", i/60%24, i%60)))
	}
	columns := allColumns("KubeAudit")
	batches := make(chan dogwatch.Batch, 100)
	wrong := make(chan int)
	go func() {
		n, id := 0, slices.Index(columns, "TimesWrong")
		for b := range batches {
			for col := range columns {
				for _, v := range b.Rows.Col(col, nil) {
					if col == id && v.Bool() {
						n++
					}
				}
			}
		}
		wrong <- n
	}()
	readInputs(t, Options{BatchRows: 50}, []string{"KubeAudit"}, []testInput{{"x", strings.Join(texts, "\n")}}, func(b dogwatch.Batch) {
		batches <- b
	})
	close(batches)
	if n := <-wrong; n > 0 {
		t.Errorf("the times of %d rows are wrong", n)
	}
}
