package detect

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/dogwatch-dev/dogwatch/internal/parallel"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// bySchedule runs the rule at each step of time, up to a time, at which there
// is something new, as Sentinel does.
func (w *window) bySchedule(ctx context.Context, to int64, st *RuleStats) {
	w.elders.learn(ctx, w)
	steps := w.steps(st)
	if to < w.rows[len(w.rows)-1].ticks {
		steps = until(steps, to)
	}
	for all := w.batchesForSteps(); len(steps) > 0; {
		n, asked := w.together(steps)
		if !asked || w.opens(ctx, steps[0], steps[n-1], all, st) {
			w.stepAll(ctx, steps[:n], all, st)
		}
		if ctx.Err() != nil {
			return
		}
		w.done = steps[n-1]
		steps = steps[n:]
	}
}

// longRun is from how many rows on a rule that looks back has its steps run at the same
// time, where there are processors for it. Each reads its rows by itself then, which
// is a twentieth more work in all.
const longRun = 3_000

// batchesForSteps are batchesForAll for the steps; nil too where each is to read its rows
// by itself.
func (w *window) batchesForSteps() *keptBatches {
	if w.looksBackAlone() && len(w.rows) >= longRun && runtime.GOMAXPROCS(0) > 1 {
		return nil
	}
	return w.batchesForAll()
}

// looksBackAlone says whether the steps may be run at the same time: they read the new
// rows and what stands for the old ones, and share nothing with other rules.
func (w *window) looksBackAlone() bool { return w.elders != nil && w.family == nil }

// until are the steps up to a time.
func until(steps []int64, to int64) []int64 {
	n, found := slices.BinarySearch(steps, to)
	if found {
		n++
	}
	return steps[:n]
}

// together is how many of the first steps are taken together, and whether they are
// asked first if they can give anything: where they look at much the same rows.
func (w *window) together(steps []int64) (n int, asked bool) {
	if w.elders != nil || w.u.rule.Trigger.Met(0) {
		return len(steps), false
	}
	n = len(until(steps, steps[0]+w.period()))
	return n, n > 1
}

// opens says whether any of some steps can give anything.
func (w *window) opens(ctx context.Context, first, last int64, all *keptBatches, st *RuleStats) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = true // the steps say what is wrong
		}
	}()
	lo, _ := w.between(first)
	_, hi := w.between(last)
	st.Looks += int64(hi - lo)
	return w.runner(w.u.rule.Query).Opens(ctx, all.db(w, lo, hi, nil), kql.RunOptions{Now: last, MaxMemory: w.maxMem})
}

// maxAtOnce is how many steps of a rule are run at the same time. Each takes memory, and
// may keep so many times less than the rule: one that needs more is run again, by itself.
const maxAtOnce = 3

// stepAll runs the rule at some steps: where each reads rows of its own, several at the
// same time.
func (w *window) stepAll(ctx context.Context, steps []int64, all *keptBatches, st *RuleStats) {
	most := 1
	if w.looksBackAlone() && all == nil {
		most = maxAtOnce
	}
	var alone sync.RWMutex
	start := func() func(i int) stepped {
		s := &stepper{w: w, all: all, choice: w.elders.choice()}
		if most == 1 {
			s.runner = w.runner(w.u.rule.Query)
		} else {
			s.runner = w.u.rule.Query.NewRunner()
		}
		return func(i int) stepped {
			alone.RLock()
			out := s.step(ctx, steps[i], w.maxMem/int64(most))
			alone.RUnlock()
			if most > 1 && needsMemory(out.err) {
				alone.Lock()
				defer alone.Unlock()
				out = s.step(ctx, steps[i], w.maxMem)
			}
			return out
		}
	}
	parallel.InOrder(len(steps), most, start, func(i int, s stepped) {
		if ctx.Err() == nil {
			w.took(s, st)
			w.done = steps[i]
		}
	})
}

func needsMemory(err error) bool {
	var limit *kql.LimitError
	return errors.As(err, &limit) && limit.What == "memory"
}

// between are the rows that a step looks at.
func (w *window) between(at int64) (lo, hi int) {
	if p := w.period(); p > 0 {
		lo = w.after(at - p)
	}
	return lo, w.after(at)
}

