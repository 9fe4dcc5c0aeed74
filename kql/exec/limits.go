package exec

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// Defaults of Options.
const (
	DefaultMemory = 2 << 30
	DefaultRows   = 10_000_000
	DefaultTime   = 10 * time.Minute

	DefaultOrigins = 100_000
)

// A LimitError ends a query that takes more than it may.
type LimitError struct {
	What  string // "memory", "time", "rows" and the like
	Limit int64  // bytes, nanoseconds, or a count
	In    string // the operator or function that reached it, where known
}

func (e *LimitError) Error() string {
	in := ""
	if e.In != "" {
		in = " in " + e.In
	}
	switch e.What {
	case "memory":
		return fmt.Sprintf("the query needs more than %d MB of memory%s: narrow it with where, or raise the limit", e.Limit>>20, in)
	case "time":
		return fmt.Sprintf("the query takes longer than %s: narrow it with where, or raise the limit", time.Duration(e.Limit))
	}
	return fmt.Sprintf("the query gives more than %d %s%s: narrow it, or raise the limit", e.Limit, e.What, in)
}

// begin starts the clock of a run. What it returns stops it.
func (r *run) begin() context.CancelFunc {
	if r.opt.MaxTime < 0 {
		return func() {}
	}
	var stop context.CancelFunc
	r.ctx, stop = context.WithTimeoutCause(r.ctx, r.opt.MaxTime, &LimitError{What: "time", Limit: int64(r.opt.MaxTime)})
	return stop
}

// ended names the limit on time as such; other errors stay as they are.
func (r *run) ended(err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var limit *LimitError
	if errors.As(context.Cause(r.ctx), &limit) {
		return limit
	}
	return err
}

// grow counts memory that a step keeps, or frees when n is negative.
func (r *run) grow(n int64, in string) error {
	r.setUsed(r.used + n)
	if p := r.opt.Profile; p != nil && p.cur != nil {
		p.cur.Memory += n
	}
	if r.used > r.opt.MaxMemory {
		return &LimitError{What: "memory", Limit: r.opt.MaxMemory, In: in}
	}
	return nil
}

// setUsed notes how much memory is in use; functions may make values of the rest.
func (r *run) setUsed(n int64) {
	r.used = max(n, 0)
	r.fn.Room = max(r.opt.MaxMemory-r.used, 1)
}

// An overrun is the panic of an evaluator whose query has to end: evaluators
// return values only, and a query ends once.
type overrun struct{ err error }

// check ends the query where it may not go on.
func check(err error) {
	if err != nil {
		panic(overrun{err})
	}
}

// catch turns the panic of an evaluator into the error of a run.
func (r *run) catch(err *error) {
	switch p := recover().(type) {
	case nil:
	case overrun:
		*err = r.ended(p.err)
	case fn.TooBig:
		*err = &LimitError{What: "memory", Limit: r.opt.MaxMemory, In: r.calling}
	default:
		panic(p)
	}
}

// What a value must be like to be counted: a batch of smaller ones is nothing
// beside the batch itself.
const counted = 1024

// A text may become many times its size in a function (split, parse_json of
// small numbers), an array a few times.
const (
	bigArgument = 1 << 20
	textFactor  = 32
	arrayFactor = 4
)

// A tally counts the memory of what a function makes for one batch.
type tally struct {
	run  *run
	name string
	big  []int // the arguments that may be big
	held int64 // what is counted for the last batch
	of   int   // the turn of the run that counted it
	size int64 // of this one so far
	rows int
}

// newTally is the tally of a call, which looks at arguments of these types.
func newTally(r *run, name string, args []plan.Expr) tally {
	t := tally{run: r, name: name}
	for i, a := range args {
		if isBulky(a.Type()) {
			t.big = append(t.big, i)
		}
	}
	return t
}

func isBulky(t value.Type) bool { return t == value.String || t == value.Dynamic }

// begin is for the start of a batch: what was made for the last one is gone.
func (t *tally) begin() {
	t.run.calling, t.size, t.rows = t.name, 0, 0
	if t.of != t.run.turn {
		t.of, t.held = t.run.turn, 0
	}
	if t.held > 0 {
		t.run.setUsed(t.run.used - t.held)
		t.held = 0
	}
}

// before looks at the arguments of a row: is there room for what may come of
// them? Now and then it looks at the clock.
func (t *tally) before(args []value.Value) {
	if t.rows++; t.rows%64 == 0 {
		check(t.run.ctx.Err())
	}
	size := 0
	for _, i := range t.big {
		size += args[i].Size()
	}
	if size > bigArgument {
		t.room(args)
	}
}

func (t *tally) room(args []value.Value) {
	var need int64
	for _, i := range t.big {
		text := int64(len(args[i].Str()))
		need += text*textFactor + (int64(args[i].Size())-text)*arrayFactor
	}
	if need > t.run.fn.Room {
		panic(fn.TooBig{})
	}
	check(t.run.ctx.Err())
}

// after counts what a row gave, unless it is a part of what it was given.
func (t *tally) after(v value.Value, args []value.Value) {
	size := v.Size()
	if size <= counted {
		return
	}
	for _, i := range t.big {
		if v.IsPartOf(args[i]) {
			return
		}
	}
	t.held += int64(size)
	check(t.run.grow(int64(size), t.name))
}
