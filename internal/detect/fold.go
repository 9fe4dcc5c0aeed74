package detect

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch"
)

// A folder folds a rule's hits into alerts: those of one key that follow each
// other closely. It does not matter in what order they come.
type folder struct {
	rule   *dogwatch.Rule
	within time.Duration
	most   int // evidence that one alert lists
	max    int // alerts
	open   map[string][]*story
	count  int
	listed int // evidence of all alerts
}

// A story is an alert in the making.
type story struct {
	key      string
	from, to time.Time
	records  int64
	evidence []dogwatch.Evidence
	cut      bool // not all evidence is listed
	face     face
	entities map[string]entityAt
	others   bool // stands for all alerts beyond the limit
}

type entityAt struct {
	entity dogwatch.Entity
	first  dogwatch.Evidence
}

const (
	maxEvidence        = 1000
	maxEvidenceCounted = 100_000 // of rules that count: every record is listed
	maxEvidenceOfRule  = 300_000
	maxEntities        = 200
)

func newFolder(r *dogwatch.Rule, opt Options) *folder {
	f := &folder{rule: r, within: r.Group.Within, most: maxEvidence, max: opt.MaxAlerts, open: map[string][]*story{}}
	if r.Counts() {
		f.most = maxEvidenceCounted
	}
	if f.within == 0 && r.PerResult {
		f.within = r.Period
	}
	if len(r.Group.By) == 0 && !r.Counts() {
		f.within = 1 << 62 // the key says it all
	}
	return f
}

// add folds one hit in.
func (f *folder) add(h *hit) {
	n := &story{
		key: h.key, from: h.from, to: h.to, records: h.records, evidence: h.evidence, face: h.face,
	}
	f.listed += len(n.evidence)
	list := f.open[n.key]
	// Stories of one key lie apart, by time: those from i to j are close to n.
	i, _ := slices.BinarySearchFunc(list, n, func(s, n *story) int {
		if f.apart(s, n) {
			return -1
		}
		return 1
	})
	j := i
	for j < len(list) && !f.apart(n, list[j]) {
		j++
	}
	switch {
	case j > i: // the hit belongs to one alert, or closes the gap between some
		kept := list[i]
		f.merge(kept, n)
		kept.addEntities(h)
		for _, s := range list[i+1 : j] {
			f.merge(kept, s)
		}
		f.count -= j - i - 1
		f.open[n.key] = slices.Delete(list, i+1, j)
	case f.count >= f.max || h.outdone: // what says nothing opens no alert
		n.addEntities(h)
		f.overflow(n)
	default:
		n.addEntities(h)
		f.count++
		f.open[n.key] = slices.Insert(list, i, n)
	}
}

// together says whether two hits of a key are of one alert, whatever others there
// are.
func (f *folder) together(a, b *hit) bool {
	return b.from.Sub(a.to) <= f.within && a.from.Sub(b.to) <= f.within
}

// apart says whether b begins too long after a ended.
func (f *folder) apart(a, b *story) bool { return b.from.Sub(a.to) > f.within }

// overflowKey is that of the alert which stands for all beyond the limit.
const overflowKey = "\x00others"

func (f *folder) overflow(n *story) {
	n.key, n.others = overflowKey, true
	if list := f.open[overflowKey]; len(list) > 0 {
		f.merge(list[0], n)
		return
	}
	f.open[overflowKey] = []*story{n}
}

// merge adds a story to another.
func (f *folder) merge(s, n *story) {
	if n.from.Before(s.from) {
		s.from = n.from
	}
	if n.to.After(s.to) {
		s.to = n.to
	}
	s.records += n.records
	s.cut = s.cut || n.cut
	if n.face.better(&s.face) {
		s.face = n.face
	}
	for _, e := range n.inOrder() {
		s.addEntity(e.entity, e.first)
	}
	f.listed -= len(s.evidence) + len(n.evidence)
	s.evidence = append(s.evidence, n.evidence...)
	most := f.most
	if f.listed > maxEvidenceOfRule {
		most = min(most, 50)
	}
	if len(s.evidence) >= 2*most {
		s.trim(most)
	}
	f.listed += len(s.evidence)
}

// trim sorts the evidence, takes out what stands there twice, and keeps the
// first.
func (s *story) trim(most int) {
	slices.SortFunc(s.evidence, dogwatch.Evidence.Compare)
	s.evidence = slices.CompactFunc(s.evidence, func(a, b dogwatch.Evidence) bool { return a.Compare(b) == 0 })
	if len(s.evidence) > most {
		s.evidence, s.cut = slices.Clone(s.evidence[:most]), true
	}
}

func (s *story) addEntities(h *hit) {
	for _, e := range h.entities {
		s.addEntity(e, h.face.first)
	}
}

// inOrder are the entities by when they were seen first: of what there is no room for
// the same is left out each time.
func (s *story) inOrder() []entityAt {
	keys := slices.Sorted(maps.Keys(s.entities))
	out := make([]entityAt, len(keys))
	for i, k := range keys {
		out[i] = s.entities[k]
	}
	slices.SortStableFunc(out, func(a, b entityAt) int { return a.first.Compare(b.first) })
	return out
}

