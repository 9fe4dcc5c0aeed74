package detect

import (
	"fmt"
	"slices"
)

// sharedRows are the rows of windows that are given the same ones, as those of rules are
// that differ only in what they make of them. They lie in memory once, until a window
// is to change its own.
type sharedRows struct {
	rows    []kept
	windows []*window
}

// sharing puts the feeds of a table together whose windows are given the same rows, by
// their places and in their order.
func (e *Engine) sharing(feeds []*feed) (out [][]int) {
	type rows struct {
		table *keptTable
		asks  string
	}
	at := map[rows]int{}
	for i, f := range feeds {
		if !f.keepsAlike() {
			out = append(out, []int{i})
			continue
		}
		key := rows{f.table, fmt.Sprint(f.asks)}
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], i)
	}
	for _, alike := range out {
		e.share(feeds, alike)
	}
	return out
}

// keepsAlike says whether what it asks says which rows its window is given.
func (f *feed) keepsAlike() bool {
	return f.table != nil && f.settled && len(f.except) == 0 && len(f.u.window.tables) == 1
}

// share lets the windows of some feeds share their rows, if they have none yet.
func (e *Engine) share(feeds []*feed, alike []int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &sharedRows{}
	for _, i := range alike {
		if w := feeds[i].u.window; w != nil && w.shared == nil && len(w.rows) == 0 {
			s.windows = append(s.windows, w)
		}
	}
	if len(s.windows) < 2 {
		return
	}
	for _, w := range s.windows {
		w.shared = s
	}
}

// append gives rows to a window: the first of those that share theirs has them written,
// the others see them.
func (w *window) append(rows []kept) {
	if w.shared == nil {
		w.rows = append(w.rows, rows...)
		return
	}
	s, n := w.shared, len(w.rows)
	if len(s.rows) == n {
		s.rows = append(s.rows, rows...)
	}
	w.rows = s.rows[:n+len(rows)]
}

// own makes ready to change the window's rows, which no other sees.
func (w *window) own() {
	s := w.shared
	if s == nil {
		return
	}
	w.shared = nil
	s.windows = slices.DeleteFunc(s.windows, func(o *window) bool { return o == w })
	if len(s.windows) > 0 {
		w.rows = slices.Clone(w.rows)
	}
}

// sharers are the windows that share the window's rows, itself among them.
func (w *window) sharers() []*window {
	if w.shared == nil {
		return []*window{w}
	}
	return w.shared.windows
}
