// Package app wires dogwatch together for one job: it loads rules and lists,
// opens inputs, and hands what is read to the steps. It stands between the
// command line and the steps, and is the only package that knows them all.
package app

import (
	"net/netip"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Config says what dogwatch runs with. The zero value is the default.
type Config struct {
	Rules     []string // folders and files of further rules
	Lists     []string // folders whose lines are added to lists
	Functions []string // folders of saved functions
	NoBuiltin bool     // leave out the rules that come with dogwatch
	NoTests   bool     // leave out the tests beside the rules

	Cluster     string         // of records that do not name theirs
	TrustedHops []netip.Prefix // proxies before the API server
}

// An App is loaded rules and lists, ready for work. It is used by one
// goroutine.
type App struct {
	cfg    Config
	tables tables
	set    *rule.Set
	rules  []*dogwatch.Rule // those that run

	resident int64 // bytes of rows in memory; 0: what detect thinks right
}

// A Finding is something that lint has to say.
type Finding = rule.Finding

// A List is named rows that rules look in.
type List = rule.List

// A TestResult is what came of a test beside a rule.
type TestResult = rule.TestResult

// Load reads rules and lists. It always returns an App; Mistakes says what of
// them cannot be used.
func Load(cfg Config) *App {
	functions, mistakes := loadFunctions(cfg.Functions)
	t := tables{functions}
	set := rule.Load(rule.Options{NoBuiltin: cfg.NoBuiltin, NoTests: cfg.NoTests, Paths: cfg.Rules, ListDirs: cfg.Lists, Tables: t})
	set.Mistakes = append(set.Mistakes, mistakes...)
	a := &App{cfg: cfg, tables: t, set: set, rules: set.Rules}
	a.checkFunctions()
	return a
}

// tables are decode's, as rules and queries read them, with the functions that
// were saved for both.
type tables struct{ functions []*Function }

// SavedFunctions are the functions that rules and queries may call.
func (t tables) SavedFunctions() []*Function { return t.functions }

// Table is the columns of a table.
func (tables) Table(name string) (value.Schema, bool) { return decode.Table(name) }

// TableNames lists the tables.
func (tables) TableNames() []string { return decode.TableNames() }

// ColumnLevel is the audit level from which on a column says something.
func (tables) ColumnLevel(table, column string) string { return decode.ColumnLevel(table, column) }

// Never says why a column can never be a text.
func (tables) Never(table, column, text string) (why, hint string) {
	return decode.Never(table, column, text)
}

// AuditLevel is the least audit level at which a rule can find something; ""
// when it reads no audit events.
func (a *App) AuditLevel(r *dogwatch.Rule) string { return a.set.AuditLevel(r) }

// KeepsAtMost is how many rows, and bytes, a rule that counts may keep.
func KeepsAtMost() (rows int, bytes int64) { return detect.DefaultMaxRows, detect.DefaultMaxMemory }

// InMemory is how many bytes of rows all rules that count keep in memory, before
// they put them on disk.
func InMemory(stats []RuleStats) int64 {
	counting := 0
	for i := range stats {
		if stats[i].Rule.Counts() {
			counting++
		}
	}
	return detect.InMemory(counting)
}

// Mistakes are all that is wrong in rules and lists, and in the tests beside
// rules.
func (a *App) Mistakes() diag.List { return a.set.Mistakes }

// Fatal are the mistakes that keep the rules from running as they are meant:
// all but those in tests.
func (a *App) Fatal() diag.List {
	var out diag.List
	for _, e := range a.set.Mistakes {
		if name, _, _, _, _ := e.Position(); !isTest(name) {
			out = append(out, e)
		}
	}
	return out
}

func isTest(path string) bool {
	return strings.HasSuffix(path, ".test.yaml") || strings.HasSuffix(path, ".test.yml")
}

// Rules are those that run, by short name.
func (a *App) Rules() []*dogwatch.Rule { return a.rules }

// Find returns a rule by its short name or id, or nil.
func (a *App) Find(name string) *dogwatch.Rule { return a.set.Find(name) }

// Nearest is the name of the rule that was most likely meant, or "".
func (a *App) Nearest(name string) string { return a.set.Nearest(name) }

// Only leaves the rules that keep says.
func (a *App) Only(keep func(*dogwatch.Rule) bool) {
	var rules []*dogwatch.Rule
	for _, r := range a.rules {
		if keep(r) {
			rules = append(rules, r)
		}
	}
	a.rules = rules
}

// Lint says what is wrong in the rules, and what could be better there and in
// lists.
func (a *App) Lint(now time.Time) []Finding {
	out := a.set.Lint(now)
	for _, e := range a.ListAdvice() {
		out = append(out, Finding{Error: e, Warning: true})
	}
	return append(out, a.slow()...)
}

// Compile reads a query over the tables, the lists, and local files. It may give
// several tables.
func (a *App) Compile(f *diag.File) (*kql.Query, error) {
	return kql.CompileAll(f, hunting{a.set.Catalog(), a.tables})
}

// decodeOptions are the cluster's, with the system identities of the list.
func (a *App) decodeOptions(lists *rule.Lists) decode.Options {
	return decode.Options{Cluster: a.cfg.Cluster, TrustedHops: a.cfg.TrustedHops, SystemIdentities: identities(lists), Operators: lists.Keys("cluster-operators")}
}

// identities are the lines of the list system-identities.
func identities(lists *rule.Lists) []decode.Identity {
	out := []decode.Identity{}
	for _, line := range lists.Records("system-identities") {
		user := line["user"]
		if user == "" {
			user = line["SearchKey"]
		}
		out = append(out, decode.Identity{User: user, UserAgent: line["userAgent"], Address: line["address"]})
	}
	return out
}
