package plan

import "math"

// A span is how long before the clock, in ticks, the times of some rows lie: since
// and until bound it where they are set.
type span struct {
	since, until   int64
	bounded, ended bool
}

// Times are the first and the last time, in ticks, of rows that can pass the
// row-by-row steps that end with a node, as far as conditions on the clock say.
// It is asked again and again, and found once.
func (p *Plan) Times(top Node, now int64) (from, to int64) {
	known, ok := p.times.Load(top)
	if !ok {
		known, _ = p.times.LoadOrStore(top, spanOf(top))
	}
	s, _ := known.(span)
	from, to = math.MinInt64, math.MaxInt64
	if s.bounded && now >= math.MinInt64+s.since {
		from = now - s.since
	}
	if s.ended && now >= math.MinInt64+s.until {
		to = now - s.until
	}
	return from, to
}

func spanOf(top Node) (s span) {
	c := chainOf(top)
	if c == nil {
		return s
	}
	c.follow(func(cond Expr) {
		for _, b := range timeBounds(cond) {
			switch {
			case b.from && (!s.bounded || b.ago < s.since):
				s.since, s.bounded = b.ago, true
			case !b.from && (!s.ended || b.ago > s.until):
				s.until, s.ended = b.ago, true
			}
		}
	})
	return s
}
