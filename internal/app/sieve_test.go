package app

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
)

// The sieve changes how fast alerts are found, and nothing about them.
func TestSieveChangesNoAlert(t *testing.T) {
	a := Load(Config{NoTests: true})
	logs := map[string][]byte{}
	for _, name := range []string{"attacks", "benign", "day", "deeds"} {
		_, text, err := load(t.Context(), corpora+name+".ndjson.zst", nil)
		if err != nil {
			t.Fatal(err)
		}
		logs[name] = text
	}
	logs["attacks of Azure"] = azure(events(t), 1<<30)
	logs["attacks of Azure, cut"] = azure(events(t), 16<<10)
	for name, text := range logs {
		sifted, plain := scanText(t, a, text, true), scanText(t, a, text, false)
		sifted.mustKeep(t, plain)
		with, without := sifted.alerts, plain.alerts
		if len(with) != len(without) {
			t.Errorf("%s: %d alerts with the sieve, %d without", name, len(with), len(without))
		}
		for i := range min(len(with), len(without)) {
			if x, y := asJSON(t, with[i]), asJSON(t, without[i]); !bytes.Equal(x, y) {
				t.Fatalf("%s: alert %d with the sieve:\n%s\nwithout:\n%s", name, i, x, y)
			}
		}
		if 2*sifted.rows > plain.rows && name != "deeds" {
			t.Errorf("%s: the sieve leaves %d of %d rows", name, sifted.rows, plain.rows)
		}
	}
}

// Records that are read one by one stand among others in the lists of Azure: neither
// changes what rules care for the others, whatever the number of processors.
func TestSieveOfListsOfTwoKindsChangesNoAlert(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	a, n := Load(Config{NoTests: true}), 0
	odd := regexp.MustCompile(`,"properties":`)
	log := odd.ReplaceAllStringFunc(string(azure(events(t), 1<<30)), func(s string) string {
		if n++; n%3 == 0 {
			return `,"identity":[1]` + s
		}
		return s
	})
	plain := scanText(t, a, []byte(log), false)
	for _, cpus := range []int{1, 3} {
		runtime.GOMAXPROCS(cpus)
		sifted := scanText(t, a, []byte(log), true)
		sifted.mustKeep(t, plain)
		if len(plain.alerts) < 50 || !bytes.Equal(asJSON(t, sifted.alerts), asJSON(t, plain.alerts)) {
			t.Errorf("%d processors: the sieve changes alerts (%d, without it %d)", cpus, len(sifted.alerts), len(plain.alerts))
		}
	}
}

// A sifting is what came of a scan.
type sifting struct {
	alerts []dogwatch.Alert
	rows   int // that rules were asked about
	rules  []detect.RuleStats
}

// mustKeep says that rules that count kept as many rows as in another scan.
func (s sifting) mustKeep(t testing.TB, other sifting) {
	t.Helper()
	for i, r := range s.rules {
		if r.Kept != other.rules[i].Kept {
			t.Errorf("%s: %d rows are kept, without the sieve %d", r.Rule.Short, r.Kept, other.rules[i].Kept)
		}
	}
}

func scanText(t testing.TB, a *App, text []byte, sieve bool) (out sifting) {
	t.Helper()
	ctx := context.Background()
	engine := detect.New(a.rules, detect.Options{Catalog: a.set.Catalog(), Plain: !sieve})
	worker := engine.NewWorker(ctx)
	opts := a.decodeOptions(a.set.Lists)
	if sieve {
		opts.Sieve = engine.NewSieve(ctx)
	}
	r, err := decode.NewReader(opts, engine.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	worker.Trust(sifted, r.Told()...)
	emit := func(b dogwatch.Batch) error {
		out.rows += b.Rows.Len()
		return worker.Feed(b)
	}
	if err := r.ReadText(ctx, "log", text, emit); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	out.alerts, err = engine.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	out.rules = engine.Stats()
	return out
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Nor does it with very many rules, which have conditions in common.
func TestSieveOfManyRulesChangesNoAlert(t *testing.T) {
	a := generated(t, 1000, 5)
	_, text, err := load(t.Context(), corpora+"attacks.ndjson.zst", nil)
	if err != nil {
		t.Fatal(err)
	}
	var log []byte
	for i, line := range bytes.SplitAfter(text, []byte("\n")) {
		if i%5 == 0 {
			log = append(log, line...)
		}
	}
	with, without := scanText(t, a, log, true), scanText(t, a, log, false)
	with.mustKeep(t, without)
	if x, y := asJSON(t, with.alerts), asJSON(t, without.alerts); !bytes.Equal(x, y) {
		t.Fatalf("alerts with the sieve:\n%s\nwithout:\n%s", difference(x, y), difference(y, x))
	}
	if len(with.alerts) < 200 {
		t.Errorf("%d alerts say little about 1000 rules", len(with.alerts))
	}
}

var soak = flag.Duration("sieve.for", 0, "compare the sieve with none for so long, over invented events and rules")

// TestSieveSoak does what FuzzSieve does, with more at once, for as long as it
// is asked to.
func TestSieveSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("asked for with -sieve.for=30m")
	}
	start, n := time.Now(), uint64(0)
	for ; time.Since(start) < *soak; n++ {
		c := newComparison(t, 150+int(n%4)*100, n)
		for seed := range uint64(20) {
			c.run(t, n*20+seed, 200)
		}
	}
	t.Logf("%d sets of rules, 20 logs each", n)
}

