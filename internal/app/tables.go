package app

import (
	"github.com/dogwatch-dev/dogwatch/internal/decode"
)

// A Table is what a table's page tells.
type Table struct {
	Name, Doc string
	Columns   []Column
}

// A Column is a column of a table, with the audit level that it needs to be
// filled, or "".
type Column struct{ Name, Type, Level, Doc string }

// Tables are the tables that rules and queries read.
func Tables() []Table {
	var out []Table
	for _, name := range decode.TableNames() {
		t := Table{Name: name, Doc: decode.TableDoc(name)}
		schema, _ := decode.Table(name)
		for _, f := range schema {
			t.Columns = append(t.Columns, Column{f.Name, f.Type.String(), decode.ColumnLevel(name, f.Name), decode.ColumnDoc(name, f.Name)})
		}
		out = append(out, t)
	}
	return out
}
