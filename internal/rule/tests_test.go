package rule

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func newFile(name, text string) *diag.File { return diag.NewFile(name, text) }

func TestGivenRecords(t *testing.T) {
	dir := folder(t, map[string]string{"data/x.json": "{\"n\":1}\n{\"n\":2}\n"})
	file := `rule: a
base:
  exec: &e
    verb: get
    user: {username: ann, groups: [g1, g2]}
    annotations: {authorization.k8s.io/decision: allow, b: null}
    code: 101
    time: 2026-11-21T07:10:15.898387Z
    on: yes
    deep: [{image: a}, {image: b}]
  bob: {"<<": exec, user.username: bob}
tests:
- name: all
  expect: []
  given:
  - {"<<": exec}
  - <<: exec
    verb: create
    user.username: eve
    annotations.authorization.k8s.io/decision: forbid
    deep.1.image: c
    deep.2.image: d
    new.path.here: 0x10
    code: null
    gone: null
  - {"<<": bob, time: 1.50, user.groups: null}
  - {file: data/x.json, line: 2}
  - {file: data/x.json}
  - |
    {"raw": true}
  - {nested: {"<<": bob, code: 1}, .5: .inf}
`
	tf := readTests(newFile("a.test.yaml", file), os.DirFS(dir), ".")
	if len(tf.doc.errs) > 0 {
		t.Fatal(tf.doc.errs)
	}
	ann := `"user":{"username":"ann","groups":["g1","g2"]}`
	rest := `"annotations":{"authorization.k8s.io/decision":"allow","b":null},"code":101,"time":"2026-11-21T07:10:15.898387Z","on":"yes","deep":[{"image":"a"},{"image":"b"}]`
	want := []string{
		`{"verb":"get",` + ann + `,` + rest + `}`,
		`{"verb":"create","user":{"username":"eve","groups":["g1","g2"]},"annotations":{"authorization.k8s.io/decision":"forbid","b":null},"time":"2026-11-21T07:10:15.898387Z","on":"yes","deep":[{"image":"a"},{"image":"c"},{"image":"d"}],"new":{"path":{"here":16}}}`,
		`{"verb":"get","user":{"username":"bob"},"annotations":{"authorization.k8s.io/decision":"allow","b":null},"code":101,"time":1.50,"on":"yes","deep":[{"image":"a"},{"image":"b"}]}`,
		`{"n":2}`, `{"n":1}`, `{"n":2}`, `{"raw": true}`,
		`{"nested":{"verb":"get","user":{"username":"bob","groups":["g1","g2"]},"annotations":{"authorization.k8s.io/decision":"allow","b":null},"code":1,"time":"2026-11-21T07:10:15.898387Z","on":"yes","deep":[{"image":"a"},{"image":"b"}]},".5":".inf"}`,
	}
	got := strings.Split(strings.TrimSuffix(string(tf.cases[0].input), "\n"), "\n")
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestMistakesInTests(t *testing.T) {
	bomb := "base:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		a := "a" + string(rune('0'+i))
		b := "a" + string(rune('1'+i))
		bomb += "  " + b + ": &" + b + " [" + strings.Repeat("*"+a+", ", 9) + "*" + a + "]\n"
	}
	for _, test := range []struct {
		name, text, want string
	}{
		{"another rule's", "rule: b\ntests: [{name: x, given: [{}], expect: []}]\n", `the tests of rule "b" stand in the file of "a"`},
		{"no tests", "rule: a\n", "the file has no tests"},
		{"nothing expected", "tests: [{name: x, given: [{}]}]\n", "the test does not say what to expect"},
		{"nothing given", "tests: [{name: x, expect: []}]\n", "the test gives no records (given)"},
		{"no base", "base: {exec: {}}\ntests: [{name: x, given: [{\"<<\": exce}], expect: []}]\n", `there is no base record "exce"`},
		{"a base of itself", "base: {e: {\"<<\": e}}\ntests: [{name: x, given: [{\"<<\": e}], expect: []}]\n", `the base record "e" is made of itself`},
		{"no file", "tests: [{name: x, given: [{file: gone.json}], expect: []}]\n", `read "gone.json": no such file or directory`},
		{"a file outside", "tests: [{name: x, given: [{file: ../../etc/passwd}], expect: []}]\n", `read "../../etc/passwd": invalid argument`},
		{"a slip", "tests: [{name: x, given: [{}], expect: [{sverity: High}]}]\n", `unknown key "sverity" in expect`},
		{"a huge record", bomb + "tests: [{name: x, given: [{x: *a9}], expect: []}]\n", "the record is too large or nested too deeply"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tf := readTests(newFile("a.test.yaml", test.text), os.DirFS(t.TempDir()), ".")
			if len(tf.doc.errs) != 1 || !strings.HasSuffix(tf.doc.errs[0].Message, test.want) {
				t.Errorf("got %v, want %q", tf.doc.errs, test.want)
			}
		})
	}
}

