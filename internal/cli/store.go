package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

func storeCommand(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Look after the store that import fills",
		Example: `  dogwatch store status
  dogwatch store verify
  dogwatch store compact --max-age 2160h
  dogwatch store export > all.ndjson`,
	}
	cmd.AddCommand(storeStatusCommand(env), storeVerifyCommand(env), storeCompactCommand(env), storeExportCommand(env), storeHeadCommand(env))
	return cmd
}

func storeStatusCommand(env *Env) *cobra.Command {
	var f struct {
		output
		dataFlags
	}
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show what the store keeps",
		Example: "  dogwatch store status\n  dogwatch store status -o json --jq .records",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			s, err := f.open(env, app.StoreOptions{ReadOnly: true})
			if err != nil {
				return err
			}
			defer leave(s)
			status, err := s.Status(cmd.Context())
			if err != nil {
				return unread(err)
			}
			return showStatus(env, &f.output, statusOf(&status))
		},
	}
	f.flags(cmd, "table", "json")
	f.dataFlag(cmd)
	return cmd
}

// A statusDocument is a store's status as -o json tells it.
type statusDocument struct {
	Records     int64         `json:"records"`
	First       int64         `json:"first"`
	Last        int64         `json:"last"`
	From        *time.Time    `json:"from,omitempty"`
	To          *time.Time    `json:"to,omitempty"`
	RawBytes    int64         `json:"rawBytes"`
	DiskBytes   int64         `json:"diskBytes"`
	Segments    int           `json:"segments"`
	Unsealed    int64         `json:"unsealed"`
	Streams     int           `json:"streams"`
	Dropped     int64         `json:"dropped"`
	Head        app.StoreHead `json:"head"`
	Quarantined []string      `json:"quarantined,omitempty"`
}

func statusOf(s *app.StoreStatus) *statusDocument {
	d := &statusDocument{
		Records: s.Records, First: s.FirstSeq, Last: s.LastSeq, RawBytes: s.RawBytes, DiskBytes: s.DiskBytes,
		Segments: s.Segments, Unsealed: s.Unsealed, Streams: s.Streams, Dropped: s.Dropped, Head: s.Head, Quarantined: s.Quarantined,
	}
	if s.From != 0 {
		from, to := app.TimeOfTicks(s.From), app.TimeOfTicks(s.To)
		d.From, d.To = &from, &to
	}
	return d
}

func showStatus(env *Env, o *output, d *statusDocument) error {
	if o.isJSON() {
		return o.writeJSON(env.Stdout, d)
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintf(env.Stdout, "%-12s %s\n", name, oneLine(fmt.Sprintf(format, args...)))
	}
	row("records", "%s (%s in the log only)", thousands(d.Records), thousands(d.Unsealed))
	if d.From != nil {
		row("events", "%s to %s", d.From.Format(time.DateTime), d.To.Format(time.DateTime))
	}
	row("size", "%s on disk for %s of records", size(d.DiskBytes), size(d.RawBytes))
	row("segments", "%s", thousands(int64(d.Segments)))
	row("streams", "%s", thousands(int64(d.Streams)))
	if d.Dropped > 0 {
		row("dropped", "%s by retention", plural(d.Dropped, "record"))
	}
	row("head", "record %d, %s", d.Head.Seq, d.Head.Chain)
	for _, q := range d.Quarantined {
		row("damaged", "%s", q)
	}
	return nil
}

func storeCompactCommand(env *Env) *cobra.Command {
	var f struct {
		output
		dataFlags
		age  time.Duration
		size int64
	}
	cmd := &cobra.Command{
		Use:   "compact",
		Short: "Join small files of the store, and drop what is too old or too much",
		Long: `Joins the small files that many short imports leave. With --max-age or --max-size whole
files of records go, those that were received first; "store verify" knows of it.`,
		Example: "  dogwatch store compact\n  dogwatch store compact --max-age 2160h --max-size 50000",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			if f.age < 0 || f.size < 0 {
				return usage("--max-age and --max-size are above 0")
			}
			s, err := f.open(env, app.StoreOptions{MaxAge: f.age, MaxBytes: f.size << 20})
			if err != nil {
				return err
			}
			defer leave(s)
			if err := s.Compact(cmd.Context()); err != nil {
				return unread(err)
			}
			status, err := s.Status(cmd.Context())
			if err != nil {
				return unread(err)
			}
			return showStatus(env, &f.output, statusOf(&status))
		},
	}
	f.flags(cmd, "table", "json")
	f.dataFlag(cmd)
	cmd.Flags().DurationVar(&f.age, "max-age", 0, "drop records that were received longer ago, as 2160h")
	cmd.Flags().Int64Var(&f.size, "max-size", 0, "drop the oldest while there are more MB on disk")
	return cmd
}

func storeExportCommand(env *Env) *cobra.Command {
	var f struct {
		dataFlags
		from, to string
		quiet    bool
	}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the records of the store to standard output, a line each",
		Long: `Writes the records as they came, a line each, in the order of their time. The files of the
store can also be read as they are: they are Parquet, see docs/store.md.`,
		Example: "  dogwatch store export | zstd > all.ndjson.zst\n  dogwatch store export --from 2026-01-01 --to 2026-02-01 > january.ndjson",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := dayOrTime("--from", f.from)
			if err != nil {
				return err
			}
			to, err := dayOrTime("--to", f.to)
			if err != nil {
				return err
			}
			s, err := f.open(env, app.StoreOptions{ReadOnly: true})
			if err != nil {
				return err
			}
			defer leave(s)
			n, err := app.Export(cmd.Context(), s, env.Stdout, from, to, nil)
			if err != nil {
				return unread(err)
			}
			if !f.quiet {
				fmt.Fprintf(env.Stderr, "%s\n", plural(n, "record"))
			}
			return nil
		},
	}
	f.dataFlag(cmd)
	cmd.Flags().StringVar(&f.from, "from", "", "from this time on, as 2026-01-02 or 2026-01-02T03:04:05Z")
	cmd.Flags().StringVar(&f.to, "to", "", "before this time")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print records and errors only")
	return cmd
}

func dayOrTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("%s %q: it is no time", flag, text).withHint("for example %s 2026-01-02T03:04:05Z", flag)
}
