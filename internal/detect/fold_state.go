package detect

import (
	"maps"
	"slices"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
)

// save hands out the stories, those of one key in their order.
func (f *folder) save(put func(b []byte)) {
	for _, key := range slices.Sorted(maps.Keys(f.open)) {
		for _, s := range f.open[key] {
			put(state.Fields(s.save))
		}
	}
}

// load adds a story behind those that were read.
func (f *folder) load(r *state.Reader) {
	s := &story{entities: map[string]entityAt{}}
	s.load(r)
	if r.Err() != nil {
		return
	}
	if !s.others {
		f.count++
	}
	f.listed += len(s.evidence)
	f.open[s.key] = append(f.open[s.key], s)
}

func (s *story) save(w *state.Writer) {
	w.Text(s.key)
	w.Time(s.from)
	w.Time(s.to)
	w.Int(s.records)
	w.Bool(s.cut)
	w.Bool(s.others)
	w.Len(len(s.evidence))
	for _, e := range s.evidence {
		w.Bytes(appendEvidence(nil, e))
	}
	s.face.save(w)
	w.Len(len(s.entities))
	for _, key := range slices.Sorted(maps.Keys(s.entities)) {
		saveEntity(w, s.entities[key].entity)
		w.Bytes(appendEvidence(nil, s.entities[key].first))
	}
}

func (s *story) load(r *state.Reader) {
	s.key, s.from, s.to, s.records = r.Text(), sane(r.Time()), sane(r.Time()), r.Int()
	s.cut, s.others = r.Bool(), r.Bool()
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		s.evidence = append(s.evidence, loadEvidence(r))
	}
	s.face.load(r)
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		e := loadEntity(r)
		s.addEntity(e, loadEvidence(r))
	}
}

func (f *face) save(w *state.Writer) {
	w.Uint(uint64(f.severity))
	saveTexts(w, f.tactics)
	w.Text(f.summary)
	w.Text(f.impact)
	w.Bool(f.details != nil)
	w.Len(len(f.details))
	for _, key := range slices.Sorted(maps.Keys(f.details)) {
		w.Text(key)
		w.Text(f.details[key])
	}
	w.Len(len(f.entities))
	for _, e := range f.entities {
		saveEntity(w, e)
	}
	w.Bytes(appendEvidence(nil, f.first))
	w.Int(int64(f.weight))
}

func (f *face) load(r *state.Reader) {
	severity := r.Uint()
	if severity > uint64(dogwatch.High) {
		r.Fail("")
	}
	f.severity, f.tactics, f.summary, f.impact = dogwatch.Severity(severity), loadTexts(r), r.Text(), r.Text()
	if r.Bool() {
		f.details = map[string]string{}
	}
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		key, text := r.Text(), r.Text()
		if f.details == nil {
			r.Fail("")
			return
		}
		f.details[key] = text
	}
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		f.entities = append(f.entities, loadEntity(r))
	}
	f.first, f.weight = loadEvidence(r), int(r.Int())
}

func saveTexts(w *state.Writer, all []string) {
	w.Len(len(all))
	for _, s := range all {
		w.Text(s)
	}
}

func loadTexts(r *state.Reader) (all []string) {
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		all = append(all, r.Text())
	}
	return all
}

func saveEntity(w *state.Writer, e dogwatch.Entity) {
	w.Text(e.Type)
	w.Len(len(e.Fields))
	for _, f := range e.Fields {
		w.Text(f.Name)
		w.Text(f.Value)
	}
}

func loadEntity(r *state.Reader) (e dogwatch.Entity) {
	e.Type = r.Text()
	for n := r.Len(); n > 0 && r.Err() == nil; n-- {
		e.Fields = append(e.Fields, dogwatch.EntityField{Name: r.Text(), Value: r.Text()})
	}
	return e
}

func loadEvidence(r *state.Reader) dogwatch.Evidence {
	e, rest, err := readEvidence(r.Bytes())
	if err != nil || len(rest) > 0 {
		r.Fail("")
	}
	return e
}
