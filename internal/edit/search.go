package edit

import "strings"

// A search looks through the history for entries that hold what is typed.
type search struct {
	h    *History
	word string
	at   int // the entry that was found; h.Len() when none
}

func (e *Editor) startSearch() {
	if e.History.Len() > 0 {
		e.search = &search{h: e.History, at: e.History.Len()}
	}
}

// prompt stands before what was found.
func (s *search) prompt() string {
	if s.at == s.h.Len() && s.word != "" {
		return "(nothing has \"" + s.word + "\") "
	}
	return "(search: " + s.word + ") "
}

// shown is the entry that was found.
func (s *search) shown() *text {
	t := &text{}
	if s.at < s.h.Len() {
		t.set(s.h.Entry(s.at))
	}
	return t
}

// back looks for the next older entry before a place.
func (s *search) back(from int) {
	for i := from - 1; i >= 0; i-- {
		if strings.Contains(strings.ToLower(s.h.Entry(i)), strings.ToLower(s.word)) {
			s.at = i
			return
		}
	}
	if from == s.h.Len() {
		s.at = from
	}
}

// searching takes a key while the history is searched; false hands it on, with
// what was found taken over.
func (e *Editor) searching(k key) bool {
	s := e.search
	switch k.name {
	case keyRune:
		s.word += string(k.r)
		s.back(s.h.Len())
	case keyBackspace:
		if r := []rune(s.word); len(r) > 0 {
			s.word = string(r[:len(r)-1])
			s.back(s.h.Len())
		}
	case keySearch:
		s.back(s.at)
	case keyEscape, keyInterrupt:
		e.search = nil
	default:
		e.search = nil
		if s.at < s.h.Len() {
			if e.at == s.h.Len() {
				e.draft = e.text.String()
			}
			e.at = s.at
			e.text.set(s.h.Entry(s.at))
		}
		return k.name == keyEnter // it takes what was found, to be looked at first
	}
	return true
}
