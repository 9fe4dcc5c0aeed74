package rule

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// world has one table.
type world struct{}

var requests = value.Schema{
	{Name: "TimeGenerated", Type: value.DateTime}, {Name: "User", Type: value.String}, {Name: "Verb", Type: value.String},
	{Name: "Resource", Type: value.String}, {Name: "Name", Type: value.String}, {Name: "Code", Type: value.Int},
}

func (world) Table(name string) (value.Schema, bool) { return requests, name == "Requests" }
func (world) TableNames() []string                   { return []string{"Requests"} }

// folder writes files and gives their folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load loads files alone, without the rules that come with dogwatch.
func load(t testing.TB, files map[string]string) (*Set, string) {
	t.Helper()
	dir := folder(t, files)
	return Load(Options{NoBuiltin: true, Paths: []string{dir}, Tables: world{}}), dir
}

// mistakes are the errors without the folder's name.
func mistakes(s *Set, dir string) []string {
	var out []string
	for _, e := range s.Mistakes {
		text := strings.TrimPrefix(e.Error(), dir+string(filepath.Separator))
		if e.Hint != "" {
			text += " (" + e.Hint + ")"
		}
		out = append(out, strings.ReplaceAll(text, dir+string(filepath.Separator), ""))
	}
	return out
}

const head = "id: 9356e2ef-735b-43bc-a643-3486d610dd65\nname: A rule\nseverity: Low\n"

func one(t *testing.T, text string) *dogwatch.Rule {
	t.Helper()
	s, dir := load(t, map[string]string{"a.yaml": text})
	if len(s.Rules) != 1 {
		t.Fatalf("no rule: %q", mistakes(s, dir))
	}
	return s.Rules[0]
}

