package decode

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Reader turns inputs into batches of rows. It remembers requests and objects
// from one input to the next; it is used by one goroutine.
type Reader struct {
	opts       Options
	views      []*view
	kube       *view // of views, if KubeAudit is among them
	wantsCount bool

	identities *identities
	operators  *operatorSet
	requests   *requests
	versions   *versions
	signs      *signs
	arena      arena
	lastID     string // a resource's, and lastLower that in lower case
	lastLower  string
	siftings   *siftings // nil: every record is a row
	enveloped  [1]item   // the event at hand that came in an envelope
	sets       []uint64  // that such an event's rules are made of
	whole      []byte    // memory of such an event's text
	// sees looks at such an event at a glance; it is nil where none is seen so, and
	// returns nil for what is not.
	sees      func(text string) *event
	clock     clock
	members   []member
	free      []record
	block     int // size of the last block of records
	freeFacts []facts

	outlet      *outlet
	ledger      *Ledger
	ledgers     []*Ledger
	decoded     atomic.Int64 // see Decoded
	before      int64        // records decoded of the inputs before
	inflows     map[inflowKey]*inflow
	inflowOrder []*inflow
	inflow      *inflow // of the last event that was sifted
	rhythms     map[rhythmKey]*rhythm
	beats       int // of all rhythms
	held        int // bytes of records in the views
	waited      int // events that were sifted since rows were handed on
	started     time.Time

	inputsMu sync.Mutex
	inputs   map[string]*Ledger // that stand for those of rows that were kept
}

// A view collects the rows of one table.
type view struct {
	table   *table
	records []*record
	rules   []dogwatch.RuleSet // by record, where any was sifted
	copies  *requests          // of AKSAuditAdmin
}

// maxHeld is how many bytes of records are held at most before the rows are
// handed on, however few.
const maxHeld = 8 << 20

// maxWaited is how many events may be sifted until what they left is handed on.
const maxWaited = 8192

// NewReader returns a Reader for some tables; none means all.
func NewReader(opts Options, tables ...string) (*Reader, error) {
	r := &Reader{opts: opts.withDefaults(), started: time.Now(), outlet: newOutlet(true), inflows: map[inflowKey]*inflow{}, rhythms: map[rhythmKey]*rhythm{}}
	r.identities = newIdentities(r.opts.SystemIdentities)
	r.operators = newOperatorSet(r.opts.Operators)
	if len(tables) == 0 {
		tables = TableNames()
	}
	for _, name := range tables {
		t := tableOf(name)
		if t == nil {
			return nil, fmt.Errorf("unknown table %q", name)
		}
		r.want(t)
	}
	if r.opts.Sieve != nil && r.onlyKube() {
		r.outlet.isDirect = runtime.GOMAXPROCS(0) == 1
		r.siftings = newSiftings(r, r.opts.Sieve)
		r.sees = r.glanceAt
	}
	return r, nil
}

// onlyKube says whether audit events without a verb are rows of no other table
// than KubeAudit.
func (r *Reader) onlyKube() bool {
	return r.kube != nil && !r.othersHave(&record{shape: shapeEvent, event: event{text: "{}"}, in: &Ledger{}})
}

// noneButKube says whether no audit event, in an envelope or without, is a row of
// another table than KubeAudit.
func (r *Reader) noneButKube() bool {
	e := event{text: `{"verb":"create"}`, spans: [nFields]span{fVerb: {8, 16}}}
	all := []*record{{shape: shapeEvent}}
	for _, resource := range []string{anAKSCluster, "/connectedclusters/any"} {
		for _, category := range []string{"kube-audit", "kube-audit-admin"} {
			all = append(all, &record{shape: shapeEnvelope, category: category, resourceID: resource, log: e.text})
		}
	}
	for _, rec := range all {
		if rec.event, rec.in = e, (&Ledger{}); r.othersHave(rec) {
			return false
		}
	}
	return true
}

// othersHave says whether a record is a row of another table than KubeAudit.
func (r *Reader) othersHave(rec *record) bool {
	return slices.ContainsFunc(r.views, func(v *view) bool { return v != r.kube && v.table.has(rec) })
}

func (r *Reader) want(t *table) {
	v := &view{table: t}
	switch t.name {
	case "KubeAudit":
		r.kube, r.requests, r.versions, r.signs = v, newRequests(), newVersions(), newSigns(r.started)
	case "AKSAuditAdmin", "ArcK8sAuditAdmin":
		v.copies = newRequests()
	case "Sources", "Silences":
		r.wantsCount = true
	}
	r.views = append(r.views, v)
}

// Read reads one input to its end and hands on its rows in batches, in the
// order of the records, each table's rows together; other goroutines may read from in and
// call emit, each one at a time, but not once Read has returned. An error of the input
// comes back after the rows of what could be read; where it is that of a context, what it
// cut off is left out.
func (r *Reader) Read(ctx context.Context, name string, in io.Reader, emit func(dogwatch.Batch) error) error {
	return r.read(ctx, name, newWindow(in), emit)
}

