package app

import (
	"context"
	"io"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/source"
)

// read reads all inputs and hands on the rows of some tables. Inputs that
// cannot be read are problems of the ledger, and the others go on; the error
// is emit's or that of ctx. The ledger is always there.
func (a *App) read(ctx context.Context, in Input, opts decode.Options, tables []string, emit func(dogwatch.Batch) error) (*Ledger, error) {
	r, err := decode.NewReader(opts, tables...)
	if err != nil {
		return &Ledger{}, err
	}
	ledger, err := a.sit(ctx, ctx, in, r, emit)
	if err == nil {
		err = r.Finish(emit)
	}
	return ledger, err
}

// sit is read with a reader that is there, and that it does not finish. Nothing is read
// once until ends, but what was read is handed on until ctx ends.
func (a *App) sit(ctx, until context.Context, in Input, r *decode.Reader, emit func(dogwatch.Batch) error) (*Ledger, error) {
	ledger := &Ledger{}
	s := &sitting{until: until, in: in, ledger: ledger, ledgers: r.Ledgers, decoded: r.Decoded}
	take := func(b dogwatch.Batch) error { return s.fail(emit(b)) }
	s.read = func(name string, in io.Reader) error { return r.Read(ctx, name, in, take) }
	err := s.all()
	ledger.Sources = r.Ledgers()
	return ledger, err
}

// A sitting is one reading of all inputs.
type sitting struct {
	until   context.Context // with whose end it ends
	in      Input
	ledger  *Ledger
	read    func(name string, in io.Reader) error // reads one
	ledgers func() []*decode.Ledger               // of those that were read
	decoded func() int64                          // records so far
	failed  error                                 // of whoever takes what is read

	done, total int64 // bytes of the inputs before this one, and of all (0: not known)
}

// all reads the inputs one after the other.
func (s *sitting) all() error {
	found, problems := source.Expand(s.in.Paths, s.in.Stdin)
	s.ledger.Problems = append(s.ledger.Problems, problems...)
	for _, in := range found {
		if in.Size < 0 {
			s.total = 0
			break
		}
		s.total += in.Size
	}
	for _, in := range found {
		if err := s.one(in); err != nil {
			return err
		}
	}
	return nil
}

// one reads an input; what cannot be read of it is a problem and no error.
func (s *sitting) one(in source.Input) error {
	stream, err := in.Open(s.until)
	if err != nil {
		if s.until.Err() != nil {
			return s.until.Err()
		}
		s.ledger.Problems = append(s.ledger.Problems, err)
		return nil
	}
	err = s.read(in.Name, &watched{s, in.Name, stream})
	s.done += stream.Offset()
	if closed := stream.Close(); err == nil {
		err = closed
	}
	switch {
	case s.failed != nil:
		return s.failed
	case s.until.Err() != nil:
		return s.until.Err()
	case err != nil:
		s.ledger.Problems = append(s.ledger.Problems, err)
	default:
		ledgers := s.ledgers()
		s.ledger.judge(ledgers[len(ledgers)-1])
	}
	return nil
}

// fail notes an error that is not the input's.
func (s *sitting) fail(err error) error {
	if err != nil {
		s.failed = err
	}
	return err
}

// A watched stream tells how far reading has come.
type watched struct {
	s      *sitting
	name   string
	stream *source.Stream
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.stream.Read(p)
	if err != nil && w.s.until.Err() != nil {
		err = w.s.until.Err() // whatever was made of it
	}
	if tell := w.s.in.Progress; tell != nil {
		tell(w.name, w.s.done+w.stream.Offset(), w.s.total, w.s.decoded())
	}
	return n, err
}
