package decode

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// batchesOf is a log of the audit webhook's batches: one in so many events is another
// thing, or stands in another way.
func batchesOf(t testing.TB, random *rand.Rand, size, every int) []byte {
	lines := slices.Collect(strings.Lines(string(corpus(t, "attacks.ndjson"))))
	within := func(event, text string) string { // in its first body, or beside its members
		if i := strings.Index(event, `"requestObject":{`); i > 0 {
			return event[:i] + `"requestObject":{"list":` + text + "," + event[i+len(`"requestObject":{`):]
		}
		return strings.Replace(event, `"annotations":{`, `"annotations":{"list":`+text+",", 1)
	}
	odd := []func(event string) string{
		func(event string) string { return within(event, `[{"a":1},{"level":"s0","b":[{}]},{"c":"},{"}]`) },
		func(event string) string { return within(event, `[{"a":1},`+kindless(event)+`,`+event+`]`) },
		func(event string) string { return within(event, `[{"kind":"Event","a":1},{"kind":"Event","a":2}]`) },
		func(event string) string { return within(event, "[{},\n{}]") },
		func(event string) string { return within(event, `"a\nb"`) },
		func(event string) string { return within(event, "\"a\nb\"") },
		func(event string) string { return strings.Replace(event, `,"verb"`, ",\n\"verb\"", 1) },
		func(event string) string { return strings.Replace(event, `"userAgent":"`, "\"userAgent\":\"a\nb", 1) },
		func(event string) string { return strings.Replace(event, `"auditID":"`, "\"auditID\":\"a\nb", 1) },
		func(event string) string { return " " + event + " " },
		func(event string) string { return "\n" + event + "\n" },
		func(event string) string { return strings.Replace(event, `"auditID"`, `"other":{},"auditID"`, 1) },
		func(event string) string { return strings.Replace(event, `"verb"`, `"verb":"x","verb"`, 1) },
		func(event string) string { return anAuditID.ReplaceAllString(event, "") },
		func(event string) string { return inEnvelope(event + "\n") },
		func(event string) string {
			return strings.Replace(inEnvelope(event+"\n"), "{", `{"level":"Informational",`, 1)
		},
		func(event string) string { return eventsHead + event + "]}" },
		func(event string) string { return event[:len(event)/2] },
		func(event string) string { return event[:len(event)-1] },
		func(event string) string { return event + "}" },
		func(string) string { return "17" },
		func(string) string { return `"text"` },
		func(string) string { return "{}" },
		func(string) string { return `{"level":"` },
		func(string) string { return `{"kind":"Event","metadata":{},"message":"another"}` },
		func(string) string { return "" },
		func(string) string { return "]}" },
	}
	heads := []string{
		`{"kind":"EventList","items":[`, `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{"x":1},"items":[`, recordsHead, "[",
		" " + eventsHead, criLine(eventsHead), eventsHead + "]}\n" + eventsHead,
	}
	tails := []string{"]}\r\n", "]} \n", `],"more":1}` + "\n", `],"items":[{}]}` + "\n", "]}" + eventsHead + "]}\n", "]}", "\n", "]\n"}
	isOdd := func() bool { return every > 0 && random.IntN(every) == 0 }
	var b bytes.Buffer
	for b.Len() < size {
		head, tail, without := eventsHead, "]}\n", random.IntN(2) == 0
		if every > 0 && random.IntN(8) == 0 {
			head = heads[random.IntN(len(heads))]
		}
		if every > 0 && random.IntN(8) == 0 {
			tail = tails[random.IntN(len(tails))]
		}
		b.WriteString(head)
		for i := range random.IntN(400) {
			if i > 0 {
				b.WriteByte(',')
			}
			event := strings.TrimSuffix(lines[random.IntN(len(lines))], "\n")
			if without != isOdd() {
				event = kindless(event)
			}
			if isOdd() {
				event = odd[random.IntN(len(odd))](event)
			}
			b.WriteString(event)
		}
		b.WriteString(tail)
	}
	return b.Bytes()
}

// Batches of the audit webhook's are read in chunks as they are read one by one.
func TestBatchesAreReadInChunksAsOneByOne(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 6))
	readInChunks(t, random, []int{0, 3000, 300, 30, 3}, func(size, every int) []byte { return batchesOf(t, random, size, every) })
}

// All events of a batch are seen at a glance, and long ones are cut between events.
func TestBatchesAreCutBetweenEvents(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(corpus(t, "attacks.ndjson"))), "\n")
	for _, lines := range [][]string{lines, strings.Split(kindlessAll(lines), "\n")} {
		log := eventsHead + strings.Join(lines, ",") + "]}\n"
		cutter, c, seen, cuts := chunker{text: log, atEOF: true, lists: true, events: true}, &chunk{}, 0, 0
		for ; cutter.next(c); cuts++ {
			r.siftings.single.look(c)
			if seen += len(c.items); c.size < len(c.text) || len(c.strays) > 0 {
				t.Fatalf("%d of %d bytes of piece %d are looked at, with %d strays", c.size, len(c.text), cuts, len(c.strays))
			}
		}
		if seen != len(lines) || cuts < 2 {
			t.Errorf("%d of %d events are seen in %d pieces", seen, len(lines), cuts)
		}
		err := r.ReadText(t.Context(), "log", []byte(log), func(dogwatch.Batch) error { return nil })
		if err != nil || r.ledger.shapes[shapeEvent] != int64(len(lines)) || r.siftings.calm < calmChunks+cuts {
			t.Errorf("%d of %d events are read, with %d calm pieces (%v)", r.ledger.shapes[shapeEvent], len(lines), r.siftings.calm, err)
		}
	}
}

func kindlessAll(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(kindless(line))
	}
	return b.String()
}