// ReadText is Read for an input that lies in memory. It must not change while
// the Reader is used.
func (r *Reader) ReadText(ctx context.Context, name string, text []byte, emit func(dogwatch.Batch) error) error {
	return r.read(ctx, name, textWindow(text), emit)
}

func (r *Reader) read(ctx context.Context, name string, w *window, emit func(dogwatch.Batch) error) error {
	r.outlet.emit = emit
	err := r.readAll(ctx, name, w, r.outlet.put)
	if failed := r.outlet.settle(); failed != nil {
		return failed
	}
	return err
}

func (r *Reader) readAll(ctx context.Context, name string, w *window, emit func(dogwatch.Batch) error) error {
	if r.ledger != nil {
		r.before += r.ledger.Decoded
	}
	r.ledger = &Ledger{Source: name, cluster: r.opts.Cluster}
	r.ledgers = append(r.ledgers, r.ledger)
	f := &framer{w: w}
	f.refuse = func(line int64, reason, sample string) {
		if !w.wasCalledOff() {
			r.ledger.refuse(line, reason, sample)
		}
	}
	if r.siftings != nil && r.noneButKube() {
		r.siftings.soon = lastBytes
		f.lines, f.intoLists = func() (bool, error) { return r.sift(ctx, f, emit) }, true
	}
	n := 0
	f.take = func(fr *frame) error {
		if n++; n%256 == 0 {
			r.tell()
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if !fr.whole && w.wasCalledOff() {
			return nil
		}
		if r.record(fr) {
			w.kept = true
		}
		return r.handOn(emit)
	}
	err := f.run()
	r.ledger.close(w)
	if ctx.Err() != nil || err != nil && err != w.err {
		return err
	}
	if err := r.flush(emit); err != nil {
		return err
	}
	if w.err != nil {
		return fmt.Errorf("read %q at byte %d: %w", name, w.offset, w.err)
	}
	return nil
}

// Finish hands on what is only known when all inputs are read: the rows of
// Sources and Silences.
func (r *Reader) Finish(emit func(dogwatch.Batch) error) error {
	for _, v := range r.views {
		switch v.table.name {
		case "Sources":
			v.records = r.sourceRecords()
		case "Silences":
			v.records = r.silenceRecords()
		}
	}
	return r.flush(emit)
}

// Forget lets go of what is remembered from one input to the next: nothing more
// is read. Rows that were handed out stay good.
func (r *Reader) Forget() {
	r.requests, r.versions, r.signs, r.siftings, r.arena = nil, nil, nil, nil, arena{}
	r.inflows, r.inflowOrder, r.inflow, r.rhythms, r.free, r.freeFacts = nil, nil, nil, nil, nil, nil
}

// Ledgers returns what became of each input, in order.
func (r *Reader) Ledgers() []*Ledger { return r.ledgers }

// Decoded is about how many records were decoded so far, of all inputs. It may be called
// while Read reads, from in too, to show progress.
func (r *Reader) Decoded() int64 { return r.decoded.Load() }

// tell says how many records were decoded up to here.
func (r *Reader) tell() { r.decoded.Store(r.before + r.ledger.Decoded) }

// decode makes a record of a frame and counts it; nil if it is none.
func (r *Reader) decode(fr *frame) *record {
	rec, reason := r.recognise(fr)
	if rec == nil {
		r.ledger.refuse(fr.line, reason, fr.text[:min(len(fr.text), 60)])
		return nil
	}
	r.ledger.decoded(rec)
	r.held += len(fr.text)
	if r.wantsCount {
		r.count(rec)
	}
	return rec
}

// record decodes a frame and adds its rows to the views. It says whether anything
// may refer to the frame's text from now on.
func (r *Reader) record(fr *frame) (kept bool) {
	text, free := r.arena, r.free
	rec := r.decode(fr)
	if rec == nil {
		return true
	}
	seen := false
	for _, v := range r.views {
		before := len(v.records)
		if v == r.kube && r.siftRecord(rec) {
			seen = true
		} else if v.table.has(rec) && r.isRow(v, rec) {
			v.add(rec, nil)
		}
		kept = kept || len(v.records) > before
	}
	if kept && rec.own {
		r.arena.giveBack(text)
		return false
	}
	if kept || !seen {
		return true
	}
	// Nothing refers to it: the next takes its place.
	if len(free) > 0 {
		*rec = record{}
		r.free = free
	}
	r.arena.giveBack(text)
	r.held -= len(fr.text)
	r.waited++
	return false
}

// part gives a row of KubeAudit alone a copy of its text where rules read rows one by
// one: what remembers one of them must not hold on to all that was read beside it.
func (r *Reader) part(rec *record) {
	if r.siftings != nil && !r.othersHave(rec) {
		*rec = rec.alone()
		rec.own = true
	}
}

// add adds a row, with the rules that may care for it.
func (v *view) add(rec *record, rules dogwatch.RuleSet) {
	if rules != nil && v.rules == nil {
		v.rules = make([]dogwatch.RuleSet, len(v.records), cap(v.records))
	}
	v.records = append(v.records, rec)
	if v.rules != nil {
		v.rules = append(v.rules, rules)
	}
}

// isRow says whether a record of a table's kind is a row: a request has one
// row only in KubeAudit.
func (r *Reader) isRow(v *view, rec *record) bool {
	switch {
	case v == r.kube:
		cluster, stage := rec.cluster(), rec.event.str(fStage)
		if stage == requestReceived {
			r.ledger.Joined++
			return false
		}
		a := askingOf(&r.signs.seed, &rec.event)
		// Copies are looked at as well: the first may have been cut.
		var reused, inFuture bool
		if ticks, ok := r.clock.ticks(rec.event.str(fReceived)); ok && !rec.cut {
			reused, inFuture = r.signs.look(cluster, rec.in.Source, a, ticks)
		}
		if !r.requests.isFirst(cluster, a, timesOf(&rec.event), stage, func() bool { return staysOpen(&rec.event) }) {
			r.ledger.Joined++
			return false
		}
		r.part(rec)
		rec.reusedID, rec.inFuture, rec.facts = reused, inFuture, &facts{r: r}
		if !rec.cut && shows(&rec.event, rec.event.str(fVerb)) {
			r.versions.follow(cluster, &rec.event, refOf(&rec.event, false, false), true)
		}
	case v.copies != nil && rec.category != "":
		return v.copies.isNew(rec.cluster(), &rec.event)
	}
	return true
}

// handOn hands on what rows there are if they take much memory or wait for long,
// else those that fill batches.
func (r *Reader) handOn(emit func(dogwatch.Batch) error) error {
	if r.held >= maxHeld || r.waited >= maxWaited {
		return r.flush(emit)
	}
	for _, v := range r.views {
		for len(v.records) >= r.opts.BatchRows {
			r.held, r.waited = 0, 0
			if err := emit(v.batch(r.opts.BatchRows)); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush hands on all rows.
func (r *Reader) flush(emit func(dogwatch.Batch) error) error {
	r.held, r.waited = 0, 0
	for _, v := range r.views {
		for len(v.records) > 0 {
			if err := emit(v.batch(min(len(v.records), r.opts.BatchRows))); err != nil {
				return err
			}
		}
	}
	return nil
}

// batch takes the first rows of a view; what is left does not hold on to them.
func (v *view) batch(n int) dogwatch.Batch {
	b := batchOf(v.table, v.records[:n:n])
	v.records = slices.Clone(v.records[n:])
	if v.rules != nil {
		b.Rules, v.rules = v.rules[:n:n], slices.Clone(v.rules[n:])
	}
	return b
}

func batchOf(t *table, recs []*record) dogwatch.Batch {
	return dogwatch.Batch{
		Table:    t.name,
		Rows:     value.NewLazyBatch(len(recs), len(t.columns), &rows{t.columns, recs, t.name == "KubeAudit"}),
		Evidence: func(row int) dogwatch.Evidence { return recs[row].evidence(t.name) },
	}
}

const maxRecordBlock = 128

func (r *Reader) newRecord() *record {
	if len(r.free) == 0 {
		r.block = min(max(2*r.block, 8), maxRecordBlock)
		r.free = make([]record, r.block)
	}
	rec := &r.free[0]
	r.free = r.free[1:]
	return rec
}

// maxFactsBlock is smaller than a block of records: rows keep one as long as any of
// them is used.
const maxFactsBlock = 32

func (r *Reader) newFacts() *facts {
	if len(r.freeFacts) == 0 {
		r.freeFacts = make([]facts, min(max(r.block/4, 1), maxFactsBlock))
	}
	f := &r.freeFacts[0]
	r.freeFacts = r.freeFacts[1:]
	f.r = r
	return f
}

func (rec *record) evidence(table string) dogwatch.Evidence {
	e := dogwatch.Evidence{Table: table, Source: rec.in.Source, Line: rec.line, Time: timeOf(rec.evidenceTime())}
	if rec.silence != nil {
		e.AuditID = rec.silence.told().id.String()
	}
	if rec.event.is() {
		e.AuditID, e.Stage = rec.event.str(fAuditID), rec.event.str(fStage)
	}
	if rec.number >= 0 {
		n := rec.number
		e.Record = &n
	}
	return e
}

func (rec *record) evidenceTime() value.Value {
	switch {
	case rec.inflow != nil:
		return rec.inflow.last
	case rec.silence != nil:
		return value.DateTimeOf(rec.silence.told().at)
	case tableIsActivity(rec):
		return activityTime.read(rec)
	}
	return rec.received()
}

// received is KubeAudit's TimeGenerated.
func (rec *record) received() value.Value {
	if rec.timed {
		return value.DateTimeOf(rec.at)
	}
	return datetime(firstOf(rec.event.received(), rec.event.str(fStageTime), rec.time))
}

// timeOf converts ticks of 100 ns since the year 1.
func timeOf(v value.Value) time.Time {
	if v.IsNull() {
		return time.Time{}
	}
	const perSecond = 10_000_000
	ticks := v.Int()
	seconds := ticks/perSecond - unixEpoch
	return time.Unix(seconds, ticks%perSecond*100).UTC()
}

const unixEpoch = 62_135_596_800 // seconds from the year 1 to 1970
