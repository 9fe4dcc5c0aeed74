package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
)

// A Function was saved for all rules and queries.
type Function = kql.Function

// Functions are those that were saved, by name.
func (a *App) Functions() []*Function { return a.tables.functions }

// loadFunctions reads the *.kql and *.csl files of folders. A function takes
// the place of one of the same name from a folder before.
func loadFunctions(dirs []string) ([]*Function, diag.List) {
	byName := map[string]*Function{}
	var errs diag.List
	for _, dir := range dirs {
		own, mistakes := functionsOf(dir)
		errs = append(errs, mistakes...)
		for _, f := range own {
			byName[f.Name] = f
		}
	}
	var out []*Function
	for _, f := range byName {
		out = append(out, f)
	}
	slices.SortFunc(out, func(f, g *Function) int { return strings.Compare(f.Name, g.Name) })
	return out, errs
}

// functionsOf are the functions of a folder; two of one name are a mistake.
func functionsOf(dir string) (all []*Function, errs diag.List) {
	seen := map[string]*Function{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		ext := strings.ToLower(filepath.Ext(name))
		if err != nil || d.IsDir() || ext != ".kql" && ext != ".csl" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		got, mistakes := kql.ParseFunctions(diag.NewFile(name, string(text)))
		errs = append(errs, mistakes...)
		for _, f := range got {
			if other := seen[f.Name]; other != nil {
				errs.Add(f.File, f.Decl.Span(), "the function %s is in %q as well", f.Name, other.File.Name)
				continue
			}
			if what := taken(f.Name); what != "" {
				errs.Add(f.File, f.Decl.Span(), "the name %s is that of %s", f.Name, what)
				continue
			}
			seen[f.Name] = f
			all = append(all, f)
		}
		return nil
	})
	if err != nil {
		errs.Add(diag.NewFile(dir, ""), diag.Span{}, "read functions: %v", err)
	}
	return all, errs
}

// taken says what goes by a name already: a function must not change what the
// queries of others mean.
func taken(name string) string {
	if _, ok := decode.Table(name); ok {
		return "a table"
	}
	if _, ok := fn.Lookup(name); ok || fn.Known(name) {
		return "a function of the language"
	}
	return ""
}

// checkFunctions compiles what can be without a call's arguments. What is wrong
// in other functions shows where they are called.
func (a *App) checkFunctions() {
	told := map[string]bool{} // by a rule that calls it
	for _, e := range a.set.Mistakes {
		told[e.Error()] = true
	}
	for _, f := range a.tables.functions {
		if f.NeedsArguments() {
			continue
		}
		_, err := a.Compile(diag.NewFile("call of "+f.Name, f.Name+"()"))
		var list diag.List
		errors.As(err, &list)
		for _, e := range list {
			if !told[e.Error()] {
				told[e.Error()] = true
				a.set.Mistakes = append(a.set.Mistakes, e)
			}
		}
	}
}