// FuzzSieve makes events out of parts of recorded ones, and rules out of those
// that come with dogwatch: whatever they say, the sieve changes no alert.
func FuzzSieve(f *testing.F) {
	var sets []comparison
	for seed := range uint64(4) {
		sets = append(sets, newComparison(f, 125, seed))
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { sets[seed%uint64(len(sets))].run(t, seed, 40) })
}

// A comparison is of alerts of some rules, with the sieve and without.
type comparison struct {
	app   *App
	lines [][]byte // events, for parts
}

func newComparison(t testing.TB, rules int, seed uint64) comparison {
	_, text, err := load(t.Context(), corpora+"attacks.ndjson.zst", nil)
	if err != nil {
		t.Fatal(err)
	}
	return comparison{generated(t, rules, seed), bytes.Split(bytes.TrimSpace(text), []byte("\n"))}
}

// run compares scans of one log, in a form and with as many processors as the seed
// says.
func (c comparison) run(t *testing.T, seed uint64, events int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 7))
	log := mixed(t, random, c.lines, events)
	switch random.IntN(4) {
	case 0, 1:
		log = inLists(random, log)
	case 2:
		log = inOtherForms(t, random, log)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1 + random.IntN(3)))
	with, without := scanText(t, c.app, log, true), scanText(t, c.app, log, false)
	with.mustKeep(t, without)
	x, y := asJSON(t, with.alerts), asJSON(t, without.alerts)
	if !bytes.Equal(x, y) {
		t.Fatalf("seed %d: alerts with the sieve:\n%s\nwithout:\n%s", seed, difference(x, y), difference(y, x))
	}
}

// inLists puts the lines of a log into messages of Azure: most as Azure writes them,
// in lists or alone, some in another way, so that they are read one by one.
func inLists(r *rand.Rand, log []byte) []byte {
	odd := []func(whole, event string) string{
		func(_, event string) string { return event },
		func(whole, _ string) string {
			return strings.Replace(whole, `,"properties":`, `,"identity":[1],"properties":`, 1)
		},
		func(whole, _ string) string { return strings.Replace(whole, `"kube-audit"`, `"kube-audit-admin"`, 1) },
		func(whole, _ string) string { return strings.Replace(whole, `"kube-audit"`, `"guard"`, 1) },
		func(whole, _ string) string { return strings.Replace(whole, `"log":"`, `"log":" `, 1) },
		func(whole, _ string) string {
			return strings.Replace(whole, `"stream"`, `"stream":"stderr","stream"`, 1)
		},
		func(whole, _ string) string { return strings.Replace(whole, `\"verb\"`, `\u0022verb\u0022`, 1) },
		func(whole, _ string) string {
			return strings.Replace(whole, `MANAGEDCLUSTERS/AKS`, `MANAGEDCLUSTERS/OTHER`, 1)
		},
		// A copy that was cut would say less than the request's other copy: it is another's.
		func(_, event string) string {
			return string(azureRecord(strings.Replace(event, `"auditID":"`, `"auditID":"cut-`, 1)[:len(event)*2/3]))
		},
		func(_, _ string) string { return string(azureRecord("no JSON")) },
		func(_, _ string) string { return "17" },
	}
	var out []byte
	every, listed := 1+r.IntN(12), false
	for line := range bytes.Lines(log) {
		event := strings.TrimSuffix(string(line), "\n")
		whole := string(azureRecord(event))
		if r.IntN(every) == 0 {
			whole = odd[r.IntN(len(odd))](whole, event)
		}
		switch {
		case !listed && r.IntN(4) == 0:
			out = append(append(out, whole...), '\n')
			continue
		case !listed:
			out = append(out, `{"records":[`...)
		default:
			out = append(out, ',')
		}
		out = append(out, whole...)
		if listed = r.IntN(60) > 0; !listed {
			out = append(out, "]}\n"...)
		}
	}
	if listed {
		out = append(out, "]}\n"...)
	}
	return out
}

