package decode

import (
	"fmt"
	"testing"
)

// A ring is a set of the last n: held to a slow one that is plainly right.
func TestRingKeepsTheLast(t *testing.T) {
	const size = 3000
	r := newRing(size)
	var added []uint64
	seen := func(id uint64) bool {
		for _, x := range added[max(0, len(added)-size):] {
			if x|1 == id|1 {
				return true
			}
		}
		return false
	}
	x := uint64(88172645463325252)
	for range 5 * size {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		id := x >> 44 << 20 // crowded, so that places collide
		if r.has(id) != seen(id) {
			t.Fatalf("after %d: has %x is %t", len(added), id, r.has(id))
		}
		if !r.has(id) {
			r.add(id)
			added = append(added, id)
		}
	}
	for _, id := range added[len(added)-size:] {
		if !r.has(id) {
			t.Fatalf("lost %x", id)
		}
	}
}

// A session's end is joined however many requests lie between.
func TestSessionsAreRememberedLonger(t *testing.T) {
	q := newRequests()
	isRow := func(cluster string, e *event) bool {
		return q.isFirst(cluster, askingOf(&q.seed, e), timesOf(e), e.str(fStage), func() bool { return staysOpen(e) })
	}
	event := func(id int, verb, stage string) *event {
		e := event{text: fmt.Sprintf(`{"auditID":"id-%d","stage":%q,"verb":%q,"requestReceivedTimestamp":"2026-11-21T07:10:32.040372Z","stageTimestamp":"2026-11-21T07:10:33Z"}`, id, stage, verb)}
		members, _ := scanObject(e.text, 0, nil)
		e.set(members)
		return &e
	}
	if !isRow("c", event(0, "watch", "ResponseStarted")) {
		t.Error("the start is no row")
	}
	for i := 1; i < rememberRequests+10; i++ {
		if !isRow("c", event(i, "get", "ResponseComplete")) {
			t.Fatalf("request %d is no row", i)
		}
	}
	if isRow("c", event(0, "watch", "ResponseComplete")) {
		t.Error("the end is a second row")
	}
	if !isRow("other", event(0, "watch", "ResponseComplete")) {
		t.Error("another cluster's request is no row")
	}
	if !isRow("c", event(1, "get", "ResponseComplete")) {
		t.Error("what is beyond the horizon is still joined")
	}
}
