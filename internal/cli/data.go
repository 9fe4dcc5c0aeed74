package cli

import (
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql"
)

// dataFlags say where the store is.
type dataFlags struct {
	dir    string
	opened *app.Store // for reading, once a query needs it
}

func (d *dataFlags) dataFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.dir, "data", "", "the folder of the store (default $DOGWATCH_DATA, else dogwatch in $XDG_DATA_HOME or ~/.local/share)")
}

// folder is the store's, as far as anybody says.
func (d *dataFlags) folder(env *Env) (string, error) {
	home := env.Getenv("HOME")
	switch {
	case d.dir != "":
		return d.dir, nil
	case env.Getenv("DOGWATCH_DATA") != "":
		return env.Getenv("DOGWATCH_DATA"), nil
	case env.Getenv("XDG_DATA_HOME") != "":
		return filepath.Join(env.Getenv("XDG_DATA_HOME"), "dogwatch"), nil
	case home != "":
		return filepath.Join(home, ".local", "share", "dogwatch"), nil
	}
	return "", usage("it is not known where the store is").withHint("--data DIR says so")
}

// open opens the store.
func (d *dataFlags) open(env *Env, opt app.StoreOptions) (*app.Store, error) {
	dir, err := d.folder(env)
	if err != nil {
		return nil, err
	}
	opt.Dir, opt.Now = dir, env.Now
	s, err := app.OpenStore(opt)
	if err != nil {
		return nil, unread(err)
	}
	return s, nil
}

// input is what a query reads: the files that are named, or the store.
func (d *dataFlags) input(env *Env, q *kql.Query, paths []string) (app.Input, error) {
	in := app.Input{Paths: paths, Stdin: env.Stdin}
	if len(paths) > 0 {
		if d.dir != "" {
			return in, usage("a query is asked of files or, with --data, of the store: not of both")
		}
		return in, nil
	}
	if len(q.Tables()) == 0 {
		return in, nil
	}
	if d.opened == nil {
		s, err := d.open(env, app.StoreOptions{ReadOnly: true})
		if errors.Is(err, app.ErrNoStore) && d.dir == "" {
			return in, enoughInputs(q, nil)
		}
		if err != nil {
			return in, err
		}
		d.opened = s
	}
	in.Store = d.opened
	return in, nil
}

// leave ends the use of a store that was only read, or has said already what went
// wrong.
func leave(s *app.Store) { _ = s.Close() }

// close ends the use of a store that queries were asked of.
func (d *dataFlags) close() {
	if d.opened != nil {
		_ = d.opened.Close() // it was only read
		d.opened = nil
	}
}
