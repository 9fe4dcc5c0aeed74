package decode

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A sifter finds the events that a rule may care for, by what is seen at a
// glance: who asked for what and how it was answered. Events repeat that, so
// each answer of the sieve is remembered. Several sifters look at parts of one
// input at the same time.
type sifter struct {
	judges *judges
	seed   *hashKey // of askings
	clock  clock
	body   bodyMemory

	deed, address, caller, verdict *factor
	pairs                          pairTable
	kindreds                       kindreds
	deeds                          kindreds // of callers and annotations nothing
	runs                           *runs
	words                          *bodyWords
	origins                        origins
	around, beside                 knownMembers // of the envelope before, and of its properties
	enveloped                      bool         // the last line was an envelope
	fresh                          []int32      // of the pairs: not judged yet
	users                          []uint64     // by caller: what stands for the name
	scratch, unescaped             []byte
	sets                           []uint64  // that the items' rules are made of
	known                          knownSets // of kindreds
	room                           scratchSets
	last                           int // so many items had the last chunk
}

// An item is an event of a chunk and what is remembered of its parts.
type item struct {
	glance
	envelope
	turn
	left    *leftOut // nil: its text is whole
	line    int64    // counted from the chunk's first
	number  int      // as a frame's, counted from the chunk's first
	reached int64    // when its stage was; 0 where that is not known
	aks     bool     // it came through a proxy of AKS
	waits   bool     // for its kindred to be judged
	stage   string   // "" for what is none; it spares the next pass a look at the text
	kindred *kindred
	rules   dogwatch.RuleSet // those that may care for it, unless it is odd
	said    *said            // if there are any
}

// A turn is what an event is asked when it is taken in the order of the log: of most
// it is all. Whoever takes an event may do so on another processor than the one that
// looked at it, so that turns lie side by side, and by themselves.
type turn struct {
	whose        *origin // as of its envelope; nil: there is none
	asking       asking
	ticks        int64      // of its request, if it is timed
	object       versionKey // but the cluster, if it looks
	timed        bool
	odd          bool // no rule is to be left out
	any          bool // there are rules that may care for it
	isBegun      bool // its stage is requestReceived
	isUnderway   bool // or responseStarted
	open         bool // it is of a kind of request that stays open
	shows, looks bool // as of its kindred
}

// A factor is a part of what is seen, and what the sieve says to it.
type factor struct {
	memo
	kind  int
	texts []part  // by entry: what it stands for
	fresh []int32 // entries that were not judged yet
	bytes int
}

// A part is members of an event; aks says that a cluster of AKS wrote them, and
// truncated that they may tell of an event that was cut short. Those of a deed
// leave out the namespace, which stands by itself as it is written.
type part struct {
	members        string
	namespace      string
	aks, truncated bool
}

// Kinds of parts that are judged by themselves.
const (
	kindDeed = iota
	kindAddress
	kindCaller
	kindVerdict
	nKinds
)

// What the sieve may read of KubeAudit, by what is seen.
var (
	// always is what is known of every event that is not odd.
	always = []string{"Truncated", "AuditIDReused", "InFuture", "TimesWrong"}

	deedColumns = []string{
		"Verb", "ApiGroup", "ApiVersion", "Resource", "Subresource", "Namespace", "Code", "Outcome", "Level", "Stage",
	}
	addressColumns = append([]string{"Path"}, deedColumns...)
	callerColumns  = []string{
		"User", "UserUid", "Groups", "UserExtra", "ImpersonatedUser", "ImpersonatedGroups", "Actor", "ServiceAccount",
		"ServiceAccountNamespace", "Node", "CredentialId", "ActorPod", "IsAnonymous", "IsSystem", "IsHuman", "IsOperator", "SourceIPs",
		"ClientIP", "ForwardedFor", "UserAgent",
	}
	verdictColumns = []string{"Decision", "DecisionReason", "Annotations"}
)

// A Part is what of an event the sieve judges at once.
type Part struct {
	Name    string
	Columns []string // of KubeAudit, that it can tell
}

// Parts are those of KubeAudit's rows.
func Parts() []Part {
	return []Part{
		{"deed", addressColumns}, {"caller", callerColumns}, {"answer", verdictColumns}, {"signs", always},
	}
}

