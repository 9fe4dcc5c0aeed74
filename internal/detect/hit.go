package detect

import (
	"strconv"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A hit is one result row, or the rows of one run that are one alert.
type hit struct {
	key      string
	from, to time.Time
	// records is how many records it adds; 0 for a further row of one that was
	// counted.
	records  int64
	evidence []dogwatch.Evidence
	entities []dogwatch.Entity
	face     face
	// outdone says that another hit of its alert shows more: its face says nothing.
	outdone bool
}

// A face is what an alert shows of one of its hits.
type face struct {
	severity dogwatch.Severity
	tactics  []string
	summary  string
	impact   string
	details  map[string]string
	entities []dogwatch.Entity
	first    dogwatch.Evidence
	weight   int // how much evidence it sums up
}

// better orders faces: the one that an alert shows is the worst, which says
// most, and of those the first.
func (f *face) better(g *face) bool {
	switch {
	case f.outranks(g):
		return true
	case g.outranks(f):
		return false
	}
	return f.summary < g.summary
}

// outranks says whether f is better than g whatever they say.
func (f *face) outranks(g *face) bool {
	if f.severity != g.severity {
		return f.severity > g.severity
	}
	if f.weight != g.weight {
		return f.weight > g.weight
	}
	return f.first.Compare(g.first) < 0
}

// hitOf makes a hit of a result row and its evidence, which is not empty. It says
// nothing yet.
func hitOf(r row, evidence []dogwatch.Evidence) hit {
	from, to := span(evidence)
	entities := r.entities()
	return hit{
		from: from, to: to, records: 1, evidence: evidence, entities: entities,
		face: face{severity: r.severityOf(), tactics: r.tacticsOf(), entities: entities, first: first(evidence)},
	}
}

// say reads what people are told of a hit.
func (h *hit) say(r row) {
	h.face.summary, h.face.impact, h.face.details = r.summary(), r.impact(), r.details()
}

func span(list []dogwatch.Evidence) (from, to time.Time) {
	for i, e := range list {
		if i == 0 || e.Time.Before(from) {
			from = e.Time
		}
		if i == 0 || e.Time.After(to) {
			to = e.Time
		}
	}
	return from, to
}

func first(list []dogwatch.Evidence) dogwatch.Evidence {
	var out dogwatch.Evidence
	for i, e := range list {
		if i == 0 || e.Compare(out) < 0 {
			out = e
		}
	}
	return out
}

// collect makes hits of result rows that come of single rows of a batch, but
// for the hidden ones.
func (u *unit) collect(s *source, b *value.Batch, hidden map[int]bool, found *findings) {
	u.shape.read(b)
	seen, best := map[string]bool{}, map[string]int{} // by key
	last := -1
	for _, i := range b.Rows() {
		r := row{u.shape, b, int(i)}
		if n := r.excepted(); n > 0 && n <= len(found.excepted) {
			if u.holds(n-1, s, r) {
				found.excepted[n-1]++
				continue
			}
		}
		at := origin(b, int(i))
		if hidden[at] {
			continue
		}
		if at != last {
			clear(seen)
			last = at
		}
		h := hitOf(r, []dogwatch.Evidence{*s.at(at)})
		h.key = u.key(r, &h)
		if seen[h.key] {
			h.records = 0
		}
		seen[h.key] = true
		if at, ok := best[h.key]; ok && u.folds.together(&found.hits[at], &h) && found.hits[at].face.outranks(&h.face) {
			h.outdone = true
		} else {
			h.say(r)
			best[h.key] = len(found.hits)
		}
		found.hits = append(found.hits, h)
	}
}

// origin is the source row of a result row that has one.
func origin(b *value.Batch, i int) int {
	if b.Origin == nil || len(b.Origin[i]) == 0 {
		return i
	}
	return int(b.Origin[i][0])
}

// holds says whether an exception had not ended when the row was recorded.
func (u *unit) holds(n int, s *source, r row) bool {
	return u.lasts(n, s.at(origin(r.b, r.i)).Time)
}

func (u *unit) lasts(n int, at time.Time) bool {
	ends := u.rule.Exceptions[n].Expires
	return ends.IsZero() || at.Before(ends)
}

// key tells which rows of a rule are one alert, if they are not too far apart.
func (u *unit) key(r row, h *hit) string {
	if key, ok := r.groupKey(); ok {
		return "g" + key
	}
	if u.rule.PerResult {
		return "r" + identity(h.face.first)
	}
	// One alert a run, as in Sentinel.
	if f := u.rule.Frequency; f > 0 {
		return "b" + strconv.FormatInt(h.from.UnixNano()/int64(f), 10)
	}
	return "b"
}

// identity tells requests apart. auditID alone is no key: the client chooses
// it. Where there is none, the place of the record is.
func identity(e dogwatch.Evidence) string {
	if e.AuditID != "" && !e.Time.IsZero() {
		return e.AuditID + "\x00" + e.Time.Format(time.RFC3339Nano)
	}
	n := -1
	if e.Record != nil {
		n = *e.Record
	}
	return e.Source + "\x00" + strconv.FormatInt(e.Line, 10) + "\x00" + strconv.Itoa(n)
}
