package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/source"
	"github.com/dogwatch-dev/dogwatch/internal/store"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An ImportResult is what became of inputs that were put into a store.
type ImportResult struct {
	Kept, Known int64 // records that are new, and that were there
	Ledger      *Ledger
}

// Import puts the records of inputs into a store. What an import before has
// put there is passed over, so one that was broken off is done again.
func (a *App) Import(ctx context.Context, s store.Store, in Input) (ImportResult, error) {
	result := ImportResult{Ledger: &Ledger{}}
	k, err := decode.NewKeeper(a.decodeOptions(a.set.Lists), a.kept())
	if err != nil {
		return result, err
	}
	i := &importing{store: s, result: &result}
	i.sitting = sitting{until: ctx, in: in, ledger: result.Ledger, ledgers: k.Ledgers, decoded: k.Decoded, read: func(name string, in io.Reader) error {
		i.stream = ""
		return k.Read(ctx, name, in, i.keep)
	}}
	err = i.all()
	result.Ledger.Sources = k.Ledgers()
	return result, err
}

// kept is what the rules ask of KubeAudit: its columns, and the members of
// those that are parts of the event.
func (a *App) kept() decode.Further {
	schema, _ := decode.Table("KubeAudit")
	columns, paths := map[string]bool{}, map[string]decode.Path{}
	for _, r := range a.rules {
		for _, c := range r.Query.Columns("KubeAudit") {
			columns[schema[c].Name] = true
		}
		for _, c := range r.Query.Conditions("KubeAudit") {
			askedPaths(&c, schema, paths)
		}
	}
	further := decode.Further{Columns: slices.Sorted(maps.Keys(columns))}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		further.Paths = append(further.Paths, paths[name])
	}
	return further
}

// askedPaths gathers the members that a condition compares with values, by the
// names of the columns that are kept for them.
func askedPaths(c *kql.Condition, schema value.Schema, paths map[string]decode.Path) {
	for i := range c.Of {
		askedPaths(&c.Of[i], schema, paths)
	}
	if c.Kind != kql.Is || len(c.Path) == 0 {
		return
	}
	p := decode.Path{Column: schema[c.Column].Name, Keys: c.Path}
	if name := decode.KeptPath(p); name != "" {
		paths[name] = p
	}
}

// An importing is one run of Import.
type importing struct {
	sitting
	store  store.Store
	result *ImportResult
	stream string // of the input at hand; "" before its first records
}

// keep appends what was read.
func (i *importing) keep(k *decode.Kept) error {
	if i.stream == "" {
		i.stream = streamOf(k)
	}
	b := &store.Batch{Stream: i.stream, Source: k.Source, Records: make([]store.Record, len(k.Records))}
	for n, r := range k.Records {
		b.Records[n] = store.Record{Position: r.Ordinal, Line: r.Line, Number: r.Number, Time: r.Time, Raw: r.Raw, Prior: r.Prior}
	}
	for _, c := range k.Columns {
		b.Columns = append(b.Columns, store.Column{Name: c.Name, Type: c.Type, Dict: c.Dict, Codes: c.Codes})
	}
	receipt, err := i.store.Append(i.until, b)
	if err != nil {
		return i.fail(err)
	}
	i.result.Kept += int64(receipt.Kept)
	i.result.Known += int64(receipt.Known)
	return nil
}

// streamOf is what an input is known by: its path, and its first record. A file
// that grew goes on where it was; another one under its name is another.
func streamOf(k *decode.Kept) string {
	path, err := filepath.Abs(k.Source)
	if err != nil || k.Source == source.Stdin {
		path = k.Source
	}
	sum := sha256.Sum256([]byte(k.Records[0].Raw))
	return fmt.Sprintf("file:%s#%s", path, hex.EncodeToString(sum[:8]))
}
