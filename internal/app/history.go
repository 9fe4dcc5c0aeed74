package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A history is a database whose tables are read from a store.
type history struct {
	store    store.Store
	opts     decode.Options
	view     string
	progress func(store.Progress)
	scanned  store.Scanned // of all readings
}

func newHistory(s store.Store, opts decode.Options, progress func(store.Progress)) *history {
	return &history{store: s, opts: opts, view: opts.View(), progress: progress}
}

// huntStore runs a query over a store.
func (a *App) huntStore(ctx context.Context, q *kql.Query, in Input, opt kql.RunOptions, emit func(*value.Batch) error) (HuntResult, error) {
	var result HuntResult
	var tell func(store.Progress)
	if in.Progress != nil {
		tell = func(p store.Progress) {
			in.Progress(fmt.Sprintf("%d of %d segments", p.Segments, p.Of), p.Bytes, 0, p.Records)
		}
	}
	h := newHistory(in.Store, a.decodeOptions(a.set.Lists), tell)
	err := q.Run(ctx, h, opt, func(b *value.Batch) error {
		result.Rows += int64(b.Len())
		return emit(b)
	})
	result.Scanned, result.Store = h.scanned.Records, &h.scanned
	return result, err
}

// Scan reads a table whole.
func (h *history) Scan(ctx context.Context, table string, columns []int, emit func(*value.Batch) error) error {
	return h.Select(ctx, kql.Ask{Table: table, Columns: columns}, emit)
}

// Select reads the rows of a table that may count.
func (h *history) Select(ctx context.Context, ask kql.Ask, emit func(*value.Batch) error) error {
	if ask.Table == "Sources" || ask.Table == "Silences" {
		return h.count(ctx, ask.Table, emit)
	}
	schema, _ := decode.Table(ask.Table)
	x, err := decode.NewRestorer(h.opts)
	if err != nil {
		return err
	}
	req := requestFor(&ask, schema, h.view)
	for _, c := range ask.Columns {
		if kept := h.keptFor(ask.Table, schema[c].Name); kept != "" {
			req.Columns = append(req.Columns, kept)
		}
	}
	req.Progress = h.progress
	r := &reading{history: h, table: ask.Table, columns: ask.Columns, schema: schema, restorer: x, emit: emit}
	return h.scan(ctx, req, r.block)
}

func (h *history) scan(ctx context.Context, req store.Request, take func(store.Block) error) error {
	scanned, err := h.store.Scan(ctx, req, take)
	h.scanned.Segments += scanned.Segments
	h.scanned.Of += scanned.Of
	h.scanned.Blocks += scanned.Blocks
	h.scanned.Bytes += scanned.Bytes
	h.scanned.Records += scanned.Records
	h.scanned.Problems = append(h.scanned.Problems, scanned.Problems...)
	return err
}

// keptFor is the kept column with a column's values, "" if there is none.
func (h *history) keptFor(table, column string) string {
	if table != "KubeAudit" || column == "TimeGenerated" || column == "Source" {
		return ""
	}
	return column
}

// A reading is one scan for a table.
type reading struct {
	*history
	table    string
	columns  []int // that are read
	schema   value.Schema
	restorer *decode.Restorer
	emit     func(*value.Batch) error
	dicts    []coded       // by column
	times    []value.Value // memory of a batch
}

// A coded is what is known of a kept column.
type coded struct {
	of    *store.Column // what the rest is about
	dict  *value.Dict
	known []bool   // by code
	codes []uint32 // memory of a batch
}

// mostRows bounds a batch.
const mostRows = 2048

// block emits the rows of a block.
func (r *reading) block(b store.Block) error {
	rows := b.Rows()
	for len(rows) > 0 {
		n := min(len(rows), mostRows)
		k := &blockRows{reading: r, block: b, rows: rows[:n]}
		rows = rows[n:]
		batch := r.restorer.Rows(r.table, n, k.known, k.load)
		for _, c := range r.columns {
			if col, ok := k.column(c); ok {
				batch.Rows.Cols[c] = col
			}
		}
		if err := r.emit(batch.Rows); err != nil {
			return err
		}
		if batch.Failed != nil {
			return batch.Failed
		}
	}
	return nil
}

// blockRows are some rows of a block.
type blockRows struct {
	*reading
	block store.Block
	rows  []int32
}

// column gives a column that is known of all rows.
func (k *blockRows) column(column int) (value.Column, bool) {
	if k.table != "KubeAudit" {
		return value.Column{}, false
	}
	switch name := k.schema[column].Name; name {
	case "TimeGenerated":
		vals := k.timesOf(k.times[:0]) // the next batch has them there too
		k.times = vals
		return allOf(vals)
	case "Source":
		return allOf(k.sources())
	default:
		c := k.kept(column)
		if c == nil {
			return value.Column{}, false
		}
		return k.coded(column, c)
	}
}

