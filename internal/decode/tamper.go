package decode

import (
	"hash/maphash"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// signs watches for what honest records do not show: an audit ID under which
// different requests came, and a time that is still to come. Its memory is
// bounded as that of requests is.
type signs struct {
	seed     maphash.Seed
	auditIDs ring
	known    ring // an audit ID with its request
	sooner   int64
	latest   map[string]int64 // by source, in ticks
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
		seed: maphash.MakeSeed(), auditIDs: newRing(rememberRequests), known: newRing(rememberRequests),
		sooner: ticks + clockSkew, latest: map[string]int64{},
	}
}

// look says what is wrong with an event: whether another request came with its
// audit ID, and whether its time is still to come.
func (s *signs) look(cluster, source string, e *event, ticks int64) (reused, inFuture bool) {
	return s.isReused(cluster, e, ticks), s.isInFuture(source, ticks)
}

// isReused says whether the audit ID came with another request before.
func (s *signs) isReused(cluster string, e *event, ticks int64) bool {
	auditID := e.str(fAuditID)
	if auditID == "" {
		return false
	}
	id := s.sum(0, cluster, auditID)
	about := ticks / aboutSameTime
	request := func(about int64) uint64 {
		return s.sum(about, cluster, auditID, e.username(), e.str(fVerb), e.str(fURI))
	}
	same := s.known.has(request(about))
	if !same {
		s.known.add(request(about))
		same = s.known.has(request(about-1)) || s.known.has(request(about+1))
	}
	if !s.auditIDs.has(id) {
		s.auditIDs.add(id)
		return false
	}
	return !same
}

func (s *signs) sum(n int64, parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, p := range parts {
		h.WriteString(p)
		h.WriteByte(0)
	}
	writeInt(&h, n)
	return h.Sum64()
}

// isInFuture says whether a time lies in front of both the clock and the
// records that came before from the same source. The clock alone proves
// nothing: it may be the one that is wrong.
func (s *signs) isInFuture(source string, ticks int64) bool {
	latest, any := s.latest[source]
	if any && ticks > s.sooner && ticks > latest+farAhead {
		return true // and is not the measure of the next
	}
	if !any && len(s.latest) >= maxInflows {
		return false
	}
	if !any || ticks > latest {
		s.latest[source] = ticks
	}
	return false
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
