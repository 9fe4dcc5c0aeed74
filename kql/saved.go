package kql

import (
	"path"
	"regexp"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
)

// A Function was saved in a file of its own, for all queries of a catalog that
// is a Library.
type Function = plan.Saved

// A Library is a Catalog that has saved functions.
type Library = plan.Library

// ParseFunctions reads a file of saved functions. It may have three forms:
//
//	let Name = (parameter:type = default, ...) { body };      one or more of them
//	.create-or-alter function Name(parameter:type) { body }   as clusters are set up
//	body                                                      named as the file, with the
//	                                                          parameters that it declares
//
// Comments at the top are what the function is about.
func ParseFunctions(f *diag.File) ([]*Function, diag.List) {
	asLet := withoutCommand(f)
	tree, errs := syntax.Parse(asLet)
	if len(errs) > 0 {
		return nil, errs
	}
	if lets := letFunctions(asLet, tree); lets != nil {
		return lets, nil
	}
	return bodyFunction(asLet, tree)
}

var command = regexp.MustCompile(`^((?:\s|//[^\n]*\n)*)(\.(?:create-or-alter|create|alter)\s+function\s+(?:ifnotexists\s+)?` +
	`(?:with\s*\((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)"'])*\)\s*)?)(\w+)(\s*)\(`)

// withoutCommand writes the head of a management command as the let that means
// the same, in as many characters, so that places in the text stay.
func withoutCommand(f *diag.File) *diag.File {
	m := command.FindStringSubmatchIndex(f.Text)
	if m == nil {
		return f
	}
	name, end := f.Text[m[6]:m[7]], m[9]
	let := "let " + name + "="
	text := f.Text[:m[4]] + strings.Repeat(" ", end-m[4]-len(let)) + let + f.Text[end:]
	return &diag.File{Name: f.Name, Text: text, Outer: f, Origin: func(offset int) int { return offset }}
}

// letFunctions are the functions of a file that has nothing but functions.
func letFunctions(f *diag.File, tree *syntax.Query) []*Function {
	var out []*Function
	for _, st := range tree.Statements {
		let, ok := st.(*syntax.Let)
		if !ok {
			return nil
		}
		decl, ok := let.X.(*syntax.Function)
		if !ok {
			return nil
		}
		out = append(out, &Function{Name: let.Name.Text, Doc: comment(strings.TrimRight(f.Text[:let.Span().Start], " \t\r\n")), File: f, Decl: decl})
	}
	return out
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// bodyFunction is a file that holds the body of one function.
func bodyFunction(f *diag.File, tree *syntax.Query) ([]*Function, diag.List) {
	var errs diag.List
	base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
	name := strings.TrimSuffix(base, path.Ext(base))
	if !identifier.MatchString(name) {
		errs.Add(f, diag.Span{}, "the function is named as its file, and %q is no name", name).Hint = "a name has letters, digits and _"
	}
	decl := &syntax.Function{Pos: tree.Pos, Body: &syntax.Query{Pos: tree.Pos}}
	gives := false
	for _, st := range tree.Statements {
		switch st := st.(type) {
		case *syntax.Declare:
			decl.Params = append(decl.Params, st.Params...)
			continue
		case *syntax.ExprStatement:
			if gives {
				errs.Add(f, st.Span(), "more than one query in the text")
			}
			gives = true
		case *syntax.Set:
			errs.Add(f, st.Span(), "a function sets no options").Hint = "the query that calls it may"
		}
		decl.Body.Statements = append(decl.Body.Statements, st)
	}
	if !gives {
		errs.Add(f, diag.Span{End: len(f.Text)}, "the function gives nothing: it has no query").Hint = "a file holds functions, as let Name = () { ... };, or the body of one"
	}
	return []*Function{{Name: name, Doc: heading(f.Text), File: f, Decl: decl}}, errs
}

// heading is the text of the comments that a text begins with.
func heading(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		said, ok := strings.CutPrefix(strings.TrimSpace(line), "//")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(said))
	}
	return strings.Join(lines, " ")
}

// comment is the text of the comments that end a text.
func comment(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if said, ok := strings.CutPrefix(strings.TrimSpace(line), "//"); ok {
			lines = append(lines, strings.TrimSpace(said))
		} else {
			lines = nil
		}
	}
	return strings.Join(lines, " ")
}
