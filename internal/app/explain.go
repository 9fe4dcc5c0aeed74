package app

import (
	"context"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/detect"
)

// A Line is a step of a rule and what became of the rows that reached it.
type Line = detect.Line

// A Miss is a row that failed a condition of a line.
type Miss = detect.Miss

// An Explanation is what a rule's lines let through, and what came of it.
type Explanation = detect.Explanation

// A Story is what one actor did without a long pause.
type Story = detect.Story

// Stories folds alerts into stories, the worst first.
func Stories(alerts []dogwatch.Alert) []Story { return detect.Stories(alerts) }

// Explain runs a rule line by line over inputs.
func (a *App) Explain(ctx context.Context, r *dogwatch.Rule, in Input) (*Explanation, *Ledger, error) {
	var ledger *Ledger
	out, err := detect.Explain(ctx, r, a.set.Catalog(), func(emit func(dogwatch.Batch) error) error {
		var err error
		ledger, err = a.read(ctx, in, a.decodeOptions(a.set.Lists), r.Query.Tables(), emit)
		return err
	})
	return out, ledger, err
}
