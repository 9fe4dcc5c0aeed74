package decode

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A rhythm is when records of one cluster's category came, whatever inputs
// they stood in and in whatever order: what is silent in one file may stand in
// another. Only the first and the last record of each half hour are kept.
type rhythm struct {
	cluster, category string
	beats             map[int64]*beat
	current           *beat // the one that was hit last
	currentAt         int64
}

type beat struct{ first, last pulse }

// A pulse is one record: when it came and where it stands.
type pulse struct {
	at     int64 // ticks
	in     *Ledger
	line   int64
	number int
	id     auditID
}

// An auditID is that of an event, cut at the length of a UUID.
type auditID struct {
	text [36]byte
	size uint8
}

func auditIDOf(s string) (id auditID) {
	id.size = uint8(copy(id.text[:], s))
	return id
}

func (id *auditID) String() string { return string(id.text[:id.size]) }

type rhythmKey struct{ cluster, category string }

const (
	ticksPerHour = 36_000_000_000
	beatLength   = ticksPerHour / 2
	// minSilence is how long a silence is at least to be told. Two records so
	// far apart never share a beat.
	minSilence = ticksPerHour
	// maxBeats bounds the memory that a log full of invented times can take: in
	// honest ones it is five years of one category.
	maxBeats = 100_000
	// maxSilences is how many are told; the longest are.
	maxSilences = 1000
)

// A silence is a time in which no record of a cluster's category came.
type silence struct {
	cluster, category string
	before, after     pulse
	to                int64 // without an end: when the cluster was heard last
	ended             bool
}

func (s *silence) length() int64 { return s.to - s.before.at }

// heard notes the time of a record for the table Silences.
func (r *Reader) heard(key rhythmKey, p *pulse) {
	h := r.rhythms[key]
	if h == nil {
		if len(r.rhythms) >= maxInflows {
			return
		}
		h = &rhythm{cluster: strings.Clone(key.cluster), category: strings.Clone(key.category), beats: map[int64]*beat{}}
		r.rhythms[rhythmKey{h.cluster, h.category}] = h
	}
	if b := h.beat(p.at/beatLength, &r.beats); b != nil {
		b.add(p)
	}
}

// beat finds a half hour, or begins it if all halves together leave room.
func (h *rhythm) beat(at int64, all *int) *beat {
	if h.current != nil && h.currentAt == at {
		return h.current
	}
	b := h.beats[at]
	if b == nil {
		if *all >= maxBeats {
			return nil
		}
		*all++
		b = &beat{}
		h.beats[at] = b
	}
	h.current, h.currentAt = b, at
	return b
}

func (b *beat) add(p *pulse) {
	if b.first.in == nil || p.at < b.first.at {
		b.first = *p
	}
	if b.last.in == nil || p.at >= b.last.at {
		b.last = *p
	}
}

// silences lists the pauses between records, and those that lasted until the
// cluster's other categories were heard last.
func (r *Reader) silences() []*silence {
	ends := map[string]int64{}
	for _, h := range r.rhythms {
		for _, b := range h.beats {
			ends[h.cluster] = max(ends[h.cluster], b.last.at)
		}
	}
	var all []*silence
	for _, h := range r.rhythms {
		all = append(all, h.silences(ends[h.cluster])...)
	}
	slices.SortFunc(all, func(a, b *silence) int {
		return cmp.Or(cmp.Compare(b.length(), a.length()), strings.Compare(a.cluster, b.cluster), strings.Compare(a.category, b.category), cmp.Compare(a.to, b.to))
	})
	return all[:min(len(all), maxSilences)]
}

func (h *rhythm) silences(end int64) (found []*silence) {
	var times []int64
	for at := range h.beats {
		times = append(times, at)
	}
	slices.Sort(times)
	for i, at := range times {
		s := &silence{cluster: h.cluster, category: h.category, before: h.beats[at].last, to: end}
		if i+1 < len(times) {
			s.after = h.beats[times[i+1]].first
			s.to, s.ended = s.after.at, true
		}
		if s.length() >= minSilence {
			found = append(found, s)
		}
	}
	return found
}

func silencesTable() *table {
	field := func(name string, typ value.Type, doc string, read func(*silence) value.Value) column {
		return column{name, typ, doc, func(r *record) value.Value { return read(r.silence) }}
	}
	source := func(p *pulse) value.Value {
		if p.in == nil {
			return value.StringOf("")
		}
		return value.StringOf(p.in.Source)
	}
	return &table{
		name: "Silences",
		doc: "Times in which nothing came, an hour or longer, by cluster and category, over all inputs together; made when all input " +
			"is read. The activity log of Azure, which may be quiet for days, is not listened to.",
		has: func(*record) bool { return false },
		columns: []column{
			field("TimeGenerated", value.DateTime, "As End.", func(s *silence) value.Value { return value.DateTimeOf(s.to) }),
			field("Cluster", value.String, "The cluster, as in KubeAudit.", func(s *silence) value.Value { return value.StringOf(s.cluster) }),
			field("Category", value.String, "As in AzureDiagnostics; `file` for events without an envelope.", func(s *silence) value.Value { return value.StringOf(s.category) }),
			field("Start", value.DateTime, "Time of the last record before.", func(s *silence) value.Value { return value.DateTimeOf(s.before.at) }),
			field("End", value.DateTime, "Time of the first record after; where none came, of the newest record of the cluster's other categories.", func(s *silence) value.Value { return value.DateTimeOf(s.to) }),
			field("Duration", value.TimeSpan, "From Start to End.", func(s *silence) value.Value { return value.TimeSpanOf(s.length()) }),
			field("Ended", value.Bool, "Records came again.", func(s *silence) value.Value { return value.BoolOf(s.ended) }),
			field("SourceBefore", value.String, "The input with the last record before.", func(s *silence) value.Value { return source(&s.before) }),
			field("SourceAfter", value.String, "The input with the first record after; empty where none came. Where it is not SourceBefore, a file in between may be missing.", func(s *silence) value.Value { return source(&s.after) }),
		},
	}
}

// silenceRecords makes records of the silences, for the table's rows.
func (r *Reader) silenceRecords() []*record {
	var recs []*record
	for _, s := range r.silences() {
		recs = append(recs, &record{in: s.told().in, line: s.told().line, number: s.told().number, silence: s})
	}
	return recs
}

// told is the record that stands for the silence in an alert: the first one
// after it, else the last one before.
func (s *silence) told() *pulse {
	if s.ended {
		return &s.after
	}
	return &s.before
}
