package rule

import (
	"slices"
	"strings"
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

// FuzzExceptions reads any file of exceptions beside a rule: no panic, and each
// mistake has its place within the file.
func FuzzExceptions(f *testing.F) {
	for _, seed := range []string{
		"exceptions:\n- {rule: a, where: User == 'x', owner: o, reason: r, expires: 2030-01-01}\n",
		"exceptions:\n- rules: [a, b]\n  where: |\n    User == 'x' // or\n    or Resource == \"y\"\n  expires: soon\n",
		"exceptions: [{rule: a, where: \"User == '\\u0041'\"}, 1, null]\nmore: {}\n", "exceptions:\n- &x {rule: a, where: a}\n- *x\n", ")\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := &Set{Lists: &Lists{byName: map[string]*List{}}, tables: world{}, tests: map[string]*testFile{}}
		s.add(readRule(newFile("a.yaml", aRule)))
		s.readExceptions(newFile("exceptions.yaml", text))
		s.compile()
		for _, e := range s.Mistakes {
			if name, line, _, _, _ := e.Position(); name != "exceptions.yaml" || line < 0 || line > strings.Count(text, "\n")+2 {
				t.Fatalf("%s:%d: %s", name, line, e.Message)
			}
		}
		for _, finding := range s.Lint(time.Unix(0, 0)) {
			finding.Position()
		}
	})
}

// FuzzLists reads any list, of lines and as a table.
func FuzzLists(f *testing.F) {
	f.Add("user,userAgent,address\nme,*,10.0.0.0/33 private\n\"a,b\",,\n")
	f.Add("# comment\n10.0.0.0/8\nx # y\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, ext := range []string{".txt", ".csv"} {
			l := &Lists{byName: map[string]*List{}}
			l.load("system-identities", ext, newFile("system-identities"+ext, text))
			list := l.find("system-identities")
			for _, row := range list.Rows {
				if len(row) != len(list.Schema) {
					t.Fatalf("a row of %d under %d columns", len(row), len(list.Schema))
				}
			}
		}
	})
}
