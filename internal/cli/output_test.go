package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// hostile is an alert whose record was written by somebody who knows what its
// readers act on.
func hostile() []dogwatch.Alert {
	record := 3
	return []dogwatch.Alert{{
		ID:         "a1",
		Rule:       dogwatch.RuleRef{ID: "6f0a4c1e-7f9e-4b0b-9a53-1f5f6d0f2a77", Short: "exec-into-pod", Name: "Exec into a pod", Version: "1.0.0"},
		Severity:   dogwatch.High,
		Tactics:    []string{"Execution"},
		Techniques: []string{"T1609"},
		FirstEvent: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		LastEvent:  time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
		Count:      2,
		Summary:    "=HYPERLINK(\"http://x\") \x1b[2J ran `id` | <b>\n::error::owned, 100%",
		Entities:   []dogwatch.Entity{{Type: "Account", Fields: []dogwatch.EntityField{{Name: "name", Value: "@ann|bob"}}}},
		Evidence:   []dogwatch.Evidence{{Table: "KubeAudit", Source: "logs/a b.log", Line: 7, Record: &record}},
	}}
}

func print(t *testing.T, format string, alerts []dogwatch.Alert) string {
	t.Helper()
	var out bytes.Buffer
	o := output{format: format}
	if err := o.printAlerts(&Env{Stdout: &out, Version: "test"}, &out, alerts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAlertsAreInert(t *testing.T) {
	table := print(t, "table", hostile())
	if strings.Contains(table, "\x1b") || strings.Count(table, "\n") != 2 {
		t.Errorf("table acts on a terminal or breaks its line:\n%q", table)
	}
	csv := print(t, "csv", hostile())
	if !strings.Contains(csv, `"'=HYPERLINK(""http`) || !strings.Contains(csv, `,'@ann|bob,`) {
		t.Errorf("csv has live formulas:\n%s", csv)
	}
	md := print(t, "markdown", hostile())
	if strings.Contains(md, "<b>") || !strings.Contains(md, `ann\|bob`) || strings.Count(md, "\n") != 3 {
		t.Errorf("markdown has live markup:\n%s", md)
	}
	gh := print(t, "github", hostile())
	if strings.Count(gh, "\n") != 1 || !strings.HasPrefix(gh, "::error file=logs/a b.log,line=7,title=High%3A Exec into a pod::") || !strings.Contains(gh, "100%25") {
		t.Errorf("annotations hold a command of the record's:\n%s", gh)
	}
}

func TestSARIF(t *testing.T) {
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(print(t, "sarif", hostile())), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	at := run.Results[0].Locations[0].PhysicalLocation
	if log.Version != "2.1.0" || run.Tool.Driver.Rules[0].ID != "exec-into-pod" || run.Results[0].Level != "error" ||
		at.ArtifactLocation.URI != "logs/a%20b.log" || at.Region.StartLine != 7 {
		t.Errorf("SARIF: %+v", log)
	}
	if empty := print(t, "sarif", nil); !strings.Contains(empty, `"results": []`) || !strings.Contains(empty, `"rules": []`) {
		t.Errorf("without alerts the lists are missing:\n%s", empty)
	}
}

func TestTableWrapsItsWidestColumns(t *testing.T) {
	tab := table{heads: []string{"Time", "N", "Object", "Who"}, right: []bool{false, true, false, false}}
	tab.add(text("07:10:15"), text("12"), text(`{"namespace":"shop","name":"api-7f9c","kind":"Pod"}`), text("ci/deployer"))
	tab.add(text("07:10:16"), text("3"), text("日本語日本語日本語日本語"), text(""))
	for _, c := range []struct {
		width int
		want  string
	}{
		{50, `Time       N  Object                   Who
07:10:15  12  {"namespace":"shop",     ci/deployer
              "name":"api-7f9c",
              "kind":"Pod"}
07:10:16   3  日本語日本語日本語日本
              語
`},
		{0, `Time       N  Object                                               Who
07:10:15  12  {"namespace":"shop","name":"api-7f9c","kind":"Pod"}  ci/deployer
07:10:16   3  日本語日本語日本語日本語
`},
	} {
		var out bytes.Buffer
		if err := tab.write(&out, c.width, true, false); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("width %d:\n%s\nwant\n%s", c.width, out.String(), c.want)
		}
	}
	if tab.tooWide(50) || !tab.tooWide(20) {
		t.Error("what fits is not told from what does not")
	}
}

func TestTableLinesUp(t *testing.T) {
	tab := table{heads: []string{"NAME", "N", "WHAT"}, right: []bool{false, true, false}}
	tab.add(text("日本"), text("7"), text("short"))
	tab.add(text("a-long-name"), text("1,234"), text("words that do not fit on a narrow screen"))
	var out bytes.Buffer
	if err := tab.write(&out, 44, true, false); err != nil {
		t.Fatal(err)
	}
	want := `NAME             N  WHAT
日本             7  short
a-long-name  1,234  words that do not fit on
                    a narrow screen
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestPaintKeepsColumns(t *testing.T) {
	var plain, painted bytes.Buffer
	tab := alertTable(hostile(), false, true)
	if err := tab.write(&painted, 0, true, true); err != nil {
		t.Fatal(err)
	}
	if err := tab.write(&plain, 0, true, false); err != nil {
		t.Fatal(err)
	}
	bare := painted.String()
	for _, code := range []string{"\x1b[31;1m", "\x1b[1m", "\x1b[0m"} {
		bare = strings.ReplaceAll(bare, code, "")
	}
	if bare != plain.String() || painted.String() == plain.String() {
		t.Errorf("colour changes the text:\n%s\n%s", bare, plain.String())
	}
}

func TestMeterLine(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{
		{120, "Reading audit.log  ██████████░░░░░░░░░░  50%  2 s left  50 MB  25 MB/s  1,000 records"},
		{60, "Reading  ██████████░░░░░░░░░░  50%  2 s left  50 MB  25 MB/s"},
		{40, "Reading  ██████████░░░░░░░░░░  50%"},
	} {
		got := meterLine("audit.log", 50_000_000, 100_000_000, 1000, 2*time.Second, c.width)
		if got != c.want || displayWidth(got) > c.width {
			t.Errorf("width %d:\n got %q\nwant %q", c.width, got, c.want)
		}
	}
}

func TestColour(t *testing.T) {
	env := func(vars map[string]string) *Env {
		return &Env{Getenv: func(name string) string { return vars[name] }}
	}
	for _, c := range []struct {
		mode     string
		vars     map[string]string
		terminal bool
		want     palette
	}{
		{"auto", nil, true, true},
		{"auto", nil, false, false},
		{"auto", map[string]string{"NO_COLOR": "1"}, true, false},
		{"auto", map[string]string{"TERM": "dumb"}, true, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "0"}, false, false},
		{"always", map[string]string{"NO_COLOR": "1"}, false, true},
		{"never", map[string]string{"CLICOLOR_FORCE": "1"}, true, false},
	} {
		if got, err := paletteFor(env(c.vars), c.mode, c.terminal); err != nil || got != c.want {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
	if _, err := paletteFor(env(nil), "purple", true); err == nil {
		t.Error("--color purple passes")
	}
}

func TestWideRowsBecomeBlocks(t *testing.T) {
	tab := table{heads: []string{"Name", "Empty", "Text", "Last"}}
	tab.add(text("ann"), text(""), text("a text that is too long for the screen it is on"), text("z"))
	if tab.tooWide(120) || tab.tooWide(60) || !tab.tooWide(30) {
		t.Error("tooWide is wrong")
	}
	var out bytes.Buffer
	if err := tab.writeBlocks(&out, 40, false); err != nil {
		t.Fatal(err)
	}
	want := `-- row 1 --
Name   ann
Text   a text that is too long for the
       screen it is on
Last   z
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