func TestSentinelsManyWaysToWriteARule(t *testing.T) {
	query := "query: Requests\n"
	tests := []struct {
		name, text string
		got        func(r *dogwatch.Rule) any
		want       any
	}{
		{"scheduled when kind is missing", query, func(r *dogwatch.Rule) any { return r.Kind }, "Scheduled"},
		{"kind in any case", query + "kind: nrt\n", func(r *dogwatch.Rule) any { return r.Kind }, "NRT"},
		{"NRT runs each minute", query + "kind: NRT\n", func(r *dogwatch.Rule) any { return r.Frequency }, time.Minute},
		{"5m", query + "queryFrequency: 5m\n", func(r *dogwatch.Rule) any { return r.Frequency }, 5 * time.Minute},
		{"1h10m", query + "queryFrequency: 1h10m\n", func(r *dogwatch.Rule) any { return r.Frequency }, 70 * time.Minute},
		{"days of .NET", query + "queryPeriod: 1.00:00:00\n", func(r *dogwatch.Rule) any { return r.Period }, 24 * time.Hour},
		{"a time that YAML takes for a number of base 60", query + "queryPeriod: 01:30:00\n", func(r *dogwatch.Rule) any { return r.Period }, 90 * time.Minute},
		{"ISO 8601", query + "queryPeriod: P1DT2H\n", func(r *dogwatch.Rule) any { return r.Period }, 26 * time.Hour},
		{"a period alone", query + "queryPeriod: 1d\n", func(r *dogwatch.Rule) any { return r.Frequency }, 24 * time.Hour},
		{"GreaterThan", query + "triggerOperator: GreaterThan\ntriggerThreshold: 5\n", func(r *dogwatch.Rule) any { return r.Trigger }, dogwatch.Trigger{Operator: "gt", Threshold: 5}},
		{"lt", query + "triggerOperator: lt\ntriggerThreshold: 1\n", func(r *dogwatch.Rule) any { return r.Trigger }, dogwatch.Trigger{Operator: "lt", Threshold: 1}},
		{"no trigger", query, func(r *dogwatch.Rule) any { return r.Trigger }, dogwatch.Trigger{Operator: "gt"}},
		{"a version stays as written", query + "version: 1.0\n", func(r *dogwatch.Rule) any { return r.Version }, "1.0"},
		{"a version that looks like a date", query + "version: 2024-01-01\n", func(r *dogwatch.Rule) any { return r.Version }, "2024-01-01"},
		{"a tactic's slip", query + "tactics: [CommandandControl, Privilege Escalation]\n", func(r *dogwatch.Rule) any { return strings.Join(r.Tactics, " ") }, "CommandAndControl PrivilegeEscalation"},
		{"a lone tactic", query + "tactics: Impact\n", func(r *dogwatch.Rule) any { return strings.Join(r.Tactics, " ") }, "Impact"},
		{"the older name of techniques", query + "techniques: [T1609]\n", func(r *dogwatch.Rule) any { return strings.Join(r.Techniques, " ") }, "T1609"},
		{"tags with members", query + "tags:\n  - Schema: ASimDns\n    SchemaVersion: 0.1\n  - plain\n", func(r *dogwatch.Rule) any { return strings.Join(r.Tags, "|") }, "Schema:ASimDns SchemaVersion:0.1|plain"},
		{"a description in stray quotes", query + "description: |\n  'It happens.'\n", func(r *dogwatch.Rule) any { return r.Description }, "It happens."},
		{"severity in any case", query + "Severity: x\n", func(r *dogwatch.Rule) any { return r.Severity }, dogwatch.Low},
		{"single alert", query, func(r *dogwatch.Rule) any { return r.PerResult }, false},
		{"alert per result", query + "eventGroupingSettings: {aggregationKind: alertPerResult}\n", func(r *dogwatch.Rule) any { return r.PerResult }, true},
		{"ours alert per result", query + "dogwatch: {attack: \"18.1\"}\n", func(r *dogwatch.Rule) any { return r.PerResult }, true},
		{"suppression", query + "suppressionEnabled: true\nsuppressionDuration: PT5H\n", func(r *dogwatch.Rule) any { return r.SuppressFor }, 5 * time.Hour},
		{"no suppression", query + "suppressionEnabled: false\nsuppressionDuration: PT5H\n", func(r *dogwatch.Rule) any { return r.SuppressFor }, time.Duration(0)},
		{"turned off", query + "enabled: false\n", func(r *dogwatch.Rule) any { return r.Enabled }, false},
		{"keys that we do not know", query + "incidentConfiguration: {createIncident: true}\nwhatever: [1, {a: b}]\n", func(r *dogwatch.Rule) any { return r.Short }, "a"},
		{"columns of old rules", "query: Requests | extend AccountCustomEntity = User, IPCustomEntity = Name\n", func(r *dogwatch.Rule) any {
			var out []string
			for _, e := range r.Entities {
				out = append(out, e.Type+"="+e.Fields[0].Column)
			}
			return strings.Join(out, " ")
		}, "Account=AccountCustomEntity IP=IPCustomEntity"},
		{"the object, where columns name one", query, func(r *dogwatch.Rule) any { return r.Objects[0] }, dogwatch.ObjectMapping{Resource: "Resource", Name: "Name"}},
		{"entities", query + "entityMappings:\n- entityType: account\n  fieldMappings:\n  - {identifier: fullname, columnName: User}\n", func(r *dogwatch.Rule) any {
			return r.Entities[0].Type + " " + r.Entities[0].Fields[0].Identifier
		}, "Account FullName"},
		{"a group", query + "dogwatch:\n  group: {by: [User, Verb], within: 10m}\n", func(r *dogwatch.Rule) any { return strings.Join(r.Group.By, ",") + r.Group.Within.String() }, "User,Verb10m0s"},
		{"carriage returns", strings.ReplaceAll("query: |\n  Requests\n  | where User == 'x'\n", "\n", "\r\n"), func(r *dogwatch.Rule) any { return r.Query.Stateless() }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.got(one(t, head+test.text)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"no YAML", "id: [", []string{"a.yaml:1:1: not valid YAML: did not find expected node content"}},
		{"a colon in a text", "id: x\nname: a: b\n", []string{`a.yaml:2:1: not valid YAML: mapping values are not allowed in this context (put a text that has ": " in it into quotes)`}},
		{"empty", "", []string{"a.yaml:1:1: the file is empty"}},
		{"only a comment", "# nothing\n", []string{"a.yaml:1:1: the file is empty"}},
		{"a list", "- a\n", []string{"a.yaml:1:1: expected a mapping (key: value), found a list"}},
		{"all that a rule needs", "severity: High\n", []string{
			"a.yaml:1:1: the rule has no id", "a.yaml:1:1: the rule has no name",
			"a.yaml:1:1: the rule has no query (a rule is a YAML mapping with id, name, severity and query; tests end in .test.yaml)"}},
		{"many at once", head + "kind: Fusion\nqueryFrequency: soon\ntriggerOperator: big\ntriggerThreshold: -1\nquery: Requests\n", []string{
			`a.yaml:4:7: rules of kind "Fusion" are not supported (a rule is Scheduled or NRT)`,
			`a.yaml:5:17: queryFrequency is no duration: "soon" (write 5m, 1h, 1d, PT1H or 1.00:00:00)`,
			`a.yaml:6:18: unknown triggerOperator "big" (it is one of gt, lt, eq, ne)`,
			`a.yaml:7:19: triggerThreshold is a number from 0 to 10000, not "-1"`}},
		{"in a block", head + "query: |\n  Requests\n  | where Vreb == 'x'\n", []string{`a.yaml:6:11: unknown column "Vreb" (did you mean Verb?)`}},
		{"in a block that is indented on", head + "query: |\n    let a = 1;\n      Requests\n\n    | where Vreb == 'x'\n", []string{`a.yaml:8:13: unknown column "Vreb" (did you mean Verb?)`}},
		{"behind letters of many bytes", head + "query: |\n  Requests\n  | where 'äöü' != 'x' and Vreb == 'x'\n", []string{`a.yaml:6:28: unknown column "Vreb" (did you mean Verb?)`}},
		{"in a folded text", head + "query: >-\n  Requests\n  | where User == 'a'\n  | where Vreb == 'x'\n", []string{`a.yaml:7:11: unknown column "Vreb" (did you mean Verb?)`}},
		{"in a plain text", head + "query: Requests | where Vreb == 'x'\n", []string{`a.yaml:4:25: unknown column "Vreb" (did you mean Verb?)`}},
		{"in double quotes", head + "query: \"Requests\\n| where \\u0056reb == 'x'\"\n", []string{`a.yaml:4:27: unknown column "Vreb" (did you mean Verb?)`}},
		{"in single quotes", head + "query: 'Requests | where User == ''x'' and Vreb == 1'\n", []string{`a.yaml:4:44: unknown column "Vreb" (did you mean Verb?)`}},
		{"with carriage returns", strings.ReplaceAll(head+"query: |\n  Requests\n  | where Vreb == 'x'\n", "\n", "\r\n"), []string{`a.yaml:6:11: unknown column "Vreb" (did you mean Verb?)`}},
		{"behind a byte order mark", "\ufeff" + head + "query: Requests | where Vreb == 'x'\n", []string{`a.yaml:4:25: unknown column "Vreb" (did you mean Verb?)`}},
		{"columns that the result lacks", head + "query: Requests | project Verb\nentityMappings:\n- entityType: Account\n  fieldMappings:\n  - {identifier: FullName, columnName: Usr}\ndogwatch:\n  summary: '{{Vrb}} it'\n  group: {by: [Name], within: 5m}\n", []string{
			`a.yaml:8:40: columnName: the query's result has no column "Usr"`,
			`a.yaml:10:12: summary: the query's result has no column "Vrb" (did you mean Verb?)`,
			`a.yaml:11:16: group: the query's result has no column "Name"`}},
		{"in an exception", head + "query: |\n  Requests // all\ndogwatch:\n  exceptions:\n  - {where: \"Usr == 'x'\", owner: a, reason: b, expires: 2027-06-30}\n  - where: Verb ==\n", []string{
			`a.yaml:9:19: expected an expression, found ")"`}},
		{"a slip in our own key", head + "query: Requests\ndogwatch:\n  sumary: x\n  exceptions: [{were: a}]\n", []string{
			`a.yaml:6:3: unknown key "sumary" in dogwatch (did you mean summary?)`, `a.yaml:7:16: an exception needs where, a KQL condition`,
			`a.yaml:7:17: unknown key "were" in exceptions (did you mean where?)`}},
		{"a key twice", head + "query: Requests\nseverity: High\n", []string{`a.yaml:5:1: the key "severity" stands here twice`}},
		{"two rules in a file", head + "query: Requests\n---\n" + head + "query: Requests\n", []string{"a.yaml:6:1: a second document in one file (one rule a file)"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, dir := load(t, map[string]string{"a.yaml": test.text})
			if got := mistakes(s, dir); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if len(s.Rules) != 0 {
				t.Error("the rule is used all the same")
			}
		})
	}
}

func TestNoRuleIsLeftOutSilently(t *testing.T) {
	rule := func(id string) string { return strings.Replace(head, "9356e2ef", id, 1) + "query: Requests\n" }
	s, dir := load(t, map[string]string{
		"a.yaml": rule("00000001"), "b.yaml": rule("00000001"), "sub/c.yml": rule("00000003"), "d/c.yaml": rule("00000004"),
		"broken.yaml": "[", "notes.txt": "not read", ".hidden.yaml": "[", "lists/x.yaml": "[", "testdata/x.yaml": "[",
	})
	want := []string{
		`b.yaml:1:5: the id "00000001-735b-43bc-a643-3486d610dd65" is that of a.yaml too`,
		"broken.yaml:1:1: not valid YAML: did not find expected node content",
		`sub/c.yml:1:1: the short name "c" is that of d/c.yaml too`,
	}
	if got := mistakes(s, dir); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(s.Rules) != 2 {
		t.Errorf("%d rules", len(s.Rules))
	}
	missing := Load(Options{NoBuiltin: true, Paths: []string{filepath.Join(dir, "gone"), t.TempDir()}, Tables: world{}})
	if len(missing.Mistakes) != 2 {
		t.Errorf("a folder that is not there and one without rules: %v", missing.Mistakes)
	}
}

func TestARuleReplacesOneThatComesWithUs(t *testing.T) {
	all := Load(Options{Tables: world{}})
	builtin := len(all.sources)
	dir := folder(t, map[string]string{"exec-into-pod.yaml": head + "query: Requests\n", "mine.yaml": strings.Replace(head, "9356", "1356", 1) + "query: Requests\n"})
	s := Load(Options{Paths: []string{dir}, Tables: world{}})
	if len(s.sources) != builtin+1 || len(s.Rules) != 2 {
		t.Errorf("%d rules of %d, %d usable", len(s.sources), builtin, len(s.Rules))
	}
	if r := s.Find("exec-into-pod"); r == nil || !strings.HasPrefix(r.Path, dir) || r.Tests != 0 {
		t.Errorf("not replaced: %+v", r)
	}
	if s.Find("1356E2EF-735b-43bc-a643-3486d610dd65") == nil || s.Nearest("exec-in-pod") != "exec-into-pod" {
		t.Error("rules are not found by id and by a slip")
	}
}

func TestAFolderOfReplacementsIsNoEmptyFolder(t *testing.T) {
	dir := folder(t, map[string]string{"exec-into-pod.yaml": head + "query: Requests\n"})
	if s := Load(Options{Paths: []string{dir}, Tables: world{}}); strings.Contains(s.Mistakes.Error(), "there is no rule in this folder") {
		t.Error("a rule that replaces another counts as none")
	}
}

func TestExceptionsBecomeAColumn(t *testing.T) {
	r := one(t, head+"query: |\n  Requests\n  | where Verb == 'x' // last ;\n\n  ;\ndogwatch:\n  exceptions:\n  - where: User == 'a' // him\n    owner: x\n    reason: y\n    expires: 2027-06-30\n  - where: Name has 'b' or Code > 3\n")
	if got := len(r.Query.Schema()); r.ExceptionColumn == "" || r.Query.Schema()[got-1].Name != r.ExceptionColumn || !r.Query.Stateless() {
		t.Errorf("%q among %v", r.ExceptionColumn, r.Query.Schema())
	}
	if want := time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC); !r.Exceptions[0].Expires.Equal(want) {
		t.Errorf("expires %s", r.Exceptions[0].Expires)
	}
}

