// Package help says what the parts of the language are for that are no
// functions: operators, plugins, statements, and the operators between values.
// The reference page, completion and a test of every example are made from it,
// as they are made from kql/fn for functions.
package help

import "strings"

// An Entry is a part of the language.
type Entry struct {
	Name    string
	Aliases []string
	// Form shows how it is written.
	Form string
	Doc  string
	// Examples are whole queries that need no input.
	Examples []string
	// Words belong to it and are offered while it is written: by, asc, kind=inner.
	Words []string
}

// Operators are what may stand after a pipe, or start a query.
func Operators() []Entry { return operators }

// Plugins are what evaluate takes.
func Plugins() []Entry { return plugins }

// Statements are what stands beside a query: let, set, declare.
func Statements() []Entry { return statements }

// Infixes are the operators between values.
func Infixes() []Entry { return infixes }

// Find returns the entry of a name, whatever its case, from any of the tables.
func Find(name string) (Entry, bool) {
	for _, list := range [][]Entry{operators, plugins, statements, infixes} {
		for _, e := range list {
			if e.Is(name) {
				return e, true
			}
		}
	}
	return Entry{}, false
}

// Is says whether the entry goes by a name.
func (e *Entry) Is(name string) bool {
	if strings.EqualFold(e.Name, name) {
		return true
	}
	for _, a := range e.Aliases {
		if strings.EqualFold(a, name) {
			return true
		}
	}
	return false
}