// maxWork bounds the rows that all steps of a run look at together.
const maxWork = 20_000_000

// steps are the times at which the rule is run: the whole multiples of its
// frequency that have new rows behind them, and, where fewer rows may mean an
// alert, those at which rows go out of sight. Where that would take too long,
// there are fewer.
func (w *window) steps(st *RuleStats) []int64 {
	every, period := w.frequency(), w.period()
	for {
		steps, work := w.stepsOf(every, period), 0
		for _, at := range steps {
			work += w.work(at)
		}
		if work <= maxWork || len(steps) < 2 {
			return steps
		}
		every *= 2
		st.Coarse = true
	}
}

// work is about how many rows a step looks at.
func (w *window) work(at int64) int {
	lo, hi := w.between(at)
	if w.elders == nil {
		return hi - lo
	}
	old := w.after(at-w.elders.Age-1) - lo
	return hi - lo - old + min(old, len(w.elders.numbers))
}

func (w *window) stepsOf(every, period int64) []int64 {
	if every <= 0 || period <= 0 {
		return []int64{w.rows[len(w.rows)-1].ticks}
	}
	up := func(t int64) int64 { return (t + every - 1) / every * every }
	end := up(w.rows[len(w.rows)-1].ticks)
	var out []int64
	for i := w.after(w.done - every); i < len(w.rows); { // in the order of time
		at := up(w.rows[i].ticks)
		if at > w.done {
			out = append(out, at)
		}
		i = w.after(at)
	}
	if w.u.rule.Trigger.Operator == "gt" {
		return out
	}
	for i := 0; i < len(w.rows); {
		at := up(w.rows[i].ticks + period)
		if at > end {
			break
		}
		if at > w.done {
			out = append(out, at)
		}
		i = w.after(at - period)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A stepper runs the rule at steps, one after the other.
type stepper struct {
	w      *window
	runner *kql.Runner
	all    *keptBatches // nil: each step reads its rows
	choice *choice
}

// A stepped is what a step gave, of so many rows.
type stepped struct {
	at       int64
	rows     int
	looks    int // rows that it looked at, as no other stands for them
	hits     []hit
	excepted []int64 // by exception; nil: none was met
	err      error
}

// step runs the rule at a step, with some bytes of memory.
func (s *stepper) step(ctx context.Context, at, memory int64) (out stepped) {
	lo, hi := s.w.between(at)
	db := s.all.db(s.w, lo, hi, s.choice.among(s.w.rows, lo, hi, at))
	out.at, out.rows, out.looks = at, hi-lo, hi-lo
	if db.only != nil {
		out.looks = len(db.only)
	}
	out.err = s.run(ctx, db, memory, &out)
	return out
}

// run runs the rule over rows.
func (s *stepper) run(ctx context.Context, db *windowDB, memory int64, out *stepped) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v at %s", p, place(debug.Stack()))
		}
	}()
	w := s.w
	opt := kql.RunOptions{Now: out.at, MaxMemory: memory, TrackOrigin: true, MaxOrigins: origins(out.rows)}
	return s.runner.Run(ctx, db, opt, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			r := row{w.u.shape, b, int(i)}
			if n := r.excepted(); n > 0 && n <= len(w.u.rule.Exceptions) && w.u.lasts(n-1, kql.TimeOf(out.at)) {
				if out.excepted == nil {
					out.excepted = make([]int64, len(w.u.rule.Exceptions))
				}
				out.excepted[n-1]++
				continue
			}
			out.hits = append(out.hits, w.hit(r, w.rows, out.at))
		}
		return nil
	})
}

// took counts what a step did, and its results, when they are cause for an alert, go
// where all hits go.
func (w *window) took(s stepped, st *RuleStats) {
	st.Looks += int64(s.looks)
	for i, n := range s.excepted {
		st.Excepted[i] += n
	}
	if s.err != nil {
		if st.Err == nil {
			st.Err = s.err
		}
		st.Skipped += int64(s.rows)
		return
	}
	if !w.u.rule.Trigger.Met(int64(len(s.hits))) {
		return
	}
	if len(s.hits) == 0 { // an alert for what is missing
		s.hits = append(s.hits, w.nothing(s.at))
	}
	w.u.take(s.hits, st)
}
