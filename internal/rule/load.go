package rule

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/parallel"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
	"github.com/dogwatch-dev/dogwatch/rules"
)

// Tables are what rules may read, besides lists.
type Tables interface {
	Table(name string) (value.Schema, bool)
	TableNames() []string
}

// Options say which rules and lists there are.
type Options struct {
	// NoBuiltin leaves out the rules that come with dogwatch; the lists stay.
	NoBuiltin bool
	// Paths are folders of rules, and rule files. A rule with the short name
	// of one that comes with dogwatch replaces it.
	Paths []string
	// ListDirs are folders of lists, whose lines are added to those there are.
	ListDirs []string
	// NoTests leaves out the tests beside the rules: what only runs rules need
	// not read them.
	NoTests bool
	Tables  Tables
}

// A Set is rules with their lists and tests.
type Set struct {
	// Rules are those that can run, by short name.
	Rules []*dogwatch.Rule
	Lists *Lists
	// Mistakes are all that is wrong in the files read. A rule that has one is
	// not among Rules.
	Mistakes diag.List

	tables  Tables
	noTests bool
	// noBuiltin says that the rules that come with dogwatch were left out.
	noBuiltin bool
	sources   []*source
	tests     map[string]*testFile // by the rule's short name
	// Files of exceptions are read when all rules are there.
	exceptionFiles    []*diag.File
	exceptionDocs     []*doc
	exceptionWarnings diag.List
}

// Load reads and compiles rules. It always returns a set: Mistakes says what
// could not be used.
func Load(opt Options) *Set {
	s := &Set{Lists: &Lists{byName: map[string]*List{}}, tables: opt.Tables, noTests: opt.NoTests, noBuiltin: opt.NoBuiltin, tests: map[string]*testFile{}}
	builtin := func(p string) string { return "rules/" + p }
	s.note(s.Lists.loadDir(rules.FS, "lists", func(p string) string { return builtin(p) }, true))
	for _, dir := range opt.ListDirs {
		fsys, name := dirFS(dir)
		s.note(s.Lists.loadDir(fsys, ".", name, false))
	}
	if !opt.NoBuiltin {
		s.read(rules.FS, ".", builtin, true)
	}
	for _, p := range opt.Paths {
		s.readPath(p)
	}
	s.checkDuplicates()
	for _, f := range s.exceptionFiles {
		s.readExceptions(f)
	}
	s.compile()
	return s
}

// Catalog is the tables and lists that rules read.
func (s *Set) Catalog() kql.Catalog { return NewCatalog(s.tables, s.Lists) }

// Find returns a rule by its short name or id.
func (s *Set) Find(name string) *dogwatch.Rule {
	for _, r := range s.Rules {
		if r.Short == name || strings.EqualFold(r.ID, name) {
			return r
		}
	}
	return nil
}

// Nearest is the short name that was most likely meant, or "".
func (s *Set) Nearest(name string) string {
	var names []string
	for _, r := range s.Rules {
		names = append(names, r.Short)
	}
	return diag.Nearest(name, names)
}

func (s *Set) note(errs diag.List) { s.Mistakes = append(s.Mistakes, errs...) }

func (s *Set) cannotRead(name string, err error) {
	s.Mistakes.Add(diag.NewFile(name, ""), diag.Span{}, "read rules: %v", cause(err))
}

// readPath reads a file or a folder of the disk.
func (s *Set) readPath(p string) {
	info, err := os.Stat(p)
	if err != nil {
		s.cannotRead(p, err)
		return
	}
	if !info.IsDir() {
		fsys, name := dirFS(filepath.Dir(p))
		base := filepath.Base(p)
		s.readFile(fsys, base, name, false)()
		test := strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml") + ".test.yaml"
		if _, err := fs.Stat(fsys, test); err == nil && !isTest(base) {
			s.readFile(fsys, test, name, false)()
		}
		return
	}
	fsys, name := dirFS(p)
	if s.read(fsys, ".", name, false) == 0 {
		s.Mistakes.Add(diag.NewFile(p, ""), diag.Span{}, "there is no rule in this folder").Hint = "rules are files that end in .yaml or .yml"
	}
}

// read reads all rule files below a folder, several at the same time, and says how many
// rules there were.
func (s *Set) read(fsys fs.FS, dir string, name func(string) string, builtin bool) (found int) {
	var files []func() (add func())
	err := fs.WalkDir(fsys, dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			files = append(files, func() func() { return func() { s.cannotRead(name(p), err) } })
		case e.IsDir():
			if base := e.Name(); p != dir && (strings.HasPrefix(base, ".") || base == "lists" || base == "testdata") {
				return fs.SkipDir
			}
		case isYAML(p):
			files = append(files, func() func() { return s.readFile(fsys, p, name, builtin) })
			if !isTest(p) {
				found++
			}
		}
		return nil
	})
	adds := make([]func(), len(files))
	parallel.Each(len(files), func(i int) { adds[i] = files[i]() })
	for _, add := range adds {
		add()
	}
	if err != nil {
		s.cannotRead(name(dir), err)
	}
	return found
}

