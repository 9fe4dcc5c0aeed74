package detect

import (
	"errors"
	"fmt"
	"math"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/state"
)

// A Mark says what a rule's state belongs to: its text, and all else that its
// answers depend on. State of another mark is not taken over.
type Mark func(*dogwatch.Rule) string

// Restored says what became of a state that was loaded, by the rules' short
// names. Rules that are not named go on where they stopped.
type Restored struct {
	// Changed rules are others now than those the state is of, and New ones were
	// not there: they begin with nothing. Gone rules are not there any more: what
	// they kept is let go.
	Changed, New, Gone []string
}

// What a rule's state is made of.
const (
	endOfRule = iota
	aCount
	aStory
	aWindow
	aRow
)

// Save writes all that the rules know: the rows that they count, what they found,
// and how far they were run. It ends nothing: who goes on, or loads it and goes
// on, finds what one who never stopped would find. No worker may feed meanwhile.
func (e *Engine) Save(w *state.Writer, mark Mark) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	w.Int(e.shelveAt)
	w.Len(len(e.units))
	for _, u := range e.units {
		w.Text(u.rule.Short)
		w.Text(mark(u.rule))
		field := func(kind uint64, b []byte) { w.Uint(kind); w.Bytes(b) }
		field(aCount, state.Fields(u.stats.save))
		u.folds.save(func(b []byte) { field(aStory, b) })
		if u.window != nil {
			if err := u.window.save(field); err != nil {
				return fmt.Errorf("save the state of rule %q: %w", u.rule.Short, err)
			}
		}
		w.Uint(endOfRule)
	}
	return nil
}

// Load takes over what another engine saved, before anything is fed. After an
// error the engine is of no use.
func (e *Engine) Load(s *state.Reader, mark Mark) (*Restored, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out, err := e.load(s, mark)
	if err != nil {
		e.clear()
	}
	return out, err
}

func (e *Engine) load(s *state.Reader, mark Mark) (*Restored, error) {
	out := &Restored{}
	units := map[string]*unit{}
	for _, u := range e.units {
		units[u.rule.Short] = u
	}
	e.shelveAt = s.Int()
	for n := s.Len(); n > 0 && s.Err() == nil; n-- {
		short, of := s.Text(), s.Text()
		u := units[short]
		delete(units, short)
		switch {
		case s.Err() != nil:
		case u == nil:
			out.Gone = append(out.Gone, short)
		case mark(u.rule) != of:
			out.Changed = append(out.Changed, short)
			u = nil
		}
		if err := e.loadRule(s, u); err != nil {
			return nil, err
		}
	}
	for _, u := range e.units {
		if units[u.rule.Short] == u {
			out.New = append(out.New, u.rule.Short)
		}
	}
	if s.Err() == nil && e.shelf != nil {
		return out, e.shelf.settle()
	}
	return out, s.Err()
}

// loadRule reads the state of a rule; nil steps over it.
func (e *Engine) loadRule(s *state.Reader, u *unit) error {
	for {
		kind := s.Uint()
		if s.Err() != nil || kind == endOfRule {
			return s.Err()
		}
		b := s.Bytes()
		if s.Err() != nil || u == nil {
			continue
		}
		if err := e.loadField(u, kind, b); err != nil {
			return fmt.Errorf("the state of rule %q: %w", u.rule.Short, err)
		}
	}
}

var errField = fmt.Errorf("%w: a field that does not belong there", state.ErrDamaged)

func (e *Engine) loadField(u *unit, kind uint64, b []byte) error {
	s := state.FieldsOf(b)
	switch {
	case kind == aCount:
		u.stats.load(s)
	case kind == aStory:
		u.folds.load(s)
	case kind == aWindow && u.window != nil:
		u.window.done, u.window.gone = s.Int(), s.Int()
	case kind == aRow && u.window != nil:
		return e.loadRow(u.window, s)
	default:
		return errField
	}
	return s.Close()
}

// loadRow reads a row: one that lay on the shelf is put there again.
func (e *Engine) loadRow(w *window, s *state.Reader) error {
	k := kept{ticks: s.Int()}
	size, onShelf := s.Int(), s.Bool()
	t, b := w.tables[s.Text()], s.Bytes()
	if err := s.Close(); err != nil {
		return err
	}
	if t == nil || size < 0 || size > math.MaxInt32 || onShelf && size != keptSize {
		return errField
	}
	h, err := t.readBody(b)
	if err != nil {
		return errors.Join(state.ErrDamaged, err)
	}
	h.size = int32(size)
	if k.held = h; onShelf {
		if e.shelf == nil {
			if e.shelf, err = newShelf(); err != nil {
				return err
			}
		}
		k.held = nil
		if k.lies, err = t.shelved(e.shelf, b, nil, false); err != nil {
			return err
		}
	}
	w.own()
	w.rows = append(w.rows, k)
	w.knows = false // what let it through is not written
	more := k.hold()
	w.mem, w.resident = w.mem+int64(k.size()), w.resident+more
	e.resident += more
	return nil
}

func (w *window) save(field func(kind uint64, b []byte)) (err error) {
	field(aWindow, state.Fields(func(s *state.Writer) { s.Int(w.done); s.Int(w.gone) }))
	var text []byte
	for i := range w.rows {
		k := &w.rows[i]
		if text, err = k.written(text[:0]); err != nil {
			return err
		}
		field(aRow, state.Fields(func(s *state.Writer) {
			s.Int(k.ticks)
			s.Int(int64(k.size()))
			s.Bool(k.held == nil)
			s.Text(k.table().name)
			s.Bytes(text)
		}))
	}
	return nil
}

// written is the row as it is written.
func (k *kept) written(b []byte) (text []byte, err error) {
	if k.held != nil {
		return k.held.append(b), nil
	}
	err = k.lies.text(func(lies []byte) error {
		b = append(b, lies...)
		return nil
	})
	return b, err
}

func (st *RuleStats) save(w *state.Writer) {
	for _, n := range st.numbers() {
		w.Int(*n)
	}
	w.Int(int64(st.Kept))
	w.Bool(st.Coarse)
	w.Len(len(st.Excepted))
	for _, n := range st.Excepted {
		w.Int(n)
	}
	w.Bool(st.Err != nil)
	if st.Err != nil {
		w.Text(st.Err.Error())
	}
}

func (st *RuleStats) numbers() [8]*int64 {
	return [...]*int64{&st.Rows, &st.Hits, &st.Late, &st.Dropped, &st.Memory, &st.Shelved, &st.Looks, &st.Skipped}
}

func (st *RuleStats) load(s *state.Reader) {
	for _, n := range st.numbers() {
		*n = s.Int()
	}
	st.Kept, st.Coarse = int(s.Int()), s.Bool()
	if s.Len() != len(st.Excepted) {
		s.Fail("")
	}
	for i := range st.Excepted {
		st.Excepted[i] = s.Int()
	}
	if s.Bool() {
		st.Err = errors.New(s.Text())
	}
}
