package app

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
)

// Rows of rules that count may lie in memory or on disk: alerts are the same.
func TestRowsOnDiskChangeNoAlert(t *testing.T) {
	a := Load(Config{NoTests: true})
	for _, name := range []string{"attacks", "day", "deeds"} {
		_, text, err := load(t.Context(), corpora+name+".ndjson.zst", nil)
		if err != nil {
			t.Fatal(err)
		}
		inMemory, none := scanWith(t, a, text, 1<<40)
		onDisk, some := scanWith(t, a, text, 50<<10)
		if x, y := asJSON(t, inMemory), asJSON(t, onDisk); !bytes.Equal(x, y) {
			t.Errorf("%s: alerts with rows in memory:\n%s\non disk:\n%s", name, difference(x, y), difference(y, x))
		}
		if none != 0 || some < 100<<10 {
			t.Errorf("%s: %d bytes on disk, then %d", name, none, some)
		}
	}
}

// What is told of the rows in memory is what holds for as many rules that count.
func TestTellsWhatLiesInMemory(t *testing.T) {
	a := Load(Config{NoTests: true})
	var stats []RuleStats
	for _, r := range a.rules {
		stats = append(stats, RuleStats{Rule: r})
	}
	counting := len(slices.DeleteFunc(slices.Clone(stats), func(st RuleStats) bool { return !st.Rule.Counts() }))
	if all := slices.Repeat(stats, 20); InMemory(all) != detect.InMemory(20*counting) || InMemory(all) <= InMemory(stats) {
		t.Errorf("%d rules that count keep %d bytes in memory, twenty times as many %d", counting, InMemory(stats), InMemory(all))
	}
}

// scanWith scans with so many bytes for all rows of rules that count, and says
// how many lay on disk.
func scanWith(t *testing.T, a *App, text []byte, resident int64) (alerts []dogwatch.Alert, shelved int64) {
	t.Helper()
	ctx := context.Background()
	engine := detect.New(a.rules, detect.Options{Catalog: a.set.Catalog(), Resident: resident})
	worker := engine.NewWorker(ctx)
	opts := a.decodeOptions(a.set.Lists)
	opts.Sieve, opts.BatchRows = engine.NewSieve(ctx), 64
	r, err := decode.NewReader(opts, engine.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ReadText(ctx, "log", text, worker.Feed); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(worker.Feed); err != nil {
		t.Fatal(err)
	}
	if alerts, err = engine.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	for _, s := range engine.Stats() {
		if shelved += s.Shelved; s.Err != nil {
			t.Errorf("%s: %v", s.Rule.Short, s.Err)
		}
	}
	return alerts, shelved
}
