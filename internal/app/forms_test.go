package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/dogwatch-dev/dogwatch"
)

// azureCut is where Azure cuts a log line.
const azureCut = 16 << 10

// A deed is something that deeds.ndjson holds: an attack in one of its forms,
// or what only looks like one.
type deed struct {
	Name     string
	User     string
	Evidence []string // auditIDs
	Rules    []string // one of them must tell it
	Quiet    []string // none of them may; * is every rule
	Calm     []string // no rule may tell it at Medium or above
}

func deeds(t *testing.T) []deed {
	text, err := os.ReadFile(corpora + "deeds.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []deed
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// judge holds a deed against the severities by which rules told it.
func (d *deed) judge(told map[string]dogwatch.Severity) string {
	loud := slices.DeleteFunc(slices.Sorted(maps.Keys(told)), func(rule string) bool { return told[rule] < dogwatch.Low })
	among := func(list []string) bool {
		return slices.ContainsFunc(loud, func(rule string) bool { return slices.Contains(list, rule) || slices.Contains(list, "*") })
	}
	switch {
	case len(d.Rules) > 0 && !among(d.Rules):
		return fmt.Sprintf("none of %v tells it, but %v", d.Rules, told)
	case among(d.Quiet):
		return fmt.Sprintf("%v tell it, which is harmless", loud)
	case len(d.Rules) == 0 && slices.ContainsFunc(loud, func(rule string) bool { return told[rule] >= dogwatch.Medium }):
		return fmt.Sprintf("%v tell it at Medium or above, and it only looks bad", told)
	}
	return ""
}

// TestDeedsAreTold holds the rules against attacks done in many ways, and
// against their look-alikes, as the API server writes them and as Azure does.
func TestDeedsAreTold(t *testing.T) {
	all := recorded(t, "deeds.ndjson.zst")
	for name, in := range map[string]Input{
		"as written":    stdin([]byte(strings.Join(all, "\n"))),
		"from Azure":    stdin(azure(all, azureCut)),
		"in EventLists": stdin(eventLists(all)),
		"all stages":    stdin([]byte(strings.Join(stages(t, all), "\n"))),
	} {
		t.Run(name, func(t *testing.T) {
			told := map[string]map[string]dogwatch.Severity{} // by auditID and rule
			for _, a := range scannedWithLists(t, in) {
				for _, e := range a.Evidence {
					if told[e.AuditID] == nil {
						told[e.AuditID] = map[string]dogwatch.Severity{}
					}
					told[e.AuditID][a.Rule.Short] = max(told[e.AuditID][a.Rule.Short], a.Severity)
				}
			}
			for _, d := range deeds(t) {
				mine := map[string]dogwatch.Severity{}
				for _, id := range d.Evidence {
					for rule, severity := range told[id] {
						mine[rule] = max(mine[rule], severity)
					}
				}
				if why := d.judge(mine); why != "" {
					t.Errorf("%s (%s): %s", d.Name, d.User, why)
				}
			}
		})
	}
}

// TestHonestDayIsQuiet holds the rules against a day of honest work, in the
// forms in which logs arrive.
func TestHonestDayIsQuiet(t *testing.T) {
	day := recorded(t, "day.ndjson.zst")
	late := twoServers(t, day, 5*time.Minute)
	for name, in := range map[string]Input{
		"as written":                            stdin([]byte(strings.Join(day, "\n"))),
		"cut by Azure":                          stdin(azure(day, azureCut)),
		"clocks half a minute off":              files(t, twoServers(t, day, 30*time.Second)...),
		"clocks five minutes off, newest first": files(t, slices.Concat(rotated(late[1]), rotated(late[0]))...),
	} {
		t.Run(name, func(t *testing.T) {
			count := map[dogwatch.Severity]int{}
			for _, a := range scannedWithLists(t, in) {
				count[a.Severity]++
				if a.Severity >= dogwatch.Medium {
					t.Errorf("%s: %s: %s", a.Severity, a.Rule.Short, a.Summary)
				}
			}
			if n := count[dogwatch.Low]; n > 200 || n < 20 {
				t.Errorf("%d alerts of severity Low", n)
			}
			if n := count[dogwatch.Informational]; n > 150 {
				t.Errorf("%d alerts for information", n)
			}
		})
	}
}

// recorded are the lines of a recorded log.
func recorded(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(corpora + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// scannedWithLists scans with the lists that say what is trusted, and what is
// known bad, in the recorded clusters.
func scannedWithLists(t *testing.T, in Input) []dogwatch.Alert {
	t.Helper()
	a := Load(Config{Lists: []string{corpora + "lists"}})
	if err := a.Mistakes().Err(); err != nil {
		t.Fatal(err)
	}
	result, err := a.Scan(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range result.Ledger.Problems {
		t.Error(problem)
	}
	return result.Alerts
}

// rotated cuts a log into three files, the newest first.
func rotated(log []string) [][]string {
	third := len(log)/3 + 1
	return [][]string{log[2*third:], log[third : 2*third], log[:third]}
}

// files writes logs to files of their own, to be read in this order.
func files(t *testing.T, logs ...[]string) Input {
	t.Helper()
	var in Input
	for i, lines := range logs {
		name := filepath.Join(t.TempDir(), fmt.Sprintf("audit-%d.log", i))
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		in.Paths = append(in.Paths, name)
	}
	return in
}

// twoServers gives each record to one of two API servers, the second of which
// has a clock that is ahead.
func twoServers(t *testing.T, lines []string, ahead time.Duration) [][]string {
	t.Helper()
	servers := make([][]string, 2)
	for _, line := range lines {
		h := fnv.New32a()
		h.Write([]byte(auditID(line)))
		i := h.Sum32() % 2
		if i == 1 {
			for _, key := range []string{"requestReceivedTimestamp", "stageTimestamp"} {
				line = shifted(t, line, key, ahead)
			}
		}
		servers[i] = append(servers[i], line)
	}
	return servers
}

// shifted moves the time that stands under a key, the last of its name.
func shifted(t *testing.T, line, key string, by time.Duration) string {
	t.Helper()
	const layout = "2006-01-02T15:04:05.000000Z"
	key = `"` + key + `":"`
	i := strings.LastIndex(line, key) + len(key)
	old := line[i : i+len(layout)]
	at, err := time.Parse(layout, old)
	if err != nil {
		t.Fatal(err)
	}
	return line[:i] + at.Add(by).Format(layout) + line[i+len(layout):]
}

// eventLists puts lines into the lists that the audit webhook sends.
func eventLists(lines []string) []byte {
	var out bytes.Buffer
	for some := range slices.Chunk(lines, 300) {
		out.WriteString(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[` + strings.Join(some, ",") + "]}\n")
	}
	return out.Bytes()
}

// stages adds before each record the one of the stage that a policy may leave out.
func stages(t *testing.T, lines []string) []string {
	t.Helper()
	var out []string
	for _, line := range lines {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"responseStatus", "responseObject", "requestObject", "annotations"} {
			delete(e, key)
		}
		e["stage"], e["stageTimestamp"] = "RequestReceived", e["requestReceivedTimestamp"]
		first, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(first), line)
	}
	return out
}