func isYAML(p string) bool {
	ext := path.Ext(p)
	return (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(path.Base(p), ".")
}

func isTest(p string) bool { return strings.HasSuffix(shortName(p), ".test") }

// readFile reads a file; add adds to the set what it holds.
func (s *Set) readFile(fsys fs.FS, p string, name func(string) string, builtin bool) (add func()) {
	if s.noTests && isTest(p) {
		return func() {}
	}
	text, err := readFile(fsys, p)
	if err != nil {
		return func() { s.cannotRead(name(p), err) }
	}
	file := diag.NewFile(name(p), text)
	if isTest(p) {
		t := readTests(file, fsys, path.Dir(p))
		t.builtin = builtin
		return func() { s.addTests(t) }
	}
	if isExceptions(p) {
		return func() { s.exceptionFiles = append(s.exceptionFiles, file) }
	}
	src := readRule(file)
	src.builtin = builtin
	return func() { s.add(src) }
}

// add takes a rule in; it replaces a built-in one of the same short name.
func (s *Set) add(src *source) {
	if !src.builtin {
		s.sources = slices.DeleteFunc(s.sources, func(old *source) bool {
			replaced := old.builtin && old.rule.Short == src.rule.Short
			if replaced {
				delete(s.tests, old.rule.Short)
			}
			return replaced
		})
	}
	s.sources = append(s.sources, src)
}

// addTests takes tests in; those of a rule that replaces a built-in one come
// after its own.
func (s *Set) addTests(t *testFile) {
	old := s.tests[t.rule]
	if old != nil && !old.builtin && old.doc.file.Name != t.doc.file.Name {
		t.doc.errs.Add(t.doc.file, diag.Span{}, "the rule %q has tests in %s too", t.rule, old.doc.file.Name)
	}
	s.tests[t.rule] = t
}

// checkDuplicates reports ids and short names that two rules have; names both
// files. Neither rule is left out for it: which of them was meant is not ours
// to say, and both are reported.
func (s *Set) checkDuplicates() {
	ids, shorts := map[string]*source{}, map[string]*source{}
	for _, src := range s.sources {
		id := strings.ToLower(src.rule.ID)
		if old := ids[id]; old != nil && id != "" {
			s.duplicate(src, "id", "id", src.rule.ID, old)
		} else {
			ids[id] = src
		}
		if old := shorts[src.rule.Short]; old != nil {
			s.duplicate(src, "", "short name", src.rule.Short, old)
		} else {
			shorts[src.rule.Short] = src
		}
	}
}

func (s *Set) duplicate(src *source, key, what, text string, old *source) {
	span := src.placeOf(key)
	e := src.doc.errs.Add(src.doc.file, span, "the %s %q is that of %s too", what, text, old.doc.file.Name)
	if old.builtin {
		e.Hint = "to replace a rule that comes with dogwatch, give the file its name; else give the rule an id of its own"
	}
}

// placeOf is the value of a top-level key.
func (s *source) placeOf(key string) diag.Span {
	at := 0
	for line := range strings.Lines(s.doc.file.Text) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok && key != "" {
			text := strings.TrimSpace(rest)
			start := at + len(line) - len(strings.TrimLeft(rest, " "))
			return diag.Span{Start: start, End: start + len(text)}
		}
		at += len(line)
	}
	return diag.Span{}
}

// compile compiles all rules, several at the same time, and gathers every mistake.
func (s *Set) compile() {
	cat := s.Catalog()
	compiled, mistakes := make([]*dogwatch.Rule, len(s.sources)), make([]diag.List, len(s.sources))
	parallel.Each(len(s.sources), func(i int) { compiled[i], mistakes[i] = s.sources[i].compile(cat) })
	for i, r := range compiled {
		mistakes[i].Sort()
		s.note(mistakes[i])
		if r == nil {
			continue
		}
		if t := s.tests[r.Short]; t != nil {
			r.Tests = len(t.cases)
		}
		s.Rules = append(s.Rules, r)
	}
	slices.SortFunc(s.Rules, func(a, b *dogwatch.Rule) int { return strings.Compare(a.Short, b.Short) })
	for _, d := range s.exceptionDocs {
		s.note(d.errs)
	}
	for _, name := range sortedKeys(s.tests) {
		s.note(s.tests[name].doc.errs)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := keys(m)
	slices.Sort(out)
	return out
}

// catalog is tables and lists.
type catalog struct {
	Tables
	*Lists
}

// NewCatalog joins tables and lists to what queries may read.
func NewCatalog(t Tables, l *Lists) kql.Catalog { return catalog{t, l} }

// SavedFunctions are those of the tables, when they have any.
func (c catalog) SavedFunctions() []*kql.Function {
	if lib, ok := c.Tables.(kql.Library); ok {
		return lib.SavedFunctions()
	}
	return nil
}

// OpenColumn asks tables that have more columns than their schema lists.
func (c catalog) OpenColumn(table, column string) (value.Type, bool) {
	if open, ok := c.Tables.(interface {
		OpenColumn(table, column string) (value.Type, bool)
	}); ok {
		return open.OpenColumn(table, column)
	}
	return value.Unknown, false
}
