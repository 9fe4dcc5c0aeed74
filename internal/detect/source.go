package detect

import (
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// timeColumn is the column that windows go by.
const timeColumn = "TimeGenerated"

// A source is a batch that is being judged, with the evidence and time of its
// rows, and what is kept of them, each worked out once.
type source struct {
	batch   dogwatch.Batch
	timeCol int                    // TimeGenerated, or -1
	known   []*dogwatch.Evidence   // by row, as far as they were asked for
	kept    map[*keptTable][]*held // by row, as far as they are kept
	sets    []dogwatch.RuleSet     // by row: the asks that it meets

	of   *source // the whole that its rows were picked from; nil: it is whole
	rows []int32 // their numbers there
}

// newSource takes a batch. Its columns are computed in memory of into, if that is
// there: what was read there before is gone.
func newSource(b dogwatch.Batch, cat kql.Catalog, into *value.Batch) *source {
	s := &source{batch: b, timeCol: -1, known: make([]*dogwatch.Evidence, b.Rows.N), kept: map[*keptTable][]*held{}}
	if schema, ok := cat.Table(b.Table); ok {
		s.timeCol = schema.Index(timeColumn)
	}
	// now() is the time of the event: a log of last year is judged as it would
	// have been then, in whatever order its files come.
	if into == nil || !b.Rows.MoveInto(into) {
		rows := *b.Rows
		into = &rows
	}
	into.Now = s.ticks
	s.batch.Rows = into
	return s
}

// only is the source with some of its rows.
func (s *source) only(rows ...int32) *source {
	c := *s
	c.batch.Rows = s.batch.Rows.With(rows)
	return &c
}

// pick is the source with some of its rows, numbered anew, which into is made
// to hold.
func (s *source) pick(rows []int32, into *value.Batch) *source {
	c := &source{timeCol: s.timeCol, batch: s.batch, of: s, rows: rows}
	s.batch.Rows.PickInto(into, rows)
	into.Now = c.ticks
	c.batch.Rows = into
	return c
}

// number is that of a row among all of the batch.
func (s *source) number(row int32) int32 {
	if s.of != nil {
		return s.rows[row]
	}
	return row
}

// ticks is the time of a row as Kusto counts it.
func (s *source) ticks(row int) int64 {
	if s.of != nil {
		return s.of.ticks(int(s.rows[row]))
	}
	if v, ok := s.time(row); ok {
		return v
	}
	return kql.Ticks(s.batch.Evidence(row).Time)
}

// time is what TimeGenerated says of a row of the whole batch, if it is a time.
func (s *source) time(row int) (ticks int64, ok bool) {
	if s.timeCol < 0 {
		return 0, false
	}
	v := s.batch.Rows.At(row, s.timeCol)
	return v.Int(), v.Kind() == value.KDateTime
}

// saysTicks says whether the ticks of a row are what TimeGenerated says.
func (s *source) saysTicks(row int) bool {
	if s.of != nil {
		return s.of.saysTicks(int(s.rows[row]))
	}
	_, ok := s.time(row)
	return ok
}

// at is the evidence of a row, with text that keeps no record's bytes alive.
func (s *source) at(row int) *dogwatch.Evidence {
	if s.of != nil {
		return s.of.at(int(s.rows[row]))
	}
	if s.known[row] == nil {
		e := ownEvidence(s.batch.Evidence(row), s.ticks(row))
		s.known[row] = &e
	}
	return s.known[row]
}

// ownEvidence is the evidence of a row of some time with text of its own.
func ownEvidence(e dogwatch.Evidence, ticks int64) dogwatch.Evidence {
	var both strings.Builder
	both.Grow(len(e.AuditID) + len(e.Stage))
	both.WriteString(e.AuditID)
	both.WriteString(e.Stage)
	e.AuditID, e.Stage = both.String()[:len(e.AuditID)], both.String()[len(e.AuditID):]
	if e.Time = sane(e.Time); e.Time.IsZero() {
		e.Time = sane(kql.TimeOf(ticks))
	}
	return e
}

// bodies are what is kept of the rows of the whole batch, by their numbers there.
func (s *source) bodies(t *keptTable) []*held {
	if s.of != nil {
		return s.of.bodies(t)
	}
	all := s.kept[t]
	if all == nil {
		all = make([]*held, s.batch.Rows.N)
		s.kept[t] = all
	}
	return all
}

// asks are those that a row meets.
func (s *source) asks(row int) dogwatch.RuleSet {
	if s.of != nil {
		return s.of.asks(int(s.rows[row]))
	}
	return s.sets[row]
}

// sane is a time that can be written: records may claim any year.
func sane(t time.Time) time.Time {
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
