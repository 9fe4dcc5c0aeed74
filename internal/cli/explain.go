package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// explainFlags are what explain was asked for.
type explainFlags struct {
	output
	loading
	in      []string
	asSieve bool
}

func explainCommand(env *Env) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain RULE|QUERY --in FILE",
		Short: "Show how far records get in a rule, or what a query costs",
		Long: `Runs a rule line by line over audit logs: how many rows each line of its query lets
pass, and for conditions the first rows that failed there, with the values they failed by.

With --sieve it shows what is tested of an audit event before the rule reads it: what a
rule does not test there costs time with every event that comes.

Of a query in KQL it shows the steps that it is made into, from the last one down, and
with an input the rows, the time and the memory of each.`,
		Example: `  dogwatch explain exec-into-pod --in audit.log
  dogwatch explain my-rules/mine.yaml --in logs/ -o json
  dogwatch explain --sieve exec-into-pod
  dogwatch explain 'KubeAudit | summarize count() by Actor' --in audit.log`,
		Args: arguments(1, 1, "the name, id or file of one rule, or a query"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			if f.asSieve {
				return f.sieve(env, args[0])
			}
			if isQuery(args[0]) {
				return f.query(cmd.Context(), env, args[0])
			}
			if len(f.in) == 0 {
				return usage("dogwatch explain needs an input").withHint("for example: dogwatch explain %s --in audit.log", args[0])
			}
			r, a, err := f.ruleOf(args[0])
			if err != nil {
				return err
			}
			m := newMeter(env, f.quiet)
			start := env.Now()
			got, ledger, err := a.Explain(cmd.Context(), r, app.Input{Paths: f.in, Stdin: env.Stdin, Progress: m.show})
			m.clear()
			if err != nil {
				return err
			}
			if err := printExplanation(env, &f.output, r, got); err != nil {
				return err
			}
			printLedger(env.Stderr, ledger, env.Now().Sub(start), f.quiet)
			if len(ledger.Problems) > 0 {
				return said(ExitInput)
			}
			return nil
		},
	}
	f.flags(cmd, "table", "json")
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	f.clusterFlags(cmd)
	cmd.Flags().StringArrayVar(&f.in, "in", nil, "file, folder or - to read (repeatable)")
	cmd.Flags().BoolVar(&f.asSieve, "sieve", false, "show what is tested of an event before the rule reads it")
	cmd.ValidArgsFunction = f.ruleNames
	return cmd
}

// ruleOf finds the rule by name, id, or as the one rule of a file.
func (l *loading) ruleOf(arg string) (*dogwatch.Rule, *app.App, error) {
	names := l.pathsAndNames([]string{arg})
	a, err := l.loadToRun()
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		if len(a.Rules()) != 1 {
			return nil, nil, usage("%s holds %s, and one can be explained", arg, plural(int64(len(a.Rules())), "rule"))
		}
		return a.Rules()[0], a, nil
	}
	r, err := find(a, arg)
	return r, a, err
}

// An explainedLine is a line of a rule as JSON.
type explainedLine struct {
	Line      string       `json:"line"`
	Rows      int64        `json:"rows"`
	Condition bool         `json:"condition"`
	Whole     bool         `json:"whole,omitempty"`     // rows are the most in one window
	Windows   int          `json:"windows,omitempty"`   // that were looked at
	Exception bool         `json:"exception,omitempty"` // rows are those excepted
	Misses    []missedLine `json:"misses,omitempty"`
	Error     string       `json:"error,omitempty"`
}

type missedLine struct {
	Evidence *dogwatch.Evidence `json:"evidence,omitempty"` // none of a group
	Values   map[string]string  `json:"values"`
}

func printExplanation(env *Env, o *output, r *dogwatch.Rule, x *app.Explanation) error {
	if o.format == "json" {
		out := make([]explainedLine, len(x.Lines))
		for i := range x.Lines {
			out[i] = explainedOf(&x.Lines[i])
		}
		return o.writeJSON(env.Stdout, out)
	}
	fmt.Fprintf(env.Stdout, "%s  %s\n", o.palette.paint(bold, r.Short), oneLine(r.Name))
	whole := false
	for i := range x.Lines {
		l := &x.Lines[i]
		if l.Whole && !whole {
			fmt.Fprintf(env.Stdout, "%*s  %s\n", countCells, "", o.palette.paint(dim, windowText(r, l.Windows)))
		}
		whole = l.Whole
		writeLine(env.Stdout, l, o.palette)
	}
	code := green
	if len(x.Alerts) == 0 {
		code = red
	}
	fmt.Fprintf(env.Stdout, "%s  %s\n", o.palette.paint(code, fmt.Sprintf("%*s", countCells, thousands(int64(len(x.Alerts))))), map[bool]string{true: "alert", false: "alerts"}[len(x.Alerts) == 1])
	return nil
}

// windowText says what the numbers of a rule that counts are from here on.
func windowText(r *dogwatch.Rule, windows int) string {
	over := "all there is"
	if r.Period > 0 {
		over = "the " + shortDuration(r.Period) + " before it"
	}
	return fmt.Sprintf("from here on: the most rows of one run of the rule, over %s (%s looked at)", over, plural(int64(windows), "run"))
}

func explainedOf(l *app.Line) explainedLine {
	out := explainedLine{Line: l.Text, Rows: l.Rows, Condition: l.Condition, Whole: l.Whole, Windows: l.Windows, Exception: l.Exception}
	if l.Err != nil {
		out.Error = l.Err.Error()
	}
	for _, m := range l.Misses {
		values := map[string]string{}
		for _, v := range m.Values {
			values[v.Column] = v.Value
		}
		line := missedLine{Values: values}
		if m.Evidence.Source != "" {
			line.Evidence = &m.Evidence
		}
		out.Misses = append(out.Misses, line)
	}
	return out
}

// countCells is how wide numbers of rows are shown.
const countCells = 11

// writeLine prints a line with its number of rows, and what failed nearest
// where it is a condition that stopped some.
func writeLine(w io.Writer, l *app.Line, p palette) {
	if l.Err != nil {
		fmt.Fprintf(w, "%*s  %s\n%*s  cannot be told: %s\n", countCells, "?", indentRest(printable(l.Text)), countCells, "", oneLine(l.Err.Error()))
		return
	}
	code := green
	switch {
	case l.Exception:
		code = yellow
	case l.Rows == 0:
		code = red
	}
	fmt.Fprintf(w, "%s  %s\n", p.paint(code, fmt.Sprintf("%*s", countCells, thousands(l.Rows))), indentRest(printable(l.Text)))
	for _, m := range l.Misses {
		fmt.Fprintf(w, "%*s    %s\n", countCells, "", p.paint(dim, miss(&m)))
	}
}

// miss is "not: logs/a:12  Verb = get, Resource = pods".
func miss(m *app.Miss) string {
	var values []string
	for _, v := range m.Values {
		values = append(values, v.Column+" = "+strconv.Quote(clipped(v.Value, 60)))
	}
	if m.Evidence.Source == "" { // a group
		return "not: " + strings.Join(values, ", ")
	}
	return fmt.Sprintf("not: %s:%d %s  %s", oneLine(m.Evidence.Source), m.Evidence.Line, m.Evidence.Time.UTC().Format(time.TimeOnly), strings.Join(values, ", "))
}

func clipped(s string, cells int) string {
	head, tail := cutWidth(oneLine(s), cells)
	if tail == "" {
		return head
	}
	return head + "…"
}

// indentRest puts the lines of a text after its first under the first.
func indentRest(s string) string {
	return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+strings.Repeat(" ", countCells+2))
}