// BodyWords are the keys of which one must stand in an event's bodies for a
// column, or a member of one, to say anything; nil for columns of which that is
// not so.
func BodyWords(column string, path []string) []string {
	words, _ := wordsOf(column, path)
	return words
}

// maxFactor is how long a part may be to be remembered, and maxFactorBytes how
// much of one kind is.
const (
	maxFactor      = 16 << 10
	maxFactorBytes = 4 << 20
)

// sifted is record for an event that was seen at a glance.
func (r *Reader) sifted(t *turn, it *item, line int64) {
	r.ledger.Decoded++
	cluster, shape := t.whose.clusterOr(r.ledger.cluster), shapeEvent
	if t.whose != nil {
		shape = shapeEnvelope
	}
	r.ledger.shapes[shape]++
	if a := r.admit(cluster, t, it); a.isRow {
		it.whole(&r.whole)
		rec := r.newRecord()
		rec.in, rec.line, rec.number, rec.shape = r.ledger, line+it.line, it.number, shape
		rec.event = it.event
		rec.event.text = strings.Clone(it.text)
		rec.text, rec.raw, rec.own = rec.event.text, rec.event.text, true
		if it.from != nil {
			it.tell(rec)
		}
		r.held += len(rec.text)
		r.addSifted(rec, it, a)
	}
}

// siftRecord is isRow and more for an event that came in an envelope: whether
// the sieve has decided what becomes of it.
func (r *Reader) siftRecord(rec *record) bool {
	if r.siftings == nil || rec.cut || !rec.event.is() || !rec.seen && r.glanceAt(rec.event.text) == nil {
		return false
	}
	it, f := &r.enveloped[0], r.siftings.single
	if f.forget() {
		it.caller, it.verdict = -1, -1
	}
	if it.aks = isAKS(rec.cluster()); it.aks {
		it.caller = -1 // it was looked for among others
	}
	// The sets of a chunk whose items are being taken may be the sifter's own.
	others := f.sets
	f.sets = r.sets[:0]
	if f.parts(it); it.waits {
		f.ask(true)
		f.settle(r.enveloped[:], theFirst)
	}
	r.sets, f.sets = f.sets, others
	if a := r.admit(rec.cluster(), &it.turn, it); a.isRow {
		r.part(rec)
		rec.event.prior = it.prior
		r.addSifted(rec, it, a)
	}
	return true
}

// glanceAt sees an event at a glance, as the one that came in an envelope.
func (r *Reader) glanceAt(text string) *event {
	if r.siftings == nil {
		return nil
	}
	it, f := &r.enveloped[0], r.siftings.single
	f.runs.aks = false
	if !it.read(text, nil, f.runs) || len(it.text) < len(text) {
		return nil
	}
	return &it.event
}

// admission is what the reader makes of an event that was seen at a glance.
type admission struct {
	isRow            bool
	rules            dogwatch.RuleSet // that it is a row for; nil: all
	reused, inFuture bool
}

func (r *Reader) addSifted(rec *record, it *item, a admission) {
	rec.facts, rec.said = r.newFacts(), it.said
	rec.facts.refs, rec.facts.refSeen = it.ref, it.raw(fObjectRef) != ""
	rec.reusedID, rec.inFuture = a.reused, a.inFuture
	rec.at, rec.timed = it.ticks, it.timed
	r.kube.add(rec, slices.Clone(a.rules))
}

// admit says whether an event becomes a row, and for which rules.
func (r *Reader) admit(cluster string, t *turn, it *item) (a admission) {
	if t.isBegun {
		r.ledger.Joined++
		return admission{}
	}
	if t.timed {
		a.reused, a.inFuture = r.signs.look(cluster, r.ledger.Source, t.asking, t.ticks)
	}
	switch {
	case t.odd || a.reused || a.inFuture:
		a.isRow = true
	case t.any:
		a.isRow, a.rules = true, it.rules
	}
	// What ends later must be known by then to have been a row, or none.
	if (a.isRow || t.isUnderway || t.open) && !r.isFirst(cluster, it) {
		r.ledger.Joined++
		return admission{}
	}
	if t.shows && !(t.looks && r.versions.has(r.versions.keyIn(cluster, t.object))) {
		it.whole(&r.whole)
		r.versions.follow(cluster, &it.event, it.refOf(), a.isRow)
	}
	return a
}

