package detect

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A slider runs a rule on change: it finds every window of the rule's period,
// ending at the time of a row, over which the rule gives results. It gives the
// same answer as running the rule anew at each row, without doing so.
//
// That is possible because the rule's results only grow with its rows (see
// kql.Query.Grows). Take the windows that end between two times. If the rule
// finds nothing in all their rows together, none of them has a result; if it
// finds something in the rows that are common to all of them, each has. Only
// where neither holds are the times parted and looked at by halves. A flood
// far above a threshold, or far below it, is settled at once, and what is
// neither takes a few looks at each row.
//
// Results tell which rows they are of. What is of no result of a long time is of
// none of a short one, so rows go out of sight as times are parted; and results
// that have no rows in common (two users' counts) are apart for good, and
// settled each by themselves in the same looks.
type slider struct {
	ctx    context.Context
	w      *window
	st     *RuleStats
	rows   []kept
	all    *keptBatches
	period int64
	clock  bool // the rule has conditions on the clock: see exact
	work   int  // rows looked at

	parent []int32 // of each row, while results are put together
	group  []int32 // of each row: its number in a list of groups
	firing []firing
	last   map[int32]bool // the last rows of stretches
	told   []int32        // of each row: the number of the alert key that had it as evidence
	keys   map[string]int32
}

// A part is a group of rows, and the times between which its windows end that
// are to be settled.
type part struct {
	rows     []int32
	from, to int64
}

// A firing is a stretch of window ends, from one to the other, that all have a
// result, and the rows that had a part in it.
type firing struct {
	rows     []int32
	from, to int64
}

const second = int64(1e7) // in ticks

func newSlider(ctx context.Context, w *window, st *RuleStats) *slider {
	n := len(w.rows)
	return &slider{
		ctx: ctx, w: w, st: st, rows: w.rows, all: w.batchesForAll(), period: w.period(), clock: w.u.feed != w.u.rule.Query,
		parent: make([]int32, n), group: make([]int32, n), told: make([]int32, n), keys: map[string]int32{}, last: map[int32]bool{},
	}
}

// run settles the windows that end later than what was done, up to a time.
func (s *slider) run(to int64) {
	last := s.w.after(to)
	for i := s.w.after(s.w.done); i < last && s.ctx.Err() == nil; {
		from := s.rows[i].ticks - 1
		upto := min(from+max(s.period/2, 1), to)
		s.chunk(from, upto)
		i = s.w.after(upto)
	}
}

// chunk settles the windows that end after a time, up to another. The times are
// half a period apart: the windows have as much in common.
func (s *slider) chunk(from, to int64) {
	var index []int32
	for i := s.w.after(from - s.period); i < s.w.after(to); i++ {
		index = append(index, int32(i))
	}
	groups, err := s.results(s.w.u.feed, index, to)
	if err != nil {
		s.failed(err, index, from, to)
		return
	}
	s.firing = s.firing[:0]
	parts := make([]part, len(groups))
	for k, g := range groups {
		parts[k] = part{g, from, to}
	}
	s.settle(parts)
	s.tell(groups)
}

// failed parts a time that the rule has no memory for.
func (s *slider) failed(err error, index []int32, from, to int64) {
	var limit *kql.LimitError
	first, last := s.rows[index[0]].ticks, s.rows[index[len(index)-1]].ticks
	if errors.As(err, &limit) && max(first, from) < last && s.ctx.Err() == nil {
		if mid := from + (to-from)/2; mid > from {
			s.chunk(from, mid)
			s.chunk(mid, to)
			return
		}
	}
	s.skip(err, index)
}

// skip notes rows that could not be judged together.
func (s *slider) skip(err error, index []int32) {
	if s.st.Err == nil {
		s.st.Err = err
	}
	s.st.Skipped += int64(len(index))
}

// settle finds the firing windows of groups of rows that are apart. Every group
// has a result over all its rows.
func (s *slider) settle(groups []part) {
	var narrow, open []part
	for _, p := range groups {
		first, last, ok := s.ends(p)
		if !ok {
			continue
		}
		near := part{s.clip(p.rows, first-s.period, last), first - 1, last}
		switch {
		case len(near.rows) < len(p.rows) && !s.tired():
			narrow = append(narrow, near)
		case first == last && !s.clock && !s.tired():
			s.firing = append(s.firing, firing{near.rows, first, last})
		default:
			open = append(open, near)
		}
	}
	// Groups that reach too far back are looked at without what is too old.
	s.again(narrow)
	s.halve(s.common(open))
}

// common takes out the groups that have a result over the rows that all their
// windows have in common, and returns the others.
func (s *slider) common(groups []part) (rest []part) {
	if s.clock || s.tired() {
		return groups
	}
	shared := make([]part, len(groups))
	for k, p := range groups {
		first, last, _ := s.ends(p)
		shared[k] = part{s.clip(p.rows, last-s.period, first), p.from, p.to}
	}
	fires := s.fires(s.w.u.feed, shared)
	for k, p := range groups {
		if first, last, _ := s.ends(p); fires[k] {
			s.firing = append(s.firing, firing{p.rows, first, last})
		} else {
			rest = append(rest, p)
		}
	}
	return rest
}

// halve settles the earlier half of each group's windows, then the later.
func (s *slider) halve(groups []part) {
	if len(groups) == 0 || s.ctx.Err() != nil {
		return
	}
	var early, late, leaves []part
	for _, p := range groups {
		first, last, _ := s.ends(p)
		if s.tired() || first == last || s.clock && last-first < second {
			leaves = append(leaves, p)
			continue
		}
		a, b := s.place(p.rows, p.from), s.place(p.rows, p.to)
		mid := min(s.rows[p.rows[a+(b-a-1)/2]].ticks, last-1)
		early = append(early, part{s.clip(p.rows, first-s.period, mid), p.from, mid})
		late = append(late, part{s.clip(p.rows, mid-s.period, last), mid, p.to})
	}
	s.exact(leaves)
	s.again(early)
	s.again(late)
}

