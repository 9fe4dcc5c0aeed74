package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
)

// cuts are places in a text, each behind a line: some of them anywhere, one
// between the stages of a request.
func cuts(text string, n int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := []int{0, len(text)}
	for range n {
		at := rng.IntN(len(text))
		out = append(out, at+strings.IndexByte(text[at:], '\n')+1)
	}
	if at := strings.Index(text, `"stage":"ResponseStarted"`); at > 0 {
		out = append(out, at+strings.IndexByte(text[at:], '\n')+1)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pieces writes the parts of a text to files.
func pieces(t *testing.T, text string, n int, seed uint64) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	at := cuts(text, n, seed)
	for i := range at[1:] {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("%02d.log", i)))
		if err := os.WriteFile(paths[i], []byte(text[at[i]:at[i+1]]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// scanPiece scans with a state, and keeps it.
func scanPiece(t *testing.T, a *App, state string, paths ...string) *ScanResult {
	t.Helper()
	r, err := a.Scan(context.Background(), Input{Paths: paths, State: state})
	if err == nil {
		err = r.Keep()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, loss := range r.Losses() {
		t.Error(loss)
	}
	return r
}

// A log that is scanned in pieces, by one process after another, has the alerts
// of one that is scanned at once, to the byte; and what is told piece by piece
// comes to the same.
func TestPiecesTellWhatTheWholeTells(t *testing.T) {
	logs := map[string]string{}
	for _, name := range []string{"attacks", "benign", "day", "deeds"} {
		_, text, err := load(t.Context(), corpora+name+".ndjson.zst", nil)
		if err != nil {
			t.Fatal(err)
		}
		logs[name] = string(text)
	}
	logs["Event Hub"] = string(azure(events(t), 1<<30))
	for name, text := range logs {
		for _, resident := range []int64{0, 50 << 10} { // rows in memory, and on disk
			if resident == 0 && name != "attacks" && name != "Event Hub" {
				continue
			}
			paths := pieces(t, text, 3, uint64(resident)+7)
			a := Load(Config{NoTests: true})
			a.resident = resident
			whole, err := a.Scan(context.Background(), Input{Paths: paths})
			if err != nil {
				t.Fatal(err)
			}
			file, told := filepath.Join(t.TempDir(), "state"), map[string]dogwatch.Alert{}
			var last *ScanResult
			for _, path := range paths {
				last = scanPiece(t, a, file, path)
				for _, a := range last.Fresh() {
					told[a.ID] = a
				}
			}
			if x, y := asJSON(t, whole.Alerts), asJSON(t, last.Alerts); !bytes.Equal(x, y) {
				t.Errorf("%s: at once:\n%s\nin pieces:\n%s", name, difference(x, y), difference(y, x))
			}
			for _, a := range whole.Alerts {
				if x, y := asJSON(t, a), asJSON(t, told[a.ID]); !bytes.Equal(x, y) {
					t.Errorf("%s: %s was told as\n%s", name, x, y)
				}
			}
			if again := scanPiece(t, a, file, emptyFile(t)); len(again.Fresh()) > 0 {
				t.Errorf("%s: %d alerts are told twice", name, len(again.Fresh()))
			}
		}
	}
}

func emptyFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "empty.log")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ruleFolder has a rule that counts two deletions within an hour, and more.
func ruleFolder(t *testing.T, query string) string {
	dir := t.TempDir()
	text := `id: 5b6f5c58-9c1e-4d1a-8d0f-0a4f6b1c2d3e
name: Deletions
description: Deletions.
severity: Low
kind: Scheduled
queryFrequency: 5m
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 0
tactics: []
relevantTechniques: []
query: |
` + query + `
eventGroupingSettings:
  aggregationKind: AlertPerResult
version: 1.0.0
`
	if err := os.WriteFile(filepath.Join(dir, "deletions.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func deletions(t *testing.T, n ...int) string {
	var b strings.Builder
	for _, i := range n {
		fmt.Fprintf(&b, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"id-%d","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/a/pods/p%d","verb":"delete","user":{"username":"ann"},"sourceIPs":["192.0.2.1"],"objectRef":{"resource":"pods","namespace":"a","name":"p%d","apiVersion":"v1"},"responseStatus":{"code":200},"requestReceivedTimestamp":"2026-11-20T12:%02d:00.000000Z","stageTimestamp":"2026-11-20T12:%02d:00.100000Z"}`+"\n", i, i, i, i, i)
	}
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const twoDeletions = "  KubeAudit | where Verb == 'delete' | summarize N = count() by User | where N >= 2"

// A rule goes on where it stopped as long as it is the same, and begins anew when
// it is not, which is said.
func TestStateBelongsToTheRule(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	with := func(query string) *App {
		return Load(Config{NoBuiltin: true, Rules: []string{ruleFolder(t, query)}})
	}
	if r := scanPiece(t, with(twoDeletions), file, deletions(t, 1)); len(r.Alerts) != 0 || r.Restored != nil {
		t.Errorf("one deletion: %d alerts, restored %v", len(r.Alerts), r.Restored)
	}
	r := scanPiece(t, with(twoDeletions), file, deletions(t, 2))
	if len(r.Fresh()) != 1 || len(r.Restored.Changed)+len(r.Restored.New)+len(r.Restored.Gone) > 0 {
		t.Errorf("the second: %d alerts, restored %+v", len(r.Fresh()), r.Restored)
	}
	r = scanPiece(t, with(strings.Replace(twoDeletions, ">= 2", ">= 3", 1)), file, deletions(t, 3))
	if len(r.Alerts) != 0 || !slices.Equal(r.Restored.Changed, []string{"deletions"}) {
		t.Errorf("another rule: %d alerts, restored %+v", len(r.Alerts), r.Restored)
	}
	r = scanPiece(t, Load(Config{NoTests: true}), file, deletions(t, 4))
	if !slices.Equal(r.Restored.Gone, []string{"deletions"}) || len(r.Restored.New) < 50 {
		t.Errorf("no such rule: restored %+v", r.Restored)
	}
}

// What cannot be the state of this scan is refused, and stays as it is.
func TestOtherStatesAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	a := Load(Config{NoTests: true})
	scanPiece(t, a, file, corpora+"sample.ndjson")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the state may be read by others: %v, %v", info.Mode(), err)
	}
	refused := func(a *App, text []byte, want string) {
		t.Helper()
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := a.Scan(context.Background(), Input{Paths: []string{corpora + "sample.ndjson"}, State: file})
		if err == nil || !strings.Contains(err.Error(), want) || len(r.Alerts) > 0 {
			t.Errorf("%v, not %q", err, want)
		}
		if now, _ := os.ReadFile(file); !bytes.Equal(now, text) {
			t.Error("it was written over")
		}
	}
	refused(Load(Config{NoTests: true, Cluster: "other"}), whole, `of the cluster "", and this scan is of "other"`)
	refused(a, whole[:len(whole)/2], "damaged or cut off")
	refused(a, whole[:len(whole)-8], "damaged or cut off")
	refused(a, append(bytes.Clone(whole), '\n'), "something follows")
	refused(a, []byte("dogwatch state 1\n"), `format "1"`)
	refused(a, []byte("{}"), "no state of dogwatch")
	refused(a, nil, "no state of dogwatch")
	bad := bytes.Clone(whole)
	bad[len(bad)/3] ^= 4
	refused(a, bad, "checksum")
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Of two scans at the same time, the second does not write over what the first
// wrote.
func TestStateOfAnotherScanIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	a := Load(Config{NoTests: true})
	in := Input{Paths: []string{corpora + "sample.ndjson"}, State: file}
	slow, err := a.Scan(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	scanPiece(t, a, file, in.Paths...)
	if err := slow.Keep(); err == nil || !strings.Contains(err.Error(), "another scan changed it") {
		t.Errorf("%v", err)
	}
}

// A scan that is called off leaves the state as it was.
func TestCalledOffScansKeepNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	r, err := Load(Config{NoTests: true}).Scan(ctx, Input{Paths: []string{corpora + "sample.ndjson"}, State: file})
	if !errors.Is(err, context.Canceled) || r.Keep() != nil {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Whatever a state says, loading it ends in an error, or in rules that run.
func FuzzState(f *testing.F) {
	a := Load(Config{NoBuiltin: true, Rules: []string{"../../rules/mass-deletion.yaml", "../../rules/error-burst.yaml", "../../rules/exec-into-pod.yaml", "../../rules/identity-first-seen.yaml"}})
	if err := a.Mistakes().Err(); err != nil {
		f.Fatal(err)
	}
	for _, resident := range []int64{1, 1 << 30} {
		a.resident = resident
		s, err := a.newScanning(context.Background())
		if err != nil {
			f.Fatal(err)
		}
		if _, err := a.sit(context.Background(), context.Background(), Input{Paths: []string{corpora + "sample.ndjson"}}, s.reader, s.worker.Feed); err != nil {
			f.Fatal(err)
		}
		var out bytes.Buffer
		w := state.NewWriter(&out)
		if err := s.engine.Save(w, a.marks()); err != nil {
			f.Fatal(err)
		}
		s.reader.Save(w)
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		body, err := state.Body(out.Bytes())
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
		s, err := a.newScanning(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		in := state.NewReader(&framed)
		if _, err := s.engine.Load(in, a.marks()); err != nil {
			return
		}
		if s.reader.Load(in) != nil {
			return
		}
		if _, err := s.engine.Finish(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}
