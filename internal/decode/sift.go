package decode

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A sifter finds the events that a rule may care for, by what is seen at a
// glance: who asked for what and how it was answered. Events repeat that, so
// each answer of the sieve is remembered.
type sifter struct {
	r        *Reader
	skeleton skeleton
	items    []item // of the chunk at hand
	n        int

	deed, address, caller, verdict *factor
	pairs                          map[uint64]int32 // places in paired, by deed and caller
	paired                         []pair
	judgePair, judgeBare           [2]dogwatch.Judge // for deeds, and for addresses
	words                          *bodyWords
	fresh                          []int32 // of paired: not judged yet
	scratch                        []byte
	alive                          dogwatch.RuleSet
}

// An item is an event of a chunk and what is remembered of its parts.
type item struct {
	glance
	line            int64
	ticks           int64 // of its request; ok if timed
	timed           bool
	odd             bool // no rule is to be left out
	reused          bool // its audit ID came with another request
	inFuture        bool
	aks             bool // it came through a proxy of AKS
	pathed          bool // deed is of address
	deed, verdict   int32
	caller, pairing int32
	words           wordSet
}

// A factor is a part of what is seen, and what the sieve says to it.
type factor struct {
	memo
	judge dogwatch.Judge
	texts []part // by entry: what it stands for
	bytes int
}

// A part is members of an event; aks says that a cluster of AKS wrote them.
type part struct {
	members string
	aks     bool
}

// A pair is a deed and a caller seen together.
type pair struct {
	deed, caller int32
	pathed       bool
	judged       bool
	set          dogwatch.RuleSet
	bare         dogwatch.RuleSet // those of set that bodies do not matter to
}

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
	maxFactorBytes = 16 << 20
)

func newSifter(r *Reader, s dogwatch.Sieve) *sifter {
	all := func(names ...[]string) func(int, []string) bool {
		known := make([]bool, len(r.kube.table.columns))
		for i, c := range r.kube.table.columns {
			for _, list := range append(names, always) {
				for _, name := range list {
					known[i] = known[i] || c.name == name
				}
			}
		}
		return func(column int, _ []string) bool { return known[column] }
	}
	of := func(columns []string) *factor {
		return &factor{memo: *newMemo(), judge: s.Judge("KubeAudit", all(columns))}
	}
	columns := r.kube.table.columns
	body := bodyKnown(columns)
	bare := func(seen func(int, []string) bool) dogwatch.Judge {
		return s.Judge("KubeAudit", func(column int, path []string) bool { return seen(column, path) || body(column, path) })
	}
	f := &sifter{
		r: r, items: make([]item, chunkItems), pairs: map[uint64]int32{},
		deed: of(deedColumns), address: of(addressColumns), caller: of(callerColumns), verdict: of(verdictColumns),
		judgePair: [2]dogwatch.Judge{
			s.Judge("KubeAudit", all(deedColumns), all(callerColumns)),
			s.Judge("KubeAudit", all(addressColumns), all(callerColumns)),
		},
		judgeBare: [2]dogwatch.Judge{bare(all(deedColumns, callerColumns)), bare(all(addressColumns, callerColumns))},
	}
	f.words = newBodyWords(columns, f.judgeBare[0])
	return f
}

// chunkItems is how many events are looked at before the first is judged.
const chunkItems = 256

// chunk takes the events at the start of s that stand each on a line of their
// own, and returns how many bytes and line breaks they are: none where the first is
// to be read another way.
func (f *sifter) chunk(s string, line int64, atEOF bool) (size int, breaks int64) {
	f.forget()
	f.n = 0
	for f.n < len(f.items) && size < len(s) && s[size] == '{' {
		rest := s[size:]
		end, ok := f.skeleton.line(rest)
		if !ok || end == len(rest) && !atEOF {
			break
		}
		it := &f.items[f.n]
		if !it.read(rest[:end], &f.skeleton) {
			break
		}
		it.line, it.aks = line+breaks, false
		f.look(it)
		f.n++
		size += end
		if end < len(rest) {
			size++
			breaks++
		}
	}
	f.judge()
	return size, breaks
}

