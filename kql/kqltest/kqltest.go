// Package kqltest runs the language's case files. Every case runs over a scan
// that ends and over batches as they come, in several batch sizes; all answers
// must agree. It is only imported by tests.
package kqltest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Now is the clock of the cases: 2026-01-02T03:04:05Z.
var Now = func() int64 { t, _ := value.ParseDateTime("2026-01-02T03:04:05Z"); return t }()

// A Case is one query with tables and the wanted answer. In a file, cases are
// sections: tables by their name (first line the schema, then a JSON object a
// row), `file NAME` with the text of a file for externaldata, `query`, then
// `want` (a JSON object a row) or `error` (the message).
type Case struct {
	Name   string
	Tables map[string]*Table
	Files  map[string]string
	Query  string
	Want   []string
	Error  string
}

// A Table is rows of a case.
type Table struct {
	Schema value.Schema
	Rows   [][]value.Value
}

// A File is a case file, kept so that wanted answers can be rewritten.
type File struct {
	Path    string
	archive *txtar.Archive
	Cases   []*Case
	wants   []int // section of each case's want or error
}

// Read reads a case file. Tables stay for the cases that follow.
func Read(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, archive: txtar.Parse(data)}
	tables, files := map[string]*Table{}, map[string]string{}
	var c *Case
	for i, sec := range f.archive.Files {
		text := string(sec.Data)
		name, title, _ := strings.Cut(sec.Name, " ")
		switch name {
		case "query":
			c = &Case{Name: title, Tables: tables, Files: files, Query: strings.TrimSpace(text)}
		case "file":
			files[title] = text
		case "want", "error":
			if c == nil {
				return nil, fmt.Errorf("%s: %s without a query", path, name)
			}
			if name == "want" {
				c.Want = lines(text)
			} else {
				c.Error = strings.TrimSpace(text)
			}
			f.Cases, f.wants = append(f.Cases, c), append(f.wants, i)
			c = nil
		default:
			t, err := parseTable(text)
			if err != nil {
				return nil, fmt.Errorf("%s: table %s: %w", path, name, err)
			}
			tables[name] = t
		}
	}
	return f, nil
}

// Update rewrites the wanted answers with what the scan gave.
func (f *File) Update(got func(*Case) (rows []string, err error)) error {
	for i, c := range f.Cases {
		rows, err := got(c)
		sec := &f.archive.Files[f.wants[i]]
		if err != nil {
			sec.Name, sec.Data = "error", []byte(err.Error()+"\n")
			continue
		}
		sec.Name, sec.Data = "want", []byte(strings.Join(append(rows, ""), "\n"))
	}
	return os.WriteFile(f.Path, txtar.Format(f.archive), 0o644)
}

