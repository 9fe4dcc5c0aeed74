package plan

import (
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
)

// A Saved function was written down in a file of its own for all queries.
type Saved struct {
	Name string
	Doc  string
	File *diag.File
	Decl *syntax.Function
}

// Form is how the function is called: Name(a: long, b: string = "x").
func (f *Saved) Form() string {
	var params []string
	for _, p := range f.Decl.Params {
		params = append(params, syntax.Format(p))
	}
	return f.Name + "(" + strings.Join(params, ", ") + ")"
}

// NeedsArguments says whether it cannot be called as Name().
func (f *Saved) NeedsArguments() bool {
	for _, p := range f.Decl.Params {
		if p.Default == nil {
			return true
		}
	}
	return false
}

// A Library is a Catalog that has saved functions. They see one another and
// the tables, not the names of the query that calls them; a let of the query
// hides one of the same name.
type Library interface{ SavedFunctions() []*Saved }

// saved is the scope of the catalog's functions; nil when it has none.
func saved(cat Catalog) *scope {
	lib, ok := cat.(Library)
	if !ok {
		return nil
	}
	s := newScope(nil)
	for _, f := range lib.SavedFunctions() {
		s.names[f.Name] = binding{fn: &function{name: f.Name, decl: f.Decl, scope: s, file: f.File}}
	}
	return s
}

// A frame is a function whose body is being bound, and the file that called it.
type frame struct {
	fn     *function
	caller *diag.File
}

// into starts the body of a function: mistakes are in its file from here on.
func (b *binder) into(f *function) {
	b.frames = append(b.frames, frame{f, b.file})
	if f.file != nil {
		b.file = f.file
	}
}

// out ends what into started.
func (b *binder) out() {
	last := len(b.frames) - 1
	b.file = b.frames[last].caller
	b.frames = b.frames[:last]
}

// recursive reports a saved function that is being bound already. One of a let
// cannot see itself.
func (b *binder) recursive(x *syntax.Call, f *function) bool {
	if f.file == nil {
		return false
	}
	var names []string
	for _, fr := range b.frames {
		if fr.fn == f || len(names) > 0 {
			names = append(names, fr.fn.name)
		}
	}
	if len(names) == 0 {
		return false
	}
	b.fail(x, "the function %s calls itself: %s", f.name, strings.Join(append(names, f.name), " -> ")).Hint = "the language has no recursion"
	return true
}
