package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// huntFlags are what hunt was asked for.
type huntFlags struct {
	output
	loading
	dataFlags
	file      string
	stdin     bool
	shell     bool
	nowText   string
	timeout   time.Duration
	maxRows   int64
	maxMemory int64 // MB

	now int64 // ticks
}

// What a query may give and hold where nobody says more.
const (
	defaultMaxRows   = 1_000_000
	defaultMaxMemory = 2048 // MB
)

func huntCommand(env *Env) *cobra.Command {
	var f huntFlags
	cmd := &cobra.Command{
		Use:   "hunt 'KQL' [FILE...]",
		Short: "Ask anything in KQL over audit logs",
		Long: `Runs a query in the Kusto Query Language over audit logs. The tables are KubeAudit,
one row a request with the traps of audit logs solved, and those of Log Analytics:
AzureDiagnostics, AKSAudit, AKSAuditAdmin, AKSControlPlane, AzureActivity; Sources says
what was read. docs/tables.md describes their columns, docs/kql.md the language.

With -i it is a shell: queries of several lines, history, completion with Tab. .help
there says the rest. Every query reads the inputs anew, so that memory stays bounded and
logs that grow are followed.

Without files the query is asked of the store that "dogwatch import" fills.

With --stdin, queries come as lines of JSON, {"id":"1","query":"..."}, and each is
answered with a line: {"id","columns","rows"}, or {"id","error"}.`,
		Example: `  dogwatch hunt 'KubeAudit | where Verb == "delete" | summarize count() by Actor' audit.log
  dogwatch hunt 'KubeAudit | where Outcome == "Denied" | top 20 by TimeGenerated' logs/ -o csv
  dogwatch hunt -f query.kql audit.log.gz -o json
  dogwatch hunt 'print now() - 1d'
  dogwatch hunt 'KubeAudit | where TimeGenerated > ago(1d) | summarize count() by User'
  dogwatch hunt -i audit.log
  dogwatch hunt --stdin -o jsonl audit.log < queries.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.chosen = cmd.Flags().Changed("output")
			f.cfg.NoBuiltin = true // a query needs the lists, not the rules
			if f.stdin && !cmd.Flags().Changed("output") {
				f.format = "jsonl"
			}
			if err := f.check(env); err != nil {
				return err
			}
			defer f.close()
			switch {
			case f.stdin:
				return f.answerLines(cmd.Context(), env, args)
			case f.shell:
				return f.converse(cmd, env, args)
			}
			return f.answer(cmd.Context(), env, args)
		},
	}
	f.flags(cmd, rowFormats...)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	f.clusterFlags(cmd)
	f.dataFlag(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "read the query from a file; all arguments are inputs then")
	flags.BoolVar(&f.stdin, "stdin", false, "answer queries from standard input, a line of JSON each")
	flags.BoolVarP(&f.shell, "interactive", "i", false, "ask queries in a shell; all arguments are inputs then")
	flags.StringVar(&f.nowText, "now", "", "what now() gives, as 2026-01-02T03:04:05Z (default: the clock)")
	flags.DurationVar(&f.timeout, "timeout", kql.DefaultTime, "end a query that takes longer, as 30s or 2h; 0 for no limit")
	flags.Int64Var(&f.maxRows, "max-rows", defaultMaxRows, "end a query that gives more rows")
	flags.Int64Var(&f.maxMemory, "max-memory", defaultMaxMemory, "end a query that holds more memory, in MB")
	return cmd
}

// check settles the flags once they are read.
func (f *huntFlags) check(env *Env) error {
	if err := f.output.check(env); err != nil {
		return err
	}
	switch {
	case f.stdin && f.file != "":
		return usage("--stdin and --file exclude each other")
	case f.shell && (f.stdin || f.file != ""):
		return usage("-i takes its queries from the terminal: it excludes --stdin and --file").withHint("in the shell, .load FILE runs the query of a file")
	case f.stdin && (f.format != "jsonl" || f.jq != ""):
		return usage("--stdin answers with -o jsonl only, without --jq")
	case f.maxRows <= 0 || f.maxMemory <= 0:
		return usage("--max-rows and --max-memory are above 0")
	}
	f.now = kql.Ticks(env.Now())
	if f.nowText == "" {
		return nil
	}
	var ok bool
	if f.now, ok = value.ParseDateTime(f.nowText); !ok {
		return usage("--now %q: it is no time", f.nowText).withHint("for example --now 2026-01-02T03:04:05Z")
	}
	return nil
}

// query is the query's text and the inputs, which are the other arguments.
func (f *huntFlags) query(args []string) (*diag.File, []string, error) {
	if f.file != "" {
		text, err := os.ReadFile(f.file)
		if err != nil {
			return nil, nil, usage("read the query: %w", err)
		}
		return diag.NewFile(f.file, string(text)), args, nil
	}
	if len(args) == 0 {
		return nil, nil, usage("dogwatch hunt needs a query").withHint("for example: dogwatch hunt 'KubeAudit | take 5' audit.log")
	}
	return diag.NewFile("query", args[0]), args[1:], nil
}

// answer runs one query and prints what it gives.
func (f *huntFlags) answer(ctx context.Context, env *Env, args []string) error {
	file, inputs, err := f.query(args)
	if err != nil {
		return err
	}
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	return f.ask(ctx, env, a, file, inputs)
}

// ask runs a query over inputs and prints what it gives.
func (f *huntFlags) ask(ctx context.Context, env *Env, a *app.App, file *diag.File, inputs []string) error {
	q, err := a.Compile(file)
	if err != nil {
		return badQuery(err, file)
	}
	in, err := f.input(env, q, inputs)
	if err != nil {
		return err
	}
	w, err := f.rows(env, q)
	if err != nil {
		return err
	}
	m := newMeter(env, f.quiet)
	start := env.Now()
	counted := func(b *value.Batch) error { m.clear(); return w.write(b) }
	in.Progress = m.show
	opt := f.options()
	if several, ok := w.(*severalRows); ok {
		opt.OnResult = several.begin
	}
	result, err := f.run(ctx, a, q, in, opt, counted)
	m.clear()
	if failed := w.finish(err); failed != nil {
		return failed
	}
	return f.conclude(env, result, env.Now().Sub(start), err)
}

// badQuery tells a query's mistakes, and hints at a file where the query
// should stand.
func badQuery(err error, file *diag.File) error {
	f := &failure{code: ExitUsage, err: err}
	if _, statErr := os.Stat(file.Text); statErr == nil {
		f.hint = "the query comes before the files: dogwatch hunt 'KubeAudit | take 5' " + file.Text
	}
	return f
}

// enoughInputs wants a file for a query that reads a table of logs.
func enoughInputs(q *kql.Query, inputs []string) error {
	if tables := q.Tables(); len(tables) > 0 && len(inputs) == 0 {
		return usage("the query reads %s, and no input was given", tables[0]).withHint("name files or directories after the query, or - for standard input; or import files into the store")
	}
	return nil
}

// noLimit is the time of a query that its context bounds, reading included.
const noLimit = -1

func (f *huntFlags) run(ctx context.Context, a *app.App, q *kql.Query, in app.Input, opt kql.RunOptions, emit func(*value.Batch) error) (app.HuntResult, error) {
	if f.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.timeout)
		defer stop()
	}
	return a.Hunt(ctx, q, in, opt, emit)
}

// options are what bounds a run.
func (f *huntFlags) options() kql.RunOptions {
	return kql.RunOptions{Now: f.now, MaxRows: f.maxRows, MaxMemory: f.maxMemory << 20, MaxTime: noLimit} // see run
}

// conclude says what was read and how the query ended.
func (f *huntFlags) conclude(env *Env, r app.HuntResult, elapsed time.Duration, err error) error {
	if err != nil {
		return queryFailure(err)
	}
	return concludeQuery(env, &f.output, r, elapsed)
}

// queryFailure is what ended a query early.
func queryFailure(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{code: ExitUsage, err: errors.New("the query takes longer than --timeout allows"), hint: limitHint(err)}
	}
	return &failure{code: ExitUsage, err: err, hint: limitHint(err)}
}
