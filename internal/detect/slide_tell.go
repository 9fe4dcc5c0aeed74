package detect

import (
	"cmp"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A telling is the windows of a group that are told: they have all rows that
// any firing window has.
type telling struct {
	rows []int32
	ends []int64
}

// tell makes hits of the firing windows of groups that are apart.
func (s *slider) tell(groups [][]int32) {
	for k, g := range groups {
		for _, i := range g {
			s.group[i] = int32(k)
		}
	}
	list := make([]telling, len(groups))
	for k, g := range groups {
		list[k].rows = g
	}
	slices.SortFunc(s.firing, func(a, b firing) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for _, f := range s.firing {
		t := &list[s.group[f.rows[0]]]
		s.choose(t, f)
	}
	rounds := 0
	for k := range list {
		slices.Sort(list[k].ends)
		list[k].ends = slices.Compact(list[k].ends)
		rounds = max(rounds, len(list[k].ends))
	}
	for round := range rounds {
		s.round(list, round)
	}
}

// choose picks the windows of a stretch that are told: the first, unless the
// stretch goes on where another ended; the last; and the one with the most rows
// when it has more than these. A stretch is no longer than a window, so that
// these have all its rows.
func (s *slider) choose(t *telling, f firing) {
	if at := s.place(f.rows, f.from-1); at == 0 || !s.last[f.rows[at-1]] {
		t.ends = append(t.ends, f.from)
	}
	t.ends = append(t.ends, f.to)
	s.last[f.rows[len(f.rows)-1]] = true
	if f.to == f.from {
		return
	}
	most, end := 0, f.to
	for i, lo := s.place(t.rows, f.from-1), 0; i < s.place(t.rows, f.to); i++ {
		at := s.rows[t.rows[i]].ticks
		for s.rows[t.rows[lo]].ticks <= at-s.period {
			lo++
		}
		if n := i - lo + 1; n > most {
			most, end = n, at
		}
	}
	if told := len(s.clip(t.rows, f.to-s.period, f.to)); most > told+told/8 {
		t.ends = append(t.ends, end)
	}
}

// round tells the windows of one number. Groups are apart, so that one look
// serves them all; but not where the number of results counts, or the clock.
func (s *slider) round(list []telling, round int) {
	var windows []part
	for _, t := range list {
		if round < len(t.ends) {
			end := t.ends[round]
			windows = append(windows, part{s.clip(t.rows, end-s.period, end), end - 1, end})
		}
	}
	if !s.clock && s.w.u.rule.Trigger.Threshold == 0 {
		s.hits(windows)
		return
	}
	for k := range windows {
		s.hits(windows[k : k+1])
	}
}

// hits runs the rule over windows and hands on what it gives, by group.
func (s *slider) hits(windows []part) {
	rule := s.w.u.rule
	index, now := s.number(windows)
	found := map[int][]hit{}
	var order []int
	err := s.query(rule.Query, index, now, func(b *value.Batch, i int) {
		if b.Origin == nil || len(b.Origin[i]) == 0 {
			return
		}
		k := int(s.group[b.Origin[i][0]])
		r := row{s.w.u.shape, b, i}
		if n := r.excepted(); n > 0 && n <= len(s.st.Excepted) && s.w.u.lasts(n-1, kql.TimeOf(windows[k].to)) {
			s.st.Excepted[n-1]++
			return
		}
		if found[k] == nil {
			order = append(order, k)
		}
		h := s.w.hit(r, s.rows, windows[k].to)
		h.records = s.fresh(h.key, b.Origin[i])
		found[k] = append(found[k], h)
	})
	if err != nil {
		s.skip(err, index)
		return
	}
	for _, k := range order {
		if list := found[k]; rule.Trigger.Met(int64(len(list))) {
			s.w.u.take(list, s.st)
		}
	}
}

// fresh counts the rows that an alert of a key has not had yet.
func (s *slider) fresh(key string, origin []int64) (n int64) {
	id, ok := s.keys[key]
	if !ok {
		id = int32(len(s.keys) + 1)
		s.keys[key] = id
	}
	for _, o := range origin {
		if s.told[o] != id {
			s.told[o] = id
			n++
		}
	}
	return n
}
