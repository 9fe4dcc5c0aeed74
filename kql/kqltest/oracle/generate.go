package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A Generator makes queries. The same seed makes the same queries. It knows
// the columns that it named itself, and leaves the naming of others to those
// that it tests; so part of what it makes is not valid.
type Generator struct {
	r      *rand.Rand
	tables Tables
	names  []string // of tables
	calls  *calls

	lets  []col // scalar names in reach
	views []view
	funcs []string // calls of let functions that give a table
	depth int
}

// A col is a name that an expression may use.
type col struct {
	name string
	typ  value.Type
}

// A view is a table that a let gave a name.
type view struct {
	name string
	cols []col
}

// NewGenerator makes a generator over tables and the functions of signatures.
func NewGenerator(seed uint64, tables Tables, s *Signatures) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, 1)), tables: tables, names: tables.TableNames(), calls: newCalls(s)}
}

// chance is true n times in a hundred.
func (g *Generator) chance(n int) bool { return g.r.IntN(100) < n }

func pick[T any](g *Generator, all []T) T { return all[g.r.IntN(len(all))] }

// word picks one of several words.
func (g *Generator) word(all string) string { return pick(g, strings.Fields(all)) }

// list makes one to most elements with commas between.
func (g *Generator) list(most int, elem func() string) string {
	all := make([]string, 1+g.r.IntN(most))
	for i := range all {
		all[i] = elem()
	}
	return strings.Join(all, ", ")
}

// Query makes one query.
func (g *Generator) Query() string {
	g.lets, g.views, g.funcs, g.depth = nil, nil, nil, 0
	var parts []string
	if g.chance(3) {
		parts = append(parts, pick(g, []string{"set notruncation", "set query_results_cache_max_age = time(5m)", "set best_effort = true"}))
	}
	if g.chance(3) {
		parts = append(parts, "declare query_parameters(p:long = 5, q:string = 'x')")
		g.lets = append(g.lets, col{"p", value.Long}, col{"q", value.String})
	}
	for g.chance(25) {
		parts = append(parts, g.let())
	}
	q, _ := g.pipeline(1 + g.r.IntN(4))
	if g.chance(2) {
		q = g.expr(pick(g, allTypes), &scope{})
	}
	parts = append(parts, q)
	return g.layout(strings.Join(parts, ";\n"))
}

// layout adds blanks and comments that mean nothing.
func (g *Generator) layout(q string) string {
	switch {
	case g.chance(10):
		q = strings.ReplaceAll(q, " | ", "\n| ")
	case g.chance(4):
		q = strings.ReplaceAll(q, " | ", " // remark | with \"quote\n\t| ")
	case g.chance(3):
		q = "// first\n" + q + " // last"
	case g.chance(3):
		q = strings.ReplaceAll(q, " | ", "|")
	}
	if g.chance(3) {
		q += ";"
	}
	return q
}

// let makes a let statement.
func (g *Generator) let() string {
	name := g.fresh("L")
	switch g.r.IntN(6) {
	case 0, 1:
		t := pick(g, allTypes)
		x := g.expr(t, &scope{})
		g.lets = append(g.lets, col{name, t})
		return fmt.Sprintf("let %s = %s", name, x)
	case 2:
		q, cols := g.pipeline(g.r.IntN(3))
		g.views = append(g.views, view{name, cols})
		if g.chance(20) {
			q = "materialize(" + q + ")"
		}
		return fmt.Sprintf("let %s = %s", name, q)
	case 3:
		return g.scalarFunction(name)
	case 4:
		return g.tableFunction(name)
	}
	q, cols := g.pipeline(g.r.IntN(2))
	g.views = append(g.views, view{name + "()", cols})
	return fmt.Sprintf("let %s = view () { %s }", name, q)
}

// scalarFunction is a function of one value; its name is used in a let that
// follows in the same text.
func (g *Generator) scalarFunction(name string) string {
	t, result := pick(g, allTypes), pick(g, allTypes)
	outer := g.lets
	g.lets = append(slices.Clone(outer), col{"a", t}, col{"b", value.Long})
	body := g.expr(result, &scope{})
	if g.chance(30) {
		body = fmt.Sprintf("let c = %s; %s", g.expr(pick(g, allTypes), &scope{}), body)
	}
	g.lets = outer
	arg := g.literal(t)
	bound := g.fresh("L")
	g.lets = append(g.lets, col{bound, result})
	byDefault := pick(g, []string{"", "", " = 5", " = long(7)"})
	second := ", 3"
	if byDefault != "" && g.chance(50) {
		second = ""
	}
	if g.chance(10) {
		second = ", b=4"
	}
	return fmt.Sprintf("let %s = (a:%s, b:long%s) { %s };\nlet %s = %s(%s%s)", name, t, byDefault, body, bound, name, arg, second)
}

