package decode

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/maphash"
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
	columns  []*keptColumn // of KubeAudit
	families []*family     // of columns
	hasher   hasher
	others   []*keptColumn // that are in none
	view     string

	paths    []Path // that are kept
	skeleton skeleton
	lined    bool // the skeleton is that of the record at hand

	batch   []*record
	sets    []uint32
	absents []uint64 // paths, by their bits, at which a record has nothing
	batches int      // that were handed on
	ordinal int64
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
	k := &Keeper{r: r, view: opts.View(), hasher: hasher{seed: maphash.MakeSeed()}}
	for _, c := range tableOf("KubeAudit").columns {
		wanted := slices.Contains(keptColumns, c.name) || slices.Contains(further.Columns, c.name) && isCheap(c.name)
		if wanted && (c.typ == value.String || c.typ == value.Bool || c.typ == value.Int || c.typ == value.Long) {
			k.columns = append(k.columns, newKeptColumn(&c))
		}
	}
	for _, p := range further.Paths {
		if KeptPath(p) != "" && len(k.paths) < maxPaths {
			c := newKeptColumn(pathColumn(p))
			c.path, k.paths = uint64(1)<<len(k.paths), append(k.paths, p)
			k.columns = append(k.columns, c)
		}
	}
	k.families, k.others = families(k.columns)
	return k, nil
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

// Read reads one input to its end and hands on its records. What is handed on
// is good until emit returns.
func (k *Keeper) Read(ctx context.Context, name string, in io.Reader, emit func(*Kept) error) error {
	w := newWindow(in)
	w.releases = true
	k.r.ledger = &Ledger{Source: name, cluster: k.r.opts.Cluster}
	k.r.ledgers = append(k.r.ledgers, k.r.ledger)
	k.ordinal = 0
	f := &framer{w: w, refuse: k.r.ledger.refuse}
	f.take = func(fr *frame) error {
		if len(k.batch)%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		w.kept = true
		k.record(fr)
		if len(k.batch) >= maxKept || k.r.held >= maxHeld/2 {
			err := k.flush(emit)
			w.release()
			return err
		}
		return nil
	}
	f.lines = func() (bool, error) { return k.line(f) }
	err := f.run()
	k.r.ledger.close(w)
	if ctx.Err() != nil || err != nil && err != w.err {
		k.batch, k.sets, k.absents = nil, nil, nil
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

// record decodes a frame and notes the tables that it is a row of.
func (k *Keeper) record(fr *frame) {
	rec := k.r.decode(fr)
	if rec == nil {
		return
	}
	set := uint32(0)
	for i, v := range k.r.views {
		if v.table.has(rec) && k.r.isRow(v, rec) {
			set |= 1 << i
		}
	}
	k.batch, k.sets, k.absents = append(k.batch, rec), append(k.sets, set), append(k.absents, k.absent(rec))
}

func (k *Keeper) flush(emit func(*Kept) error) error {
	if k.r.held = 0; len(k.batch) == 0 {
		return nil
	}
	out := &Kept{Source: k.r.ledger.Source, Records: make([]KeptRecord, len(k.batch))}
	for i, rec := range k.batch {
		out.Records[i] = KeptRecord{Ordinal: k.ordinal, Line: rec.line, Number: rec.number, Time: rec.keptTime(), Raw: rec.raw, Prior: rec.event.prior}
		k.ordinal++
	}
	out.Columns = append(out.Columns, k.constant(KeptCluster, k.r.opts.Cluster), k.constant(KeptView, k.view))
	for i, v := range k.r.views {
		out.Columns = append(out.Columns, k.rowsOf(v.table.name, 1<<i))
	}
	out.Columns = k.read(append(out.Columns, k.delays(out.Records)))
	err := emit(out)
	k.batches++
	clear(k.batch) // the next do not keep them alive
	k.batch, k.sets, k.absents = k.batch[:0], k.sets[:0], k.absents[:0]
	return err
}

// keptTime is KubeAudit's TimeGenerated, and of other records their own.
func (rec *record) keptTime() int64 {
	v := datetime(firstOf(rec.event.received(), rec.event.str(fStageTime), rec.time))
	if tableIsActivity(rec) {
		v = activityTime.read(rec)
	}
	return v.Int()
}

func (k *Keeper) constant(name, text string) KeptColumn {
	return KeptColumn{name, value.String, []value.Value{value.StringOf(text)}, make([]uint32, len(k.batch))}
}

func (k *Keeper) rowsOf(table string, bit uint32) KeptColumn {
	c := KeptColumn{KeptRow(table), value.Bool, []value.Value{value.BoolOf(false), value.BoolOf(true)}, make([]uint32, len(k.batch))}
	for i, set := range k.sets {
		if set&bit != 0 {
			c.Codes[i] = 1
		}
	}
	return c
}

// read reads the columns of KubeAudit, of the records that are its rows.
func (k *Keeper) read(out []KeptColumn) []KeptColumn {
	for _, c := range k.columns {
		c.begin()
	}
	nothing := value.StringOf("")
	for i, rec := range k.batch {
		if rec.facts == nil {
			for _, c := range k.columns {
				c.add(value.NullOf(value.Dynamic))
			}
			continue
		}
		k.hasher.known = 0
		for _, f := range k.families {
			f.add(rec, &k.hasher, k.batches)
		}
		for _, c := range k.others {
			if k.absents[i]&c.path != 0 {
				c.add(nothing)
				continue
			}
			c.add(c.read(rec))
		}
	}
	for _, c := range k.columns {
		out = append(out, c.KeptColumn)
	}
	return out
}
