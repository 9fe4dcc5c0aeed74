package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// Exit codes; `dogwatch help exit-codes` prints them.
const (
	ExitDone        = 0
	ExitFindings    = 1
	ExitUsage       = 2
	ExitInput       = 3
	ExitInterrupted = 130
)

// A failure ends a command with a code. What it says was not said before.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage is a mistake in how dogwatch was called.
func usage(format string, args ...any) *failure {
	return &failure{code: ExitUsage, err: fmt.Errorf(format, args...)}
}

func (f *failure) withHint(format string, args ...any) *failure {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

// unread is about input that could not be read.
func unread(err error) *failure { return &failure{code: ExitInput, err: err} }

// errSaid ends a command whose messages are printed already.
var errSaid = errors.New("said")

func said(code int) error { return &failure{code: code, err: errSaid} }

// exitCode says how an error ends the process.
func exitCode(ctx context.Context, err error) int {
	if err == nil {
		return ExitDone
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return ExitInterrupted
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.code
	}
	return ExitUsage
}

// report prints an error: what, where, what to do.
func report(w io.Writer, err error) {
	var list diag.List
	f, isFailure := errors.AsType[*failure](err)
	switch {
	case errors.Is(err, errSaid):
		return
	case errors.As(err, &list):
		fmt.Fprintf(w, "%s\n", list.Error())
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(w, "dogwatch: interrupted")
	default:
		fmt.Fprintf(w, "dogwatch: %s\n", printable(err.Error()))
	}
	if isFailure && f.hint != "" {
		fmt.Fprintf(w, "hint: %s\n", printable(f.hint))
	}
}

// limitHint says which flag raises the limit that a query ran into.
func limitHint(err error) string {
	limit, ok := errors.AsType[*kql.LimitError](err)
	switch {
	case ok && limit.What == "memory":
		return "--max-memory raises the limit"
	case ok && limit.What == "rows":
		return "--max-rows raises the limit"
	case ok && limit.What == "time", errors.Is(err, context.DeadlineExceeded):
		return "--timeout gives the query more time"
	}
	return ""
}