// isFirst is requests.isFirst for an event that was seen at a glance.
func (r *Reader) isFirst(cluster string, it *item) bool {
	stage := it.stage
	if stage == "" {
		stage = it.str(fStage)
	}
	t := times{it.ticks, it.reached, it.timed}
	return stage != requestReceived && r.requests.isFirst(cluster, it.asking, t, stage, func() bool { return it.open })
}

// countItems is count for events that were seen at a glance. Of those that came in
// the same half hour only the first and the last are told apart.
func (r *Reader) countItems(turns []turn, items []item, line int64) {
	for len(items) > 0 {
		n, first, last := sameBeat(turns)
		whose := turns[0].whose
		key := rhythmKey{whose.clusterOr(r.ledger.cluster), whose.categoryOr("file")}
		inflow := r.inflow
		if inflow == nil || inflow.source != r.ledger.Source || inflow.cluster != key.cluster || inflow.category != key.category {
			inflow = r.inflowOf(inflowKey{r.ledger.Source, key.cluster, key.category})
			r.inflow = inflow
		}
		for _, it := range [...]*item{&items[first], &items[last]} {
			at := it.when()
			if inflow.saw(at); !at.IsNull() {
				p := pulse{at: at.Int(), in: r.ledger, line: line + it.line, number: it.number, id: auditIDOf(it.str(fAuditID))}
				r.heard(key, &p)
			}
		}
		inflow.records += int64(n)
		turns, items = turns[n:], items[n:]
	}
}

// sameBeat is how many events came from one origin in the half hour of the first, and
// which of them was the first by its time, and which the last.
func sameBeat(turns []turn) (n, first, last int) {
	beat := turns[0].ticks / beatLength
	for n = 1; n < len(turns) && turns[0].timed; n++ {
		t := &turns[n]
		if !t.timed || t.ticks/beatLength != beat || t.whose != turns[0].whose {
			break
		}
		if t.ticks < turns[first].ticks {
			first = n
		}
		if t.ticks >= turns[last].ticks {
			last = n
		}
	}
	return n, first, last
}

// when is when a record came.
func (it *item) when() value.Value {
	switch {
	case it.timed:
		return value.DateTimeOf(it.ticks)
	case it.str(fReceived) == "":
		return datetime(firstOf(it.received(), str(it.time), it.str(fStageTime)))
	}
	return value.NullOf(value.DateTime)
}

// parts finds the parts of an event among those that are remembered.
func (f *sifter) parts(it *item) {
	reached, ok := f.time(it, fStageTime)
	it.reached = reached
	it.ticks, it.timed = f.time(it, fReceived)
	it.caller = f.callerOf(it)
	it.verdict = f.verdictOf(it)
	k := f.kindredOf(it)
	it.whose, it.stage, it.open = it.from, k.stage, k.open
	it.isBegun, it.isUnderway = k.stage == requestReceived, k.stage == responseStarted
	if it.shows, it.looks = k.shows, k.looks; it.looks {
		it.object = f.judges.r.versions.named(k.place, f.str(it.refText(refName)))
	}
	it.any, it.rules, it.said = false, nil, nil
	it.asking = asking{}
	if auditID := f.str(it.raw(fAuditID)); auditID != "" {
		id := f.seed.text(auditID)
		it.asking = askingOfNumbers(id, f.user(it), k.verb, f.seed.text(f.str(it.raw(fURI))))
	}
	it.odd = k.odd || startsText(it.raw(fRequest)) || startsText(it.raw(fResponse)) ||
		it.timed && ok && timesAreWrong(&it.event, reached-it.ticks)
	if it.waits = !it.odd && !k.judged; !it.odd && k.judged {
		f.rulesOf(it)
	}
}

// time is one of the two times of an event, if it is one.
func (f *sifter) time(it *item, field int) (ticks int64, ok bool) {
	if it.isClocked {
		return it.clocked[field-fReceived], true
	}
	return f.clock.ticks(it.str(field))
}