func lines(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

func parseTable(text string) (*Table, error) {
	all := lines(text)
	if len(all) == 0 {
		return nil, fmt.Errorf("no schema")
	}
	t := &Table{}
	for _, col := range strings.Split(all[0], ",") {
		name, typ, ok := strings.Cut(strings.TrimSpace(col), ":")
		kind := slices.IndexFunc(types, func(t value.Type) bool { return t.String() == typ })
		if !ok || kind < 0 {
			return nil, fmt.Errorf("column %q is no name:type", col)
		}
		t.Schema = append(t.Schema, value.Field{Name: name, Type: types[kind]})
	}
	for _, l := range all[1:] {
		v, ok := value.ParseJSON(l)
		if !ok || !v.IsBag() {
			return nil, fmt.Errorf("row %s is no JSON object", l)
		}
		row := make([]value.Value, len(t.Schema))
		for i, f := range t.Schema {
			row[i] = v.Get(f.Name)
			if f.Type != value.Dynamic {
				row[i] = row[i].To(f.Type)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

var types = []value.Type{value.Bool, value.Int, value.Long, value.Real, value.Decimal, value.String, value.DateTime, value.TimeSpan, value.GUID, value.Dynamic}

// Table returns the schema of one of the case's tables.
func (c *Case) Table(name string) (value.Schema, bool) {
	t, ok := c.Tables[name]
	if !ok {
		return nil, false
	}
	return t.Schema, true
}

// TableNames lists the tables.
func (c *Case) TableNames() []string {
	var out []string
	for name := range c.Tables {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Watchlist knows one list, `names`: ann and bob.
func (c *Case) Watchlist(name string) (value.Schema, [][]value.Value, bool) {
	if name != "names" {
		return nil, nil, false
	}
	schema := value.Schema{{Name: "SearchKey", Type: value.String}}
	return schema, [][]value.Value{{value.StringOf("ann")}, {value.StringOf("bob")}}, true
}

// Open gives the text of a file of the case.
func (c *Case) Open(uri string) ([]byte, error) {
	text, ok := c.Files[uri]
	if !ok {
		return nil, fmt.Errorf("there is no file %q", uri)
	}
	return []byte(text), nil
}

// batches cuts a table's rows.
func (t *Table) batches(size int, emit func(start int, b *value.Batch) error) error {
	for start := 0; start < len(t.Rows); start += size {
		rows := t.Rows[start:min(start+size, len(t.Rows))]
		cols := make([]value.Column, len(t.Schema))
		for c := range cols {
			vals := make([]value.Value, len(rows))
			for i := range rows {
				vals[i] = rows[i][c]
			}
			cols[c] = value.ColumnOf(vals)
		}
		if err := emit(start, value.NewBatch(len(rows), cols)); err != nil {
			return err
		}
	}
	return nil
}

type database struct {
	c    *Case
	size int
}

func (d database) Scan(_ context.Context, table string, _ []int, emit func(*value.Batch) error) error {
	return d.c.Tables[table].batches(d.size, func(_ int, b *value.Batch) error { return emit(b) })
}

// Compile compiles the case's query.
func (c *Case) Compile() (*kql.Query, error) { return kql.Compile(diag.NewFile("query", c.Query), c) }

// Scan runs the case over a scan in batches of size rows.
func (c *Case) Scan(size int) ([]string, error) {
	q, err := c.Compile()
	if err != nil {
		return nil, err
	}
	var out []string
	err = q.Run(context.Background(), database{c, size}, kql.RunOptions{Now: Now}, appendRows(q.Schema(), &out))
	return out, err
}

// Live feeds the case's rows in batches of size and finishes. A query without
// tables has nothing to feed: it only finishes.
func (c *Case) Live(size int) ([]string, error) {
	q, err := c.Compile()
	if err != nil {
		return nil, err
	}
	live := q.NewLive(context.Background(), kql.RunOptions{Now: Now})
	kept := make([]Table, len(q.Leaves()))
	for i, leaf := range q.Leaves() {
		kept[i].Schema = leaf.Schema
		err := c.Tables[leaf.Table].batches(size, func(_ int, b *value.Batch) error {
			return live.Feed(i, b, kept[i].add)
		})
		if err != nil {
			return nil, err
		}
	}
	var out []string
	rows := func(leaf int, emit func(*value.Batch) error) error {
		return kept[leaf].batches(size, func(start int, b *value.Batch) error {
			b.Origin = make([][]int64, b.N)
			for i := range b.Origin {
				b.Origin[i] = []int64{int64(start + i)}
			}
			return emit(b)
		})
	}
	err = live.Finish(context.Background(), Now, rows, appendRows(q.Schema(), &out))
	return out, err
}

func (t *Table) add(b *value.Batch) error {
	for _, i := range b.Rows() {
		row := make([]value.Value, len(t.Schema))
		for c := range row {
			row[c] = b.At(int(i), c).Own()
		}
		t.Rows = append(t.Rows, row)
	}
	return nil
}

// appendRows writes rows as JSON objects in the order of the columns.
func appendRows(schema value.Schema, out *[]string) func(*value.Batch) error {
	return func(b *value.Batch) error {
		for _, i := range b.Rows() {
			text := []byte("{")
			for c, f := range schema {
				if c > 0 {
					text = append(text, ',')
				}
				name, err := json.Marshal(f.Name)
				if err != nil {
					return err
				}
				text = append(append(text, name...), ':')
				text = value.AppendOutput(text, b.At(int(i), c))
			}
			*out = append(*out, string(append(text, '}')))
		}
		return nil
	}
}