// tableFunction takes a table, or values that its query may use.
func (g *Generator) tableFunction(name string) string {
	if g.chance(50) {
		g.funcs = append(g.funcs, name)
		more := pick(g, []string{"*", "a:long", "s:string, a:long"})
		extra := pick(g, []string{"| extend z = 1", "| where true", "| count", "| take n", "| extend a = n"})
		return fmt.Sprintf("let %s = (tab:(%s), n:long = 3) { tab %s }", name, more, extra)
	}
	outer := g.lets
	g.lets = append(slices.Clone(outer), col{"n", value.Long}, col{"w", value.String})
	q, cols := g.pipeline(1 + g.r.IntN(2))
	g.lets = outer
	g.views = append(g.views, view{name + "(5, 'x')", cols})
	return fmt.Sprintf("let %s = (n:long, w:string = 'y') { %s }", name, q)
}

// fresh is a name that is not in use.
func (g *Generator) fresh(prefix string) string {
	for {
		name := fmt.Sprintf("%s%d", prefix, g.r.IntN(1000))
		used := slices.ContainsFunc(g.lets, func(c col) bool { return c.name == name }) ||
			slices.ContainsFunc(g.views, func(v view) bool { return strings.HasPrefix(v.name, name) })
		if !used {
			return name
		}
	}
}

// name makes the name of a column: often one that is there already.
func (g *Generator) name(cols []col) string {
	switch {
	case len(cols) > 0 && g.chance(15):
		return pick(g, cols).name
	case g.chance(4):
		return pick(g, []string{"['a b']", `["x-y"]`, "_", "Count", "count_", "Column1", "print_0", "['T']", "kind", "step", "a1", "s1", "$x", "_x1", "5a", "as", "where_"})
	}
	return string("abcdeknstxyz"[g.r.IntN(12)]) + pick(g, []string{"", "", "1", "_a", "X", "Name"})
}

// pipeline makes a source and some operators, and tells the columns that are
// known to be there.
func (g *Generator) pipeline(ops int) (string, []col) {
	g.depth++
	defer func() { g.depth-- }()
	q, cols := g.source()
	ordered := false
	for range ops {
		op, next := g.operator(cols, &ordered)
		q += " | " + op
		cols = next
	}
	return q, cols
}

// columnsOf are a table's columns.
func columnsOf(s value.Schema) []col {
	var out []col
	for _, f := range s {
		out = append(out, col{f.Name, f.Type})
	}
	return out
}

// table picks a table; narrow ones more often, the wide ones say little more.
func (g *Generator) table() (string, []col) {
	name := pick(g, g.names)
	if g.chance(75) {
		name = g.word("T U V W")
	}
	return name, columnsOf(g.tables[name])
}

// source makes what a pipeline starts with.
func (g *Generator) source() (string, []col) {
	if len(g.views) > 0 && g.chance(40) {
		v := pick(g, g.views)
		return v.name, v.cols
	}
	if len(g.funcs) > 0 && g.chance(40) {
		return pick(g, g.funcs) + "(" + g.word("T U V W") + ")", []col{{"a", value.Long}}
	}
	name, cols := g.table()
	if g.depth > 3 {
		return name, cols
	}
	switch g.r.IntN(40) {
	case 0:
		return "['" + name + "']", cols
	case 1:
		return fmt.Sprintf("table(%q)", name), cols
	case 2, 3:
		return g.datatable()
	case 4, 5:
		return g.print()
	case 6:
		return g.rangeSource()
	case 7, 8:
		return g.union("")
	case 9:
		q, cols := g.pipeline(g.r.IntN(3))
		return "(" + q + ")", cols
	case 10:
		q, cols := g.pipeline(g.r.IntN(2))
		return "materialize(" + q + ")", cols
	case 11:
		return "externaldata(a:string, n:long, d:dynamic, ['x y']:datetime) [" + pick(g, []string{"'f.csv', h@'g.csv'", "'f.csv'", "@\"f.csv\"", "'https://h/f.csv'"}) + "] with (format='csv', ignoreFirstRecord=true)",
			[]col{{"a", value.String}, {"n", value.Long}, {"d", value.Dynamic}}
	case 12:
		return g.find(), nil
	case 13:
		return g.search(), nil
	case 14:
		if g.chance(30) {
			return pick(g, []string{"database().", "database('').", "database('db')."}) + name, cols
		}
	}
	return name, cols
}

