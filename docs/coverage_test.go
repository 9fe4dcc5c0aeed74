package docs_test

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// TestCoverageFresh holds the page of coverage to the rules' tags; -update
// writes it anew.
func TestCoverageFresh(t *testing.T) {
	want := coveragePage(app.Load(app.Config{}).Rules())
	if *update {
		if err := os.WriteFile("coverage.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("coverage.md")
	if err != nil || string(got) != want {
		t.Error("coverage.md does not show what the rules cover: run make update")
	}
}

// coveragePage is the catalogues, each with its figures.
func coveragePage(rules []*dogwatch.Rule) string {
	var b strings.Builder
	b.WriteString("# What the rules cover\n\n<!-- Written by make update from the rules' tags and techniques. -->\n\n" +
		"Rules say by their tags and techniques what they cover; `dogwatch coverage` shows the same, for\nyour own rules too. What no audit or activity log shows is named with what it needs.\n\n" +
		"| | rows | with a rule | need something else | none yet |\n| --- | ---: | ---: | ---: | ---: |\n")
	all := rule.Cover(rules)
	for _, c := range all {
		open := len(c.Open())
		fmt.Fprintf(&b, "| [%s](#%s) | %d | %d | %d | %d |\n", c.Title, anchor(c.Title), len(c.Rows), c.Covered(), len(c.Rows)-c.Covered()-open, open)
	}
	for _, c := range all {
		fmt.Fprintf(&b, "\n## %s\n\n| | | rules |\n| --- | --- | --- |\n", c.Title)
		for _, r := range c.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", r.ID, cellText(r.Name), coveredBy(r))
		}
	}
	return b.String()
}

func coveredBy(r rule.CoverageRow) string {
	if len(r.Rules) == 0 {
		return cmp.Or(r.Without, "no rule yet")
	}
	links := make([]string, len(r.Rules))
	for i, short := range r.Rules {
		links[i] = fmt.Sprintf("[%s](rules/%s.md)", short, short)
	}
	return strings.Join(links, ", ")
}

// anchor is how a heading is linked to.
func anchor(title string) string {
	keep := func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		}
		return -1
	}
	return strings.Map(keep, strings.ToLower(title))
}

// TestEveryTagIsOfARow holds the rules' tags to the catalogues: a slip of the
// pen would cover nothing.
func TestEveryTagIsOfARow(t *testing.T) {
	rules := app.Load(app.Config{}).Rules()
	known := map[string]bool{}
	for _, c := range rule.Cover(rules) {
		for _, r := range c.Rows {
			known[r.ID], known["mission:"+r.ID], known["defender:"+r.ID] = true, true, true
		}
		if open := c.Open(); len(open) > 0 {
			t.Errorf("%s: no rule for %v", c.Title, open)
		}
	}
	for _, id := range []string{"K8S_AnomalousSecretAccess", "K8S_MaliciousContainerExec", "K8S_AnomalousPodDeployment"} {
		known["defender:"+id] = true // seen in exports, and in no public list
	}
	for _, r := range rules {
		for _, tag := range r.Tags {
			if !known[tag] && (strings.Contains(tag, ":") || strings.HasPrefix(tag, "MS-TA")) {
				t.Errorf("%s: the tag %s is of no catalogue", r.Short, tag)
			}
		}
	}
}
