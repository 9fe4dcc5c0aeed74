package decode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// What a store keeps of records: their bytes, where they stand, what only the
// order of their arrival tells (which of them are rows, what came before), and
// the columns of KubeAudit that are asked for most.

// Kept is some records of an input, in order.
type Kept struct {
	Source  string
	Records []KeptRecord
	Columns []KeptColumn
}

// A KeptRecord is a record as it came.
type KeptRecord struct {
	Ordinal int64 // among all records of the input, from 0
	Line    int64
	Number  int
	Time    int64 // ticks of the event; 0 when not known
	Raw     string
	Prior   string // the last version of its object that was seen before
}

// A KeptColumn is one value for each record, by way of a dictionary. Null is
// what has to be read from the record.
type KeptColumn struct {
	Name  string
	Type  value.Type
	Dict  []value.Value
	Codes []uint32
}

// Columns that a store keeps beside those of KubeAudit.
const (
	// KeptCluster is what the configuration called the cluster.
	KeptCluster = "ConfiguredCluster"
	// KeptView is what the columns in Configured depend on.
	KeptView = "View"
)

// KeptRow is the kept column that says whether a record is a row of a table.
func KeptRow(table string) string { return "RowOf" + table }

// keptColumns are the columns of KubeAudit that are kept of every record. They
// repeat themselves, or hunts ask for them all the time.
var keptColumns = []string{
	"Cluster", "Category", "AuditIDReused", "InFuture", "Stage", "Level", "User", "ImpersonatedUser",
	"IsAnonymous", "IsSystem", "IsHuman", "ClientIP", "UserAgent", "Verb", "ApiGroup", "Resource", "Subresource",
	"Namespace", "Name", "Code", "Outcome", "Decision", "DryRun", "Truncated",
}

// configured are the columns of KubeAudit that depend on what is known of the
// cluster, and not on the record alone.
var configured = map[string]bool{"ClientIP": true, "ForwardedFor": true, "IsSystem": true, "IsHuman": true, "IsOperator": true}

// IsConfigured says whether a column of KubeAudit depends on the configuration.
func IsConfigured(column string) bool { return configured[column] }

// View tells configurations apart that give the columns in question other
// values.
func (o Options) View() string {
	o = o.withDefaults()
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", o.SystemIdentities, o.TrustedHops, o.Operators))
	return hex.EncodeToString(sum[:6])
}

// A Keeper reads inputs for a store. It is used by one goroutine.
type Keeper struct {
	r        *Reader
	view     string
	paths    []Path        // that are kept
	columns  []*keptColumn // of KubeAudit
	families []*family     // of columns
	others   []*keptColumn // that are in none
	delay    *keptColumn

	skeleton skeleton // of the event at hand
	sight    sight    // of it
	event    record   // it, if it stands on a line
	facts    facts    // of it

	records []KeptRecord // of the batch at hand
	sets    []uint32     // of tables that they are rows of
	out     Kept
	zeros   []uint32
	rows    [][]uint32 // codes of whether records are rows, by table
	ordinal int64

	kubeBit  uint32    // of KubeAudit in sets
	verbs    numbering // of events, and the other tables that they are rows of
	verbSets []uint32
}

// maxKept is how many records are handed on together.
const maxKept = 1024

// A Further is what is kept beside the usual columns, because it is asked for.
type Further struct {
	// Columns are those of KubeAudit; those that are no single values, or that
	// stand in bodies, are passed over.
	Columns []string
	Paths   []Path
}

// maxPaths bounds what every record that is kept pays for paths.
const maxPaths = 64

// NewKeeper returns a Keeper.
func NewKeeper(opts Options, further Further) (*Keeper, error) {
	var tables []string
	for _, t := range catalog {
		if t.name != "Sources" && t.name != "Silences" {
			tables = append(tables, t.name)
		}
	}
	r, err := NewReader(opts, tables...)
	if err != nil {
		return nil, err
	}
	seed := &r.signs.seed
	k := &Keeper{r: r, view: opts.View(), sight: sight{seed: seed}, rows: make([][]uint32, len(r.views))}
	k.delay = newKeptColumn(&column{name: KeptDelay, typ: value.Int}, seed)
	for _, c := range tableOf("KubeAudit").columns {
		wanted := slices.Contains(keptColumns, c.name) || slices.Contains(further.Columns, c.name) && isCheap(c.name)
		if wanted && (c.typ == value.String || c.typ == value.Bool || c.typ == value.Int || c.typ == value.Long) {
			k.columns = append(k.columns, newKeptColumn(&c, seed))
		}
	}
	for _, p := range further.Paths {
		if KeptPath(p) != "" && len(k.paths) < maxPaths {
			c := newKeptColumn(pathColumn(p), seed)
			c.path, k.paths = uint64(1)<<len(k.paths), append(k.paths, p)
			k.columns = append(k.columns, c)
		}
	}
	k.families, k.others = families(k.columns)
	k.kubeBit = 1 << slices.Index(r.views, r.kube)
	r.sees = k.seeText
	return k, nil
}

