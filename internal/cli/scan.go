package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// scanFlags are what scan was asked for.
type scanFlags struct {
	output
	loading
	only      []string
	failOn    string
	least     string
	noSummary bool
	timeout   time.Duration

	failAt  dogwatch.Severity
	showAt  dogwatch.Severity
	failing bool
}

func scanCommand(env *Env) *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan FILE...",
		Short: "Look for attacks in audit logs",
		Long: `Runs the rules over audit logs and says what happened, by whom, and why it matters:
alerts in the order of time, then the stories that they tell.

Inputs are files, directories, globs in quotes, and - for standard input, in any of
the shapes that "dogwatch help inputs" lists, plain, gzip or zstd.`,
		Example: `  dogwatch scan kube-audit.log
  dogwatch scan /var/log/kubernetes/audit/ --rules my-rules/ --lists my-lists/
  dogwatch scan insights-logs-kube-audit/ -o jsonl | jq -r .summary
  zstdcat audit.zst | dogwatch scan - --fail-on high
  dogwatch scan audit.log -o sarif > audit.sarif`,
		Args: arguments(1, -1, "a file, a directory, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			return scan(cmd.Context(), env, &f, args)
		},
	}
	f.flags(cmd, alertFormats...)
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.clusterFlags(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.only, "only", nil, "run these rules only (repeatable)")
	flags.StringVar(&f.failOn, "fail-on", "none", "exit with 1 when an alert is this severe: none, informational, low, medium, high")
	flags.StringVar(&f.least, "severity", "informational", "print alerts of this severity and above")
	flags.BoolVar(&f.noSummary, "no-summary", false, "leave out the stories at the end")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop reading after this time")
	complete(cmd, "fail-on", "none", "informational", "low", "medium", "high")
	complete(cmd, "severity", "informational", "low", "medium", "high")
	_ = cmd.RegisterFlagCompletionFunc("only", f.ruleNames)
	return cmd
}

// check settles the flags once they are read.
func (f *scanFlags) check(env *Env) error {
	if err := f.output.check(env); err != nil {
		return err
	}
	var err error
	if f.failOn != "none" {
		f.failing = true
		if f.failAt, err = severity("--fail-on", f.failOn); err != nil {
			return err
		}
	}
	f.showAt, err = severity("--severity", f.least)
	return err
}

func severity(flag, name string) (dogwatch.Severity, error) {
	s, ok := dogwatch.ParseSeverity(name)
	if ok {
		return s, nil
	}
	fail := usage("%s %q: it is informational, low, medium or high", flag, name)
	if near := diag.Nearest(name, dogwatch.SeverityNames()); near != "" {
		return s, fail.withHint("did you mean %s?", near)
	}
	return s, fail
}

// narrow leaves the rules that --only names. One that is disabled runs when it
// is named.
func (f *scanFlags) narrow(a *app.App) error {
	only, err := selected(a, f.only)
	if err != nil {
		return err
	}
	a.Only(func(r *dogwatch.Rule) bool { return only == nil && r.Enabled || only[r.Short] })
	return nil
}

func scan(ctx context.Context, env *Env, f *scanFlags, inputs []string) error {
	a, err := f.load()
	if err != nil {
		return err
	}
	if err := f.narrow(a); err != nil {
		return err
	}
	if f.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.timeout)
		defer stop()
	}
	m := newMeter(env, f.quiet)
	p := &alertPrinter{f: f, env: env, m: m}
	start := env.Now()
	ledger, err := a.Scan(ctx, app.Input{Paths: inputs, Stdin: env.Stdin, Progress: m.show}, p.take)
	m.clear()
	if failed := p.finish(); failed != nil {
		return failed
	}
	printLedger(env.Stderr, ledger, env.Now().Sub(start), f.quiet)
	return f.verdict(ledger, p, err)
}

// verdict is how the scan ends: interrupted, input missing, findings, or done.
func (f *scanFlags) verdict(l *app.Ledger, p *alertPrinter, err error) error {
	switch {
	case err != nil:
		return &failure{code: ExitInput, err: err, hint: limitHint(err)}
	case len(l.Problems) > 0:
		return said(ExitInput)
	case f.failing && p.worst:
		return said(ExitFindings)
	}
	return nil
}

// An alertPrinter prints alerts: at once as lines of JSON, else at the end, in
// the order of time.
type alertPrinter struct {
	f      *scanFlags
	env    *Env
	m      *meter
	alerts []dogwatch.Alert
	worst  bool // one was as severe as --fail-on says
}

func (p *alertPrinter) take(a dogwatch.Alert) error {
	if p.f.failing && a.Severity >= p.f.failAt {
		p.worst = true
	}
	if a.Severity < p.f.showAt {
		return nil
	}
	if p.f.format != "jsonl" {
		p.alerts = append(p.alerts, a)
		return nil
	}
	p.m.clear()
	return p.f.writeJSON(p.env.Stdout, a)
}

func (p *alertPrinter) finish() error {
	f := p.f
	sortAlerts(p.alerts)
	switch f.format {
	case "jsonl":
		return nil
	case "json":
		return f.writeJSON(p.env.Stdout, listOf(p.alerts))
	}
	if err := f.printAlerts(p.env, p.env.Stdout, p.alerts); err != nil {
		return err
	}
	if f.noSummary || f.quiet || f.format != "table" && f.format != "wide" {
		return nil
	}
	return p.summary()
}

// An alertList is what scan -o json prints.
type alertList struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Items      []dogwatch.Alert `json:"items"`
}

func listOf(alerts []dogwatch.Alert) alertList {
	if alerts == nil {
		alerts = []dogwatch.Alert{}
	}
	return alertList{dogwatch.APIVersion, "AlertList", alerts}
}

func (p *alertPrinter) summary() error {
	if len(p.alerts) == 0 {
		_, err := fmt.Fprintln(p.env.Stdout, "No alerts.")
		return err
	}
	fmt.Fprintln(p.env.Stdout)
	return printStories(p.env, p.env.Stdout, app.Stories(p.alerts), p.f.palette)
}
