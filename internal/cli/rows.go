package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/chart"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// rowFormats are what hunt can print; the first is the default.
var rowFormats = []string{"table", "json", "jsonl", "csv", "markdown", "html", "chart", "svg"}

// A rowWriter prints the rows of a query.
type rowWriter interface {
	write(*value.Batch) error
	// finish ends the output; err is why there are no more rows, or nil.
	finish(err error) error
}

// rows returns the writer for the format asked for.
func (o *output) rows(env *Env, q *kql.Query) (rowWriter, error) {
	if len(q.Results()) > 1 {
		return o.several(env, q)
	}
	return o.oneResult(env, q), nil
}

// oneResult is the writer of a table. On a terminal a query that asks to be
// drawn is drawn, unless a format is asked for.
func (o *output) oneResult(env *Env, q *kql.Query) rowWriter {
	schema := q.Schema()
	render := q.Rendering()
	switch {
	case o.format == "chart", o.format == "svg",
		o.format == "table" && !o.chosen && env.StdoutTerminal && chart.Draws(render.Kind):
		return &drawnRows{o: o, env: env, schema: schema, render: render}
	case o.format == "html":
		return &pageRows{drawnRows{o: o, env: env, schema: schema, render: render, query: q.File().Text}}
	case o.query != nil && o.format == "json":
		return newFilteredDocument(o, env.Stdout, schema)
	case o.format == "json":
		return newDocument(env.Stdout, schema, nil)
	case o.format == "jsonl":
		return &objectLines{o: o, schema: schema, out: bufio.NewWriter(env.Stdout)}
	}
	if env.StdoutTerminal && render.Kind != "" && render.Kind != "table" && !o.chosen {
		o.note(env, "dogwatch: render %s is not drawn; the rows are", oneLine(render.Kind))
	}
	return &tableRows{o: o, env: env, schema: schema, t: newRowTable(schema)}
}

// A document writes {"columns":[...],"rows":[...]}, a row at a time. When the
// query ends early the document says so, and stays valid JSON.
type document struct {
	out    *bufio.Writer
	schema value.Schema
	buf    []byte
	rows   int64
	// between stands between rows: for people each on its own line.
	between string
}

// newDocument starts a document, with an id and on one line when it answers a
// question.
func newDocument(w io.Writer, schema value.Schema, id json.RawMessage) *document {
	if id != nil {
		return startDocument(w, schema, ",", append([]byte(`"id":`), idText(id)...))
	}
	return startDocument(w, schema, ",\n", nil)
}

// startDocument starts a document with a first member, or none.
func startDocument(w io.Writer, schema value.Schema, between string, first []byte) *document {
	d := &document{out: bufio.NewWriterSize(w, 1<<16), schema: schema, between: between}
	d.out.WriteByte('{')
	if first != nil {
		d.out.Write(append(first, ','))
	}
	d.out.WriteString(`"columns":[`)
	for i, f := range schema {
		if i > 0 {
			d.out.WriteByte(',')
		}
		d.buf = value.AppendQuoted(append(d.buf[:0], `{"name":`...), f.Name)
		d.buf = value.AppendQuoted(append(d.buf, `,"type":`...), f.Type.String())
		d.out.Write(append(d.buf, '}'))
	}
	d.out.WriteString(`],"rows":[`)
	return d
}

