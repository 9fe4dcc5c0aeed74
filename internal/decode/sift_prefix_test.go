package decode

import (
	"bytes"
	"context"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
)

var anAuditID = regexp.MustCompile(`"auditID":"[^"]*",`)

// kindless is an event as it stands in a list of the audit webhook's.
func kindless(line string) string {
	return strings.Replace(line, `"kind":"Event","apiVersion":"audit.k8s.io/v1",`, "", 1)
}

// behindText is a log of lines that begin with what runtimes and syslog write before
// them: one in so many is another thing.
func behindText(t testing.TB, random *rand.Rand, size, every int) []byte {
	lines := slices.Collect(strings.Lines(string(corpus(t, "attacks.ndjson"))))
	odd := []func(line string) string{
		func(line string) string { return "\n" },
		func(line string) string { return " \t\r\n\n" },
		func(line string) string { return "   " + line },
		func(line string) string { return line },
		func(line string) string { return inEnvelope(line) + "\n" },
		func(line string) string { return criLine(inEnvelope(line)) + "\n" },
		kindless,
		func(line string) string { return inEnvelope(kindless(line)) + "\n" },
		func(line string) string { return strings.Replace(line, `"kind":"Event",`, "", 1) },
		func(line string) string { return strings.Replace(kindless(line), `"auditID"`, `"id"`, 1) },
		func(line string) string { return anAuditID.ReplaceAllString(kindless(line), "") },
		func(line string) string {
			return strings.Replace(kindless(line), `"level"`, `"Type":"AKSAudit","level"`, 1)
		},
		func(line string) string { return `{"kind":"EventList","items":[` + kindless(line) + "]}\n" },
		func(string) string { return `{"auditID":"a"}` + "\n" + `{"auditID":"a","verb":"get"}` + "\n" },
		func(line string) string { return "<13>Nov 21 07:10:50 cp-1 kube-apiserver[1]: " + line },
		func(line string) string { return "\xef\xbb\xbf" + line },
		func(line string) string { return " \xef\xbb\xbf" + line },
		func(line string) string { return strings.TrimSuffix(line, "\n") + "\r\n" },
		func(line string) string { return "W1121 07:10:50.000000       1 audit.go:12] something else\n" },
		func(line string) string { return "a \"quote\" before " + line },
		func(line string) string { return "at:" + line },
		func(line string) string { return strings.Repeat("long ", maxPrefix/5-random.IntN(20)) + line },
		func(line string) string { return criLine(recordsHead+inEnvelope(line)+"]}") + "\n" },
		func(line string) string { return criLine(`{"level":"info","msg":"other"}` + "\n") },
		func(line string) string { return strings.TrimSuffix(line, "\n") + line },
		func(line string) string { return criLine(line[:len(line)/2]) + "\n" },
		func(line string) string { return criLine(line[:len(line)/2]) + criLine(line) },
		func(line string) string { return criLine("[" + line + "]\n") },
		func(line string) string { return "2026 {" + line },
		func(line string) string { return "2026 \n " + line },
		func(line string) string { return ", " + line },
		func(line string) string { return "[" + strings.TrimSuffix(line, "\n") + "]\n" },
		func(line string) string { return "[" + line + "," + line },
	}
	var b bytes.Buffer
	for b.Len() < size {
		line := lines[random.IntN(len(lines))]
		if every > 0 && random.IntN(every) == 0 {
			b.WriteString(odd[random.IntN(len(odd))](line))
		} else {
			b.WriteString(criLine(line))
		}
	}
	return b.Bytes()
}

// Lines of a container's log are read in chunks as they are read one by one.
func TestLinesBehindTextAreReadInChunksAsOneByOne(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 6))
	readInChunks(t, random, []int{0, 3000, 100, 2}, func(size, every int) []byte { return behindText(t, random, size, every) })
}

// A container's log is looked at in chunks, from its first line on.
func TestLinesBehindTextAreSeenAtAGlance(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	log := string(behindText(t, rand.New(rand.NewPCG(9, 7)), chunkSize/2, 0))
	for line := range strings.Lines(log[:len(log)/9]) {
		if strings.HasSuffix(line, "}\n") {
			log += kindless(line)
		}
	}
	err = r.ReadText(context.Background(), "log", []byte(log), func(dogwatch.Batch) error { return nil })
	if n := strings.Count(log, "\n"); err != nil || len(r.siftings.alone.items) != n {
		t.Errorf("%d of %d items are seen (%v)", len(r.siftings.alone.items), n, err)
	}
	log = "\n \n" + log + "\n"
	c := &chunk{text: log, atEOF: true}
	if r.siftings.single.look(c); c.size < len(log) || len(c.items)+3 != strings.Count(log, "\n") {
		t.Errorf("%d of %d bytes are looked at, and %d items seen", c.size, len(log), len(c.items))
	}
}
