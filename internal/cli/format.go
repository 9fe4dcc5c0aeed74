package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

// output is the flags that say how results look. Every command that prints a
// table has them.
type output struct {
	format    string
	color     string
	quiet     bool
	noHeaders bool
	columns   []string
	jq        string

	formats []string
	chosen  bool // the format was asked for
	query   *gojq.Code
	palette palette
}

// flags adds the flags with the formats that a command has, the default first.
func (o *output) flags(cmd *cobra.Command, formats ...string) {
	o.formats = formats
	f := cmd.Flags()
	f.StringVarP(&o.format, "output", "o", formats[0], "output: "+strings.Join(formats, ", "))
	f.StringVar(&o.color, "color", "auto", "colour: auto, always, never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print results and errors only")
	f.BoolVar(&o.noHeaders, "no-headers", false, "print tables and csv without the line of headings")
	f.StringSliceVar(&o.columns, "columns", nil, "print these columns of a table, csv or markdown, in this order")
	f.StringVar(&o.jq, "jq", "", "filter the JSON output by a jq expression")
	complete(cmd, "output", formats...)
	complete(cmd, "color", "auto", "always", "never")
}

func complete(cmd *cobra.Command, flag string, words ...string) {
	// It fails for unknown flags only.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// check settles the flags once they are read.
func (o *output) check(env *Env) error {
	if err := o.checkJQ(); err != nil {
		return err
	}
	if !slices.Contains(o.formats, o.format) {
		f := usage("-o %q: this command prints %s", o.format, strings.Join(o.formats, ", "))
		if near := diag.Nearest(o.format, o.formats); near != "" {
			return f.withHint("did you mean -o %s?", near)
		}
		return f
	}
	var err error
	o.palette, err = paletteFor(env, o.color, env.StdoutTerminal)
	return err
}

func (o *output) checkJQ() error {
	if o.jq == "" {
		return nil
	}
	if !o.isJSON() {
		if o.format != o.formats[0] {
			return usage("--jq filters JSON, and -o is %s: use -o json", o.format)
		}
		o.format = "json"
	}
	parsed, err := gojq.Parse(o.jq)
	if err != nil {
		return usage("--jq %q: %v", o.jq, err)
	}
	if o.query, err = gojq.Compile(parsed); err != nil {
		return usage("--jq %q: %v", o.jq, err)
	}
	return nil
}

func (o *output) isJSON() bool { return o.format == "json" || o.format == "jsonl" }

// note prints a remark for people, unless they asked for quiet.
func (o *output) note(env *Env, format string, args ...any) {
	if !o.quiet {
		fmt.Fprintf(env.Stderr, format+"\n", args...)
	}
}

// pick keeps the columns that --columns names.
func (o *output) pick(t *table) error {
	if len(o.columns) == 0 {
		return nil
	}
	at := make([]int, len(o.columns))
	for i, name := range o.columns {
		at[i] = slices.IndexFunc(t.heads, func(h string) bool { return strings.EqualFold(columnKey(h), columnKey(name)) })
		if at[i] < 0 {
			keys := make([]string, len(t.heads))
			for k, h := range t.heads {
				keys[k] = t.key(h)
			}
			f := usage("--columns: there is no column %q", name)
			if near := diag.Nearest(name, keys); near != "" {
				return f.withHint("did you mean %s?", near)
			}
			return f.withHint("the columns are %s", strings.Join(keys, ", "))
		}
	}
	*t = t.project(at)
	return nil
}

// columnKey is a heading as --columns takes it: "TIME (UTC)" is time.
func columnKey(head string) string {
	head, _, _ = strings.Cut(strings.ToLower(head), " (")
	return strings.ReplaceAll(head, " ", "-")
}

func (t *table) project(at []int) table {
	out := table{exact: t.exact, right: make([]bool, len(at))}
	for k, i := range at {
		out.heads = append(out.heads, t.heads[i])
		out.right[k] = i < len(t.right) && t.right[i]
	}
	for _, row := range t.rows {
		cells := make([]cell, len(at))
		for k, i := range at {
			cells[k] = row[i]
		}
		out.rows = append(out.rows, cells)
	}
	return out
}

// print writes the columns asked for of a table.
func (o *output) print(env *Env, w io.Writer, t *table) error {
	if err := o.pick(t); err != nil {
		return err
	}
	return o.write(env, w, t)
}

// write writes a table in the format asked for: table, wide, csv, markdown.
func (o *output) write(env *Env, w io.Writer, t *table) error {
	switch o.format {
	case "csv":
		return t.writeCSV(w, !o.noHeaders)
	case "markdown":
		return t.writeMarkdown(w)
	case "html":
		return t.writeHTML(w, &page{Version: env.Version, Title: "dogwatch"})
	}
	width := 0
	if env.StdoutTerminal {
		width = env.Width
	}
	return t.write(w, width, !o.noHeaders, o.palette)
}
