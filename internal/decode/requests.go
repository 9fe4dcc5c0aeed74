package decode

import (
	"math/bits"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// How many requests are remembered, to know another stage or copy of one. The
// sessions that stay open have a longer memory of their own.
const (
	rememberRequests = 1 << 18
	rememberSessions = 1 << 16
)

// requests joins the stages and copies of a request into one row: the first
// that is a row stays.
type requests struct {
	seed     hashKey
	recent   ring
	sessions ring
}

func newRequests() *requests {
	return &requests{seed: newHashKey(), recent: newRing(rememberRequests), sessions: newRing(rememberSessions)}
}

// Stages of requests that are more than an end.
const (
	requestReceived = "RequestReceived"
	responseStarted = "ResponseStarted"
)

// times are when a request was received and when a stage of it was reached, in
// ticks.
type times struct {
	received, reached int64
	known             bool // when it was received
}

func timesOf(e *event) (t times) {
	t.received, t.known = value.ParseDateTime(e.str(fReceived))
	t.reached, _ = value.ParseDateTime(e.str(fStageTime))
	return t
}

// isFirst notes a stage of a request and says whether it is the first that was.
func (q *requests) isFirst(cluster string, a asking, t times, stage string, staysOpen func() bool) bool {
	if !t.known || a.id == 0 {
		return true // see identity
	}
	id := q.identity(cluster, a, t)
	copied := q.copyOf(id, stage, t)
	if q.sessions.has(id) || q.recent.has(copied) {
		return false
	}
	q.recent.add(copied)
	// A session's end may come hours and very many requests later.
	if stage == responseStarted || staysOpen() {
		q.sessions.add(id)
	}
	return true
}

// copyOf is what is the same in all copies of one stage of a request. Two
// requests that share everything else down to the microsecond still end apart.
func (q *requests) copyOf(id uint64, stage string, t times) uint64 {
	return q.seed.numbers(q.seed.text(stage), uint64(t.reached), id)
}

// staysOpen says whether a request is of a kind that has a stage
// ResponseStarted.
func staysOpen(e *event) bool {
	if e.str(fVerb) == "watch" {
		return true
	}
	switch str(get(e.raw(fObjectRef), "subresource")) {
	case "exec", "attach", "portforward", "proxy", "log":
		return true
	}
	return false
}

// isNew says whether this stage of a request was not seen before.
func (q *requests) isNew(cluster string, e *event) bool {
	t, a := timesOf(e), askingOf(&q.seed, e)
	if !t.known || a.id == 0 {
		return true
	}
	id := q.copyOf(q.identity(cluster, a, t), e.str(fStage), t)
	if q.recent.has(id) {
		return false
	}
	q.recent.add(id)
	return true
}

// identity is what is the same in all stages and copies of a request. auditID
// alone is no key: the client chooses it. An event that was cut before its
// times, or has none, has no identity: it cannot be told from others and is
// always a row.
func (q *requests) identity(cluster string, a asking, t times) uint64 {
	return q.seed.numbers(q.seed.text(cluster), a.id, a.request, uint64(t.received))
}

// A ring is a set of the last numbers that were added to it.
type ring struct {
	size  int
	slots []uint64 // open addressing; 0 is free
	order []uint64
	next  int
}

func newRing(size int) ring { return ring{size: size} }

func (r *ring) has(id uint64) bool {
	if r.slots == nil {
		return false
	}
	id |= 1
	mask := uint64(len(r.slots) - 1)
	for i := home(id) & mask; r.slots[i] != 0; i = (i + 1) & mask {
		if r.slots[i] == id {
			return true
		}
	}
	return false
}

func (r *ring) add(id uint64) {
	if r.next == len(r.order) && len(r.order) < r.size {
		r.grow()
	}
	if r.next == len(r.order) {
		r.next = 0
	}
	id |= 1
	if old := r.order[r.next]; old != 0 {
		r.remove(old)
	}
	r.order[r.next] = id
	r.next++
	r.insert(id)
}

func (r *ring) insert(id uint64) {
	mask := uint64(len(r.slots) - 1)
	i := home(id) & mask
	for r.slots[i] != 0 {
		i = (i + 1) & mask
	}
	r.slots[i] = id
}

// grow makes room: a short log should not pay for the memory of a long one.
func (r *ring) grow() {
	size := min(max(4*len(r.order), 1024), r.size)
	order := written[uint64](size)
	copy(order, r.order)
	r.order, r.slots = order, written[uint64](1<<bits.Len(uint(2*size-1)))
	for _, id := range r.order {
		if id != 0 {
			r.insert(id)
		}
	}
}

// remove closes the gap, so that what was put behind is still found.
func (r *ring) remove(id uint64) {
	mask := uint64(len(r.slots) - 1)
	i := home(id) & mask
	for r.slots[i] != id {
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; r.slots[j] != 0; j = (j + 1) & mask {
		if (j-home(r.slots[j]))&mask >= (j-i)&mask {
			r.slots[i], i = r.slots[j], j
		}
	}
	r.slots[i] = 0
}

func home(id uint64) uint64 { return id >> 20 }
