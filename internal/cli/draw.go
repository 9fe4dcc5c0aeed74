package cli

import (
	"bytes"
	"fmt"
	"html/template"
	"runtime"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/chart"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// drawnRows gathers rows for a chart.
type drawnRows struct {
	o      *output
	env    *Env
	schema value.Schema
	render kql.Rendering
	query  string
	rows   [][]value.Value
}

func (d *drawnRows) write(b *value.Batch) error {
	cols := columnsOf(b, len(d.schema))
	for _, row := range b.Rows() {
		vals := make([]value.Value, len(cols))
		for i := range cols {
			vals[i] = cols[i][row].Own()
		}
		d.rows = append(d.rows, vals)
	}
	return nil
}

// chart is what the query asks for, or what fits its columns best.
func (d *drawnRows) chart() (*chart.Chart, error) {
	kind := d.render.Kind
	if kind == "" {
		kind = chart.Guess(d.schema)
	}
	if kind == "" {
		return nil, usage("the query does not say how to draw it").withHint("for example: ... | summarize count() by bin(TimeGenerated, 1h) | render timechart")
	}
	c, err := chart.New(chart.Request{Kind: kind, Options: d.render.Options}, d.schema, d.rows)
	if err != nil {
		return nil, usage("%w", err).withHint("-o table shows the rows")
	}
	return c, nil
}

func (d *drawnRows) finish(err error) error {
	if err != nil {
		return nil // half a picture is a wrong one
	}
	c, err := d.chart()
	if d.o.format == "table" && err != nil { // nobody insists on a picture
		d.o.note(d.env, "dogwatch: %s; the rows are", oneLine(err.Error()))
		return d.o.printRows(d.env, d.table())
	}
	if err != nil {
		return err
	}
	if d.o.format == "svg" {
		return c.SVG(d.env.Stdout)
	}
	return c.Terminal(d.env.Stdout, d.screen())
}

func (d *drawnRows) table() *table {
	t := newRowTable(d.schema)
	for _, row := range d.rows {
		t.addRow(row)
	}
	return t
}

// screen is what a chart is drawn on: where no terminal is, one of usual size.
func (d *drawnRows) screen() chart.Terminal {
	t := chart.Terminal{Width: 88, Color: bool(d.o.palette), ASCII: plainText(d.env)}
	if d.env.StdoutTerminal && d.env.Width > 0 {
		t.Width = d.env.Width - 1
		if d.env.Size != nil {
			if _, height := d.env.Size(); height > 0 {
				t.Height = min(max(height/2, 8), 20)
			}
		}
	}
	return t
}

// plainText says whether the terminal shows no more than ASCII, as far as the
// environment tells.
func plainText(env *Env) bool {
	if env.Getenv("TERM") == "dumb" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(env.Getenv(name)); locale != "" {
			return runtime.GOOS != "windows" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return false
}

// pageRows gathers rows for a page, with a chart where the query asks for one.
type pageRows struct{ drawnRows }

func (p *pageRows) finish(err error) error {
	if err != nil && len(p.rows) == 0 {
		return nil
	}
	doc := &page{Version: p.env.Version, Title: "dogwatch hunt", Query: strings.TrimSpace(p.query), Made: p.env.Now().UTC().Format("2006-01-02 15:04:05 UTC")}
	if err != nil {
		doc.Trouble = err.Error()
	}
	if chart.Draws(p.render.Kind) && err == nil {
		c, failed := p.chart()
		if failed != nil {
			p.o.note(p.env, "dogwatch: %s; the page has the rows only", oneLine(failed.Error()))
		} else if doc.Chart, failed = inline(c); failed != nil {
			return failed
		}
	}
	t := p.table()
	if err := p.o.pick(t); err != nil {
		return err
	}
	return t.writeHTML(p.env.Stdout, doc)
}

// inline is a chart as a part of a page. Its texts are escaped already.
func inline(c *chart.Chart) (template.HTML, error) {
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		return "", fmt.Errorf("draw: %w", err)
	}
	return template.HTML(b.String()), nil //nolint:gosec // chart escapes every text
}
