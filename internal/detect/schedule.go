package detect

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

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
	for all := w.batchesForAll(); len(steps) > 0; {
		n := w.together(steps)
		if n == 1 || w.opens(ctx, steps[0], steps[n-1], all, st) {
			w.stepAll(ctx, steps[:n], all, st)
		}
		if ctx.Err() != nil {
			return
		}
		w.done = steps[n-1]
		steps = steps[n:]
	}
}

// until are the steps up to a time.
func until(steps []int64, to int64) []int64 {
	n, found := slices.BinarySearch(steps, to)
	if found {
		n++
	}
	return steps[:n]
}

// together is how many of the first steps look at much the same rows, and so are
// asked together whether they can give anything.
func (w *window) together(steps []int64) int {
	if w.elders != nil || w.u.rule.Trigger.Met(0) {
		return 1
	}
	return len(until(steps, steps[0]+w.period()))
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

// stepAll runs the rule at some steps.
func (w *window) stepAll(ctx context.Context, steps []int64, all *keptBatches, st *RuleStats) {
	for _, at := range steps {
		lo, hi := w.between(at)
		if err := w.step(ctx, at, all.db(w, lo, hi, w.elders.among(w.rows, lo, hi, at)), st); err != nil {
			if st.Err == nil {
				st.Err = err
			}
			st.Skipped += int64(hi - lo)
		}
		if ctx.Err() != nil {
			return
		}
		w.done = at
	}
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
	old := w.after(at-w.elders.age-1) - lo
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

// step runs the rule over rows, and its results, when they are cause for an alert,
// go where all hits go.
func (w *window) step(ctx context.Context, at int64, db *windowDB, st *RuleStats) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v at %s", p, place(debug.Stack()))
		}
	}()
	var hits []hit
	n := db.hi - db.lo
	if st.Looks += int64(n); db.only != nil {
		st.Looks += int64(len(db.only) - n)
	}
	opt := kql.RunOptions{Now: at, MaxMemory: w.maxMem, TrackOrigin: true, MaxOrigins: origins(n)}
	err = w.runner(w.u.rule.Query).Run(ctx, db, opt, func(b *value.Batch) error {
		for _, i := range b.Rows() {
			r := row{w.u.shape, b, int(i)}
			if n := r.excepted(); n > 0 && n <= len(st.Excepted) && w.u.lasts(n-1, kql.TimeOf(at)) {
				st.Excepted[n-1]++
				continue
			}
			hits = append(hits, w.hit(r, w.rows, at))
		}
		return nil
	})
	if err != nil || !w.u.rule.Trigger.Met(int64(len(hits))) {
		return err
	}
	if len(hits) == 0 { // an alert for what is missing
		hits = append(hits, w.nothing(at))
	}
	w.u.take(hits, st)
	return nil
}
