package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
)

func rulesListsCommand(env *Env) *cobra.Command {
	var f struct {
		output
		loading
	}
	cmd := &cobra.Command{
		Use:   "lists [LIST]",
		Short: "Show the lists of what is known, and the rules that read them",
		Example: `  dogwatch rules lists --lists my-lists/
  dogwatch rules lists trusted-registries`,
		Args: arguments(0, 1, "the name of a list, or nothing"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			a, err := f.loadToRun()
			if err != nil {
				return err
			}
			adviseOnLists(env, a)
			if len(args) == 0 {
				return showLists(env, &f.output, a)
			}
			list, err := findList(a, args[0])
			if err != nil {
				return err
			}
			return showList(env, &f.output, a, list)
		},
	}
	f.flags(cmd, "table", "json", "jsonl", "csv", "markdown")
	f.rulesFlags(cmd)
	f.listsFlag(cmd)
	f.functionsFlag(cmd, env)
	return cmd
}

// adviseOnLists tells people of lines that do nothing, and of lists that
// nobody reads.
func adviseOnLists(env *Env, a *app.App) {
	for _, e := range a.ListAdvice() {
		fmt.Fprintf(env.Stderr, "dogwatch: %s\n", oneLine(positioned(e)))
	}
}

// positioned is an error with its place and hint, on one line.
func positioned(e *diag.Error) string {
	path, line, _, _, _ := e.Position()
	if line > 0 {
		path = fmt.Sprintf("%s:%d", path, line)
	}
	return path + ": " + withHint(e)
}

// findList returns a list by name, or wrong usage with the nearest.
func findList(a *app.App, name string) (*app.List, error) {
	var names []string
	for _, l := range a.Lists() {
		if strings.EqualFold(l.Name, name) {
			return &l, nil
		}
		names = append(names, l.Name)
	}
	f := usage("there is no list %q", name)
	if near := diag.Nearest(name, names); near != "" {
		return nil, f.withHint("did you mean %s?", near)
	}
	return nil, f.withHint("dogwatch rules lists shows them")
}

// A listLine is a list as JSON.
type listLine struct {
	Name  string   `json:"name"`
	Lines int      `json:"lines"`
	Rules []string `json:"rules"` // that read it
	Files []string `json:"files"`
}

func showLists(env *Env, o *output, a *app.App) error {
	t := &table{heads: []string{"LIST", "LINES", "RULES", "FILES"}, right: []bool{false, true, true, false}}
	lines := []listLine{}
	for _, l := range a.Lists() {
		line := listLine{l.Name, len(l.Rows), readersOf(a, &l), l.Files}
		lines = append(lines, line)
		t.add(text(l.Name), text(strconv.Itoa(line.Lines)), text(strconv.Itoa(len(line.Rules))), text(strings.Join(l.Files, ", ")))
	}
	return printRecords(env, o, t, lines)
}

// readersOf are the rules that read a list.
func readersOf(a *app.App, l *app.List) []string {
	out := []string{}
	for _, r := range a.Rules() {
		if slices.ContainsFunc(a.ListsOf(r), func(name string) bool { return strings.EqualFold(name, l.Name) }) {
			out = append(out, r.Short)
		}
	}
	return out
}

func showList(env *Env, o *output, a *app.App, l *app.List) error {
	t := &table{exact: true}
	for _, f := range l.Schema {
		t.heads, t.right = append(t.heads, f.Name), append(t.right, false)
	}
	rows := []map[string]string{}
	for _, row := range l.Rows {
		var cells []cell
		named := map[string]string{}
		for i, v := range row {
			cells = append(cells, text(v.Str()))
			named[l.Schema[i].Name] = v.Str()
		}
		t.add(cells...)
		rows = append(rows, named)
	}
	if err := printRecords(env, o, t, rows); err != nil {
		return err
	}
	if o.format == "table" {
		o.note(env, "%s, read by %s", plural(int64(len(rows)), "line"), cmp.Or(strings.Join(readersOf(a, l), ", "), "no rule"))
	}
	return nil
}

// printRecords prints records as JSON, or their table.
func printRecords[R any](env *Env, o *output, t *table, records []R) error {
	switch o.format {
	case "json":
		return o.writeJSON(env.Stdout, records)
	case "jsonl":
		for _, r := range records {
			if err := o.writeJSON(env.Stdout, r); err != nil {
				return err
			}
		}
		return nil
	}
	return o.print(env, env.Stdout, t)
}
