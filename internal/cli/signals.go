package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupts says what Ctrl-C ends: the process, or while a shell runs a query
// that query only.
type interrupts struct {
	query atomic.Pointer[context.CancelFunc]
}

// Signals returns a context that ends when the process is told to. A second
// signal ends the process at once, should the first not do.
func Signals(env *Env) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan os.Signal, 1)
	signal.Notify(got, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer cancel()
		defer signal.Stop(got)
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-got:
				if s == os.Interrupt && env.interrupts.take() {
					continue
				}
				return
			}
		}
	}()
	return ctx, cancel
}

// take ends the query that runs, if there is one that Ctrl-C did not end yet.
func (i *interrupts) take() bool {
	end := i.query.Swap(nil)
	if end == nil {
		return false
	}
	(*end)()
	return true
}

// during gives the context of a query that Ctrl-C ends without ending ctx.
func (i *interrupts) during(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	i.query.Store(&cancel)
	return ctx, func() {
		i.query.Store(nil)
		cancel()
	}
}
