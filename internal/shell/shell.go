// Package shell knows what a shell for queries must know of the language: where
// a query ends, how it may go on, and where its history is kept. Reading keys is
// the work of edit, and running queries that of the command line.
package shell

import (
	"path/filepath"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// A Table is a table that queries may read.
type Table struct {
	Name, Doc string
	Columns   []Column
}

// A Column is a column of a table.
type Column struct{ Name, Type, Doc string }

// A Function is a function that was saved for later queries.
type Function struct{ Name, Form, Doc string }

// A Command is one of the shell's own.
type Command struct {
	Name, Form, Doc string
	// Takes says what its argument is, for completion: table, help, file,
	// setting; "" nothing.
	Takes string
}

// A Language is what queries can be made of here.
type Language struct {
	Tables    []Table
	Functions []Function
	Lists     []string
	Settings  []string
	Commands  []Command
	// Compile reads a query; its result's columns are what may come next.
	Compile func(*diag.File) (*kql.Query, error)
}

// HistoryFile is where the history is kept, in the directory that the
// environment gives for state; "" when it gives none.
func HistoryFile(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "dogwatch", "history")
	}
	if dir := getenv("LOCALAPPDATA"); dir != "" {
		return filepath.Join(dir, "dogwatch", "history")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "dogwatch", "history")
	}
	return ""
}