// str is str of a token, good until the next call: addresses have escapes.
func (f *sifter) str(token string) string {
	switch {
	case token == "" || token[0] != '"':
		return str(token)
	case strings.IndexByte(token, '\\') < 0:
		return token[1:max(len(token)-1, 1)]
	}
	f.unescaped = appendUnescaped(f.unescaped[:0], token[1:max(len(token)-1, 1)])
	return viewOf(f.unescaped)
}

// user stands for the caller's name.
func (f *sifter) user(it *item) uint64 {
	if it.caller < 0 {
		return f.seed.text(it.username())
	}
	for n := len(f.users); n < len(f.caller.entries); n++ { // the last entry is this event's
		f.users = append(f.users, f.seed.text(it.username()))
	}
	return f.users[it.caller]
}

// staysOpen is staysOpen of the event, mostly without reading it.
func (g *glance) staysOpen() bool {
	verb, sub := g.raw(fVerb), g.refText(refSubresource)
	if strings.IndexByte(verb, '\\') >= 0 || strings.IndexByte(sub, '\\') >= 0 {
		return staysOpen(&g.event)
	}
	switch sub {
	case `"exec"`, `"attach"`, `"portforward"`, `"proxy"`, `"log"`:
		return true
	}
	return verb == `"watch"`
}

// mayShow is false for events that tell nothing of an object's state, which are
// most; of what is but a look nothing is learned where the object is known. See
// versions.follow.
func (g *glance) mayShow() (shows, looks bool) {
	verb := g.str(fVerb)
	if verb != "get" && !changes(verb) || verb == "get" && !g.has(fResponse) || noVersions[str(g.refText(refResource))] {
		return false, false
	}
	sub := str(g.refText(refSubresource))
	if looks = isLook(verb, sub); looks && sub != "" && sub != "status" {
		return false, false
	}
	return true, looks && str(g.refText(refName)) != ""
}

func startsText(token string) bool { return token != "" && token[0] == '"' }

// stageOf is the stage that a token names.
func stageOf(token string) string {
	switch token {
	case `"ResponseComplete"`:
		return "ResponseComplete"
	case `"ResponseStarted"`:
		return responseStarted
	case `"RequestReceived"`:
		return requestReceived
	case `"Panic"`:
		return "Panic"
	}
	return ""
}

// place is the entry of a part, made with the text that stands for it; -1 if it
// is too long to be remembered.
func (x *factor) place(key string, f *sifter, it *item, text func(*sifter, *item) string) int32 {
	if len(key) > maxFactor {
		return -1
	}
	e, isNew := x.find(key)
	if isNew {
		x.fresh = append(x.fresh, e)
		x.bytes += len(key)
		p := part{members: text(f, it), aks: it.aks}
		switch x.kind {
		case kindDeed:
			p.namespace = strings.Clone(it.refText(refNamespace))
		case kindVerdict:
			p.truncated = strings.Contains(p.members, "truncated")
		}
		x.texts = append(x.texts, p)
	}
	return e
}

// newSifter makes a sifter, which asks what the others ask.
func newSifter(j *judges, seed *hashKey) *sifter {
	of := func(kind int) *factor { return &factor{memo: *newMemo(j.seed), kind: kind} }
	f := &sifter{
		judges: j, seed: seed, words: j.words, pairs: newPairTable(), kindreds: newKindreds(), deeds: newKindreds(), known: newKnownSets(),
		deed: of(kindDeed), address: of(kindAddress), caller: of(kindCaller), verdict: of(kindVerdict),
	}
	f.runs = &runs{seed: seed, clock: &f.clock, callers: runTable{of: f.caller}, ofAKS: runTable{of: f.caller, mark: aksMark}, answers: runTable{of: f.verdict}}
	return f
}

// isPathed says whether what an event did is told by its address too: it is about no
// object, or about what stands behind one.
func (it *item) isPathed() bool {
	return !it.has(fObjectRef) || it.refText(refSubresource) == `"proxy"`
}

// deedKey is what was asked for, without the object's name, and the answer.
func (f *sifter) deedKey(it *item) string {
	f.scratch = append(appendAsked(f.scratch[:0], it), it.codeText()...)
	return viewOf(f.scratch)
}

