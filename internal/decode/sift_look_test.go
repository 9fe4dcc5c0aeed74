package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

// envelopes is a log of Azure's messages with what is seldom, or wrong, among them:
// one record in so many.
func envelopes(t testing.TB, random *rand.Rand, size, every int) []byte {
	lines := slices.Collect(strings.Lines(string(corpus(t, "attacks.ndjson"))))
	record := func() string {
		line := strings.TrimSuffix(lines[random.IntN(len(lines))], "\n")
		if every == 0 || random.IntN(every) > 0 {
			return inEnvelope(line + "\n")
		}
		return oddEnvelope(random, line)
	}
	var b bytes.Buffer
	for b.Len() < size {
		n := random.IntN(300)
		if every > 0 && random.IntN(4) == 0 {
			for range n {
				b.WriteString(record() + "\n")
			}
			continue
		}
		b.WriteString(recordsHead)
		for i := range n {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(record())
		}
		b.WriteString("]}")
		if every > 0 && random.IntN(4) == 0 {
			b.WriteString([]string{"", " ", "\r\n", ",", `{"records":[]}`, "\n\n"}[random.IntN(6)])
		} else {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func oddEnvelope(random *rand.Rand, line string) string {
	whole := inEnvelope(line)
	odd := []func() string{
		func() string { return line },
		func() string { return strings.Replace(whole, `"category":"kube-audit"`, `"category":"guard"`, 1) },
		func() string { return strings.Replace(whole, `kube-audit`, `kube-audit-admin`, 1) },
		func() string { return strings.Replace(whole, `"properties"`, `"category":"guard","properties"`, 1) },
		func() string { return strings.Replace(whole, `"resourceId":"`, `"resourceId":"/other`, 1) },
		func() string {
			return strings.Replace(whole, `"resourceId"`, `"Cloud":"x","operationName":"y","location"`, 1)
		},
		func() string { return strings.Replace(whole, `,"resourceId"`, ",\n\"resourceId\"", 1) },
		func() string {
			return strings.Replace(whole, `"pod"`, `"stream":"stdout","containerID":{"a":[1]},"pod"`, 1)
		},
		func() string { return strings.Replace(whole, `"log":"`, `"log":" `, 1) },
		func() string { return strings.Replace(whole, `","pod"`, `\n\n","pod"`, 1) },
		func() string { return strings.Replace(whole, `","pod"`, "\n\",\"pod\"", 1) },
		func() string { return strings.Replace(whole, `","pod"`, `","log":"{}","pod"`, 1) },
		func() string { return inEnvelope(line[:len(line)*2/3]) },
		func() string { return inEnvelope("no JSON") },
		func() string { return inEnvelope("") },
		func() string { return whole[:len(whole)/2] },
		func() string { return strings.Replace(whole, `\"verb\"`, `\u0022verb\u0022`, 1) },
		func() string { return strings.Replace(whole, `"time"`, `"records":[`+whole+`],"time"`, 1) },
		func() string {
			return strings.Replace(whole, `"properties":`, `"identity":{},"resultType":"x","properties":`, 1)
		},
		func() string { return strings.Replace(whole, `"properties":`, `"operationName":{},"properties":`, 1) },
		func() string {
			asText, _ := json.Marshal(map[string]any{"category": "kube-audit", "properties": fmt.Sprintf(`{"log":%q}`, line)})
			return string(asText)
		},
		func() string { return "17" },
		func() string { return "]}" },
		func() string { return "{}" },
		func() string { return `"},{"` },
	}
	return odd[random.IntN(len(odd))]()
}

// A telling is what came of a log.
type telling struct {
	rows   []string
	ledger string
}

func tellOf(t *testing.T, log []byte, sieve dogwatch.Sieve, cpus int, stream bool) telling {
	t.Helper()
	return tellBefore(t, log, nil, sieve, cpus, stream)
}

// tellBefore is what came of a log once another was read behind it.
func tellBefore(t *testing.T, log, next []byte, sieve dogwatch.Sieve, cpus int, stream bool) (out telling) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cpus))
	r, err := NewReader(Options{Sieve: sieve}, "KubeAudit", "AKSControlPlane", "Sources", "Silences")
	if err != nil {
		t.Fatal(err)
	}
	var batches []dogwatch.Batch // rows that were handed out stay good
	emit := func(b dogwatch.Batch) error {
		batches = append(batches, b)
		return nil
	}
	if stream {
		err = r.Read(context.Background(), "log", bytes.NewReader(log), emit)
	} else {
		err = r.ReadText(context.Background(), "log", log, emit)
	}
	if err == nil {
		err = r.Finish(emit)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := r.Ledgers()[0]
	out.ledger = fmt.Sprint(l.Bytes, l.Lines, l.Decoded, l.Shapes, l.Truncated, l.Joined, l.Refused)
	if next != nil { // it is read to where the log was
		if err := r.Read(context.Background(), "next", bytes.NewReader(next), func(dogwatch.Batch) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	perTable := map[string][]string{}
	for _, b := range batches {
		schema, _ := Table(b.Table)
		for _, row := range b.Rows.Rows() {
			e := b.Evidence(int(row))
			number := -1
			if e.Record != nil {
				number = *e.Record
			}
			said := fmt.Sprint(b.Table, e.Line, number, e.AuditID, e.Stage, e.Time)
			for _, name := range []string{"Cluster", "Category", "TimeGenerated", "User", "ClientIP", "PodName", "Truncated", "AuditIDReused", "Change", "Records", "Start", "End"} {
				if col := schema.Index(name); col >= 0 {
					said += " " + b.Rows.At(int(row), col).String()
				}
			}
			perTable[b.Table] = append(perTable[b.Table], said)
		}
	}
	for _, table := range []string{"KubeAudit", "AKSControlPlane", "Sources", "Silences"} {
		out.rows = append(out.rows, perTable[table]...)
	}
	return out
}

// readInChunks compares what is read of logs in chunks, by one sifter or several, with
// what is read one by one: the same rows in the same order, the same ledger. In the logs
// one record in so many is odd; 0: none.
func readInChunks(t *testing.T, random *rand.Rand, odd []int, logOf func(size, every int) []byte) {
	t.Helper()
	for _, every := range odd {
		size := 8 * chunkSize
		if every > 0 && every < 100 {
			size = 2 * chunkSize
		}
		log := logOf(size, every)
		log = log[:len(log)-random.IntN(2)*100]
		want := tellOf(t, log, nil, 1, false)
		if len(want.rows) < 100 {
			t.Fatalf("%d rows", len(want.rows))
		}
		for _, cpus := range []int{1, 4} {
			for _, stream := range []bool{false, true} {
				got := tellOf(t, log, aSieve{}, cpus, stream)
				sameTold(t, fmt.Sprintf("one in %d is odd, %d sifters, stream %v", every, cpus, stream), got, want)
			}
		}
	}
}

func TestEnvelopesAreReadInChunksAsOneByOne(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	readInChunks(t, random, []int{0, 3000, 300, 30, 3}, func(size, every int) []byte { return envelopes(t, random, size, every) })
}

// Rows of records that are not read many at a time stand in the memory of chunks, to
// which nothing is read while they are used.
func TestRowsInChunksStayGood(t *testing.T) {
	lines := slices.Collect(strings.Lines(string(corpus(t, "attacks.ndjson"))))
	list := func(first, every int) []byte {
		var b bytes.Buffer
		b.WriteString(recordsHead + inEnvelope(lines[first]))
		for n := first + 1; b.Len() < 16*chunkSize; n++ {
			whole := inEnvelope(lines[n%len(lines)])
			if n%every == 0 || b.Len() > 16*chunkSize-20_000 {
				whole = strings.Replace(whole, `"category":"kube-audit"`, `"category":"guard"`, 1)
			}
			b.WriteString("," + whole)
		}
		b.WriteString("]}\n")
		return b.Bytes()
	}
	for _, every := range []int{20, 5000} {
		log := list(0, every)
		want := tellOf(t, log, nil, 1, true)
		sameTold(t, "two sifters", tellBefore(t, log, list(7, 1<<30), aSieve{}, 2, true), want)
		if !slices.ContainsFunc(want.rows, func(row string) bool { return strings.HasPrefix(row, "AKSControlPlane") }) {
			t.Error("there are no rows of another category")
		}
	}
}

// Lists of events without envelopes, and of anything else, are as long as they like.
func TestLongListsOfOtherRecordsAreReadInChunksAsOneByOne(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(string(corpus(t, "attacks.ndjson")), "\n"), "\n")
	events := strings.Join(lines[:min(len(lines), 2000)], ",")
	for _, head := range []string{recordsHead, `{"kind":"EventList","items":[`, "["} {
		tail := "]}\n"
		if head == "[" {
			tail = "]\n"
		}
		log := []byte(head + events + tail)
		want := tellOf(t, log, nil, 1, false)
		if len(want.rows) < 1000 {
			t.Fatalf("%d rows of %s", len(want.rows), head)
		}
		for _, cpus := range []int{1, 4} {
			sameTold(t, fmt.Sprintf("%s on %d processors", head, cpus), tellOf(t, log, aSieve{}, cpus, false), want)
		}
	}
}

func sameTold(t *testing.T, what string, got, want telling) {
	t.Helper()
	if got.ledger != want.ledger {
		t.Fatalf("%s: the ledger is\n%.600s\nnot\n%.600s", what, got.ledger, want.ledger)
	}
	for i := range min(len(got.rows), len(want.rows)) {
		if got.rows[i] != want.rows[i] {
			t.Fatalf("%s: row %d is\n%s\nnot\n%s", what, i, got.rows[i], want.rows[i])
		}
	}
	if len(got.rows) != len(want.rows) {
		t.Fatalf("%s: %d rows, not %d", what, len(got.rows), len(want.rows))
	}
}

// FuzzEnvelopes reads odd messages in chunks and one by one.
func FuzzEnvelopes(f *testing.F) {
	event := `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","requestURI":"/x","verb":"get",` +
		`"user":{"username":"ann"},"requestReceivedTimestamp":"2026-11-21T07:03:30.285203Z","stageTimestamp":"2026-11-21T07:03:30.287868Z"}`
	one := inEnvelope(event + "\n")
	random := rand.New(rand.NewPCG(7, 8))
	for range 60 {
		f.Add(recordsHead + one + "," + oddEnvelope(random, event) + "," + one + "]}\n" + oddEnvelope(random, event) + "\n" + one)
	}
	for range 40 {
		f.Add(string(behindText(f, random, 6_000, 2)))
	}
	f.Add(criLine(event+"\n") + criLine(event))
	for range 40 {
		f.Add(string(batchesOf(f, random, 6_000, 4)))
	}
	f.Add(eventsHead + event + "," + kindless(event) + "]}\n" + eventsHead + event)
	f.Fuzz(func(t *testing.T, log string) {
		want := tellOf(t, []byte(log), nil, 1, false)
		sameTold(t, "text", tellOf(t, []byte(log), aSieve{}, 1, false), want)
		sameTold(t, "stream", tellOf(t, []byte(log), aSieve{}, 1, true), want)
	})
}

// A sieve for KubeAudit takes no event from other tables.
func TestOtherTablesHaveTheirRowsWithASieve(t *testing.T) {
	log := corpus(t, "attacks.ndjson")
	for _, log := range [][]byte{log, enveloped(log)} {
		rows := func(sieve dogwatch.Sieve, other string) map[string]int {
			r, err := NewReader(Options{Sieve: sieve}, "KubeAudit", other)
			if err != nil {
				t.Fatal(err)
			}
			n := map[string]int{}
			err = r.ReadText(context.Background(), "log", log, func(b dogwatch.Batch) error {
				n[b.Table] += b.Rows.Len()
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for _, other := range []string{"AKSAudit", "AKSAuditAdmin", "ArcK8sAudit", "AKSControlPlane", "AzureDiagnostics"} {
			if got, want := rows(aSieve{}, other), rows(nil, other); !maps.Equal(got, want) {
				t.Errorf("KubeAudit and %s have %v rows, not %v", other, got, want)
			}
		}
	}
}
