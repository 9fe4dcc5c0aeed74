package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// TestRulePagesFresh holds the page of each rule, and their index, to the rule
// files; -update writes them anew.
func TestRulePagesFresh(t *testing.T) {
	a := app.Load(app.Config{})
	want := map[string]string{"README.md": rulesIndex(a.Rules())}
	for _, r := range a.Rules() {
		want[r.Short+".md"] = rulePage(a, r)
	}
	if *update {
		if err := os.RemoveAll("rules"); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("rules", 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join("rules", name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join("rules", name))
		if err != nil || string(got) != text {
			t.Errorf("rules/%s does not show the rule as it is: run make update", name)
		}
	}
	pages, err := filepath.Glob("rules/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if want[filepath.Base(p)] == "" {
			t.Errorf("%s is of a rule that is gone: run make update", p)
		}
	}
}

func rulesIndex(rules []*dogwatch.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The rules\n\n<!-- Written by make update from the rule files. -->\n\n%d rules come with dogwatch. What they cover is in [coverage](../coverage.md); how to write one, in\n[writing rules](../rules.md).\n\n| rule | severity | tactics | what it tells |\n| --- | --- | --- | --- |\n", len(rules))
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", r.Short, r.Short, severityText(r), strings.Join(r.Tactics, ", "), cellText(r.Name))
	}
	return b.String()
}

func severityText(r *dogwatch.Rule) string {
	if r.SeverityColumn != "" {
		return r.Severity.String() + ", by context"
	}
	return r.Severity.String()
}

func cellText(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func rulePage(a *app.App, r *dogwatch.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n<!-- Written by make update from rules/%s.yaml. -->\n\n`%s`, version %s, id `%s`\n\n", r.Name, r.Short, r.Short, r.Version, r.ID)
	fmt.Fprintf(&b, "| | |\n| --- | --- |\n| severity | %s |\n| tactics | %s |\n| techniques | %s (ATT&CK %s) |\n| tags | %s |\n| tests | %d |\n",
		severityText(r), strings.Join(r.Tactics, ", "), strings.Join(r.Techniques, ", "), r.Attack, strings.Join(r.Tags, ", "), r.Tests)
	section := func(title, text string) {
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, text)
		}
	}
	section("What it sees", r.Description)
	section("What it needs", needs(a, r))
	section("Why it matters", r.Impact)
	section("What to do", r.Mitigation)
	section("Who does this without harm", r.FalsePositives)
	section("When it runs", runs(r))
	fmt.Fprintf(&b, "\n## Its query\n\n```kusto\n%s\n```\n", strings.TrimSpace(r.KQL))
	for i, e := range r.Exceptions {
		if i == 0 {
			b.WriteString("\n## Exceptions\n\n")
		}
		until := "without end"
		if !e.Expires.IsZero() {
			until = "until " + e.Expires.Add(-time.Nanosecond).Format(time.DateOnly)
		}
		fmt.Fprintf(&b, "- `%s`: %s (%s, %s)\n", e.Where, e.Reason, e.Owner, until)
	}
	return b.String()
}

// needs says which records the rule is made of: its tables, and for audit
// events the level of the policy, and whether reads are looked at.
func needs(a *app.App, r *dogwatch.Rule) string {
	var out []string
	more := "" // than Metadata, to see all
	for _, table := range r.Query.Tables() {
		schema, _ := decode.Table(table)
		var cols []string
		for _, f := range schema {
			if named(r.KQL, f.Name) {
				cols = append(cols, f.Name)
				if level := decode.ColumnLevel(table, f.Name); slices.Index(rule.Levels, level) > slices.Index(rule.Levels, more) {
					more = level
				}
			}
		}
		slices.Sort(cols)
		out = append(out, fmt.Sprintf("- Table [%s](../tables.md#%s): %s", table, strings.ToLower(table), strings.Join(cols, ", ")))
	}
	switch level := a.AuditLevel(r); {
	case level == "":
	case level != "Metadata":
		out = append(out, fmt.Sprintf("- Audit level: %s for the resources it looks at. It never matches records of the level Metadata, which have no bodies.", level))
	case more != "":
		out = append(out, fmt.Sprintf("- Audit level: Metadata, though at that level a part of what it looks at is empty; it sees all from %s on.", more))
	default:
		out = append(out, "- Audit level: Metadata is enough.")
	}
	if readsReads(r.KQL) {
		out = append(out, "- Reads: AKS leaves get and list out of kube-audit-admin. It needs the category kube-audit.")
	}
	if lists := a.ListsOf(r); len(lists) > 0 {
		out = append(out, "- Lists, to which `--lists` adds: "+strings.Join(lists, ", "))
	}
	return strings.Join(out, "\n")
}

// named says whether a query names a column.
func named(query, column string) bool {
	return regexp.MustCompile(`\b` + column + `\b`).MatchString(query)
}

func readsReads(query string) bool {
	for _, word := range []string{"'get'", "'list'", "'exec'", "'attach'", "'portforward'", "'proxy'"} {
		if strings.Contains(query, word) {
			return true
		}
	}
	return false
}

func runs(r *dogwatch.Rule) string {
	switch {
	case !r.Counts():
		return "On every record, as it comes."
	case r.OnChange():
		return fmt.Sprintf("It counts: on every record that may matter, over the %s before it.", r.Period)
	}
	return fmt.Sprintf("It counts: every %s, over the last %s.", r.Frequency, r.Period)
}
