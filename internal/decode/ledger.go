package decode

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Ledger counts what became of an input: every record was decoded or refused.
type Ledger struct {
	Source    string           `json:"source"`
	Bytes     int64            `json:"bytes"`
	Lines     int64            `json:"lines"`
	Decoded   int64            `json:"decoded"`
	Shapes    map[string]int64 `json:"shapes"`    // decoded records by shape
	Truncated int64            `json:"truncated"` // decoded records that were cut off
	Joined    int64            `json:"joined"`    // audit events that are no row of KubeAudit: another stage or copy of the same request is
	Refused   []Refusal        `json:"refused,omitempty"`

	cluster string
	shapes  [len(shapeNames)]int64
}

// A Refusal is why some of an input's records were not decoded.
type Refusal struct {
	Reason string  `json:"reason"`
	Count  int64   `json:"count"`
	First  []Place `json:"first"` // the first few
}

// A Place is where a refused record stands, and how it starts.
type Place struct {
	Line   int64  `json:"line"`
	Sample string `json:"sample,omitempty"`
}

const maxPlaces = 3

// Records is how many records were found.
func (l *Ledger) Records() int64 { return l.Decoded + l.RefusedTotal() }

// RefusedTotal is how many of them were not decoded.
func (l *Ledger) RefusedTotal() (n int64) {
	for i := range l.Refused {
		n += l.Refused[i].Count
	}
	return n
}

func (l *Ledger) decoded(rec *record) {
	l.Decoded++
	l.shapes[rec.shape]++
	if rec.cut {
		l.Truncated++
	}
}

func (l *Ledger) refuse(line int64, reason, sample string) {
	i := slices.IndexFunc(l.Refused, func(r Refusal) bool { return r.Reason == reason })
	if i < 0 {
		i = len(l.Refused)
		l.Refused = append(l.Refused, Refusal{Reason: reason})
	}
	r := &l.Refused[i]
	r.Count++
	if len(r.First) < maxPlaces {
		r.First = append(r.First, Place{Line: line, Sample: strings.Clone(sample)})
	}
}

// close works out what is counted by number.
func (l *Ledger) close(w *window) {
	l.Bytes, l.Lines = w.offset, w.line
	if w.atLineStart() {
		l.Lines--
	}
	l.Shapes = map[string]int64{}
	for s, n := range l.shapes {
		if n > 0 {
			l.Shapes[shapeNames[s]] = n
		}
	}
	slices.SortStableFunc(l.Refused, func(a, b Refusal) int { return cmp.Compare(b.Count, a.Count) })
}

// String says in a line why records were refused.
func (r Refusal) String() string {
	lines := make([]string, len(r.First))
	for i, p := range r.First {
		lines[i] = fmt.Sprint(p.Line)
	}
	where := "line " + strings.Join(lines, ", ")
	if r.Count > int64(len(r.First)) {
		where += ", ..."
	}
	text := fmt.Sprintf("%d x %s (%s)", r.Count, r.Reason, where)
	if len(r.First) > 0 && r.First[0].Sample != "" {
		text += fmt.Sprintf(": %q", r.First[0].Sample)
	}
	return text
}
