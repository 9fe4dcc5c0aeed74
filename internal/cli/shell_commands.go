package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/dogwatch-dev/dogwatch/internal/app"
	"github.com/dogwatch-dev/dogwatch/internal/shell"
	"github.com/dogwatch-dev/dogwatch/kql/diag"
	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/help"
)

// shellCommands are the shell's own commands.
var shellCommands = []shell.Command{
	{Name: ".tables", Form: ".tables", Doc: "list the tables"},
	{Name: ".schema", Form: ".schema TABLE", Doc: "show a table's columns", Takes: "table"},
	{Name: ".functions", Form: ".functions", Doc: "list the functions that were saved: --functions DIR, or dogwatch/functions in the configuration"},
	{Name: ".lists", Form: ".lists", Doc: "list what _GetWatchlist() knows"},
	{Name: ".help", Form: ".help [FUNCTION|OPERATOR]", Doc: "explain a function or an operator", Takes: "help"},
	{Name: ".load", Form: ".load FILE", Doc: "run the query of a file", Takes: "file"},
	{Name: ".explain", Form: ".explain QUERY", Doc: "run a query, and show what each of its steps did"},
	{Name: ".set", Form: ".set [NAME VALUE]", Doc: "show or change how queries are answered", Takes: "setting"},
	{Name: ".quit", Form: ".quit", Doc: "leave, as Ctrl-D does"},
}

// settings are the flags that may change in the course of a session.
var settings = []string{"output", "color", "columns", "jq", "max-memory", "max-rows", "no-headers", "now", "quiet", "timeout"}

// language is what queries can be made of here.
func language(a *app.App) *shell.Language {
	l := &shell.Language{Settings: settings, Commands: shellCommands, Compile: a.Compile}
	for _, f := range a.Functions() {
		l.Functions = append(l.Functions, shell.Function{Name: f.Name, Form: f.Form(), Doc: f.Doc})
	}
	for _, list := range a.Lists() {
		l.Lists = append(l.Lists, list.Name)
	}
	for _, t := range app.Tables() {
		table := shell.Table{Name: t.Name, Doc: firstSentence(t.Doc)}
		for _, c := range t.Columns {
			table.Columns = append(table.Columns, shell.Column{Name: c.Name, Type: c.Type, Doc: c.Doc})
		}
		l.Tables = append(l.Tables, table)
	}
	return l
}

// command runs one of the shell's own commands.
func (s *session) command(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	name, arg = strings.TrimSuffix(name, ";"), strings.TrimSuffix(strings.TrimSpace(arg), ";")
	switch name {
	case ".tables":
		return s.tables()
	case ".schema":
		return s.schema(arg)
	case ".functions":
		return s.functions()
	case ".lists":
		return s.lists()
	case ".help":
		return s.help(arg)
	case ".load":
		return s.load(ctx, arg)
	case ".explain":
		return s.explain(ctx, arg)
	case ".set":
		return s.set(arg)
	case ".quit", ".exit":
		return errQuit
	}
	f := usage("there is no command %q", name)
	var names []string
	for _, c := range shellCommands {
		names = append(names, c.Name)
	}
	if near := diag.Nearest(name, names); near != "" {
		return f.withHint("did you mean %s?", near)
	}
	return f.withHint(".help lists the commands")
}

func (s *session) tables() error {
	t := &table{heads: []string{"TABLE", "COLUMNS", "WHAT"}, right: []bool{false, true, false}}
	for _, each := range s.lang.Tables {
		t.add(text(each.Name), text(fmt.Sprint(len(each.Columns))), text(each.Doc))
	}
	return s.show(t)
}

func (s *session) schema(name string) error {
	tables := app.Tables()
	i := slices.IndexFunc(tables, func(t app.Table) bool { return strings.EqualFold(t.Name, name) })
	if i < 0 {
		var names []string
		for _, t := range tables {
			names = append(names, t.Name)
		}
		f := usage("there is no table %q", name)
		if near := diag.Nearest(name, names); near != "" {
			return f.withHint("did you mean %s?", near)
		}
		return f.withHint("the tables are %s", strings.Join(names, ", "))
	}
	t := &table{heads: []string{"COLUMN", "TYPE", "WHAT"}}
	for _, c := range tables[i].Columns {
		t.add(text(c.Name), text(c.Type), text(c.Doc))
	}
	return s.show(t)
}

func (s *session) functions() error {
	t := &table{heads: []string{"FUNCTION", "FILE", "WHAT"}}
	for _, f := range s.app.Functions() {
		t.add(text(f.Form()), text(f.File.Name), text(f.Doc))
	}
	return s.show(t)
}

func (s *session) lists() error {
	t := &table{heads: []string{"LIST", "LINES"}, right: []bool{false, true}}
	for _, list := range s.app.Lists() {
		t.add(text(list.Name), text(thousands(int64(len(list.Rows)))))
	}
	return s.show(t)
}

// show prints a table of the shell's own, whatever the format of answers is.
func (s *session) show(t *table) error {
	width := 0
	if s.env.StdoutTerminal {
		width = s.env.Width
	}
	return t.write(s.env.Stdout, width, true, s.f.palette)
}

// load runs the query of a file.
func (s *session) load(ctx context.Context, name string) error {
	if name == "" {
		return usage(".load needs a file")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return usage("read the query: %w", err)
	}
	return s.query(ctx, diag.NewFile(name, string(text)))
}

// explain runs a query for what its steps do.
func (s *session) explain(ctx context.Context, query string) error {
	ctx, end := s.env.interrupts.during(ctx)
	defer end()
	q, err := s.app.Compile(diag.NewFile("query", query))
	if err != nil {
		return &failure{code: ExitUsage, err: err}
	}
	in, err := s.f.input(s.env, q, s.inputs)
	if err != nil {
		return err
	}
	return explainRun(ctx, s.env, &s.f.output, s.app, q, in, s.f.options())
}

