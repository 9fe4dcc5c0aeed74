package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// benchFlags are what bench was asked for.
type benchFlags struct {
	output
	loading
	cpus, scans int
}

func benchCommand(env *Env) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench FILE",
		Short: "Measure how many events a second this machine can scan",
		Long: `Loads an audit log into memory and measures a scan of it from there: everything that
"dogwatch scan" does with each event, without reading the file, loading the rules and
printing the alerts. It tells how large a machine has to be.

It scans several times, each time from the beginning, and tells of the scan that took
the middle of the times: the first is slower, and so is any that other work comes between.

Candidates are the rows that the sieve left for the rules to judge. Compare on a quiet
machine, and ratios rather than figures of different machines.`,
		Example: `  dogwatch bench kube-audit.log
  dogwatch bench --cpu 1 -o json kube-audit.log.zst
  dogwatch bench --scans 15 kube-audit.log
  dogwatch bench --rules my-rules/ kube-audit.log`,
		Args: arguments(1, 1, "a file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			return bench(cmd.Context(), env, &f, args[0])
		},
	}
	f.flags(cmd, "text", "json")
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	f.clusterFlags(cmd)
	cmd.Flags().IntVar(&f.cpus, "cpu", 0, "use this many processors (0: all)")
	cmd.Flags().IntVar(&f.scans, "scans", 3, "scan this many times")
	return cmd
}

func bench(ctx context.Context, env *Env, f *benchFlags, path string) error {
	if f.cpus < 0 {
		return usage("--cpu %d: it is a number of processors, 0 for all", f.cpus)
	}
	if f.scans < 1 {
		return usage("--scans %d: it is a number of scans, at least 1", f.scans)
	}
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(f.cpus))
	r, err := a.Bench(ctx, path, env.Stdin, f.scans)
	if err != nil {
		return &failure{code: ExitInput, err: err}
	}
	if f.format == "json" {
		return f.writeJSON(env.Stdout, r)
	}
	_, err = fmt.Fprintf(env.Stdout, `%s a second: %s (%s) in %.3f s, %.3f s of processor time
%s a second
%s, %s, %s
%.2f allocations and %.0f bytes an event
`,
		plural(int64(r.EventsPerSecond), "event"), plural(r.Events, "event"), size(r.Bytes), r.Seconds, r.CPUSeconds,
		size(int64(r.BytesPerSecond)), plural(int64(r.Rules), "rule"), plural(r.Candidates, "candidate"), plural(int64(r.Alerts), "alert"),
		r.AllocsPerEvent, r.BytesAllocPerEvent)
	return err
}