// sift takes events at the start of the window; false if the first is to be
// read another way.
func (r *Reader) sift(w *window, emit func(dogwatch.Batch) error) (bool, error) {
	if _, whole := w.lineEnd(blockSize); !whole {
		return false, nil
	}
	size, breaks := r.sifter.chunk(w.text(), w.line, w.eof)
	for i := range r.sifter.items[:r.sifter.n] {
		r.sifted(&r.sifter.items[i])
	}
	w.take(size, breaks)
	r.waited += r.sifter.n
	if r.full() {
		return true, r.flush(emit)
	}
	return size > 0, nil
}

// sifted is record for an event that was seen at a glance.
func (r *Reader) sifted(it *item) {
	r.ledger.Decoded++
	r.ledger.shapes[shapeEvent]++
	if r.wantsCount {
		r.countItem(it)
	}
	if rules, ok := r.admit(r.ledger.cluster, it); ok {
		rec := r.newRecord()
		rec.in, rec.line, rec.number, rec.shape = r.ledger, it.line, -1, shapeEvent
		rec.event = it.event
		rec.event.text = strings.Clone(it.text)
		rec.text, rec.raw, rec.own = rec.event.text, rec.event.text, true
		r.held += len(rec.text)
		r.addSifted(rec, it, rules)
	}
}

// siftRecord is isRow and more for an event that came in an envelope: whether
// the sieve has decided what becomes of it.
func (r *Reader) siftRecord(rec *record) bool {
	if r.sifter == nil || rec.cut || !rec.event.is() {
		return false
	}
	it, f := &r.sifter.items[0], r.sifter
	end, ok := f.skeleton.line(rec.event.text)
	if !ok || end != len(rec.event.text) || !it.read(rec.event.text, &f.skeleton) {
		return false
	}
	f.forget()
	it.aks = isAKS(rec.resourceID)
	f.look(it)
	f.judge()
	if rules, ok := r.admit(rec.cluster(), it); ok {
		rec.event.prior = it.prior
		r.addSifted(rec, it, rules)
	}
	return true
}

func (r *Reader) addSifted(rec *record, it *item, rules dogwatch.RuleSet) {
	rec.facts = &facts{r: r}
	rec.reusedID, rec.inFuture = it.reused, it.inFuture
	r.kube.add(rec, slices.Clone(rules))
}

// admit says whether an event becomes a row, and for which rules (nil: all).
func (r *Reader) admit(cluster string, it *item) (rules dogwatch.RuleSet, ok bool) {
	stage := it.raw(fStage)
	if stage == `"RequestReceived"` {
		r.ledger.Joined++
		return nil, false
	}
	it.reused, it.inFuture = false, false
	if it.timed {
		it.reused, it.inFuture = r.signs.look(cluster, r.ledger.Source, &it.event, it.ticks)
	}
	it.odd = it.odd || it.reused || it.inFuture
	rules, ok = r.sifter.rules(it)
	// What ends later must be known by then to have been a row, or none.
	if (ok || stage == `"ResponseStarted"` || staysOpen(&it.event)) && !r.requests.isRow(cluster, &it.event) {
		r.ledger.Joined++
		return nil, false
	}
	r.versions.follow(cluster, &it.event, false)
	return rules, ok
}