// set shows the settings, or changes one.
func (s *session) set(arg string) error {
	name, value, _ := strings.Cut(arg, " ")
	if name == "" {
		t := &table{heads: []string{"SETTING", "VALUE", "WHAT"}}
		for _, n := range settings {
			f := s.flags.Lookup(n)
			t.add(text(n), text(flagText(f)), text(f.Usage))
		}
		return s.show(t)
	}
	if !slices.Contains(settings, name) {
		f := usage("there is no setting %q", name)
		if near := diag.Nearest(name, settings); near != "" {
			return f.withHint("did you mean %s?", near)
		}
		return f.withHint("the settings are %s", strings.Join(settings, ", "))
	}
	flag := s.flags.Lookup(name)
	was := flagText(flag)
	if err := setFlag(flag, strings.TrimSpace(value)); err != nil {
		return usage(".set %s: %w", name, err)
	}
	s.f.chosen = s.f.chosen || name == "output"
	if err := s.f.check(s.env); err != nil {
		_ = setFlag(flag, was) // it was good before
		_ = s.f.check(s.env)
		return err
	}
	return nil
}

// flagText is a flag's value as it is written.
func flagText(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	return f.Value.String()
}

// setFlag sets a flag; a list is replaced and not added to.
func setFlag(f *pflag.Flag, value string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }))
	}
	if f.Value.Type() == "bool" && value == "" {
		value = "true"
	}
	return f.Value.Set(value)
}

// help explains a function or an operator, or the shell.
func (s *session) help(name string) error {
	if name == "" {
		return s.overview()
	}
	name = strings.TrimSuffix(name, "()")
	if f, ok := fn.Lookup(name); ok {
		return s.tell(f.Name+"("+signature(f.Params)+")", f.Doc, f.Params, f.Examples)
	}
	if a, ok := fn.LookupAgg(name); ok {
		return s.tell(a.Name+"("+signature(a.Params)+")", a.Doc, a.Params, a.Examples)
	}
	if e, ok := help.Find(name); ok {
		return s.tell(e.Form, e.Doc, nil, e.Examples)
	}
	for _, f := range s.lang.Functions {
		if f.Name == name {
			return s.tell(f.Form, f.Doc, nil, nil)
		}
	}
	f := usage("there is no help for %q", name)
	if near := diag.Nearest(name, topics()); near != "" {
		return f.withHint("did you mean %s?", near)
	}
	return f
}

// topics are the names that there is help for.
func topics() []string {
	var out []string
	for _, f := range fn.Funcs() {
		out = append(out, f.Name)
	}
	for _, a := range fn.Aggs() {
		out = append(out, a.Name)
	}
	for _, list := range [][]help.Entry{help.Operators(), help.Plugins(), help.Statements(), help.Infixes()} {
		for _, e := range list {
			out = append(out, e.Name)
		}
	}
	return out
}

func (s *session) overview() error {
	w, p := s.env.Stdout, s.f.palette
	fmt.Fprint(w, `A query ends with ; or an empty line; Alt-Enter runs it as it stands. Up and Down go
through what was asked before, Ctrl-R searches it. Tab completes tables, columns,
operators and functions. Ctrl-C stops a query. Every query reads the inputs anew.

`)
	t := &table{heads: []string{"COMMAND", "WHAT"}}
	for _, c := range shellCommands {
		t.add(text(c.Form), text(c.Doc))
	}
	if err := s.show(t); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, group := range []struct {
		name string
		list []help.Entry
	}{{"operators", help.Operators()}, {"plugins", help.Plugins()}, {"statements", help.Statements()}, {"between values", help.Infixes()}} {
		var names []string
		for _, e := range group.list {
			names = append(names, e.Name)
		}
		s.paragraph(p.paint(bold, group.name)+": ", len(group.name)+2, strings.Join(names, ", "))
	}
	s.paragraph(p.paint(bold, "functions")+": ", len("functions: "), fmt.Sprintf("%d and %d aggregates; .help NAME explains one", len(fn.Funcs()), len(fn.Aggs())))
	return nil
}

// paragraph prints a text behind a head of some cells, wrapped at the
// terminal's width.
func (s *session) paragraph(head string, cells int, body string) {
	for i, line := range wrapFrom(body, cells, s.width()) {
		if i > 0 {
			head = strings.Repeat(" ", cells)
		}
		fmt.Fprintln(s.env.Stdout, head+line)
	}
}

func (s *session) width() int {
	if s.env.StdoutTerminal && s.env.Width > 0 {
		return s.env.Width
	}
	return 88
}

// tell prints what a function or an operator is.
func (s *session) tell(form, doc string, params []fn.Param, examples []string) error {
	w, p := s.env.Stdout, s.f.palette
	fmt.Fprintf(w, "%s\n\n", p.paint(bold, form))
	s.paragraph("", 0, doc)
	if len(params) > 0 {
		fmt.Fprintln(w)
	}
	for _, param := range params {
		head := "  " + param.Name + "  "
		s.paragraph(head, displayWidth(head), param.Doc)
	}
	for _, example := range examples {
		fmt.Fprintf(w, "\n  %s\n", strings.ReplaceAll(example, "\n", "\n  "))
	}
	return nil
}

// signature is the parameters, optional ones in brackets.
func signature(params []fn.Param) string {
	var parts []string
	for _, p := range params {
		name := p.Name
		if p.Repeat {
			name += ", ..."
		}
		if p.Optional {
			name = "[" + name + "]"
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

// firstSentence is a text up to its first full stop.
func firstSentence(s string) string {
	head, _, _ := strings.Cut(s, ". ")
	return strings.TrimSuffix(head, ".")
}
