package app

import (
	"context"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/rule"
	"github.com/dogwatch-dev/dogwatch/internal/source"
)

// read reads all inputs and hands on the rows of some tables. Inputs that
// cannot be read are problems of the ledger, and the others go on; the error
// is emit's or that of ctx. The ledger is always there.
func (a *App) read(ctx context.Context, in Input, lists *rule.Lists, tables []string, emit func(dogwatch.Batch) error) (*Ledger, error) {
	ledger := &Ledger{}
	r, err := decode.NewReader(a.decodeOptions(lists), tables...)
	if err != nil {
		return ledger, err
	}
	s := &sitting{ctx: ctx, in: in, reader: r, ledger: ledger, emit: emit}
	err = s.all()
	ledger.Sources = r.Ledgers()
	for _, l := range ledger.Sources {
		ledger.judge(l)
	}
	return ledger, err
}

// A sitting is one reading of all inputs.
type sitting struct {
	ctx    context.Context
	in     Input
	reader *decode.Reader
	ledger *Ledger
	emit   func(dogwatch.Batch) error
	failed error // emit's
}

func (s *sitting) take(b dogwatch.Batch) error {
	if err := s.emit(b); err != nil {
		s.failed = err
		return err
	}
	return nil
}
