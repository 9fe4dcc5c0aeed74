// Command dogwatch finds attacks in the audit logs of Kubernetes clusters.
// main turns signals into a context and a number into an exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/dogwatch-dev/dogwatch/internal/cli"
)

// version is set by the linker.
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once, should the first not do.
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, cli.System(version), os.Args[1:])
}