// countItem is count for an event that was seen at a glance.
func (r *Reader) countItem(it *item) {
	at := value.NullOf(value.DateTime)
	switch {
	case it.timed:
		at = value.DateTimeOf(it.ticks)
	case it.str(fReceived) == "":
		at = datetime(firstOf(it.received(), it.str(fStageTime)))
	}
	const category = "file"
	if !at.IsNull() {
		p := pulse{at: at.Int(), in: r.ledger, line: it.line, number: -1}
		p.idLen = uint8(copy(p.id[:], it.str(fAuditID)))
		r.heard(rhythmKey{r.ledger.cluster, category}, &p)
	}
	if r.inflow == nil || r.inflow.source != r.ledger.Source {
		r.inflow = r.inflowOf(inflowKey{r.ledger.Source, r.ledger.cluster, category})
	}
	r.inflow.add(at, false)
}

// look finds the parts of an event among those that are remembered.
func (f *sifter) look(it *item) {
	it.ticks, it.timed = f.r.clock.ticks(it.str(fReceived))
	staged, ok := f.r.clock.ticks(it.str(fStageTime))
	it.odd = it.isOdd() || it.timed && ok && timesAreWrong(&it.event, staged-it.ticks)
	it.pathed = !it.has(fObjectRef)
	it.deed, it.caller, it.verdict, it.pairing = -1, -1, -1, -1
	if it.pathed {
		it.deed = f.address.place(f.addressKey(it), f, it, addressText)
	} else {
		it.deed = f.deed.place(f.deedKey(it), f, it, deedText)
	}
	it.caller = f.caller.place(f.callerKey(it), f, it, callerText)
	it.verdict = f.verdict.place(it.raw(fAnnotations), f, it, verdictText)
	if it.deed < 0 || it.caller < 0 || it.verdict < 0 {
		it.odd = true
		return
	}
	f.pair(it)
}

// isOdd says whether there is more to an event than what is seen of it.
func (it *item) isOdd() bool {
	return startsText(it.raw(fRequest)) || startsText(it.raw(fResponse)) ||
		strings.Contains(it.raw(fAnnotations), "truncated") || !isStage(it.raw(fStage)) || it.has(fTimestamp) || it.has(fMetadata)
}

func startsText(token string) bool { return token != "" && token[0] == '"' }

func isStage(token string) bool {
	switch token {
	case `"ResponseComplete"`, `"ResponseStarted"`, `"RequestReceived"`, `"Panic"`:
		return true
	}
	return false
}

// place is the entry of a part, made with the text that stands for it; -1 if it
// is too long to be remembered.
func (x *factor) place(key string, f *sifter, it *item, text func(*sifter, *item) string) int32 {
	if len(key) > maxFactor {
		return -1
	}
	e, isNew := x.find(key)
	if isNew {
		x.bytes += len(key)
		x.texts = append(x.texts, part{strings.Clone(text(f, it)), it.aks})
	}
	return e
}

// deedKey is what was asked for, without the object's name, and the answer.
func (f *sifter) deedKey(it *item) string {
	b := f.scratch[:0]
	for _, field := range [...]int{fLevel, fStage, fVerb} {
		b = append(append(b, it.raw(field)...), ',')
	}
	for _, at := range [...]int{refGroup, refVersion, refResource, refSubresource, refNamespace} {
		b = append(append(b, it.refText(at)...), ',')
	}
	b = append(b, it.codeText()...)
	f.scratch = b
	return viewOf(b)
}

func (it *item) codeText() string { return it.text[it.code.start:it.code.end] }