// tablesOf are the tables that an event without an envelope is a row of, but for
// KubeAudit: its verb alone tells.
func (k *Keeper) tablesOf(rec *record) uint32 {
	at, isNew := k.verbs.of(k.sight.parts[partVerb])
	if isNew {
		set := uint32(0)
		for i, v := range k.r.views {
			if v != k.r.kube && v.table.has(rec) {
				set |= 1 << i
			}
		}
		k.verbSets = append(k.verbSets, set)
	}
	return k.verbSets[at]
}

// isCheap says whether a column is read without a look into bodies, which every
// record that is kept would have to pay for.
func isCheap(name string) bool {
	switch name {
	case "Source", "AuditID", "RequestURI", "CredentialId", "ActorPod", "UserUid", "Message":
		return false // they hardly repeat themselves
	}
	heads := slices.Concat(kubeAuditHead(), kubeAuditCaller(), kubeAuditRequest())
	return slices.ContainsFunc(heads, func(c column) bool { return c.name == name })
}

// Ledgers returns what became of each input, in order.
func (k *Keeper) Ledgers() []*Ledger { return k.r.ledgers }

// Decoded is how many records were decoded so far, of all inputs.
func (k *Keeper) Decoded() (n int64) {
	for _, l := range k.r.ledgers {
		n += l.Decoded
	}
	return n
}

// Read reads one input to its end and hands on its records. What is handed on
// is good until emit returns.
func (k *Keeper) Read(ctx context.Context, name string, in io.Reader, emit func(*Kept) error) error {
	w := newWindow(in)
	w.releases = true
	k.r.ledger = &Ledger{Source: name, cluster: k.r.opts.Cluster}
	k.r.ledgers = append(k.r.ledgers, k.r.ledger)
	k.ordinal = 0
	k.begin()
	f := &framer{w: w, refuse: k.r.ledger.refuse}
	next := func() error {
		if len(k.records)%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(k.records) < maxKept && k.r.held < maxHeld/2 {
			return nil
		}
		err := k.flush(emit)
		w.release()
		return err
	}
	f.take = func(fr *frame) error {
		if !fr.whole && w.wasCalledOff() {
			return nil
		}
		w.kept = true
		k.record(fr)
		return next()
	}
	f.lines = func() (bool, error) {
		if !k.line(f) {
			return false, nil
		}
		return true, next()
	}
	err := f.run()
	k.r.ledger.close(w)
	if ctx.Err() != nil || err != nil && err != w.err {
		return err
	}
	if err := k.flush(emit); err != nil {
		return err
	}
	if w.err != nil {
		return fmt.Errorf("read %q at byte %d: %w", name, w.offset, w.err)
	}
	return nil
}

// record decodes a frame and keeps it.
func (k *Keeper) record(fr *frame) {
	text, free := k.r.arena, k.r.free
	rec := k.r.decode(fr)
	if rec == nil {
		return
	}
	seen, lined := k.see(rec)
	set := uint32(0)
	for i, v := range k.r.views {
		if k.isRowOf(v, rec, seen) {
			set |= 1 << i
		}
	}
	at := int64(0)
	if seen {
		at = k.sight.keptTime()
	}
	if at == 0 {
		at = rec.keptTime()
	}
	k.delay.add(rec.delay(at))
	k.read(rec, seen, lined)
	k.keep(rec, set, at)
	// Nothing refers to it any more: the next takes its place.
	if len(free) > 0 {
		*rec = record{}
		k.r.free = free
	}
	k.r.arena.giveBack(text)
}

func (k *Keeper) isRowOf(v *view, rec *record, seen bool) bool {
	switch {
	case !v.table.has(rec):
		return false
	case v == k.r.kube && seen:
		return k.isRow(rec)
	}
	return k.r.isRow(v, rec)
}

// keptTime is KubeAudit's TimeGenerated, and of other records their own.
func (rec *record) keptTime() int64 {
	v := rec.received()
	if tableIsActivity(rec) {
		v = activityTime.read(rec)
	}
	return v.Int()
}

// read adds the columns of KubeAudit, if the record is its row.
func (k *Keeper) read(rec *record, seen, lined bool) {
	if rec.facts == nil {
		k.readNothing()
		return
	}
	if seen {
		k.readSeen(rec)
	} else {
		for _, f := range k.families {
			f.addUnseen(rec)
		}
	}
	absent := uint64(0)
	if lined {
		absent = k.absent(&rec.event)
	}
	for _, c := range k.others {
		if absent&c.path != 0 {
			c.put(numberOfNoText)
			continue
		}
		c.add(c.read(rec))
	}
}

// readSeen adds the columns of families, in their order: some tell parts that the
// next are read from.
func (k *Keeper) readSeen(rec *record) {
	k.partsOf(rec)
	for _, f := range k.families {
		f.known.touch(f.key(&k.sight))
	}
	for _, f := range k.families {
		f.add(rec, &k.sight)
	}
}

func (k *Keeper) readNothing() {
	for _, f := range k.families {
		f.addNulls()
	}
	for _, c := range k.others {
		c.put(numberOfNull)
	}
}
