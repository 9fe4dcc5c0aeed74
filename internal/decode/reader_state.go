package decode

import (
	"cmp"
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch/internal/state"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Save writes what the reader remembers of what it read: requests, so that their
// later stages and copies are no rows; objects, to tell what a change changed;
// audit IDs and the latest times; and what came when, for Sources and Silences.
// It is called between two inputs.
func (r *Reader) Save(w *state.Writer) {
	w.Bool(r.kube != nil)
	if r.kube != nil {
		r.requests.save(w)
		r.versions.save(w)
		r.signs.save(w)
	}
	copied := r.copying()
	w.Len(len(copied))
	for _, v := range copied {
		w.Text(v.table.name)
		v.copies.save(w)
	}
	w.Len(len(r.inflowOrder))
	for _, s := range r.inflowOrder {
		s.save(w)
	}
	saveRhythms(w, r.rhythms)
}

func (r *Reader) copying() (out []*view) {
	for _, v := range r.views {
		if v.copies != nil {
			out = append(out, v)
		}
	}
	return out
}

// Load takes over what another reader saved, before anything is read. What is
// only of use for tables that this one does not read is let go. After an error
// the reader is of no use.
func (r *Reader) Load(s *state.Reader) error {
	if s.Bool() {
		q, v, signs := newRequests(), newVersions(), newSigns(r.started)
		q.load(s)
		v.load(s)
		signs.load(s)
		if r.kube != nil {
			*r.requests, *r.versions, *r.signs = *q, *v, *signs
		}
	}
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		name, copies := s.Text(), newRequests()
		copies.load(s)
		for _, v := range r.copying() {
			if v.table.name == name {
				v.copies = copies
			}
		}
	}
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		r.loadInflow(s)
	}
	r.loadRhythms(s)
	return s.Err()
}

func (k *hashKey) save(w *state.Writer) {
	for _, n := range k {
		w.Word(n)
	}
}

func (k *hashKey) load(s *state.Reader) {
	for i := range k {
		k[i] = s.Word()
	}
}

func (q *requests) save(w *state.Writer) {
	q.seed.save(w)
	q.recent.save(w)
	q.sessions.save(w)
}

func (q *requests) load(s *state.Reader) {
	q.seed.load(s)
	q.recent.load(s)
	q.sessions.load(s)
}

// save writes the numbers, the oldest first.
func (r *ring) save(w *state.Writer) {
	n := 0
	r.each(func(uint64) { n++ })
	w.Len(n)
	r.each(w.Word)
}

func (r *ring) each(f func(id uint64)) {
	for i := range r.order {
		if id := r.order[(r.next+i)%len(r.order)]; id != 0 {
			f(id)
		}
	}
}

func (r *ring) load(s *state.Reader) {
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		if id := s.Word(); !r.has(id) {
			r.add(id)
		}
	}
}

// save writes the texts, those that were used last at the end.
func (v *versions) save(w *state.Writer) {
	for i := range v.seeds {
		v.seeds[i].save(w)
	}
	w.Len(len(v.byKey))
	for at := v.list[0].last; at != 0; at = v.list[at].last {
		x := &v.list[at]
		w.Word(x.key[0])
		w.Word(x.key[1])
		w.Bytes(x.text)
	}
}

func (v *versions) load(s *state.Reader) {
	for i := range v.seeds {
		v.seeds[i].load(s)
	}
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		key := versionKey{s.Word(), s.Word()}
		v.put(key, s.Text())
	}
}

func (s *signs) save(w *state.Writer) {
	s.seed.save(w)
	s.known.save(w)
	w.Len(len(s.latest))
	for _, source := range slices.Sorted(maps.Keys(s.latest)) {
		w.Text(source)
		w.Int(*s.latest[source])
	}
}

// load leaves the clock as it is: it is this machine's, now.
func (s *signs) load(r *state.Reader) {
	s.seed.load(r)
	s.known.load(r)
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		source := r.Text()
		ticks := r.Int()
		s.latest[source] = &ticks
	}
}

func (a *askedIDs) save(w *state.Writer) {
	a.newer.save(w)
	a.older.save(w)
}

func (a *askedIDs) load(s *state.Reader) {
	a.newer.load(s)
	a.older.load(s)
	if a.older.n > 0 && a.older.n != maxAsked {
		s.Fail("")
	}
}

func (t *idTable) save(w *state.Writer) {
	w.Len(t.n)
	for _, x := range t.slots {
		if x.id != 0 {
			w.Word(x.id)
			w.Uint(uint64(x.request))
			w.Int(int64(x.minute))
		}
	}
}

func (t *idTable) load(s *state.Reader) {
	n := s.Len()
	if n > maxAsked {
		s.Fail("")
	}
	for ; n > 0 && s.Err() == nil; n-- {
		x := askedID{s.Word(), uint32(s.Uint()), int32(s.Int())}
		if x.id == 0 || t.find(x.id) != nil {
			s.Fail("")
			return
		}
		t.add(x)
	}
}

func (s *inflow) save(w *state.Writer) {
	for _, name := range []string{s.source, s.cluster, s.category} {
		w.Text(name)
	}
	w.Int(s.records)
	w.Int(s.truncated)
	for _, at := range []value.Value{s.first, s.last} {
		w.Bool(!at.IsNull())
		w.Int(at.Int())
	}
}

func (r *Reader) loadInflow(s *state.Reader) {
	key := inflowKey{s.Text(), s.Text(), s.Text()}
	if s.Err() != nil {
		return
	}
	in := r.inflowOf(key)
	in.records, in.truncated = s.Int(), s.Int()
	for _, at := range []*value.Value{&in.first, &in.last} {
		known, ticks := s.Bool(), s.Int()
		if *at = value.NullOf(value.DateTime); known {
			*at = value.DateTimeOf(ticks)
		}
	}
}

func saveRhythms(w *state.Writer, all map[rhythmKey]*rhythm) {
	keys := slices.SortedFunc(maps.Keys(all), func(a, b rhythmKey) int {
		return cmp.Or(cmp.Compare(a.cluster, b.cluster), cmp.Compare(a.category, b.category))
	})
	w.Len(len(keys))
	for _, key := range keys {
		h := all[key]
		w.Text(h.cluster)
		w.Text(h.category)
		w.Len(len(h.beats))
		for _, at := range slices.Sorted(maps.Keys(h.beats)) {
			h.beats[at].first.save(w)
			h.beats[at].last.save(w)
		}
	}
}

func (p *pulse) save(w *state.Writer) {
	w.Int(p.at)
	w.Text(p.in.Source)
	w.Int(p.line)
	w.Int(int64(p.number))
	w.Text(p.id.String())
}

func (r *Reader) loadRhythms(s *state.Reader) {
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		key := rhythmKey{s.Text(), s.Text()}
		for beats := s.Len(); beats > 0 && s.Err() == nil; beats-- {
			for range 2 {
				if p := r.loadPulse(s); s.Err() == nil {
					r.heard(key, &p)
				}
			}
		}
	}
}

func (r *Reader) loadPulse(s *state.Reader) (p pulse) {
	p.at = s.Int()
	p.in = r.inputOf(s.Text())
	p.line, p.number = s.Int(), int(s.Int())
	p.id = auditIDOf(s.Text())
	return p
}
