package decode

import "github.com/dogwatch-dev/dogwatch/kql/value"

// The batch that a Keeper puts together, and hands on.

// keep adds a record, whose columns are added, to the batch.
func (k *Keeper) keep(rec *record, set uint32, at int64) {
	k.records = append(k.records, KeptRecord{Ordinal: k.ordinal, Line: rec.line, Number: rec.number, Time: at, Raw: rec.raw, Prior: rec.event.prior})
	k.sets = append(k.sets, set)
	k.ordinal++
}

func (k *Keeper) flush(emit func(*Kept) error) error {
	if len(k.records) == 0 {
		return nil
	}
	k.zeros = room(k.zeros, len(k.records))
	k.out = Kept{Source: k.r.ledger.Source, Records: k.records, Columns: k.out.Columns[:0]}
	k.out.Columns = append(k.out.Columns, k.constant(KeptCluster, k.r.opts.Cluster), k.constant(KeptView, k.view))
	for i := range k.r.views {
		k.out.Columns = append(k.out.Columns, k.rowsOf(i))
	}
	k.out.Columns = append(k.out.Columns, k.delay.KeptColumn)
	for _, f := range k.families {
		f.end()
	}
	for _, c := range k.columns {
		k.out.Columns = append(k.out.Columns, c.KeptColumn)
	}
	err := emit(&k.out)
	k.begin()
	return err
}

// begin starts a batch.
func (k *Keeper) begin() {
	k.r.held = 0
	clear(k.records) // the next do not keep them alive
	k.records, k.sets = k.records[:0], k.sets[:0]
	for _, f := range k.families {
		f.begin()
	}
	for _, c := range append(k.others, k.delay) {
		if c.known.full() {
			c.forget()
		}
		c.begin()
	}
	if k.verbs.full() {
		k.verbs.forget()
		k.verbSets = k.verbSets[:0]
	}
}

// room is for n codes, in the memory of others if it is enough.
func room(codes []uint32, n int) []uint32 {
	if n > cap(codes) {
		return make([]uint32, n, max(n, maxKept))
	}
	return codes[:n]
}

func (k *Keeper) constant(name, text string) KeptColumn {
	return KeptColumn{name, value.String, []value.Value{value.StringOf(text)}, k.zeros}
}

var falseAndTrue = []value.Value{value.BoolOf(false), value.BoolOf(true)}

// rowsOf says which records are rows of a table.
func (k *Keeper) rowsOf(view int) KeptColumn {
	codes := room(k.rows[view], len(k.sets))
	for i, set := range k.sets {
		codes[i] = set >> view & 1
	}
	k.rows[view] = codes
	return KeptColumn{KeptRow(k.r.views[view].table.name), value.Bool, falseAndTrue, codes}
}