func TestResultsSayWhatWasWantedAndWhatCame(t *testing.T) {
	files := map[string]string{"a.yaml": head + "query: |\n  let L = _GetWatchlist('names');\n  Requests | where User in (L)\n", "a.test.yaml": `tests:
- name: as wanted, in another order
  given: ['two']
  expect: [{entities: {Account: bob}}, {severity: Low, entities: {Account: ann, IP: 1.1.1.1}}]
- name: one too few
  given: ['two']
  expect: [{severity: High, entities: {Account: ann}, count: 2, summary: no}]
- name: quiet
  given: ['none']
  expect: []
- name: not quiet
  given: ['two']
  expect: []
- name: one of two
  given: ['two']
  expect: [{entities: {Account: eve}}, {entities: {Account: ann}}]
- name: with a list
  given: ['list']
  lists: {names: [x, y]}
  expect: [{count: 2}]
- name: the judge gives up
  given: ['error']
  expect: []
`, "lists/names.txt": "z\n"}
	dir := folder(t, files)
	s := Load(Options{NoBuiltin: true, Paths: []string{dir}, ListDirs: []string{dir + "/lists"}, Tables: world{}})
	if len(s.Mistakes) > 0 {
		t.Fatal(s.Mistakes)
	}
	alert := func(who string) dogwatch.Alert {
		return dogwatch.Alert{Severity: dogwatch.Low, Count: 1, Summary: who + " did it", Entities: []dogwatch.Entity{
			{Type: "Account", Fields: []dogwatch.EntityField{{Name: "name", Value: who}}}, {Type: "IP", Fields: []dogwatch.EntityField{{Name: "address", Value: "1.1.1.1"}}}}}
	}
	judge := func(_ context.Context, r *dogwatch.Rule, lists *Lists, input []byte) ([]dogwatch.Alert, error) {
		switch strings.TrimSpace(string(input)) {
		case "two":
			return []dogwatch.Alert{alert("ann"), alert("bob")}, nil
		case "list":
			a := alert("ann")
			a.Count = int64(len(lists.Keys("names")))
			return []dogwatch.Alert{a}, nil
		case "error":
			return nil, errors.New("gave up")
		}
		return nil, nil
	}
	results, err := s.Test(t.Context(), judge, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, r.Name+": "+r.Failure)
	}
	both := "\n  + Low Account=\"ann\" IP=\"1.1.1.1\" count=1 summary=\"ann did it\""
	want := []string{
		"as wanted, in another order: ",
		"one too few: want: 1 alert\ngot:  2 alerts\n  - High Account=\"ann\" count=2 summary=\"no\"" + both +
			"\n      severity is Low, not High; count is 1, not 2; summary is \"ann did it\", not \"no\"" + strings.ReplaceAll(both, "ann", "bob"),
		"quiet: ",
		"not quiet: want: no alert\ngot:  2 alerts" + both + strings.ReplaceAll(both, "ann", "bob"),
		"one of two: want: 2 alerts\ngot:  2 alerts\n    Low Account=\"ann\" IP=\"1.1.1.1\" count=1 summary=\"ann did it\"\n  - Account=\"eve\"" +
			strings.ReplaceAll(both, "ann", "bob") + "\n      there is no Account \"eve\"",
		"with a list: ",
		"the judge gives up: gave up",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if results[1].Line != 5 || s.Rules[0].Tests != 7 {
		t.Errorf("line %d, %d tests", results[1].Line, s.Rules[0].Tests)
	}
}

