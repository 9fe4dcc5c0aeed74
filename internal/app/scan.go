package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
)

// A ScanResult is what a scan found, and what became of everything it read.
type ScanResult struct {
	Alerts []dogwatch.Alert // by their first event
	Ledger *Ledger
	Rules  []detect.RuleStats
	// Restored says what became of the state that was loaded; nil: there was none.
	Restored *detect.Restored

	kept *keepsake // of a scan that has a state
}

// Losses says, a line each, what rules could not judge or keep.
func (r *ScanResult) Losses() (out []string) {
	for _, s := range r.Rules {
		if s.Skipped > 0 {
			out = append(out, fmt.Sprintf("rule %s could not judge %d rows: %v", s.Rule.Short, s.Skipped, s.Err))
		} else if s.Err != nil {
			out = append(out, fmt.Sprintf("rule %s: %v", s.Rule.Short, s.Err))
		}
		if s.Dropped > 0 {
			out = append(out, fmt.Sprintf("rule %s had no memory for %d rows that it counts", s.Rule.Short, s.Dropped))
		}
		if s.Late > 0 {
			out = append(out, fmt.Sprintf("rule %s got %d rows too late to count them", s.Rule.Short, s.Late))
		}
		if s.Coarse {
			out = append(out, fmt.Sprintf("rule %s looked less often than it should, to end in time", s.Rule.Short))
		}
	}
	return out
}

// grace is how long the rules may still take for what was read after the scan was
// called off.
const grace = 5 * time.Second

// outlast ends so long after ctx.
func outlast(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	after, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, end) })
	return after, func() {
		stop()
		end()
	}
}

// Scan runs the rules over all inputs. What was found in what was read is returned also
// when the error says that the scan was called off.
func (a *App) Scan(until context.Context, in Input) (*ScanResult, error) {
	ctx, stop := outlast(until, grace)
	defer stop()
	s, err := a.newScanning(ctx)
	if err != nil {
		return nil, err
	}
	result := &ScanResult{Ledger: &Ledger{}}
	if in.State != "" {
		result.kept = &keepsake{path: in.State}
		if result.Restored, err = result.kept.load(a, s); err != nil {
			return result, err
		}
	}
	err = s.read(ctx, until, a, in, result)
	alerts, failed := s.engine.Finish(ctx)
	if err == nil {
		err = failed
	}
	if called := until.Err(); called != nil && errors.Is(err, context.Canceled) {
		err = called
	}
	if err != nil {
		result.Discard()
	}
	result.Alerts, result.Rules = alerts, s.engine.Stats()
	return result, err
}

// read feeds the rules with all inputs.
func (s *scanning) read(ctx, until context.Context, a *App, in Input, result *ScanResult) error {
	var err error
	result.Ledger, err = a.sit(ctx, until, in, s.reader, s.worker.Feed)
	if err == nil && result.kept != nil {
		err = result.kept.draft(a, s)
	}
	if err == nil {
		err = s.reader.Finish(s.worker.Feed)
	}
	// The last runs of rules need the room.
	s.reader.Forget()
	s.worker = nil
	return err
}

// A scanning is the rules at work on what a reader reads.
type scanning struct {
	engine *detect.Engine
	worker *detect.Worker
	reader *decode.Reader
}

func (a *App) newScanning(ctx context.Context) (*scanning, error) {
	s := &scanning{engine: detect.New(a.rules, detect.Options{Catalog: a.set.Catalog(), Resident: a.resident})}
	opts := a.decodeOptions(a.set.Lists)
	var worker sync.WaitGroup
	if runtime.GOMAXPROCS(0) > 1 {
		worker.Go(func() { s.worker = s.engine.NewWorker(ctx) })
		opts.Sieve = s.engine.NewSieve(ctx) // rows are judged while others are looked at
	} else {
		s.worker = s.engine.NewWorker(ctx)
		opts.Sieve = s.worker
	}
	var err error
	s.reader, err = decode.NewReader(opts, s.engine.Tables()...)
	worker.Wait()
	if err == nil {
		s.engine.ReadRows(s.reader.Row)
		s.worker.Trust(sifted, s.reader.Told()...)
	}
	return s, err
}

// Test runs the tests of the rules whose short names are given; nil means all.
// Where too few alerts came, it says which line of the rule stopped them.
func (a *App) Test(ctx context.Context, short map[string]bool) ([]TestResult, error) {
	results, err := a.set.Test(ctx, a.judge, func(r *dogwatch.Rule) bool { return short == nil || short[r.Short] })
	for i := range results {
		if t := &results[i]; t.Missing {
			if why := a.whyNot(ctx, t); why != "" {
				t.Failure += "\n" + why
			}
		}
	}
	return results, err
}

// judge runs one rule over the records of a test, as Scan would.
func (a *App) judge(ctx context.Context, r *dogwatch.Rule, lists *rule.Lists, input []byte) ([]dogwatch.Alert, error) {
	enabled := *r
	enabled.Enabled = true
	engine := detect.New([]*dogwatch.Rule{&enabled}, detect.Options{Catalog: rule.NewCatalog(a.tables, lists)})
	worker := engine.NewWorker(ctx)
	reader, err := decode.NewReader(a.decodeOptions(lists), engine.Tables()...)
	if err != nil {
		return nil, err
	}
	if err := reader.Read(ctx, "test", bytes.NewReader(input), worker.Feed); err != nil {
		return nil, err
	}
	if err := reader.Finish(worker.Feed); err != nil {
		return nil, err
	}
	for _, l := range reader.Ledgers() {
		for _, refused := range l.Refused {
			return nil, fmt.Errorf("a given record is none: %s", refused)
		}
	}
	alerts, err := engine.Finish(ctx)
	for _, s := range engine.Stats() {
		if s.Err != nil {
			return nil, s.Err
		}
	}
	return alerts, err
}
