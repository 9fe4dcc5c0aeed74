package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
	ruleStats bool
	timeout   time.Duration
	state     string
	told      bool

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
the shapes that "dogwatch help inputs" lists, plain, gzip or zstd.

With --state FILE a log can be scanned in pieces, a day at a time: what rules have
counted, which requests and objects were seen, and what was told is read from FILE and
written there at the end. Nothing is closed between pieces: after the last one all
alerts together are those of one scan of the whole log. Alerts that were told before
are told again only when they say more, with the same id. A rule that has changed since,
or its lists, begins anew, which is said. FILE holds records of the log, and a scan that
is called off leaves it as it was.`,
		Example: `  dogwatch scan kube-audit.log
  dogwatch scan /var/log/kubernetes/audit/ --rules my-rules/ --lists my-lists/
  dogwatch scan insights-logs-kube-audit/ -o jsonl | jq -r .summary
  zstdcat audit.zst | dogwatch scan - --fail-on high
  dogwatch scan audit.log -o sarif > audit.sarif
  dogwatch scan --state cluster-a.state audit-2026-11-21.log.gz`,
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
	f.functionsFlag(cmd, env)
	f.clusterFlags(cmd)
	flags := cmd.Flags()
	flags.StringSliceVar(&f.only, "only", nil, "run these rules only (repeatable)")
	flags.StringVar(&f.failOn, "fail-on", "none", "exit with 1 when an alert is this severe: none, informational, low, medium, high")
	flags.StringVar(&f.least, "severity", "informational", "print alerts of this severity and above")
	flags.BoolVar(&f.noSummary, "no-summary", false, "leave out the stories at the end")
	flags.BoolVar(&f.ruleStats, "rule-stats", false, "say what each rule looked at, found, and kept in memory")
	flags.DurationVar(&f.timeout, "timeout", 0, "stop reading after this time")
	flags.StringVar(&f.state, "state", "", "go on from what a scan before wrote to this file, and write it anew")
	flags.BoolVar(&f.told, "told", false, "with --state, print the alerts that were told before as well")
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
	if f.showAt, err = severity("--severity", f.least); err == nil && f.told && f.state == "" {
		err = usage("--told is of use with --state only")
	}
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

// scanMemory is what a scan is content with, however long the log: what it
// remembers is bounded, and the collector works harder to stay below. It takes more
// the more rules there are: without that the collector would find little to free.
func scanMemory(rules int) int64 { return max(160<<20, int64(rules)*(300<<10)) }

func scan(ctx context.Context, env *Env, f *scanFlags, inputs []string) error {
	a, err := f.loadToRun()
	if err != nil {
		return err
	}
	adviseOnLists(env, a)
	if err := f.narrow(a); err != nil {
		return err
	}
	if env.Getenv("GOMEMLIMIT") == "" {
		limitMemory(scanMemory(len(a.Rules())))
	}
	if f.timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, f.timeout)
		defer stop()
	}
	m := newMeter(env, f.quiet)
	start := env.Now()
	result, err := a.Scan(ctx, app.Input{Paths: inputs, Stdin: env.Stdin, State: f.state, Progress: m.show})
	m.clear()
	if result == nil || result.Rules == nil { // it did not begin
		return &failure{code: ExitInput, err: err}
	}
	failed := f.tell(env, a, result)
	if failed == nil {
		printLedger(env.Stderr, result.Ledger, env.Now().Sub(start), f.quiet)
		if f.ruleStats {
			failed = writeRuleStats(env.Stderr, result.Rules, f.palette)
		}
	}
	if failed != nil {
		result.Discard()
		return failed
	}
	if failed := result.Keep(); failed != nil && err == nil {
		return &failure{code: ExitInput, err: failed}
	}
	return f.verdict(result, err)
}

// tell prints what the scan found, and what it lost.
func (f *scanFlags) tell(env *Env, a *app.App, r *app.ScanResult) error {
	f.noteRestored(env, r)
	found := f.found(r)
	shown := f.shown(found)
	if err := f.print(env, shown, r.Ledger); err != nil {
		return err
	}
	for _, loss := range r.Losses() {
		fmt.Fprintf(env.Stderr, "dogwatch: %s\n", oneLine(loss))
	}
	f.note(env, "%s: %s%s", plural(int64(len(a.Rules())), "rule"), plural(int64(len(shown)), "alert"), f.hidden(len(found)-len(shown)))
	return nil
}

// found are the alerts that this scan has to tell: with a state, those that are
// new or say more.
func (f *scanFlags) found(r *app.ScanResult) []dogwatch.Alert {
	if f.told {
		return r.Alerts
	}
	return r.Fresh()
}

// noteRestored says which rules do not go on where they stopped.
func (f *scanFlags) noteRestored(env *Env, r *app.ScanResult) {
	if r.Restored == nil {
		return
	}
	for _, list := range []struct {
		what  string
		rules []string
	}{
		{"changed since the state was written, and begin anew", r.Restored.Changed},
		{"not in the state, and begin now", r.Restored.New},
		{"in the state and not run, and what it knew of them is let go", r.Restored.Gone},
	} {
		if len(list.rules) > 0 {
			fmt.Fprintf(env.Stderr, "dogwatch: rules %s: %s\n", list.what, strings.Join(list.rules, ", "))
		}
	}
}

// hidden says how many alerts are not shown.
func (f *scanFlags) hidden(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and %s below %s", thousands(int64(n)), f.showAt)
}

// shown are the alerts to be printed, in the order of time.
func (f *scanFlags) shown(alerts []dogwatch.Alert) []dogwatch.Alert {
	shown := slices.DeleteFunc(slices.Clone(alerts), func(a dogwatch.Alert) bool { return a.Severity < f.showAt })
	sortAlerts(shown)
	return shown
}

// verdict is how the scan ends: called off, input missing, findings, or done.
// What is not printed for --severity still counts for --fail-on.
func (f *scanFlags) verdict(r *app.ScanResult, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return unread(errors.New("the scan took longer than --timeout allows: what was read until then is shown"))
	case err != nil:
		return &failure{code: ExitInput, err: err}
	case len(r.Ledger.Problems) > 0:
		return said(ExitInput)
	case f.failing && slices.ContainsFunc(f.found(r), func(a dogwatch.Alert) bool { return a.Severity >= f.failAt }):
		return said(ExitFindings)
	}
	return nil
}

// print writes the alerts in the format asked for.
func (f *scanFlags) print(env *Env, alerts []dogwatch.Alert, l *app.Ledger) error {
	switch f.format {
	case "jsonl":
		return f.writeLines(env.Stdout, alerts)
	case "json":
		return f.writeJSON(env.Stdout, listOf(alerts))
	}
	if err := f.printAlerts(env, env.Stdout, alerts); err != nil {
		return err
	}
	if f.format != "table" && f.format != "wide" {
		return nil
	}
	if len(alerts) == 0 {
		none := "No alerts."
		if l.Decoded() == 0 {
			none = "No alerts, for no record was read."
		}
		_, err := fmt.Fprintln(env.Stdout, none)
		return err
	}
	if f.noSummary || f.quiet {
		return nil
	}
	fmt.Fprintln(env.Stdout)
	return printStories(env, env.Stdout, alerts, f.palette)
}

func (f *scanFlags) writeLines(w io.Writer, alerts []dogwatch.Alert) error {
	out := bufio.NewWriter(w)
	for i := range alerts {
		if err := f.writeJSON(out, alerts[i]); err != nil {
			return err
		}
	}
	return out.Flush()
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