func TestLists(t *testing.T) {
	more := folder(t, map[string]string{
		"names.txt": "# comment\n 10.0.0.0/8 \r\n\nann # not a comment\n", "new.csv": "who,SearchKey\nx,key1\n\"a,b\",key2\n",
		"dangerous-capabilities.txt": "MINE\n", "bad.csv": "a,b\n1,2,3\n4\n\"x\n",
	})
	s := Load(Options{Tables: world{}, ListDirs: []string{more, more + "/gone"}})
	if got := s.Lists.Keys("names"); !slices.Equal(got, []string{"10.0.0.0/8", "ann # not a comment"}) {
		t.Errorf("%q", got)
	}
	if got := s.Lists.Keys("NEW"); !slices.Equal(got, []string{"key1", "key2"}) || s.Lists.Records("new")[1]["who"] != "a,b" {
		t.Errorf("%q %v", got, s.Lists.Records("new"))
	}
	if got := s.Lists.Keys("dangerous-capabilities"); got[0] != "ALL" || got[len(got)-1] != "MINE" {
		t.Errorf("%q", got)
	}
	var wrong []string
	for _, e := range s.Mistakes {
		if name, line, _, _, _ := e.Position(); strings.HasPrefix(name, more) {
			wrong = append(wrong, strings.TrimPrefix(name, more)+":"+string(rune('0'+line))+" "+e.Message)
		}
	}
	if len(wrong) != 3 || wrong[0] != "/bad.csv:2 the line has 3 fields, the header 2" || !strings.HasPrefix(wrong[1], "/bad.csv:") || !strings.HasPrefix(wrong[2], "/gone:") {
		t.Errorf("%q", wrong)
	}
	if got := s.Lists.With(map[string][]string{"dangerous-capabilities": {"A"}, "fresh": {"B"}}); !slices.Equal(got.Keys("dangerous-capabilities"), []string{"A"}) || got.Keys("fresh")[0] != "B" {
		t.Error("lists cannot be replaced")
	}
}

// A component of the control plane is known by all three: user, client, place.
func TestSystemIdentitiesAreWhole(t *testing.T) {
	s := Load(Options{Tables: world{}})
	records := s.Lists.Records("system-identities")
	if len(records) < 40 {
		t.Fatalf("%d identities", len(records))
	}
	for _, r := range records {
		if r["user"] == "" || r["userAgent"] == "" || r["address"] == "" || r["address"] == "*" || r["user"] == "*" {
			t.Errorf("not narrow enough: %v", r)
		}
	}
}

func TestLintAsksForWhatARuleShouldHave(t *testing.T) {
	s, dir := load(t, map[string]string{
		"a.yaml": "id: x\nname: A\ntactics: [Impct, Execution]\nrelevantTechniques: [T1485, x]\nqueryFrequency: 1m\nqueryPeriod: 3d\nsevrity: Low\nversion: 1\ndescription: d\n" +
			"query: Requests\ndogwatch:\n  exceptions:\n  - {where: Code == 1, owner: a, reason: b, expires: 2020-01-01}\n  - {where: Code == 2}\n",
		"b.yaml":         strings.Replace(head, "A rule", "a", 1) + "query: Requests | where Foo == 1\n",
		"gone.test.yaml": "tests: [{name: x, given: [{}], expect: []}]\n",
	})
	var got []string
	for _, f := range s.Lint(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
		kind := "error "
		if f.Warning {
			kind = "warning "
		}
		got = append(got, kind+strings.TrimPrefix(f.Error.Error(), dir+"/"))
	}
	for _, want := range []string{
		`warning a.yaml:1:5: the id "x" is no GUID`,
		"warning a.yaml:1:1: the rule has no severity: it counts as Informational",
		`warning a.yaml:3:11: unknown tactic "Impct"`,
		"warning a.yaml:4:22: the technique T1485 belongs to no tactic of the rule",
		`warning a.yaml:4:29: "X" is no technique of ATT&CK`,
		"warning a.yaml:5:17: queryFrequency is from 5m to 14d",
		"warning a.yaml:5:17: a queryPeriod of 2d or more needs a queryFrequency of 1h or more",
		`warning a.yaml:7:1: unknown key "sevrity"`,
		`warning a.yaml:8:10: the version "1" is not of the form 1.0.0`,
		"warning a.yaml:1:1: the rule has no tests",
		"warning a.yaml:13:13: the exception ended on 2020-01-01: it no longer holds",
		"warning a.yaml:14:5: an exception needs an owner, a reason and a last day (expires)",
		`warning b.yaml:2:7: the name "a" is that of ` + dir + "/a.yaml too",
		`error b.yaml:4:25: unknown column "Foo"`,
		"warning gone.test.yaml:1:1: there is no rule gone beside these tests",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Log(strings.Join(got, "\n"))
	}
}
