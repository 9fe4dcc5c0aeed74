package decode

import (
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An inflow is what came from one input of one cluster's category.
type inflow struct {
	source, cluster, category string
	records, truncated        int64
	first, last               value.Value
}

type inflowKey struct{ source, cluster, category string }

// maxInflows bounds the memory that a log full of invented names can take;
// what is beyond is counted under the last one's names as "other".
const maxInflows = 10_000

func sources() *table {
	field := func(name string, typ value.Type, doc string, read func(*inflow) value.Value) column {
		return column{name, typ, doc, func(r *record) value.Value { return read(r.inflow) }}
	}
	return &table{
		name: "Sources",
		doc: "What arrived: one row for each input, cluster and category, made when all input is read. A category whose LastEvent " +
			"is long ago has gone silent.",
		has: func(*record) bool { return false },
		columns: []column{
			field("TimeGenerated", value.DateTime, "As LastEvent.", func(s *inflow) value.Value { return s.last }),
			field("Source", value.String, "The input.", func(s *inflow) value.Value { return value.StringOf(s.source) }),
			field("Cluster", value.String, "The cluster, as in KubeAudit; of the activity log the subscription.", func(s *inflow) value.Value { return value.StringOf(s.cluster) }),
			field("Category", value.String, "As in AzureDiagnostics; `file` for events without an envelope, `AzureActivity` for the activity log.", func(s *inflow) value.Value { return value.StringOf(s.category) }),
			field("FirstEvent", value.DateTime, "Time of the earliest record.", func(s *inflow) value.Value { return s.first }),
			field("LastEvent", value.DateTime, "Time of the latest record.", func(s *inflow) value.Value { return s.last }),
			field("Records", value.Long, "How many records came.", func(s *inflow) value.Value { return value.LongOf(s.records) }),
			field("Truncated", value.Long, "How many of them were cut off.", func(s *inflow) value.Value { return value.LongOf(s.truncated) }),
		},
	}
}

// count notes a record for the tables Sources and Silences.
func (r *Reader) count(rec *record) {
	key := inflowKey{rec.in.Source, rec.cluster(), firstOf(rec.category, "file")}
	at := datetime(firstOf(rec.event.received(), rec.time, rec.event.str(fStageTime)))
	if tableIsActivity(rec) {
		key.cluster = subscriptionOf(activityResource.read(rec).Str())
		key.category = "AzureActivity"
		at = activityTime.read(rec)
	} else if !at.IsNull() {
		p := pulse{at: at.Int(), in: rec.in, line: rec.line, number: rec.number}
		if rec.event.is() {
			p.id = auditIDOf(rec.event.str(fAuditID))
		}
		r.heard(rhythmKey{key.cluster, key.category}, &p)
	}
	r.inflowOf(key).add(at, rec.cut)
}

func (r *Reader) inflowOf(key inflowKey) *inflow {
	s := r.inflows[key]
	if s == nil {
		if len(r.inflows) >= maxInflows {
			key = inflowKey{key.source, "other", "other"}
		}
		if s = r.inflows[key]; s == nil {
			key = inflowKey{strings.Clone(key.source), strings.Clone(key.cluster), strings.Clone(key.category)}
			s = &inflow{source: key.source, cluster: key.cluster, category: key.category}
			r.inflows[key] = s
			r.inflowOrder = append(r.inflowOrder, s)
		}
	}
	return s
}

func tableIsActivity(rec *record) bool {
	return rec.shape == shapeActivityREST || rec.shape == shapeActivityLog || rec.shape == shapeActivityRow
}

func (s *inflow) add(at value.Value, cut bool) {
	s.records++
	if cut {
		s.truncated++
	}
	s.saw(at)
}

// saw notes when a record came.
func (s *inflow) saw(at value.Value) {
	if at.IsNull() {
		return
	}
	if s.first.IsNull() || at.Int() < s.first.Int() {
		s.first = at
	}
	if s.last.IsNull() || at.Int() > s.last.Int() {
		s.last = at
	}
}

// sourceRecords makes records of the inflows, for the table's rows.
func (r *Reader) sourceRecords() []*record {
	recs := make([]*record, len(r.inflowOrder))
	for i, s := range r.inflowOrder {
		recs[i] = &record{in: &Ledger{Source: s.source}, number: -1, inflow: s}
	}
	return slices.Clip(recs)
}
