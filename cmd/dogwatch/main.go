// Command dogwatch finds attacks in the audit logs of Kubernetes clusters.
// main turns signals into a context and a number into an exit code.
package main

import (
	"os"

	"github.com/dogwatch-dev/dogwatch/internal/cli"
)

// version is set by the linker.
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	env := cli.System(version)
	cli.CollectLate(env)
	ctx, stop := cli.Signals(env)
	defer stop()
	return cli.Run(ctx, env, os.Args[1:])
}
