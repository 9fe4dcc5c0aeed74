package decode

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const eventHead = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a","stage":"ResponseComplete","requestURI":"/x","verb":"update",` +
	`"user":{"username":"ann"},"sourceIPs":["10.0.0.1"],"userAgent":"k","objectRef":{"resource":"pods","namespace":"n","name":"p","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200}`

const eventTail = `,"requestReceivedTimestamp":"2026-01-02T03:04:05.000000Z","stageTimestamp":"2026-01-02T03:04:05.000001Z","annotations":{"a":"b"}}`

// oddBodies are what may stand between the head and the tail of an event.
func oddBodies() []string {
	long := strings.Repeat(`"k":{"f\\\"x\\":["\"}{\\",{}]},`, 40)
	return []string{
		``, `,"requestObject":{}`, `,"requestObject":{"a":1},"responseObject":{"b":[{}]}`, `,"responseObject":{"b":[{}]},"requestObject":{"a":1}`,
		`,"requestObject":{` + long + `"z":1},"responseObject":{` + long + `"z":2}`, `,"responseObject":{` + long + `"requestObject":{"a":1}}`,
		`,"requestObject":[{"aObject":{}}],"responseObject":{"b":1}`, `,"requestObject":null,"responseObject":{"b":1}`, `,"requestObject":"text","responseObject":{"b":1}`,
		`,"requestObject":{"a":1},"requestObject":{"b":2}`, `,"requestObject":{"a":1} ,"responseObject": {"b":2}`, `,"requestObject":{"a":1]`, `,"requestObject":{"a":"` + "\t" + `"}`,
		`,"anObject":{"a":1},"responseObject":{"b":2}`, `,"anObject":{"a":1}`, `,"requestObject":{"a":1},"anObject":{"a":1},"responseObject":{"b":2}`,
		`,"x":{"requestObject":{"a":1}},"responseObject":{"b":2}`, `,"x":"\"requestObject\":{"`, `,"x":["\\"],"requestObject":{"a":"\\"}`,
		`,"requestObject":{"a":\}`, `,"requestObject":{"a":1`, `,"requestObject":{"a":1}}`, `,"x":{ject":{","requestObject":{"a":"}"},"y":"}`,
		`,"requestObject":{"a":"\u007d\n\/"},"responseObject":{}`, `,"requestObject\":{":{"a":1}`, `,"x\\Object":{"a":1}`,
	}
}

// escaped is the inside of a text that tells s, one in so many of its letters written
// in another way than need be; 0: none is.
func escaped(s string, seldom int, r *rand.Rand) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c < ' ' || c < 0x80 && seldom > 0 && r.IntN(seldom) == 0:
			fmt.Fprintf(&b, `\u%04x`, c)
		case c == '"' || c == '\\' || c == '/' && seldom > 0 && r.IntN(2) == 0:
			b.WriteString(`\` + string(rune(c)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// FuzzLeftOut holds an event that is seen in an envelope, with what was left out of it,
// to the event as it stands on a line.
func FuzzLeftOut(f *testing.F) {
	for i, body := range oddBodies() {
		f.Add(eventHead+body+eventTail, uint64(i), 0)
		f.Add(eventHead+body+eventTail, uint64(i), 50)
		f.Add(strings.Replace(eventHead, "RequestResponse", "Metadata", 1)+body+eventTail, uint64(i), 0)
	}
	sifter := newLeftSifter(f)
	f.Fuzz(func(t *testing.T, event string, seed uint64, seldom int) {
		sameInEnvelope(t, sifter, event, escaped(event, max(seldom, 0), rand.New(rand.NewPCG(seed, 1))))
	})
}

func newLeftSifter(t testing.TB) *sifter {
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	return r.siftings.sifters[0]
}

// sameInEnvelope returns how many bodies of the event were left out.
func sameInEnvelope(t *testing.T, f *sifter, event, log string) (left int) {
	t.Helper()
	record := `{"category":"kube-audit","resourceId":"/r","properties":{"log":"` + log + `"}}`
	var alone glance
	seen := alone.read(event, nil, nil) && len(alone.text) == len(event) && event != "" && !isSpace(event[len(event)-1])
	var it item
	c := &chunk{text: record + "," + record}
	end := f.unwrap(c.text, &it, c)
	if (end == len(record)) != seen || !seen && end >= 0 {
		t.Fatalf("%q ends at %d in its envelope; seen alone: %v", event, end, seen)
	}
	if !seen {
		return 0
	}
	if it.left != nil {
		left = it.left.count
	}
	var memory []byte
	for _, field := range [...]int{fRequest, fResponse} {
		if got := it.body(field, &memory); got != alone.raw(field) {
			t.Fatalf("%q has in its envelope the body %q, want %q", event, got, alone.raw(field))
		}
	}
	it.whole(&memory)
	if it.text != event || it.spans != alone.spans || it.ref != alone.ref || it.code != alone.code || it.seen != alone.seen {
		t.Fatalf("%q is in its envelope\n%q\n%v %v %v, want\n%v %v %v", event, it.text, it.spans, it.ref, it.code, alone.spans, alone.ref, alone.code)
	}
	return left
}

func TestBodiesAreLeftOutOfEnvelopes(t *testing.T) {
	f, random := newLeftSifter(t), rand.New(rand.NewPCG(9, 1))
	bodies, left := 0, 0
	for line := range strings.Lines(string(corpus(t, "attacks.ndjson"))) {
		event := strings.TrimSuffix(line, "\n")
		bodies += strings.Count(event, `,"requestObject":{`) + strings.Count(event, `,"responseObject":{`)
		left += sameInEnvelope(t, f, event, escaped(event, 0, nil))
		sameInEnvelope(t, f, event, escaped(event, 2000, random))
	}
	if bodies == 0 || left < bodies*99/100 {
		t.Errorf("%d of %d bodies were left out", left, bodies)
	}
	for _, body := range oddBodies() {
		for _, head := range []string{eventHead, eventHead[:len(eventHead)-40]} {
			event := head + body + eventTail
			for _, seldom := range []int{0, 3, 20, 500} {
				sameInEnvelope(t, f, event, escaped(event, seldom, random))
			}
			for range 30 {
				at := random.IntN(len(event))
				cut := event[:at] + string(rune(`"\{}[]:,x`[random.IntN(9)])) + event[min(at+random.IntN(2), len(event)):]
				sameInEnvelope(t, f, cut, escaped(cut, 0, nil))
			}
		}
	}
}
