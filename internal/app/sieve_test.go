package app

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
)

// The sieve changes how fast alerts are found, and nothing about them.
func TestSieveChangesNoAlert(t *testing.T) {
	a := Load(Config{NoTests: true})
	for _, name := range []string{"attacks", "benign"} {
		_, text, err := load(corpora+name+".ndjson.zst", nil)
		if err != nil {
			t.Fatal(err)
		}
		with, rows := scanText(t, a, text, true)
		without, all := scanText(t, a, text, false)
		if len(with) != len(without) {
			t.Errorf("%s: %d alerts with the sieve, %d without", name, len(with), len(without))
		}
		for i := range min(len(with), len(without)) {
			if x, y := asJSON(t, with[i]), asJSON(t, without[i]); !bytes.Equal(x, y) {
				t.Fatalf("%s: alert %d with the sieve:\n%s\nwithout:\n%s", name, i, x, y)
			}
		}
		if 2*rows > all {
			t.Errorf("%s: the sieve leaves %d of %d rows", name, rows, all)
		}
	}
}

func scanText(t *testing.T, a *App, text []byte, sieve bool) (alerts []dogwatch.Alert, rows int) {
	t.Helper()
	ctx := context.Background()
	engine := detect.New(a.rules, detect.Options{Catalog: a.set.Catalog()})
	worker := engine.NewWorker(ctx)
	opts := a.decodeOptions(a.set.Lists)
	if sieve {
		opts.Sieve = worker
	}
	r, err := decode.NewReader(opts, engine.Tables()...)
	if err != nil {
		t.Fatal(err)
	}
	emit := func(b dogwatch.Batch) error {
		rows += b.Rows.Len()
		return worker.Feed(b)
	}
	if err := r.ReadText(ctx, "log", text, emit); err != nil {
		t.Fatal(err)
	}
	if err := r.Finish(emit); err != nil {
		t.Fatal(err)
	}
	alerts, err = engine.Finish(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return alerts, rows
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}
