package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func TestDone(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"", true},
		{".tables", true},
		{".explain KubeAudit", false},
		{".explain KubeAudit;", true},
		{"KubeAudit", false},
		{"KubeAudit;", true},
		{"KubeAudit ; ", true},
		{"KubeAudit\n", true},
		{"KubeAudit\n  ", true},
		{"KubeAudit\n| count", false},
		{"KubeAudit\n| count;", true},
		{"let a = 1;", false},
		{"let a = 1;\nprint a;", true},
		{"let a = 1;\nprint a", false},
		{"let f = () { let b = 1;", false},
		{"let f = () { let b = 1; print b };", false},
		{"set notruncation;", false},
		{"// why\nlet a = 1;", false},
		{"declare query_parameters(a:long = 1);", false},
		{`print ";`, false},
		{`print "a;"`, false},
		{`print "a\";";`, true},
		{`print @"a\";`, true},
		{`print @"a"";`, false},
		{"print 1 // all;", false},
		{"print 1; // all", false},
		{"print ```a;\n\n", false},
		{"print ```a;\n\n```;", true},
		{"T | where (a == 1;", false},
	} {
		if got := Done(c.text); got != c.want {
			t.Errorf("Done(%q) = %v", c.text, got)
		}
	}
}

// catalog has the tables that the tests complete.
type catalog struct{}

var pods = value.Schema{{Name: "Pod", Type: value.String}, {Name: "PodUID", Type: value.GUID}, {Name: "Code", Type: value.Long}}

func (catalog) Table(name string) (value.Schema, bool) {
	if name == "Nodes" {
		return value.Schema{{Name: "Node", Type: value.String}}, true
	}
	return pods, name == "Pods"
}
func (catalog) TableNames() []string                                   { return []string{"Pods", "Nodes"} }
func (catalog) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }

var lang = &Language{
	Tables: []Table{
		{"Pods", "all pods", []Column{{"Pod", "string", "its name"}, {"PodUID", "guid", ""}, {"Code", "long", ""}}},
		{"Nodes", "all nodes", []Column{{"Node", "string", ""}}},
	},
	Functions: []Function{{"PodsOf", "PodsOf(node)", "pods of a node"}},
	Lists:     []string{"registries", "regions"},
	Settings:  []string{"output"},
	Commands:  []Command{{Name: ".schema", Takes: "table"}, {Name: ".set", Takes: "setting"}, {Name: ".help", Takes: "help"}, {Name: ".load", Takes: "file"}},
	Compile:   func(f *diag.File) (*kql.Query, error) { return kql.Compile(f, catalog{}) },
}

// TestComplete completes at the end of a text. Words with a minus must not be
// offered.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ head, want string }{
		{"", "Pods Nodes PodsOf let print range union search -where -Pod"},
		{"po", "Pods PodsOf -Nodes"},
		{"Pods | ", "where summarize mv-expand -print -Pod"},
		{"Pods | mv-e", "mv-expand -mv-apply"},
		{"Pods\n| wh", "where"},
		{"Pods | where ", "Pod PodUID Code and -strlen -Node"},
		{"Pods | where po", "Pod PodUID -Code"},
		{"Pods | where strl", "strlen"},
		{"Pods | where Pod startsw", "startswith startswith_cs"},
		{"Pods | extend Name = Pod | project-away Na", "Name"},
		{"Pods | summarize n = count() by Pod | where ", "Pod n -Code"},
		{"Pods | summarize cou", "count countif"},
		{"Pods | where cou", "countof -countif"},
		{"Pods | join kind=inner (No", "Nodes"},
		{"Pods | join kind=inner (Nodes | where ", "Node -Pod"},
		{"Pods | join (Nodes) on $left.Po", "Pod -Node"},
		{"Pods | where strlen(Po", "Pod PodUID"},
		{"let few = Pods | take 5;\nfe", "few"},
		{"let few = Pods | project Pod;\nfew | where ", "Pod -Code"},
		{"let few = Pods | project Pod | where ", "Pod -Code"},
		{"let f = () { Pods | where C", "Code"},
		{"Pods | where Bad == ( | where Co", "Code"},
		{"Pods | evaluate ", "pivot bag_unpack"},
		{"Pods | render ", "timechart barchart"},
		{"Pods | sort by Pod de", "desc"},
		{"Pods | where Pod in (_GetWatchlist('reg", "registries regions"},
		{"Pods | where Pod == 'P", ""},
		{"Pods // P", ""},
		{"print Po", "-Pod"},
		{".s", ".schema .set -.help"},
		{".schema P", "Pods"},
		{".set o", "output"},
		{".help strl", "strlen"},
		{".load shell_t", "shell_test.go"},
		{".explain Pods | where C", "Code"},
		{".unknown x", ""},
	} {
		got := lang.Complete(c.head, len(c.head))
		var names []string
		for _, cand := range got.Candidates {
			names = append(names, cand.Text)
		}
		if c.want == "" && len(names) > 0 {
			t.Errorf("%q: %q, want nothing", c.head, names)
		}
		for _, w := range strings.Fields(c.want) {
			not := strings.HasPrefix(w, "-")
			if slices.Contains(names, strings.TrimPrefix(w, "-")) == not {
				t.Errorf("%q: %s is wrong in %q", c.head, w, names)
			}
		}
	}
}

func TestCompletionTells(t *testing.T) {
	c := lang.Complete("Pods | where Po", len("Pods | where Po"))
	if c.From != len("Pods | where ") || c.Candidates[0].Doc != "string: its name" || c.Candidates[1].Doc != "guid" {
		t.Errorf("%+v", c)
	}
}

func TestHistoryFile(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"XDG_STATE_HOME": "/state", "HOME": "/home/ann"}, "/state/dogwatch/history"},
		{map[string]string{"XDG_STATE_HOME": "relative", "HOME": "/home/ann"}, "/home/ann/.local/state/dogwatch/history"},
		{nil, ""},
	} {
		if got := HistoryFile(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, s := range []string{"Pods | where ", "let a = (x:long) { Pods | mv-", "print @\"", "/", ".load ./", "|", "~~~", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.HasPrefix(strings.TrimSpace(s), ".load") {
			return // it reads directories
		}
		c := lang.Complete(s, len(s))
		if c.From < 0 || c.From > len(s) {
			t.Fatalf("%q: from %d", s, c.From)
		}
		for _, cand := range c.Candidates {
			if !strings.EqualFold(cand.Text[:len(s)-c.From], s[c.From:]) {
				t.Fatalf("%q: %q does not go on from %q", s, cand.Text, s[c.From:])
			}
		}
		Done(s)
	})
}