// exact runs the rule as it is over the last window of each group. It settles
// rules that look at the clock themselves, second by second, and those that
// would else take too long.
func (s *slider) exact(groups []part) {
	s.st.Coarse = s.st.Coarse || s.tired() && len(groups) > 0
	windows := make([]part, len(groups))
	for k, p := range groups {
		_, last, _ := s.ends(p)
		windows[k] = part{s.clip(p.rows, last-s.period, last), last - 1, last}
	}
	var fires []bool
	if !s.clock {
		fires = s.fires(s.w.u.feed, windows)
	}
	for k, p := range windows {
		if s.clock { // each has its own time
			fires = append(fires, s.fires(s.w.u.rule.Query, windows[k:k+1])[0])
		}
		if fires[k] {
			s.firing = append(s.firing, firing{p.rows, p.to, p.to})
		}
	}
}

// tired says that the rule has looked at so many rows that it must come to an
// end.
func (s *slider) tired() bool { return s.work > s.w.maxWork }

// ends are the first and the last time at which a window of a part ends.
func (s *slider) ends(p part) (first, last int64, ok bool) {
	a, b := s.place(p.rows, p.from), s.place(p.rows, p.to)
	if a >= b {
		return 0, 0, false
	}
	return s.rows[p.rows[a]].ticks, s.rows[p.rows[b-1]].ticks, true
}

// clip is the rows of a group after a time, up to another.
func (s *slider) clip(group []int32, after, upto int64) []int32 {
	return group[s.place(group, after):s.place(group, upto)]
}

// place is that of a group's first row later than a time.
func (s *slider) place(group []int32, t int64) int {
	i, _ := slices.BinarySearchFunc(group, t, func(i int32, t int64) int {
		if s.rows[i].ticks <= t {
			return -1
		}
		return 1
	})
	return i
}

// again settles what the rule still finds among the rows of some groups.
func (s *slider) again(groups []part) {
	if len(groups) == 0 {
		return
	}
	index, now := s.number(groups)
	found, err := s.results(s.w.u.feed, index, now)
	if err != nil {
		s.skip(err, index)
	}
	parts := make([]part, len(found))
	for k, rows := range found {
		of := groups[s.group[rows[0]]]
		parts[k] = part{rows, of.from, of.to}
	}
	s.settle(parts)
}

// fires says of each group whether the rule has a result over its rows.
func (s *slider) fires(q *kql.Query, groups []part) []bool {
	out := make([]bool, len(groups))
	index, now := s.number(groups)
	found, err := s.results(q, index, now)
	if err != nil {
		s.skip(err, index)
	}
	for _, rows := range found {
		out[s.group[rows[0]]] = true
	}
	return out
}

// number notes which group each row is of. It returns all rows, in order, and
// the latest time.
func (s *slider) number(groups []part) (index []int32, now int64) {
	for k, p := range groups {
		now = max(now, p.to)
		for _, i := range p.rows {
			s.group[i] = int32(k)
		}
		index = append(index, p.rows...)
	}
	if len(groups) > 1 {
		slices.Sort(index)
	}
	return index, now
}

// results runs a query over rows and gives the rows of its results; results
// that have rows in common are one. There are none where the results are too
// few for the rule's threshold, and then they belong together.
func (s *slider) results(q *kql.Query, index []int32, now int64) ([][]int32, error) {
	for _, i := range index {
		s.parent[i] = -1
	}
	whole := s.w.u.rule.Trigger.Threshold > 0
	count, root := int64(0), int32(-1)
	err := s.query(q, index, now, func(b *value.Batch, i int) {
		var list []int64
		if b.Origin != nil {
			list = b.Origin[i]
		}
		if count++; !whole {
			root = -1
		}
		for _, o := range list {
			root = s.unite(root, int32(o))
		}
		if len(list) >= origins(len(index)) { // there may be more
			for _, o := range index {
				root = s.unite(root, o)
			}
		}
	})
	if err != nil || count <= s.w.u.rule.Trigger.Threshold {
		return nil, err
	}
	return s.sets(index), nil
}

// unite puts a row to others (-1: to none), and returns who stands for them.
func (s *slider) unite(root, i int32) int32 {
	if s.parent[i] < 0 {
		s.parent[i] = i
	}
	i = s.find(i)
	if root < 0 {
		return i
	}
	root = s.find(root)
	s.parent[max(root, i)] = min(root, i)
	return min(root, i)
}

func (s *slider) find(i int32) int32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// sets are the rows that were put together, by their first row.
func (s *slider) sets(index []int32) [][]int32 {
	var out [][]int32
	at := map[int32]int{}
	for _, i := range index {
		if s.parent[i] < 0 {
			continue
		}
		root := s.find(i)
		k, ok := at[root]
		if !ok {
			k = len(out)
			at[root] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// query runs a query over rows.
func (s *slider) query(q *kql.Query, index []int32, now int64, row func(b *value.Batch, i int)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v at %s", p, place(debug.Stack()))
		}
	}()
	if len(index) == 0 {
		return nil
	}
	s.work += len(index)
	s.st.Looks += int64(len(index))
	opt := kql.RunOptions{Now: now, MaxMemory: s.w.maxMem, TrackOrigin: true, MaxOrigins: origins(len(index))}
	return s.w.runner(q).Run(s.ctx, s.all.db(s.w, 0, len(s.rows), index), opt, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			row(b, int(i))
		}
		return nil
	})
}
