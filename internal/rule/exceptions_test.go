package rule

import (
	"slices"
	"testing"
	"time"
)

const aRule = head + "query: |\n  Requests\n  | where Verb == 'get' | project User, Name\n"

func TestExceptionsInFilesOfTheirOwn(t *testing.T) {
	s, dir := load(t, map[string]string{
		"a.yaml":     aRule + "dogwatch:\n  exceptions:\n    - where: Name == 'own'\n      owner: me\n      reason: mine\n      expires: 2030-01-01\n",
		"sub/b.yaml": "id: 9356e2ef-735b-43bc-a643-3486d610dd66\nname: B\nseverity: Low\nquery: Requests\n",
		"sub/c.yaml": "id: 9356e2ef-735b-43bc-a643-3486d610dd67\nname: C\nseverity: Low\nquery: Requests | project User // ends here\n",
		"exceptions.yaml": "exceptions:\n- {rule: a, where: User == 'ci', owner: platform, reason: the build, expires: 2030-06-30}\n" +
			"- rules: [b, 9356e2ef-735b-43bc-a643-3486d610dd67]\n  where: Name == 'x' // over the table\n  owner: platform\n  reason: known\n  expires: 2030-06-30\n",
	})
	if len(s.Mistakes) > 0 || len(s.Rules) != 3 {
		t.Fatal(mistakes(s, dir))
	}
	for short, want := range map[string][]string{"a": {"Name == 'own'", "User == 'ci'"}, "b": {"Name == 'x' // over the table"}, "c": {"Name == 'x' // over the table"}} {
		r := s.Find(short)
		var got []string
		for _, e := range r.Exceptions {
			got = append(got, e.Where)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", short, got, want)
		}
	}
	if a, c := s.Find("a"), s.Find("c"); a.ExceptionColumn == "" || c.ExceptionColumn != "" || len(c.Exceptions[0].Rows) != 1 {
		t.Errorf("a asks %q, c has rows %v", a.ExceptionColumn, c.Exceptions[0].Rows)
	}
	var advice []string
	for _, f := range s.Lint(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)) {
		if name, line, _, _, _ := f.Position(); shortName(name) == "exceptions" {
			advice = append(advice, f.Rule+": "+f.Message+": "+string(rune('0'+line)))
		}
	}
	want := []string{"a: the exception ended on 2030-06-30: it no longer holds: 2", "b: the exception ended on 2030-06-30: it no longer holds: 4", "c: the exception ended on 2030-06-30: it no longer holds: 4"}
	if !slices.Equal(advice, want) {
		t.Errorf("got  %q\nwant %q", advice, want)
	}
}

func TestMistakesInFilesOfExceptions(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"another rule", "exceptions:\n- {rule: aa, where: User == 'x', owner: o, reason: r, expires: 2030-01-01}\n", []string{`exceptions.yaml:2:10: there is no rule "aa"`}},
		{"no rule", "exceptions:\n- {where: User == 'x', owner: o, reason: r, expires: 2030-01-01}\n", []string{"exceptions.yaml:2:3: an exception needs the name of its rule (rule), or of several (rules)"}},
		{"no condition", "exceptions:\n- {rule: a, owner: o, reason: r, expires: 2030-01-01}\n", []string{"exceptions.yaml:2:3: an exception needs where, a KQL condition"}},
		{"a column that is nowhere", "exceptions:\n- rule: a\n  where: |\n    User == 'x'\n    and Usr == 'y'\n  owner: o\n  reason: r\n  expires: 2030-01-01\n", []string{`exceptions.yaml:5:9: unknown column "Usr" (did you mean User?)`}},
		{"a key", "exceptions:\n- {rule: a, where: User == 'x', owner: o, resaon: r, expires: 2030-01-01}\n", []string{`exceptions.yaml:2:43: unknown key "resaon" in exceptions (did you mean reason?)`}},
		{"a day", "exceptions:\n- {rule: a, where: User == 'x', owner: o, reason: r, expires: soon}\n", []string{`exceptions.yaml:2:63: expires is a day, not "soon" (write 2027-06-30)`}},
		{"nothing", "exceptions: []\n", []string{"exceptions.yaml:1:1: the file has no exceptions"}},
		{"one that comes with dogwatch", "exceptions:\n- {rule: exec-into-pod, where: User == 'x', owner: o, reason: r, expires: 2030-01-01}\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, dir := load(t, map[string]string{"a.yaml": aRule, "exceptions.yaml": test.text})
			if got := mistakes(s, dir); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestExceptionsAloneAreAFolder(t *testing.T) {
	dir := folder(t, map[string]string{"exceptions.yaml": "exceptions:\n- {rule: exec-into-pod, where: Namespace == 'ci', reason: r, expires: 2030-01-01}\n"})
	s := Load(Options{Paths: []string{dir}, Tables: audit{}, NoTests: true})
	if r := s.Find("exec-into-pod"); len(s.Mistakes) > 0 || len(r.Exceptions) != 1 {
		t.Errorf("%v: %v", mistakes(s, dir), r.Exceptions)
	}
	var advice []string
	for _, f := range s.Lint(time.Unix(0, 0)) {
		if name, _, _, _, _ := f.Position(); shortName(name) == "exceptions" {
			advice = append(advice, f.Message)
		}
	}
	if !slices.Contains(advice, "an exception needs an owner, a reason and a last day (expires)") {
		t.Errorf("advice: %q", advice)
	}
}