func allOf(vals []value.Value) (value.Column, bool) {
	return value.ColumnOf(vals), vals != nil && !slices.ContainsFunc(vals, value.Value.IsNull)
}

// kept is the kept column with a column's values; nil if there is none.
func (k *blockRows) kept(column int) *store.Column {
	name := k.schema[column].Name
	c, ok := k.block.Column(name)
	if !ok || c.Type != k.schema[column].Type || decode.IsConfigured(name) && !k.isOfView() {
		return nil
	}
	return c
}

// coded is a kept column as the query takes it, false when some of the values
// are not known.
func (k *blockRows) coded(column int, c *store.Column) (value.Column, bool) {
	if k.dicts == nil {
		k.dicts = make([]coded, len(k.schema))
	}
	d := &k.dicts[column]
	if d.of != c {
		d.of, d.dict = c, &value.Dict{Values: c.Dict}
		d.known = d.known[:0]
		for _, v := range c.Dict {
			d.known = append(d.known, !v.IsNull())
		}
	}
	d.codes = d.codes[:0]
	for _, row := range k.rows {
		code := c.Codes[row]
		if !d.known[code] {
			return value.Column{}, false
		}
		d.codes = append(d.codes, code)
	}
	return value.DictColumn(d.dict, d.codes), true
}

// known gives the values of a column without reading the records, null where
// that cannot be; nil if it cannot at all.
func (k *blockRows) known(column int) []value.Value {
	if k.table != "KubeAudit" {
		return nil
	}
	switch k.schema[column].Name {
	case "TimeGenerated":
		return k.timesOf(nil)
	case "Source":
		return k.sources()
	}
	c := k.kept(column)
	if c == nil {
		return nil
	}
	vals := make([]value.Value, len(k.rows))
	for i, row := range k.rows {
		vals[i] = c.At(int(row))
	}
	return vals
}

// timesOf are the rows' times, behind those of vals, null where not known.
func (k *blockRows) timesOf(vals []value.Value) []value.Value {
	times, err := k.block.Times()
	if err != nil {
		return nil // and reading the records will tell
	}
	for _, row := range k.rows {
		v := value.NullOf(value.DateTime)
		if times[row] != 0 {
			v = value.DateTimeOf(times[row])
		}
		vals = append(vals, v)
	}
	return vals
}

func (k *blockRows) sources() []value.Value {
	vals := make([]value.Value, len(k.rows))
	for i, row := range k.rows {
		o, err := k.block.Origin(row)
		if err != nil {
			return nil
		}
		vals[i] = value.StringOf(o.Source)
	}
	return vals
}

// isOfView says whether the rows were kept under the configuration of today.
func (k *blockRows) isOfView() bool {
	c, ok := k.block.Column(decode.KeptView)
	if !ok {
		return false
	}
	same := make([]bool, len(c.Dict))
	for i, v := range c.Dict {
		same[i] = v.Kind() == value.KString && v.Str() == k.view
	}
	for _, row := range k.rows {
		if !same[c.Codes[row]] {
			return false
		}
	}
	return true
}

func (k *blockRows) load(row int) (decode.Stored, error) { return storedOf(k.block, k.rows[row]) }

// storedOf is a record of a block.
func storedOf(b store.Block, row int32) (decode.Stored, error) {
	o, err := b.Origin(row)
	if err != nil {
		return decode.Stored{}, err
	}
	s := decode.Stored{Source: o.Source, Line: o.Line, Number: o.Number}
	if s.Raw, s.Prior, err = b.Text(row); err != nil {
		return s, err
	}
	at := func(name string) value.Value {
		if c, ok := b.Column(name); ok {
			return c.At(int(row))
		}
		return value.Value{}
	}
	s.Cluster, s.ReusedID, s.InFuture = at(decode.KeptCluster).Str(), at("AuditIDReused").Bool(), at("InFuture").Bool()
	return s, nil
}

// storedColumns are what storedOf and isOfView need.
var storedColumns = []string{decode.KeptCluster, decode.KeptView, "AuditIDReused", "InFuture"}

// count makes the rows of the tables that are about all records.
func (h *history) count(ctx context.Context, table string, emit func(*value.Batch) error) error {
	x, err := decode.NewRestorer(h.opts, table)
	if err != nil {
		return err
	}
	req := store.Request{Columns: storedColumns, Progress: h.progress}
	err = h.scan(ctx, req, func(b store.Block) error {
		for _, row := range b.Rows() {
			s, err := storedOf(b, row)
			if err == nil {
				err = x.Count(&s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return x.Finish(func(b dogwatch.Batch) error { return emit(b.Rows) })
}
