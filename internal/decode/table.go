package decode

import (
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A table is a view of records: some of them are its rows, and a column is a
// function of a record.
type table struct {
	name    string
	doc     string
	columns []column
	has     func(*record) bool
	// levels are the audit levels from which on columns say something, of a
	// table of audit events; columns that are not named say it at every level.
	levels map[string]string
}

type column struct {
	name string
	typ  value.Type
	doc  string
	read func(*record) value.Value
}

func (t *table) schema() value.Schema {
	s := make(value.Schema, len(t.columns))
	for i, c := range t.columns {
		s[i] = value.Field{Name: c.name, Type: c.typ}
	}
	return s
}

// rows computes the columns of some records when they are asked for.
type rows struct {
	columns []column
	records []*record
	keeps   bool // its rows can be kept
}

// Value reads a column of a row.
func (r *rows) Value(row, col int) value.Value { return r.records[row].value(r.columns, col) }

// value is that of a column of the record's table.
func (rec *record) value(columns []column, col int) value.Value {
	if v, ok := rec.said.Value(col); ok {
		return v
	}
	return columns[col].of(rec)
}

func (c *column) of(rec *record) value.Value {
	v := c.read(rec)
	if v.IsNull() {
		return value.NullOf(c.typ)
	}
	return v
}

// tables lists the tables in the order of their documentation.
func tables() []*table {
	return []*table{
		kubeAudit(), azureDiagnostics(),
		aksAudit("AKSAudit", aksAuditRow), aksAudit("AKSAuditAdmin", aksAuditAdminRow),
		aksAudit("ArcK8sAudit", arcAuditRow), aksAudit("ArcK8sAuditAdmin", arcAuditAdminRow),
		controlPlane("AKSControlPlane", isAKSControlPlane), controlPlane("ArcK8sControlPlane", isArcControlPlane),
		azureActivity(), sources(), silencesTable(),
	}
}

var catalog = tables()

func tableOf(name string) *table {
	i := slices.IndexFunc(catalog, func(t *table) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return catalog[i]
}

// TableNames lists the tables that records are read into.
func TableNames() []string {
	names := make([]string, len(catalog))
	for i, t := range catalog {
		names[i] = t.name
	}
	return names
}

// Table returns the columns of a table.
func Table(name string) (value.Schema, bool) {
	if t := tableOf(name); t != nil {
		return t.schema(), true
	}
	return nil, false
}

// Schemas returns the columns of all tables.
func Schemas() map[string]value.Schema {
	all := map[string]value.Schema{}
	for _, t := range catalog {
		all[t.name] = t.schema()
	}
	return all
}

// TableDoc says what a table's rows are.
func TableDoc(name string) string {
	if t := tableOf(name); t != nil {
		return t.doc
	}
	return ""
}

// ColumnDoc says what a column of a table means.
func ColumnDoc(table, name string) string {
	t := tableOf(table)
	if t == nil {
		return ""
	}
	for _, c := range t.columns {
		if c.name == name {
			return c.doc
		}
	}
	return ""
}

func text(name, doc string, read func(*record) string) column {
	return column{name, value.String, doc, func(r *record) value.Value { return value.StringOf(read(r)) }}
}

func moment(name, doc string, read func(*record) string) column {
	return column{name, value.DateTime, doc, func(r *record) value.Value { return datetime(read(r)) }}
}

func object(name, doc string, read func(*record) string) column {
	return column{name, value.Dynamic, doc, func(r *record) value.Value { return dynamic(read(r)) }}
}

func truth(name, doc string, read func(*record) value.Value) column {
	return column{name, value.Bool, doc, read}
}
