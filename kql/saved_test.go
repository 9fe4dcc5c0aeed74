package kql_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// library has saved functions besides the table T.
type library struct {
	events
	functions []*kql.Function
}

func (l library) SavedFunctions() []*kql.Function { return l.functions }

// libraryOf reads files, given as name and text in turn.
func libraryOf(t *testing.T, files ...string) library {
	t.Helper()
	var l library
	for i := 0; i < len(files); i += 2 {
		got, errs := kql.ParseFunctions(diag.NewFile(files[i], files[i+1]))
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		l.functions = append(l.functions, got...)
	}
	return l
}

// answer is the rows of a query as text, or its first mistake.
func answer(l library, query string) string {
	q, err := kql.Compile(diag.NewFile("query", query), l)
	if err != nil {
		var list diag.List
		errors.As(err, &list)
		return list[0].Error()
	}
	var rows []string
	err = q.Run(context.Background(), l, kql.RunOptions{}, func(b *value.Batch) error {
		for _, r := range b.Rows() {
			var row []byte
			for c := range q.Schema() {
				row = append(value.AppendOutput(row, b.At(int(r), c)), ' ')
			}
			rows = append(rows, strings.TrimSpace(string(row)))
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return strings.Join(rows, "; ")
}

func TestSavedFunctions(t *testing.T) {
	l := libraryOf(t,
		"lib/lets.kql", "// Rows of a user.\n// All of them.\nlet OfUser = (name:string, least:long = 1) { T | where User == name and Code >= least };\n"+
			"let Twice = (x:long) { x * 2 };\nlet Shaped = (R:(Code:long)) { R | summarize sum(Code) };\n",
		"lib/Failed.kql", "// What failed.\nlet floor = 3;\nOfUser('b') | where Code >= floor;\n",
		"lib/AtLeast.kql", "declare query_parameters(least:long = 4);\nT | where Code >= least | project Code",
		"lib/made.csl", "// a cluster's script\n.create-or-alter function with (folder = \"x\", docstring = \"of (all)\")\nCodes(least:long) {\n    T | where Code >= least | distinct Code\n}\n",
	)
	for _, c := range []struct{ query, want string }{
		{`OfUser("b") | project Code`, "1; 3"},
		{`OfUser(name = "b", least = 2) | project Code`, "3"},
		{`print Twice(21)`, "42"},
		{`Failed | project Code`, "3"},
		{`Failed() | count`, "1"},
		{`AtLeast()`, "4"},
		{`AtLeast(3) | order by Code asc`, "3; 4"},
		{`Codes(4)`, "4"},
		{`T | invoke Shaped()`, "10"},
		{`union AtLeast(4), Codes(4) | count`, "2"},
		{`let Twice = (x:long) { x * 3 }; print Twice(2)`, "6"},
		{`let floor = 0; Failed | count`, "1"},
		{`let name = "a"; OfUser("b") | where User == name | count`, "0"},
		{`OfUser()`, `query:1:1: OfUser() needs a value for "name"`},
		{`Twic(1)`, `query:1:1: unknown function "Twic"`},
	} {
		if got := answer(l, c.query); got != c.want {
			t.Errorf("%s\ngives %s\nwant  %s", c.query, got, c.want)
		}
	}
	if l.functions[0].Doc != "Rows of a user. All of them." || l.functions[1].Doc != "" || l.functions[3].Doc != "What failed." {
		t.Errorf("docs: %q %q %q", l.functions[0].Doc, l.functions[1].Doc, l.functions[3].Doc)
	}
}

// TestSavedFunctionsTellTheirPlace wants mistakes at the line of the function's
// own file.
func TestSavedFunctionsTellTheirPlace(t *testing.T) {
	l := libraryOf(t,
		"lib/bad.kql", "let Bad = (x:long) {\n  T\n  | where Cod > x\n};\nlet Default = (x:long = nope) { x };",
		"lib/made.kql", ".create function\n  Made() {\n  T | where Cod > 1\n}",
		"lib/Loop.kql", "T | where Code in (Round)",
		"lib/Round.kql", "Loop | project Code",
		"lib/Self.kql", "let a = Self();\nlet b = Self();\nSelf()",
		"lib/Opens.kql", "externaldata(x:string)[@'/etc/passwd']",
	)
	for _, c := range []struct{ query, want string }{
		{`Bad(1) | count`, `lib/bad.kql:3:11: unknown column "Cod"`},
		{`print Default()`, `lib/bad.kql:5:25: unknown name "nope"`},
		{`Made | count`, `lib/made.kql:3:13: unknown column "Cod"`},
		{`Bad(y) | count`, `query:1:5: unknown name "y"`},
		{`Loop`, `lib/Round.kql:1:1: the function Loop calls itself: Loop -> Round -> Loop`},
		{`Self`, `lib/Self.kql:1:9: the function Self calls itself: Self -> Self`},
		{`OfUser | where nope`, `query:1:1: unknown table "OfUser"`},
		{`Opens`, `lib/Opens.kql:1:24: files cannot be read here`},
	} {
		if got := answer(l, c.query); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\ngives %s\nwant  %s", c.query, got, c.want)
		}
	}
}

func TestParseFunctionsRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"lib/a.kql", "let F = () { T | wher x }", `lib/a.kql:1:18: unknown operator "wher"`},
		{"lib/two words.kql", "T", `lib/two words.kql:1:1: the function is named as its file, and "two words" is no name`},
		{"lib/a.kql", "let x = 5;", "lib/a.kql:1:1: the function gives nothing"},
		{"lib/a.kql", "", "lib/a.kql:1:1: the function gives nothing"},
		{"lib/a.kql", "T; T", "lib/a.kql:1:4: more than one query"},
		{"lib/a.kql", "set notruncation; T", "lib/a.kql:1:1: a function sets no options"},
		{"lib/a.kql", ".create-or-alter function\nF() {\n  T | wher x }", `lib/a.kql:3:7: unknown operator "wher"`},
		{"lib/a.kql", ".show tables", "lib/a.kql:1:1: "},
	} {
		_, errs := kql.ParseFunctions(diag.NewFile(c.name, c.text))
		if len(errs) == 0 || !strings.HasPrefix(errs[0].Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, errs.Err(), c.want)
		}
	}
}

func FuzzParseFunctions(f *testing.F) {
	for _, s := range []string{"let F = (a:long) { T | take a };", ".create-or-alter function with (a='b)') F(x:string){ x }", "// about\ndeclare query_parameters(a:long = 1); T", ".alter function F ("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, errs := kql.ParseFunctions(diag.NewFile("F.kql", text))
		for _, e := range errs {
			_ = e.Detail()
		}
		if len(errs) == 0 && len(got) == 0 {
			t.Fatalf("%q: neither functions nor mistakes", text)
		}
	})
}