func (d *document) write(b *value.Batch) error {
	cols := columnsOf(b, len(d.schema))
	for _, row := range b.Rows() {
		d.buf = d.buf[:0]
		if d.rows > 0 {
			d.buf = append(d.buf, d.between...)
		}
		d.rows++
		d.buf = append(d.buf, '[')
		for i := range cols {
			if i > 0 {
				d.buf = append(d.buf, ',')
			}
			d.buf = value.AppendOutput(d.buf, cols[i][row])
		}
		if _, err := d.out.Write(append(d.buf, ']')); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) finish(err error) error {
	d.out.WriteByte(']')
	if err != nil {
		d.out.Write(value.AppendQuoted([]byte(`,"error":`), err.Error()))
	}
	d.out.WriteString("}\n")
	return d.out.Flush()
}

// columnsOf are the selected rows' values, by column.
func columnsOf(b *value.Batch, n int) [][]value.Value {
	cols := make([][]value.Value, n)
	for i := range cols {
		cols[i] = b.Col(i, nil)
	}
	return cols
}

// A filteredDocument is a document that goes through --jq.
type filteredDocument struct {
	*document
	o   *output
	w   io.Writer
	buf *bytes.Buffer
}

func newFilteredDocument(o *output, w io.Writer, schema value.Schema) *filteredDocument {
	buf := &bytes.Buffer{}
	return &filteredDocument{newDocument(buf, schema, nil), o, w, buf}
}

func (f *filteredDocument) finish(err error) error {
	if err := f.document.finish(err); err != nil {
		return err
	}
	return f.o.writeJSON(f.w, json.RawMessage(f.buf.Bytes()))
}

// objectLines writes a row as an object, a line each.
type objectLines struct {
	o      *output
	schema value.Schema
	out    *bufio.Writer
	buf    []byte
}

func (l *objectLines) write(b *value.Batch) error {
	cols := columnsOf(b, len(l.schema))
	for _, row := range b.Rows() {
		l.buf = append(l.buf[:0], '{')
		for i, f := range l.schema {
			if i > 0 {
				l.buf = append(l.buf, ',')
			}
			l.buf = append(value.AppendQuoted(l.buf, f.Name), ':')
			l.buf = value.AppendOutput(l.buf, cols[i][row])
		}
		l.buf = append(l.buf, '}')
		if err := l.line(); err != nil {
			return err
		}
	}
	return l.out.Flush()
}

func (l *objectLines) line() error {
	if l.o.query != nil {
		return l.o.writeJSON(l.out, json.RawMessage(l.buf))
	}
	_, err := l.out.Write(append(l.buf, '\n'))
	return err
}

func (l *objectLines) finish(error) error { return l.out.Flush() }

// tableRows gathers rows for a table, whose columns are as wide as their
// widest text.
type tableRows struct {
	o      *output
	env    *Env
	schema value.Schema
	t      *table
}

func newRowTable(schema value.Schema) *table {
	t := &table{exact: true, right: make([]bool, len(schema))}
	for i, f := range schema {
		t.heads = append(t.heads, f.Name)
		t.right[i] = f.Type.IsNumeric() || f.Type == value.TimeSpan
	}
	return t
}

func (r *tableRows) write(b *value.Batch) error {
	cols := columnsOf(b, len(r.schema))
	for _, row := range b.Rows() {
		cells := make([]cell, len(cols))
		for i := range cols {
			cells[i] = text(show(cols[i][row]))
		}
		r.t.add(cells...)
	}
	return nil
}

// addRow adds values as texts.
func (t *table) addRow(row []value.Value) {
	cells := make([]cell, len(row))
	for i, v := range row {
		cells[i] = text(show(v))
	}
	t.add(cells...)
}

func (r *tableRows) finish(err error) error {
	if len(r.t.heads) == 0 || err != nil && len(r.t.rows) == 0 {
		return nil
	}
	return r.o.printRows(r.env, r.t)
}

// printRows prints rows as a table; on a terminal as blocks where that is
// easier to read.
func (o *output) printRows(env *Env, t *table) error {
	if err := o.pick(t); err != nil {
		return err
	}
	if o.format == "table" && env.StdoutTerminal && t.tooWide(env.Width) {
		return t.writeBlocks(env.Stdout, env.Width, o.palette)
	}
	return o.write(env, env.Stdout, t)
}

// show is a value as text: strings bare, null as nothing, the rest as in JSON.
func show(v value.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == value.KString:
		return strings.Clone(v.Str())
	}
	return strings.Trim(string(value.AppendOutput(nil, v)), `"`)
}