func (s *story) addEntity(e dogwatch.Entity, first dogwatch.Evidence) {
	var buf [256]byte
	key := appendKey(buf[:0], e)
	old, ok := s.entities[string(key)]
	switch {
	case ok && first.Compare(old.first) >= 0:
		return
	case !ok && len(s.entities) >= maxEntities:
		return
	case s.entities == nil:
		s.entities = map[string]entityAt{}
	}
	s.entities[string(key)] = entityAt{e, first}
}

// appendKey tells entities apart.
func appendKey(key []byte, e dogwatch.Entity) []byte {
	key = appendText(key, e.Type)
	for _, f := range e.Fields {
		key = appendText(appendText(key, f.Name), f.Value)
	}
	return key
}

func appendText(key []byte, s string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(s))), s...)
}

// alerts appends the finished alerts, by their first event.
func (f *folder) alerts(out []dogwatch.Alert) []dogwatch.Alert {
	if len(f.open) == 0 { // as of most rules
		return out
	}
	var all []*story
	for _, list := range f.open {
		all = append(all, list...)
	}
	for _, s := range all {
		s.trim(f.most)
	}
	slices.SortFunc(all, func(a, b *story) int {
		if c := a.from.Compare(b.from); c != 0 {
			return c
		}
		return strings.Compare(a.key, b.key)
	})
	out = slices.Grow(out, len(all))
	var silent time.Time
	for _, s := range all {
		if f.rule.SuppressFor > 0 && s.from.Before(silent) {
			continue
		}
		silent = s.from.Add(f.rule.SuppressFor)
		out = append(out, f.alert(s))
	}
	return out
}

func (f *folder) alert(s *story) dogwatch.Alert {
	r := f.rule
	a := dogwatch.Alert{
		Rule: r.Ref(), Severity: s.face.severity, Tactics: r.Tactics, Techniques: r.Techniques, Tags: r.Tags,
		FirstEvent: s.from, LastEvent: s.to, Count: f.counted(s), Summary: s.face.summary,
		Impact: s.face.impact, Mitigation: r.Mitigation, Details: s.face.details,
		Entities: s.listEntities(), Evidence: s.evidence,
	}
	if len(s.face.tactics) > 0 {
		a.Tactics = s.face.tactics
	}
	if s.others {
		a.Summary = fmt.Sprintf("%s, and %d more cases of this rule beyond the %d that are told one by one", a.Summary, s.records-1, f.max)
	}
	a.ID = f.id(s)
	return a
}

// counted is the number of records. Runs of a rule that counts overlap, so
// there it is the number of different ones.
func (f *folder) counted(s *story) int64 {
	if f.rule.Counts() && !s.cut {
		return int64(len(s.evidence))
	}
	return s.records
}

// id is the same whenever the same records are judged by the same rule.
func (f *folder) id(s *story) string {
	who := strconv.FormatInt(s.from.UnixNano(), 10)
	if len(s.evidence) > 0 {
		who = identity(s.evidence[0])
	}
	text := make([]byte, 0, 512)
	text = appendQuoted(text, f.rule.ID)
	text = appendQuoted(append(text, ' '), s.key)
	text = appendQuoted(append(text, ' '), who)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// appendQuoted is strconv.AppendQuote, and faster where most of a text stands as it is.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for len(s) > 0 {
		n := 0
		for n < len(s) && isPlain(s[n]) {
			n++
		}
		b, s = append(b, s[:n]...), s[n:]
		for n = 0; n < len(s) && !isPlain(s[n]); n++ {
		}
		if n > 0 {
			end := len(b)
			b = strconv.AppendQuote(b, s[:n])
			b = append(b[:end], b[end+1:len(b)-1]...) // without the quotes
			s = s[n:]
		}
	}
	return append(b, '"')
}

// isPlain says whether a byte is a character that stands in a quoted text as it is.
func isPlain(c byte) bool { return ' ' <= c && c <= '~' && c != '"' && c != '\\' }

// listEntities are those that the summary speaks of, then the others by time.
func (s *story) listEntities() []dogwatch.Entity {
	out := slices.Clone(s.face.entities)
	var rest []*entityText
	for _, e := range s.entities {
		if !slices.ContainsFunc(out, e.entity.Equal) {
			rest = append(rest, &entityText{entityAt: e})
		}
	}
	slices.SortFunc(rest, func(a, b *entityText) int {
		if c := a.first.Compare(b.first); c != 0 {
			return c
		}
		return strings.Compare(a.said(), b.said())
	})
	for _, e := range rest {
		out = append(out, e.entity)
	}
	return out
}

// An entityText orders entities of one record: what it says is made when it is asked
// for.
type entityText struct {
	entityAt
	text string
}

func (e *entityText) said() string {
	if e.text == "" {
		e.text = fmt.Sprint(e.entity.Type, e.entity.Fields)
	}
	return e.text
}
