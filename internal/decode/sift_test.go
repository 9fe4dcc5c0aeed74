package decode

import (
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// aSieve lets everything through.
type aSieve struct{}

func (aSieve) Judge(string, ...kql.Known) dogwatch.Judge {
	all := func(*value.Batch, []dogwatch.RuleSet) {}
	return dogwatch.Judge{Narrow: all, Glance: all, Ask: all, Every: dogwatch.RuleSet{1}, Reads: make([][]kql.Ref, 1)}
}

// What a sieve is told of an event is what the event says: each column that is
// known of a part of it has the value that it has of the whole.
func TestPartsSayWhatTheWholeSays(t *testing.T) {
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	r.ledger = &Ledger{}
	seen, sifter, c := 0, r.siftings.sifters[0], &chunk{atEOF: true}
	for line := range strings.Lines(string(corpus(t, "attacks.ndjson"))) {
		c.text = line
		if sifter.look(c); len(c.items) == 0 {
			t.Fatalf("not seen: %.200q", line)
		}
		it := &c.items[0]
		if it.odd || it.raw(fStage) == `"RequestReceived"` {
			continue
		}
		seen++
		whole := recordOf(r, line)
		deed, columns := sifter.deed, deedColumns
		if it.kindred.pathed {
			deed, columns = sifter.address, addressColumns
		}
		told := deed.texts[it.kindred.deed]
		if !it.kindred.pathed {
			if got, want := str(told.namespace), whole.theRef().namespace; got != want {
				t.Errorf("the deed's namespace is %q, that of the whole %q", got, want)
			}
			columns = slices.DeleteFunc(slices.Clone(columns), func(name string) bool { return name == "Namespace" })
		}
		sameColumns(t, r, whole, told.members, slices.Concat(columns, always))
		sameColumns(t, r, whole, sifter.caller.texts[it.caller].members, slices.Concat(callerColumns, always))
		sameColumns(t, r, whole, sifter.verdict.texts[it.verdict].members, slices.Concat(verdictColumns, always))
		if t.Failed() {
			return
		}
	}
	if seen < 500 {
		t.Errorf("only %d events were looked at", seen)
	}
}

// recordOf reads an event as a row.
func recordOf(r *Reader, line string) *record {
	rec := &record{in: r.ledger, number: -1, shape: shapeEvent, facts: &facts{r: r}}
	rec.event.text = strings.TrimSpace(line)
	members, _ := scanObject(rec.event.text, 0, nil)
	rec.event.set(members)
	return rec
}

func sameColumns(t *testing.T, r *Reader, whole *record, members string, names []string) {
	t.Helper()
	part := recordOf(r, `{"kind":"Event"`+members+`}`)
	for _, c := range r.kube.table.columns {
		for _, name := range names {
			if c.name != name {
				continue
			}
			if got, want := c.read(part), c.read(whole); got.String() != want.String() || got.IsNull() != want.IsNull() {
				t.Errorf("%s of the part %q is %v, of the whole %v: %s", name, members, got, want, whole.event.text)
			}
		}
	}
}

// notYet is a sieve whose rule cares for no request that is not over.
type notYet struct{}

func (notYet) Judge(string, ...kql.Known) dogwatch.Judge {
	stage := slices.IndexFunc(tableOf("KubeAudit").columns, func(c column) bool { return c.name == "Stage" })
	narrow := func(b *value.Batch, sets []dogwatch.RuleSet) {
		for row := range sets {
			if s := b.At(row, stage).Str(); s == requestReceived || s == responseStarted {
				sets[row][0] = 0
			}
		}
	}
	return dogwatch.Judge{Narrow: narrow, Glance: narrow, Ask: narrow, Every: dogwatch.RuleSet{0}, Reads: make([][]kql.Ref, 1)}
}

// The first stage of a request that says what it does stands for all, also where no rule
// cares for it; what only says that it came is none.
func TestStagesAreTakenAsOne(t *testing.T) {
	event := func(id, stage string) string {
		return `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"` + id + `","stage":"` + stage + `","requestURI":"/api/v1/pods","verb":"create",` +
			`"user":{"username":"u","groups":["g"]},"sourceIPs":["10.0.0.1"],"userAgent":"a","objectRef":{"resource":"pods","namespace":"shop","name":"web","apiVersion":"v1"},` +
			`"responseStatus":{"metadata":{},"code":201},"requestReceivedTimestamp":"2026-11-21T07:10:32.040372Z","stageTimestamp":"2026-11-21T07:10:32.044054Z",` +
			`"annotations":{"authorization.k8s.io/decision":"allow"}}` + "\n"
	}
	for _, c := range []struct {
		log          string
		rows, joined int64
	}{
		{event("a", "RequestReceived"), 0, 1},
		{event("a", "ResponseStarted"), 0, 0},
		{event("a", "ResponseStarted") + event("a", "ResponseComplete"), 0, 1},
		{event("a", "RequestReceived") + event("a", "ResponseComplete"), 1, 1},
		{event("a", "ResponseStarted") + event("b", "ResponseComplete"), 1, 0},
	} {
		r, err := NewReader(Options{Sieve: notYet{}}, "KubeAudit")
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(0)
		emit := func(b dogwatch.Batch) error {
			rows += int64(b.Rows.Len())
			return nil
		}
		if err := r.ReadText(t.Context(), "log", []byte(c.log), emit); err != nil {
			t.Fatal(err)
		}
		if joined := r.Ledgers()[0].Joined; rows != c.rows || joined != c.joined {
			t.Errorf("%d rows and %d joined, want %d and %d:\n%s", rows, joined, c.rows, c.joined, c.log)
		}
	}
}
