package decode

import (
	"math/bits"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// signs watches for what honest records do not show: an audit ID under which
// different requests came, and a time that is still to come. Its memory is
// bounded as that of requests is.
type signs struct {
	seed   hashKey
	known  askedIDs
	sooner int64
	latest map[string]*int64 // by source, in ticks

	cluster   string // of the last event
	ofCluster uint64 // what stands for it
	source    string // of the last event
	ofSource  *int64 // its latest
	touched   uint64
}

// A second copy of a request, as an aggregated API server or another log makes
// it, has the same audit ID and comes at about the same time.
const aboutSameTime = int64(time.Minute / 100)

// How far in front of this machine's clock, and of the records before it, a
// time is taken for wrong: clocks differ, and clusters are idle over weekends.
const (
	clockSkew = int64(10 * time.Minute / 100)
	farAhead  = int64(24 * time.Hour / 100)
)

func newSigns(now time.Time) *signs {
	ticks, _ := value.ParseDateTime(now.UTC().Format(time.RFC3339Nano))
	return &signs{
		seed:   newHashKey(),
		sooner: ticks + clockSkew, latest: map[string]*int64{},
	}
}

// asking is what tells requests apart that come with the same audit ID.
type asking struct{ id, request uint64 } // id is 0 where there is no audit ID

// askingOf says what an event asks, in numbers that a seed makes.
func askingOf(seed *hashKey, e *event) asking {
	return askingBy(seed, seed.text(e.username()), e.str(fAuditID), e.str(fVerb), e.str(fURI))
}

// askingBy is askingOf for a caller for whom a number stands.
func askingBy(seed *hashKey, user uint64, auditID, verb, uri string) asking {
	if auditID == "" {
		return asking{}
	}
	return askingOfNumbers(seed.text(auditID), user, seed.text(verb), seed.text(uri))
}

// askingOfNumbers is askingBy for what numbers stand for.
func askingOfNumbers(auditID, user, verb, uri uint64) asking {
	return asking{id: auditID | 1, request: user ^ bits.RotateLeft64(verb, 21) ^ bits.RotateLeft64(uri, 42)}
}

// look says what is wrong with an event: whether another request came with its
// audit ID, and whether its time is still to come.
func (s *signs) look(cluster, source string, a asking, ticks int64) (reused, inFuture bool) {
	return s.isReused(cluster, a, ticks), s.isInFuture(source, ticks)
}

// isReused says whether the audit ID came with another request before.
func (s *signs) isReused(cluster string, a asking, ticks int64) bool {
	if a.id == 0 {
		return false
	}
	return s.known.isReused(a.id^s.clusterNumber(cluster), uint32(a.request), int32(ticks/aboutSameTime))
}

func (s *signs) clusterNumber(cluster string) uint64 {
	if cluster != s.cluster || s.ofCluster == 0 {
		s.cluster, s.ofCluster = strings.Clone(cluster), s.seed.text(cluster)
	}
	return s.ofCluster
}

// touchAhead is for how many events the memory of audit IDs is read ahead.
const touchAhead = 32

// touch reads where the audit IDs of events will be looked up: each lies in memory
// that is far from the processor, and it fetches several at once if they are asked
// for together.
func (s *signs) touch(cluster string, turns []turn) {
	of, sum := s.clusterNumber(cluster), uint64(0)
	newer, older := s.known.newer.slots, s.known.older.slots
	for i := range turns {
		id := turns[i].asking.id ^ of | 1
		if len(newer) > 0 {
			sum += newer[placeOf(newer, id)].id
		}
		if len(older) > 0 {
			sum += older[placeOf(older, id)].id
		}
	}
	s.touched = sum // or the compiler would leave the loop out
}

// askedIDs are audit IDs and what was asked first with each: the last maxAsked of them,
// and of those before up to as many. Which these are depends on the order of the log
// alone, so that a log has the same rows each time.
type askedIDs struct{ newer, older idTable }

const maxAsked = rememberRequests / 2

// isReused notes a request and says whether its ID came with another before.
func (a *askedIDs) isReused(id uint64, request uint32, minute int32) bool {
	id |= 1
	known := a.newer.find(id)
	if known == nil {
		known = a.older.find(id)
	}
	if known != nil {
		near := minute - known.minute
		return known.request != request || near < -1 || near > 1
	}
	if a.newer.n == maxAsked {
		clear(a.older.slots)
		a.newer, a.older = idTable{slots: a.older.slots}, a.newer
	}
	a.newer.add(askedID{id, request, minute})
	return false
}

// An askedID is an audit ID and the first request that came with it.
type askedID struct {
	id      uint64 // 0: there is none
	request uint32
	minute  int32
}

// An idTable finds audit IDs. At least a quarter of its slots are free; an ID is in the first
// that was free from its place on.
type idTable struct {
	slots []askedID
	n     int
}

// placeOf is where an ID is looked for first.
func placeOf(slots []askedID, id uint64) int { return int(home(id)) & (len(slots) - 1) }

// slot is where an ID is, or would be.
func (t *idTable) slot(id uint64) *askedID {
	at := placeOf(t.slots, id)
	for t.slots[at].id != id && t.slots[at].id != 0 {
		at = (at + 1) & (len(t.slots) - 1)
	}
	return &t.slots[at]
}

// find is an ID; nil: it is not there.
func (t *idTable) find(id uint64) *askedID {
	if t.n == 0 {
		return nil
	}
	if x := t.slot(id); x.id == id {
		return x
	}
	return nil
}

// add adds an ID that is not there.
func (t *idTable) add(x askedID) {
	if 4*t.n >= 3*len(t.slots) {
		t.grow()
	}
	*t.slot(x.id) = x
	t.n++
}

// grow makes room: a short log should not pay for the memory of a long one.
func (t *idTable) grow() {
	old := t.slots
	t.slots = written[askedID](max(1024, 4*len(old)))
	for _, x := range old {
		if x.id != 0 {
			*t.slot(x.id) = x
		}
	}
}

// isInFuture says whether a time lies in front of both the clock and the
// records that came before from the same source. The clock alone proves
// nothing: it may be the one that is wrong.
func (s *signs) isInFuture(source string, ticks int64) bool {
	latest := s.latestOf(source, ticks)
	if latest == nil {
		return false
	}
	if ticks > s.sooner && ticks > *latest+farAhead {
		return true // and is not the measure of the next
	}
	*latest = max(*latest, ticks)
	return false
}

// latestOf is the latest time of a source, which is that of an event where it is the
// first; nil if there are too many sources.
func (s *signs) latestOf(source string, ticks int64) *int64 {
	if s.ofSource != nil && source == s.source {
		return s.ofSource
	}
	latest := s.latest[source]
	if latest == nil {
		if len(s.latest) >= maxInflows {
			return nil
		}
		latest = new(int64)
		*latest = ticks
		s.latest[source] = latest
	}
	s.source, s.ofSource = source, latest
	return latest
}

// How long before its request a stage may have been reached, clocks being what
// they are, and how long a request takes at most that does not stay open.
const (
	maxBackwards = int64(time.Second / 100)
	maxRequest   = int64(2 * time.Hour / 100)
)

// timesAreWrong says whether no request takes so many ticks to a stage.
func timesAreWrong(e *event, took int64) bool {
	return took < -maxBackwards || took > maxRequest && !staysOpen(e)
}