func (g *Generator) datatable() (string, []col) {
	var cols []col
	var decl []string
	for range 1 + g.r.IntN(4) {
		c := col{g.name(nil), pick(g, allTypes)}
		cols = append(cols, c)
		decl = append(decl, c.name+":"+pick(g, spellings(c.typ)))
	}
	var vals []string
	for range g.r.IntN(3) {
		for _, c := range cols {
			vals = append(vals, g.literal(c.typ))
		}
	}
	return fmt.Sprintf("datatable(%s)[%s]", strings.Join(decl, ", "), strings.Join(vals, ", ")), cols
}

// spellings are the names of a type in a declaration.
func spellings(t value.Type) []string {
	switch t {
	case value.Bool:
		return []string{"bool", "bool", "boolean"}
	case value.Real:
		return []string{"real", "real", "double"}
	case value.DateTime:
		return []string{"datetime", "datetime", "date"}
	case value.TimeSpan:
		return []string{"timespan", "time"}
	case value.GUID:
		return []string{"guid", "guid", "uniqueid"}
	}
	return []string{t.String()}
}

func (g *Generator) print() (string, []col) {
	cols, text := g.named(nil, &scope{}, 4)
	return "print " + text, cols
}

// named makes a list of expressions, most of them with names, and tells the
// columns that it named.
func (g *Generator) named(taken []col, s *scope, most int) ([]col, string) {
	var cols []col
	text := g.list(most, func() string {
		t := pick(g, allTypes)
		x := g.expr(t, s)
		switch {
		case g.chance(35):
			return x
		case g.chance(2):
			cols = append(cols, col{"m1", value.Unknown}, col{"m2", value.Unknown})
			return "(m1, m2) = " + pick(g, []string{"series_stats(" + g.container("DynamicArray", s) + ")", "array_sort_asc(dynamic([1]), dynamic([2]))", "series_fit_line(" + g.container("DynamicArray", s) + ")"})
		}
		name := g.name(taken)
		for slices.ContainsFunc(cols, func(c col) bool { return c.name == name }) && g.chance(95) {
			name = g.name(taken)
		}
		cols = with(cols, col{name, t})
		return name + pick(g, []string{" = ", "=", " ="}) + x
	})
	return cols, text
}

// with adds or replaces a column.
func with(cols []col, c col) []col {
	out := slices.Clone(cols)
	for i := range out {
		if out[i].name == c.name {
			out[i].typ = c.typ
			return out
		}
	}
	return append(out, c)
}

func (g *Generator) rangeSource() (string, []col) {
	t := pick(g, []value.Type{value.Long, value.Real, value.DateTime, value.Int, value.TimeSpan, value.Decimal})
	step := g.literal(t)
	if t == value.DateTime {
		step = "1h"
	}
	return fmt.Sprintf("range x from %s to %s step %s", g.literal(t), g.literal(t), step), []col{{"x", t}}
}

// union is tables side by side; first is the operator's place after a pipe.
func (g *Generator) union(piped string) (string, []col) {
	text := "union" + pick(g, []string{"", "", "", " kind=outer", " kind=inner", " withsource=src", " with_source=S kind=outer", " isfuzzy=true", " kind=inner isfuzzy=false", " hint.concurrency=4", " withsource=['s t']"})
	return text + " " + g.list(3+len(piped)%2, func() string {
		switch g.r.IntN(8) {
		case 0:
			q, _ := g.pipeline(g.r.IntN(2))
			return "(" + q + ")"
		case 1:
			return g.word("T* * ContainerLog* U*")
		case 2:
			if len(g.views) > 0 {
				return pick(g, g.views).name
			}
		}
		name, _ := g.table()
		return name
	}), nil
}

func (g *Generator) find() string {
	text := "find " + pick(g, []string{"", "", "withsource=src "})
	in := pick(g, []string{"", "in (T, U) ", "in (T, V, W) ", "in (T, W*) "})
	text += in
	if in != "" || strings.Contains(text, "=") || g.chance(50) {
		text += "where "
	}
	text += pick(g, []string{"a > 1", "a == 1 and s == 'x'", "s has 'x'", "isnotempty(s)", "* has 'x'", "'x'"})
	return text + pick(g, []string{"", " project a", " project a, s", " project a:long, s:string", " project s:string, a:dynamic", " project-smart", " project a, pack(*)", " project a:string, d"})
}

func (g *Generator) search() string {
	return "search " + pick(g, []string{"", "kind=case_sensitive ", "in (T, U) ", "in (T) ", "kind=default in (V, W) "}) +
		pick(g, []string{"'x'", "'x*'", "s:'x'", "* has 'x'", "s == 'x' and 'y'", "a > 1 or 'z'", "*", "'x' and ('y' or not('z'))"})
}