// appendAsked appends what was asked for.
func appendAsked(b []byte, it *item) []byte {
	for _, field := range [...]int{fLevel, fStage, fVerb} {
		b = append(append(b, it.raw(field)...), ',')
	}
	for at := range refName {
		b = append(append(b, it.refText(at)...), ',')
	}
	return b
}

func (it *item) codeText() string { return it.text[it.code.start:it.code.end] }

func (f *sifter) addressKey(it *item) string {
	b := append(append(appendAsked(f.scratch[:0], it), it.path()...), ',')
	f.scratch = append(b, it.codeText()...)
	return viewOf(f.scratch)
}

// path is the request's address up to its query, as it stands there.
func (it *item) path() string {
	path, _, _ := strings.Cut(strings.Trim(it.raw(fURI), `"`), "?")
	return path
}

// anAKSCluster stands for any cluster of AKS.
const anAKSCluster = "/managedclusters/any"

// callerFields are the members that say who asks.
var callerFields = [...]int{fUser, fImpersonated, fSourceIPs, fUserAgent}

const callerMask = 1<<fUser | 1<<fImpersonated | 1<<fSourceIPs | 1<<fUserAgent

// callerKey is the text from the first to the last of them, if they stand
// together, as the API server writes them: isRun.
func (f *sifter) callerKey(it *item) (key string, isRun bool) {
	from, to, size := uint32(len(it.text)), uint32(0), uint32(0)
	for _, field := range callerFields {
		if s := it.spans[field]; s.end > 0 {
			from, to = min(from, s.start), max(to, s.end)
			size += s.end - s.start + uint32(len(fieldNames[field])) + 4
		}
	}
	if it.seen&callerMask == 0 {
		return "", false
	}
	if first := it.spans[fUser]; first.start == from && to-from == size-uint32(len("user"))-4 {
		if !it.aks {
			return it.text[from:to], true
		}
		f.scratch = append(append(f.scratch[:0], it.text[from:to]...), aksMark...)
		return viewOf(f.scratch), true
	}
	b := f.scratch[:0]
	if it.aks {
		b = append(b, "AKS"...)
	}
	f.scratch = appendMembers(b, it, callerFields[:])
	return viewOf(f.scratch), false
}

// fieldNames are the members' names, for those that stand in a part.
var fieldNames = [nFields]string{
	fLevel: "level", fStage: "stage", fVerb: "verb", fURI: "requestURI", fUser: "user", fImpersonated: "impersonatedUser",
	fSourceIPs: "sourceIPs", fUserAgent: "userAgent", fAnnotations: "annotations",
}

func appendMembers(b []byte, it *item, fields []int) []byte {
	for _, field := range fields {
		if s := it.spans[field]; s.end > 0 {
			b = append(append(append(b, `,"`...), fieldNames[field]...), `":`...)
			b = append(b, it.text[s.start:s.end]...)
		}
	}
	return b
}

func callerText(_ *sifter, it *item) string {
	return string(appendMembers(nil, it, callerFields[:]))
}

func verdictText(_ *sifter, it *item) string {
	return string(appendMembers(nil, it, []int{fAnnotations}))
}

var refNames = [nRefs]string{"apiGroup", "apiVersion", "resource", "subresource", "namespace", "name"}

func deedText(_ *sifter, it *item) string {
	b := appendRefOf(appendMembers(nil, it, []int{fLevel, fStage, fVerb}), it, refNamespace)
	return string(appendCode(b, it))
}

func addressText(_ *sifter, it *item) string {
	b := appendMembers(nil, it, []int{fLevel, fStage, fVerb})
	b = append(append(append(b, `,"requestURI":"`...), it.path()...), '"')
	if it.has(fObjectRef) {
		b = appendRefOf(b, it, refName)
	}
	return string(appendCode(b, it))
}

// appendRefOf appends objectRef with those of its members that stand before one.
func appendRefOf(b []byte, it *item, end int) []byte {
	b = append(b, `,"objectRef":{`...)
	n := len(b)
	for at := range end {
		if t := it.refText(at); t != "" {
			if len(b) > n {
				b = append(b, ',')
			}
			b = append(append(append(append(b, '"'), refNames[at]...), `":`...), t...)
		}
	}
	return append(b, '}')
}