func TestExceptionsMayBeOverTheTable(t *testing.T) {
	text := head + "query: Requests | summarize n = count() by User\ndogwatch:\n  exceptions:\n"
	r := one(t, text+"  - where: User == 'a'\n  - where: Verb == 'x' // it\n  - where: n > 3\n")
	rows := func(i int) int { return len(r.Exceptions[i].Rows) }
	if r.ExceptionColumn == "" || rows(0) != 0 || rows(1) != 1 || rows(2) != 0 {
		t.Errorf("%q %+v", r.ExceptionColumn, r.Exceptions)
	}
	r = one(t, text+"  - where: Verb == 'x'\n")
	if r.ExceptionColumn != "" || rows(0) != 1 || len(r.Query.Schema()) != 2 {
		t.Errorf("%q %+v", r.ExceptionColumn, r.Exceptions)
	}
	s, dir := load(t, map[string]string{"a.yaml": text + "  - where: Verb == 'x' and n > 3\n"})
	if got := mistakes(s, dir); len(got) != 1 || !strings.Contains(got[0], `a.yaml:7:12: unknown column "Verb"`) {
		t.Errorf("%q", got)
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "1h10m": 70 * time.Minute, "1d": 24 * time.Hour, " 90s ": 90 * time.Second, "PT1H": time.Hour, "pt5m": 5 * time.Minute,
		"P1D": 24 * time.Hour, "P2W": 14 * 24 * time.Hour, "PT0.5S": 500 * time.Millisecond, "1.00:00:00": 24 * time.Hour, "00:05:00": 5 * time.Minute,
		"14:00": 14 * time.Hour, "00:00:01.5": time.Second,
	} {
		if got, ok := ParseDuration(text); !ok || got != want {
			t.Errorf("%q: %v %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "5", "m", "-5m", "5 m", "P", "PT", "P1DT", "25:00:00", "00:61:00", "1e9d", "999999999999d", "5m5", "NaN", "1.2.3"} {
		if got, ok := ParseDuration(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(head + "query: |\n  Requests\n  | where Verb == 'x'\ndogwatch:\n  exceptions: [{where: a}]\n  group: {by: [User], within: 1m}\n")
	f.Add("a: &a [*a]\nquery: *a\n")
	f.Add("id: \"\\u00e4\\\n  b\"\nname: 'it''s'\nquery: >2-\n   Requests\n\n   | take 1\n")
	f.Add("\ufeff? [a]\n: !!binary x\n---\n...\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := &Set{Lists: &Lists{byName: map[string]*List{}}, tables: world{}, tests: map[string]*testFile{}}
		s.add(readRule(newFile("a.yaml", text)))
		s.addTests(readTests(newFile("a.test.yaml", text), os.DirFS(t.TempDir()), "."))
		s.checkDuplicates()
		s.compile()
		if len(s.Rules) == 0 && len(s.Mistakes) == 0 {
			t.Error("the rule is left out silently")
		}
		for _, found := range s.Lint(time.Unix(0, 0)) {
			if found.Detail() == "" {
				t.Error("an empty finding")
			}
		}
	})
}
