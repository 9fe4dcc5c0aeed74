package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// isQuery says whether an argument is a query and no rule: rules are named by
// one word, or by their file.
func isQuery(arg string) bool {
	if _, err := os.Stat(arg); err == nil {
		return false
	}
	return strings.ContainsAny(arg, "|\n(") || strings.Contains(strings.TrimSpace(arg), " ") || isTable(arg)
}

func isTable(name string) bool {
	for _, t := range app.Tables() {
		if t.Name == name {
			return true
		}
	}
	return false
}

// query explains a query: its steps, and with an input what each of them did.
func (f *explainFlags) query(ctx context.Context, env *Env, arg string) error {
	f.cfg.NoBuiltin = true // a query needs the lists, not the rules
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	q, err := a.Compile(diag.NewFile("query", arg))
	if err != nil {
		return &failure{code: ExitUsage, err: err}
	}
	if len(q.Tables()) > 0 && len(f.in) == 0 {
		if err := printPlan(env, &f.output, q.Plan(nil), false); err != nil {
			return err
		}
		f.note(env, "--in FILE runs the query, and says what each step did")
		return nil
	}
	now := kql.Ticks(env.Now())
	return explainRun(ctx, env, &f.output, a, q, app.Input{Paths: f.in, Stdin: env.Stdin}, kql.RunOptions{Now: now, MaxRows: defaultMaxRows, MaxMemory: defaultMaxMemory << 20})
}

// explainRun runs a query for what its steps do.
func explainRun(ctx context.Context, env *Env, o *output, a *app.App, q *kql.Query, in app.Input, opt kql.RunOptions) error {
	profile := &kql.Profile{}
	opt.Profile = profile
	m := newMeter(env, o.quiet)
	start := env.Now()
	in.Progress = m.show
	result, err := a.Hunt(ctx, q, in, opt, func(*value.Batch) error { return nil })
	m.clear()
	if err != nil {
		return queryFailure(err)
	}
	if err := printPlan(env, o, q.Plan(profile), true); err != nil {
		return err
	}
	return concludeQuery(env, o, result, env.Now().Sub(start))
}

// printPlan prints the steps of a query from the last one down, each above
// those that it reads.
func printPlan(env *Env, o *output, root *kql.Step, ran bool) error {
	if o.format == "json" {
		return o.writeJSON(env.Stdout, stepDocument(root, ran, map[*kql.Step]int{}))
	}
	t := &table{heads: []string{"ROWS", "TIME", "KEPT", "STEP"}, right: []bool{true, true, true, false}}
	addSteps(t, root, "", map[*kql.Step]bool{})
	if !ran {
		*t = t.project([]int{3})
	}
	return o.print(env, env.Stdout, t)
}

func addSteps(t *table, s *kql.Step, indent string, seen map[*kql.Step]bool) {
	label := indent + strings.TrimSpace(s.Op+" "+s.Detail)
	if seen[s] {
		t.add(text(""), text(""), text(""), text(label+" (the same as above)"))
		return
	}
	seen[s] = true
	kept := ""
	if s.Memory > 0 {
		kept = size(s.Memory)
	}
	t.add(text(thousands(s.Rows)), text(shortTime(s.Time)), text(kept), text(label))
	for _, in := range s.Inputs {
		addSteps(t, in, indent+"  ", seen)
	}
}

// shortTime is a time that may be very short: 12 µs, 3.4 ms, 1.2 s.
func shortTime(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1e3)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// A stepDoc is a step as JSON. One that several steps read is told once; the
// others name it by its number.
type stepDoc struct {
	ID     int       `json:"id"`
	Op     string    `json:"op"`
	Detail string    `json:"detail,omitempty"`
	Same   bool      `json:"sameAsBefore,omitempty"`
	Rows   *int64    `json:"rows,omitempty"`
	Micros *int64    `json:"microseconds,omitempty"`
	Bytes  *int64    `json:"bytesKept,omitempty"`
	Inputs []stepDoc `json:"inputs,omitempty"`
}

func stepDocument(s *kql.Step, ran bool, seen map[*kql.Step]int) stepDoc {
	if id, ok := seen[s]; ok {
		return stepDoc{ID: id, Op: s.Op, Same: true}
	}
	seen[s] = len(seen) + 1
	d := stepDoc{ID: len(seen), Op: s.Op, Detail: s.Detail}
	if ran {
		micros := s.Time.Microseconds()
		d.Rows, d.Micros, d.Bytes = &s.Rows, &micros, &s.Memory
	}
	for _, in := range s.Inputs {
		d.Inputs = append(d.Inputs, stepDocument(in, ran, seen))
	}
	return d
}

// concludeQuery says what was read, and whether all of it could be.
func concludeQuery(env *Env, o *output, r app.HuntResult, elapsed time.Duration) error {
	if r.Ledger != nil {
		printLedger(env.Stderr, r.Ledger, elapsed, true)
	}
	o.note(env, "%s · %s scanned · %s", plural(r.Rows, "row"), plural(r.Scanned, "event"), duration(elapsed))
	problems := r.Problems()
	if r.Store != nil {
		for _, p := range problems {
			fmt.Fprintf(env.Stderr, "dogwatch: %s\n", oneLine(p.Error()))
		}
	}
	if len(problems) > 0 {
		return said(ExitInput)
	}
	return nil
}
