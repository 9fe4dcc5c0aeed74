package cli

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// importFlags are what import was asked for.
type importFlags struct {
	output
	loading
	dataFlags
}

func importCommand(env *Env) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE...",
		Short: "Put audit logs into the store, to hunt in them without reading files",
		Long: `Reads logs of any shape that dogwatch knows and keeps every record in the store, byte
for byte. What is reported as kept is on disk. An import that was broken off is done
again: records that are there already are passed over, going by their file and their
place in it, so a file that has grown can be imported again too. "dogwatch hunt" without
files asks the store. What rules compare is kept as columns; --rules adds your own and
saved hunting queries. docs/store.md says how it works.`,
		Example: `  dogwatch import audit.log
  dogwatch import logs/ --data /var/lib/dogwatch
  dogwatch import logs/ --rules hunts/
  zstdcat old.zst | dogwatch import -`,
		Args: arguments(1, -1, "files or directories, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			return f.run(cmd.Context(), env, args)
		},
	}
	f.flags(cmd, "table", "json")
	f.dataFlag(cmd)
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.clusterFlags(cmd)
	return cmd
}

// importMemory is what an import is content with: two times what the store holds
// before it seals, and what reading and sealing take. The collector works harder
// to stay below.
const importMemory = 216 << 20

func (f *importFlags) run(ctx context.Context, env *Env, args []string) (err error) {
	if env.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(importMemory)
	}
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	s, err := f.open(env, app.StoreOptions{})
	if err != nil {
		return err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	m := newMeter(env, f.quiet)
	start := env.Now()
	result, err := a.Import(ctx, s, app.Input{Paths: args, Stdin: env.Stdin, Progress: m.show})
	m.clear()
	printLedger(env.Stderr, result.Ledger, env.Now().Sub(start), f.quiet)
	if f.isJSON() {
		doc := struct {
			Kept  int64 `json:"kept"`
			Known int64 `json:"known"`
		}{result.Kept, result.Known}
		if failed := f.writeJSON(env.Stdout, doc); err == nil {
			err = failed
		}
	} else {
		f.note(env, "%s kept, %s known already", plural(result.Kept, "record"), thousands(result.Known))
	}
	if err == nil && len(result.Ledger.Problems) > 0 {
		err = said(ExitInput)
	}
	return err
}