// inOtherForms puts the lines of a log behind what a container runtime writes, and into
// lists of the audit webhook's, whose elements tell no kind.
func inOtherForms(t *testing.T, r *rand.Rand, log []byte) []byte {
	kindless := func(line []byte) []byte {
		event := map[string]json.RawMessage{}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatal(err)
		}
		delete(event, "kind")
		delete(event, "apiVersion")
		return appendEvent(nil, r, event)
	}
	var out []byte
	lines := slices.Collect(bytes.Lines(log))
	for len(lines) > 0 {
		some := lines[:min(len(lines), 1+r.IntN(30))]
		lines = lines[len(some):]
		list, behind, without := r.IntN(3) == 0, r.IntN(2) == 0, r.IntN(2) == 0
		if list {
			out = append(out, `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[`...)
		}
		for i, line := range some {
			switch {
			case list && i > 0:
				out = append(out, ',')
			case behind && !list:
				out = append(out, "2026-11-21T07:10:50.123456789Z stdout F "...)
			}
			if without {
				line = kindless(line)
			}
			if list {
				line = bytes.TrimSuffix(line, []byte("\n"))
			}
			out = append(out, line...)
		}
		if list {
			out = append(out, "]}\n"...)
		}
	}
	return out
}

// mixed makes events whose members come from different events, some left out,
// in any order; some come twice. Copies of a request never differ in who asked
// and how it ended, or are another request: each has an ID of its own.
func mixed(t *testing.T, r *rand.Rand, lines [][]byte, n int) []byte {
	var out []byte
	pick := func() map[string]json.RawMessage {
		event := map[string]json.RawMessage{}
		if err := json.Unmarshal(lines[r.IntN(len(lines))], &event); err != nil {
			t.Fatal(err)
		}
		return event
	}
	for range n {
		event := pick()
		for range r.IntN(4) {
			other := pick()
			names := slices.Sorted(maps.Keys(other))
			name := names[r.IntN(len(names))]
			event[name] = other[name]
			if r.IntN(12) == 0 {
				delete(event, name)
			}
		}
		event["auditID"] = fmt.Appendf(nil, "\"%08x\"", r.IntN(1<<30))
		before := len(out)
		out = appendEvent(out, r, event)
		if r.IntN(8) == 0 {
			out = append(out, out[before:]...)
		}
	}
	return out
}

func appendEvent(out []byte, r *rand.Rand, event map[string]json.RawMessage) []byte {
	names := slices.Sorted(maps.Keys(event))
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, '"'), name...), `":`...)
		out = append(out, event[name]...)
	}
	return append(out, "}\n"...)
}

// difference is the first lines of x that y has not.
func difference(x, y []byte) []byte {
	at := 0
	for at < min(len(x), len(y)) && x[at] == y[at] {
		at++
	}
	from := max(0, at-600)
	return x[from:min(len(x), at+600)]
}

// Events that no rule takes cost no allocation, once what they repeat is known.
func TestUntakenEventsAllocateNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // or each processor learns what is repeated
	a := Load(Config{NoTests: true})
	_, log, err := load(t.Context(), corpora+"benign.ndjson.zst", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.newScanning(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	taken := map[int64]bool{}
	emit := func(b dogwatch.Batch) error {
		for _, row := range b.Rows.Rows() {
			taken[b.Evidence(int(row)).Line] = true
		}
		return nil
	}
	if err := s.reader.ReadText(t.Context(), "log", log, emit); err != nil {
		t.Fatal(err)
	}
	var rest []byte
	line, events := int64(0), 0
	for text := range bytes.Lines(log) {
		if line++; !taken[line] {
			rest = append(rest, text...)
			events++
		}
	}
	none := func(b dogwatch.Batch) error { return fmt.Errorf("%d rows of %s", b.Rows.Len(), b.Table) }
	read := func() {
		if err := s.reader.ReadText(t.Context(), "log", rest, none); err != nil {
			t.Fatal(err)
		}
	}
	read()
	if n := testing.AllocsPerRun(1, read); n > float64(events)/100 { // some for each chunk of lines
		t.Errorf("%v allocations for %d events", n, events)
	}
}
