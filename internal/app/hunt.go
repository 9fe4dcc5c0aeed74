package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/source"
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A HuntResult is what became of a query.
type HuntResult struct {
	Rows    int64   // given
	Scanned int64   // records read
	Ledger  *Ledger // nil when the query read no input
	// Store is what was read of a store, if the query was asked of one.
	Store *store.Scanned
}

// Problems are what could not be read.
func (r *HuntResult) Problems() []error {
	switch {
	case r.Store != nil:
		return r.Store.Problems
	case r.Ledger != nil:
		return r.Ledger.Problems
	}
	return nil
}

// Hunt runs a query over inputs or a store. Batches are only good until emit returns.
func (a *App) Hunt(ctx context.Context, q *kql.Query, in Input, opt kql.RunOptions, emit func(*value.Batch) error) (HuntResult, error) {
	if in.Store != nil {
		return a.huntStore(ctx, q, in, opt, emit)
	}
	var result HuntResult
	db := &inputs{app: a, in: in}
	if q.Readings() > 1 && slices.Contains(in.Paths, "-") {
		spool, err := spooled(ctx, in.Stdin)
		if err != nil {
			return result, err
		}
		defer func() {
			_ = spool.Close() // it was only read since
			_ = os.Remove(spool.Name())
		}()
		db.spool, db.in.Stdin = spool, spool
	}
	err := q.Run(ctx, db, opt, func(b *value.Batch) error {
		result.Rows += int64(b.Len())
		return emit(b)
	})
	if result.Ledger = db.ledger; db.ledger != nil {
		result.Scanned = db.ledger.Records()
	}
	return result, err
}

// spooled puts standard input into a file, so that it can be read again.
func spooled(ctx context.Context, in io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "dogwatch-stdin-*")
	if err != nil {
		return nil, fmt.Errorf("spool standard input: %w", err)
	}
	if _, err = io.Copy(f, source.Until(ctx, in)); err != nil {
		_ = f.Close()
		_ = os.Remove(f.Name())
		return nil, fmt.Errorf("spool standard input: %w", err)
	}
	return f, nil
}

// inputs are a database whose tables are read from the inputs each time they
// are asked for.
type inputs struct {
	app    *App
	in     Input
	spool  *os.File // what standard input was put into, or nil
	ledger *Ledger  // of the first time
}

// Scan reads all inputs for the rows of a table.
func (d *inputs) Scan(ctx context.Context, table string, _ []int, emit func(*value.Batch) error) error {
	if d.spool != nil {
		if _, err := d.spool.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("read standard input again: %w", err)
		}
	}
	ledger, err := d.app.read(ctx, d.in, d.app.decodeOptions(d.app.set.Lists), []string{table}, func(b dogwatch.Batch) error { return emit(b.Rows) })
	if d.ledger == nil {
		d.ledger = ledger
	}
	return err
}