func appendCode(b []byte, it *item) []byte {
	if t := it.codeText(); t != "" {
		b = append(append(append(b, `,"responseStatus":{"code":`...), t...), '}')
	}
	return b
}

// pair finds the deed and its caller among those seen together.
func (f *sifter) pair(deed, caller int32, pathed bool) int32 {
	at, isNew := f.pairs.place(deed, caller, pathed)
	if isNew {
		f.fresh = append(f.fresh, at)
	}
	return at
}

// deedOf is the factor that an event's deed, or a pair's, is of.
func (f *sifter) deedOf(pathed bool) *factor {
	if pathed {
		return f.address
	}
	return f.deed
}

// ask asks the sieve about what is new. false: another sifter does that now, and
// this one was not to wait for it.
func (f *sifter) ask(wait bool) bool {
	if !f.isToAsk() {
		return true
	}
	if wait {
		f.judges.mu.Lock()
	} else if !f.judges.mu.TryLock() {
		return false
	}
	defer f.judges.mu.Unlock()
	f.judges.dropRows()
	f.judges.room.forget()
	for _, x := range f.factors() {
		f.judgeFactor(x)
	}
	f.judgePairs()
	return true
}

func (f *sifter) isToAsk() bool {
	for _, x := range f.factors() {
		if len(x.fresh) > 0 {
			return true
		}
	}
	return len(f.fresh) > 0
}

func (f *sifter) factors() [nKinds]*factor {
	return [...]*factor{f.deed, f.address, f.caller, f.verdict}
}

// theFirst is of one item that waits.
var theFirst = []int{0}

// settle says which rules may care for the events that waited for what the sieve
// was asked.
func (f *sifter) settle(items []item, waiting []int) {
	for _, i := range waiting {
		it := &items[i]
		if !it.kindred.judged {
			f.judgeKindred(it.kindred, it.verdict)
		}
		f.rulesOf(it)
	}
}

func (f *sifter) judgeFactor(x *factor) {
	if len(x.fresh) == 0 {
		return
	}
	f.judges.ask(x)
	x.fresh = x.fresh[:0]
}

// judgePairs asks about the deeds and callers that were not seen together
// before.
func (f *sifter) judgePairs() {
	if len(f.fresh) == 0 {
		return
	}
	asked := make([]*pair, len(f.fresh))
	for i, at := range f.fresh {
		p := &f.pairs.list[at]
		p.of, p.by = f.deedOf(p.pathed).entries[p.deed].of, f.caller.entries[p.caller].of
		p.judged, asked[i] = true, p
	}
	f.judges.askPairs(asked)
	for _, p := range asked {
		p.need = f.words.needed(p.set, p.bare).and(p.of.tells)
	}
	f.fresh = f.fresh[:0]
}

// rulesOf says which rules may care for an event whose kindred was judged.
func (f *sifter) rulesOf(it *item) {
	k := it.kindred
	if !k.any {
		return
	}
	if it.any, it.rules, it.said = true, k.set, k.said; !k.asks {
		return
	}
	found := f.words.in(it, &f.body, k.need)
	p, from := &f.pairs.list[k.pairing], len(f.sets)
	f.sets = append(f.sets, k.set...)
	it.rules = f.sets[from:]
	if it.any = f.words.left(it.rules, p.bare, found.and(p.of.tells)); !it.any {
		f.sets = f.sets[:from]
	}
}

// forget makes room where hostile or very many callers filled the memory, and says
// whether the numbers of entries are no longer good.
func (f *sifter) forget() bool {
	full := len(f.pairs.list) >= 8*maxMemo
	for _, x := range f.factors() {
		full = full || x.full() || x.bytes > maxFactorBytes
	}
	if full || f.kindreds.full() {
		f.kindreds.forget()
		f.deeds.forget()
	}
	if !full {
		return false
	}
	for _, x := range f.factors() {
		x.forget()
		clear(x.texts)
		x.texts, x.fresh, x.bytes = x.texts[:0], x.fresh[:0], 0
	}
	f.users = f.users[:0]
	f.pairs.forget()
	f.runs.callers.forget()
	f.runs.ofAKS.forget()
	f.runs.answers.forget()
	return true
}
