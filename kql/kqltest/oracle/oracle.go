// Package oracle compares what this module makes of queries with what
// Microsoft's own parser makes of them: which it accepts, and the names and
// types of the result's columns. It generates queries, reads the parser's
// answers and judges ours. It is only imported by tests.
//
// Microsoft's parser runs in node, for development only (make oracle). What it
// answered for a sample of queries is kept in testdata, so that the tests hold
// the agreement without it.
package oracle

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An Answer is what oracle.js says of a query.
type Answer struct {
	Columns [][2]string   `json:"columns"`          // name and type
	Tables  [][][2]string `json:"tables,omitempty"` // of fork and facet
	Open    bool          `json:"open,omitempty"`   // the columns depend on the rows
	Scalar  string        `json:"scalar,omitempty"` // the text is an expression
	Errors  []string      `json:"errors,omitempty"` // what is wrong with what was read
	Syntax  []string      `json:"syntax,omitempty"` // what cannot be read
	Failed  string        `json:"failed,omitempty"` // the oracle itself broke
}

// Valid says whether Microsoft would run the query.
func (a *Answer) Valid() bool {
	return len(a.Errors)+len(a.Syntax) == 0 && a.Failed == ""
}

// Tables are the tables that queries may name.
type Tables map[string]value.Schema

// Table returns a table's columns.
func (t Tables) Table(name string) (value.Schema, bool) {
	s, ok := t[name]
	return s, ok
}

// TableNames lists the tables, sorted.
func (t Tables) TableNames() []string { return slices.Sorted(maps.Keys(t)) }

// Watchlist knows no lists.
func (t Tables) Watchlist(string) (value.Schema, [][]value.Value, bool) { return nil, nil, false }

// Open gives every external file the same empty text.
func (t Tables) Open(string) ([]byte, error) { return nil, nil }

// ParseTables reads table -> "(column:type, ...)".
func ParseTables(text map[string]string) (Tables, error) {
	out := Tables{}
	for name, columns := range text {
		for _, c := range strings.Split(strings.Trim(columns, "()"), ",") {
			n, typ, _ := strings.Cut(strings.TrimSpace(c), ":")
			t, ok := value.TypeByName(typ)
			if !ok {
				return nil, fmt.Errorf("table %q: column %q has the unknown type %q", name, n, typ)
			}
			out[name] = append(out[name], value.Field{Name: n, Type: t})
		}
	}
	return out, nil
}

// A Verdict sorts what we make of a query that Microsoft accepts.
type Verdict int

// The verdicts.
const (
	Equal       Verdict = iota // the same names and types
	Unsupported                // an error that names the feature
	Rejected                   // an error that calls it a mistake
	Differs                    // other names or types
)

func (v Verdict) String() string {
	return [...]string{"equal", "unsupported", "rejected", "differs"}[v]
}

// Judge compares our columns for a query with Microsoft's; what says more.
func Judge(query string, want *Answer, tables Tables) (v Verdict, what string) {
	q, err := kql.CompileAll(diag.NewFile("query", query), tables)
	if err != nil {
		return refusal(err)
	}
	results := q.Results()
	wanted := want.Tables
	switch {
	case want.Open:
		return Equal, ""
	case want.Scalar != "":
		wanted = [][][2]string{{{"print_0", want.Scalar}}}
	case wanted == nil: // of several queries Microsoft tells the last one's
		wanted, results = [][][2]string{want.Columns}, results[len(results)-1:]
	}
	if len(results) != len(wanted) {
		return Differs, fmt.Sprintf("%d tables, want %d", len(results), len(wanted))
	}
	for i, r := range results {
		var got [][2]string
		for _, f := range r.Schema {
			got = append(got, [2]string{f.Name, f.Type.String()})
		}
		if what := unequal(got, wanted[i]); what != "" {
			return Differs, what
		}
	}
	return Equal, ""
}

func refusal(err error) (Verdict, string) {
	var list diag.List
	if errors.As(err, &list) {
		for _, e := range list {
			if e.Unsupported != "" {
				return Unsupported, e.Unsupported
			}
		}
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return Rejected, first
}

// unequal tells the first column that is not the same.
func unequal(got, want [][2]string) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return fmt.Sprintf("column %d: none, want %s:%s", i, want[i][0], want[i][1])
		case i >= len(want):
			return fmt.Sprintf("column %d: %s:%s, want none", i, got[i][0], got[i][1])
		case got[i] != want[i]:
			return fmt.Sprintf("column %d: %s:%s, want %s:%s", i, got[i][0], got[i][1], want[i][0], want[i][1])
		}
	}
	return ""
}
