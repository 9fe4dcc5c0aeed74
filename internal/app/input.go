package app

import (
	"context"
	"fmt"
	"io"

	"github.com/dogwatch-dev/dogwatch/internal/decode"
	"github.com/dogwatch-dev/dogwatch/internal/source"
	"github.com/dogwatch-dev/dogwatch/internal/store"
)

// Input is what to read.
type Input struct {
	Paths []string  // files, folders, globs, - for standard input
	Stdin io.Reader // what - reads
	// Store, when set, is hunted in instead.
	Store store.Store
	// State, when set, is a file that keeps what a scan knows for the next one.
	State string
	// Progress, when set, is told now and then how many bytes of total were
	// read (0: not known), and records found, and in which input.
	Progress func(name string, read, total, records int64)
}

// Until reads from standard input until ctx ends, though it gives nothing.
func Until(ctx context.Context, stdin io.Reader) io.Reader { return source.Until(ctx, stdin) }

// A Ledger says what became of everything that was read.
type Ledger struct {
	Sources []*decode.Ledger
	// Problems are inputs, or parts of them, that could not be read.
	Problems []error
	// Remarks are what else a reader should know.
	Remarks []string
}

// Records is how many records were found.
func (l *Ledger) Records() (n int64) {
	for _, s := range l.Sources {
		n += s.Records()
	}
	return n
}

// Bytes is how much was read, after decompression.
func (l *Ledger) Bytes() (n int64) {
	for _, s := range l.Sources {
		n += s.Bytes
	}
	return n
}

// Decoded is how many records were decoded.
func (l *Ledger) Decoded() (n int64) {
	for _, s := range l.Sources {
		n += s.Decoded
	}
	return n
}

// judge adds what a ledger of an input says about the input as a whole: one
// that holds no record of ours was not read in any useful sense.
func (l *Ledger) judge(s *decode.Ledger) {
	switch {
	case s.Decoded > 0:
	case s.RefusedTotal() > 0:
		l.Problems = append(l.Problems, fmt.Errorf("%q is no log that dogwatch knows: none of its %d records or lines could be decoded", s.Source, s.RefusedTotal()))
	case s.Bytes == 0:
		l.Remarks = append(l.Remarks, fmt.Sprintf("%q is empty", s.Source))
	default:
		l.Remarks = append(l.Remarks, fmt.Sprintf("%q holds no records", s.Source))
	}
}