func (f *sifter) addressKey(it *item) string {
	b := f.scratch[:0]
	for _, field := range [...]int{fLevel, fStage, fVerb} {
		b = append(append(b, it.raw(field)...), ',')
	}
	b = append(append(b, it.path()...), ',')
	b = append(b, it.codeText()...)
	f.scratch = b
	return viewOf(b)
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

// callerKey is the text from the first to the last of them, if they stand
// together, as the API server writes them.
func (f *sifter) callerKey(it *item) string {
	const wanted = 1<<fUser | 1<<fImpersonated | 1<<fSourceIPs | 1<<fUserAgent
	from, to, size := uint32(len(it.text)), uint32(0), uint32(0)
	for _, field := range callerFields {
		if s := it.spans[field]; s.end > 0 {
			from, to = min(from, s.start), max(to, s.end)
			size += s.end - s.start + uint32(len(fieldNames[field])) + 4
		}
	}
	if it.seen&wanted == 0 {
		return ""
	}
	if first := it.spans[fUser]; !it.aks && first.start == from && to-from == size-uint32(len("user"))-4 {
		return it.text[from:to]
	}
	b := f.scratch[:0]
	if it.aks {
		b = append(b, "AKS"...)
	}
	f.scratch = appendMembers(b, it, callerFields[:])
	return viewOf(f.scratch)
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
	b := append(appendMembers(nil, it, []int{fLevel, fStage, fVerb}), `,"objectRef":{`...)
	n := len(b)
	for at := range refName {
		if t := it.refText(at); t != "" {
			if len(b) > n {
				b = append(b, ',')
			}
			b = append(append(append(append(b, '"'), refNames[at]...), `":`...), t...)
		}
	}
	return string(appendCode(append(b, '}'), it))
}

func addressText(_ *sifter, it *item) string {
	b := appendMembers(nil, it, []int{fLevel, fStage, fVerb})
	b = append(append(append(b, `,"requestURI":"`...), it.path()...), '"')
	return string(appendCode(b, it))
}

func appendCode(b []byte, it *item) []byte {
	if t := it.codeText(); t != "" {
		b = append(append(append(b, `,"responseStatus":{"code":`...), t...), '}')
	}
	return b
}

// pair finds the deed and its caller among those seen together.
func (f *sifter) pair(it *item) {
	key := uint64(uint32(it.deed))<<32 | uint64(uint32(it.caller))<<1
	if it.pathed {
		key |= 1
	}
	at, ok := f.pairs[key]
	if !ok {
		at = int32(len(f.paired))
		f.pairs[key] = at
		f.paired = append(f.paired, pair{deed: it.deed, caller: it.caller, pathed: it.pathed})
		f.fresh = append(f.fresh, at)
	}
	it.pairing = at
	if p := &f.paired[at]; !p.judged || f.words.asks(p.set, p.bare) {
		it.words = f.words.in(it, &f.skeleton)
	}
}

// deedOf is the factor that an event's deed, or a pair's, is of.
func (f *sifter) deedOf(pathed bool) *factor {
	if pathed {
		return f.address
	}
	return f.deed
}

// judge asks the sieve about what is new.
func (f *sifter) judge() {
	for _, x := range []*factor{f.deed, f.address, f.caller, f.verdict} {
		f.judgeFactor(x)
	}
	f.judgePairs()
}

func (f *sifter) judgeFactor(x *factor) {
	if len(x.fresh) == 0 {
		return
	}
	texts := make([]part, len(x.fresh))
	for i, e := range x.fresh {
		texts[i] = x.texts[e]
	}
	for i, set := range x.judge.Rows(f.batch(texts), nil) {
		x.entries[x.fresh[i]].set = set
	}
	x.fresh = x.fresh[:0]
}

// judgePairs asks about the deeds and callers that were not seen together
// before, where there are rules that either alone does not turn away.
func (f *sifter) judgePairs() {
	var texts [2][]part
	var of [2][]int32
	for _, at := range f.fresh {
		p := &f.paired[at]
		deed, kind := f.deedOf(p.pathed), 0
		if p.pathed {
			kind = 1
		}
		set, any := meet(nil, deed.entries[p.deed].set, f.caller.entries[p.caller].set)
		p.set, p.bare, p.judged = set, set, true
		if any && isTested(set, f.judgePair[kind].Every, f.words.rules) {
			caller := f.caller.texts[p.caller]
			texts[kind] = append(texts[kind], part{deed.texts[p.deed].members + caller.members, caller.aks})
			of[kind] = append(of[kind], at)
		}
	}
	for kind := range texts {
		if len(texts[kind]) == 0 {
			continue
		}
		among := f.union(of[kind])
		for i, set := range f.judgePair[kind].Rows(f.batch(texts[kind]), among) {
			p := &f.paired[of[kind][i]]
			p.set, _ = meet(p.set[:0], p.set, set)
		}
		f.judgeBodies(kind, texts[kind], of[kind])
	}
	f.fresh = f.fresh[:0]
}

// isTested says whether a set has rules that are not in every, or that ask for
// bodies.
func isTested(set, every, bodies dogwatch.RuleSet) bool {
	for i := range set {
		if set[i]&(bodies[i]|^every[i]) != 0 {
			return true
		}
	}
	return false
}

// union is the rules of any of some pairs.
func (f *sifter) union(of []int32) dogwatch.RuleSet {
	var out dogwatch.RuleSet
	for _, at := range of {
		if out == nil {
			out = make(dogwatch.RuleSet, len(f.paired[at].set))
		}
		for w, word := range f.paired[at].set {
			out[w] |= word
		}
	}
	return out
}

// judgeBodies asks which rules would care without bodies.
func (f *sifter) judgeBodies(kind int, texts []part, of []int32) {
	var asked []part
	var about []int32
	among := f.union(of)
	for i, at := range of {
		if p := &f.paired[at]; f.words.asks(p.set, make(dogwatch.RuleSet, len(p.set))) {
			p.bare = make(dogwatch.RuleSet, len(p.set))
			for _, bodies := range bareBodies {
				asked, about = append(asked, part{texts[i].members + bodies, texts[i].aks}), append(about, at)
			}
		}
	}
	if len(asked) == 0 {
		return
	}
	for i, set := range f.judgeBare[kind].Rows(f.batch(asked), among) {
		for w := range set {
			f.paired[about[i]].bare[w] |= set[w]
		}
	}
}

// meet appends the rules that are in both sets to out, and says whether there
// are any.
func meet(out, x, y dogwatch.RuleSet) (dogwatch.RuleSet, bool) {
	any := uint64(0)
	for i := range x {
		both := x[i] & y[i]
		any |= both
		out = append(out, both)
	}
	return out, any != 0
}

// batch makes rows of KubeAudit of events of which only some members stand
// there.
func (f *sifter) batch(parts []part) *value.Batch {
	recs := make([]*record, len(parts))
	for i, p := range parts {
		rec := &record{in: f.r.ledger, number: -1, shape: shapeEvent, facts: &facts{r: f.r}}
		if p.aks {
			rec.resourceID = anAKSCluster
		}
		rec.event.text = `{"kind":"Event"` + p.members + `}`
		members, _ := scanObject(rec.event.text, 0, nil)
		rec.event.set(members)
		recs[i] = rec
	}
	t := f.r.kube.table
	return value.NewLazyBatch(len(recs), len(t.columns), &rows{columns: t.columns, records: recs})
}

// rules are those that may care for an event; nil: all. any is false where
// there are none.
func (f *sifter) rules(it *item) (set dogwatch.RuleSet, any bool) {
	if it.odd {
		return nil, true
	}
	p := &f.paired[it.pairing]
	f.alive, any = meet(f.alive[:0], p.set, f.verdict.entries[it.verdict].set)
	return f.alive, any && f.words.left(f.alive, p.bare, it.words)
}

// forget makes room where hostile or very many callers filled the memory.
func (f *sifter) forget() {
	full := len(f.paired) >= 8*maxMemo
	for _, x := range []*factor{f.deed, f.address, f.caller, f.verdict} {
		full = full || x.full() || x.bytes > maxFactorBytes
	}
	if !full {
		return
	}
	for _, x := range []*factor{f.deed, f.address, f.caller, f.verdict} {
		x.forget()
		clear(x.texts)
		x.texts, x.bytes = x.texts[:0], 0
	}
	clear(f.pairs)
	clear(f.paired)
	f.paired = f.paired[:0]
}
