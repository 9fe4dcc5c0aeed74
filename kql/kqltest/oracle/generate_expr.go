package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A scope is what an expression may use.
type scope struct {
	cols    []col
	ordered bool // window functions are allowed
	depth   int
}

func (s *scope) deeper() *scope {
	return &scope{s.cols, s.ordered, s.depth + 1}
}

// known are the columns and variables of a type; any type for Unknown.
func (g *Generator) known(t value.Type, s *scope) []string {
	var out []string
	for _, list := range [][]col{s.cols, g.lets} {
		for _, c := range list {
			if c.typ == t || t == value.Unknown {
				out = append(out, c.name)
			}
		}
	}
	return out
}

// expr makes an expression of a type.
func (g *Generator) expr(t value.Type, s *scope) string {
	if s.depth > 2 || g.chance(35) {
		return g.leaf(t, s)
	}
	d := s.deeper()
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		if all := g.calls.scalar[t]; len(all) > 0 {
			return g.invoke(pick(g, all), t, d)
		}
	case 4:
		return fmt.Sprintf("%s(%s, %s, %s)", g.word("iff iif"), g.expr(value.Bool, d), g.expr(t, d), g.expr(t, d))
	case 5:
		return fmt.Sprintf("case(%s, %s, %s)", g.expr(value.Bool, d), g.expr(t, d), g.expr(t, d))
	case 6:
		return "(" + g.expr(t, d) + ")"
	case 7:
		if g.chance(20) {
			return g.subquery(t)
		}
		if g.chance(50) {
			return "coalesce(" + g.expr(t, d) + ", " + g.expr(t, d) + ")"
		}
	case 8:
		if s.ordered {
			return g.window(t, d)
		}
	}
	return g.operation(t, d)
}

// leaf is a name or a constant.
func (g *Generator) leaf(t value.Type, s *scope) string {
	if names := g.known(t, s); len(names) > 0 && g.chance(70) {
		return pick(g, names)
	}
	if t == value.Dynamic {
		return g.path(s)
	}
	return g.literal(t)
}

// path reads from a dynamic value.
func (g *Generator) path(s *scope) string {
	names := g.known(value.Dynamic, s)
	if len(names) == 0 || g.chance(20) {
		return g.literal(value.Dynamic)
	}
	x := pick(g, names)
	for range g.r.IntN(3) {
		x += pick(g, []string{".a", ".name", "['b c']", `["x.y"]`, "[0]", "[-1]", ".['k']", ".['a b']", ".type", "[toupper('k')]", ".step"})
	}
	return x
}

// subquery is the one value of a table.
func (g *Generator) subquery(t value.Type) string {
	q, cols := g.pipeline(g.r.IntN(2))
	if g.chance(50) {
		return fmt.Sprintf("toscalar(%s | project zz=%s)", q, g.expr(t, &scope{cols: cols, depth: 1}))
	}
	return fmt.Sprintf("toscalar(print %s)", g.literal(t))
}

// window is a function that looks at other rows.
func (g *Generator) window(t value.Type, s *scope) string {
	x := g.leaf(t, s)
	switch {
	case t == value.Long && g.chance(50):
		return pick(g, []string{"row_number()", "row_number(1)", "row_number(5, true)", "row_cumsum(" + g.leaf(value.Long, s) + ")", "row_rank_dense(" + g.leaf(value.String, s) + ")", "row_rank_min(" + g.leaf(value.Long, s) + ")"})
	case t == value.DateTime && g.chance(50):
		return fmt.Sprintf("row_window_session(%s, 1h, 5m, %s)", g.leaf(t, s), g.leaf(value.Bool, s))
	case slices.Contains(numbers, t) && g.chance(40):
		return "row_cumsum(" + x + ")"
	}
	return pick(g, []string{"prev(", "next("}) + x + pick(g, []string{")", ", 1)", ", 2)", ", 1, " + g.literal(t) + ")"})
}

// operation is an expression with an operator.
func (g *Generator) operation(t value.Type, s *scope) string {
	bin := func(l value.Type, op string, r value.Type) string {
		return g.expr(l, s) + " " + op + " " + g.expr(r, s)
	}
	switch t {
	case value.Bool:
		return g.condition(s)
	case value.Int:
		return pick(g, []string{"toint(" + g.expr(value.Long, s) + ")", "-" + g.leaf(t, s)})
	case value.Long:
		return pick(g, []string{bin(value.Long, g.word("+ - * / %"), value.Long), bin(value.Int, g.word("+ - * / %"), value.Int), bin(value.Int, g.word("+ -"), value.Long), "-" + g.leaf(t, s), "tolong(" + g.expr(pick(g, allTypes), s) + ")"})
	case value.Real:
		return pick(g, []string{bin(value.Real, g.word("+ - * /"), pick(g, numbers[:3])), bin(value.Long, g.word("+ - * / %"), value.Real), bin(value.TimeSpan, "/", value.TimeSpan)})
	case value.Decimal:
		return bin(value.Decimal, g.word("+ - * /"), pick(g, numbers))
	case value.DateTime:
		return bin(value.DateTime, g.word("+ -"), value.TimeSpan)
	case value.TimeSpan:
		return pick(g, []string{bin(value.DateTime, "-", value.DateTime), bin(value.TimeSpan, g.word("+ -"), value.TimeSpan), bin(value.TimeSpan, g.word("* /"), value.Long), bin(value.Real, "*", value.TimeSpan)})
	case value.String:
		return "tostring(" + g.expr(pick(g, allTypes), s) + ")"
	case value.Dynamic:
		return pick(g, []string{g.path(s), "parse_json(" + g.expr(value.String, s) + ")" + pick(g, []string{"", ".a", ".a.b", "[0]", "['x y']"}), "todynamic(" + g.expr(value.String, s) + ")"})
	}
	return g.leaf(t, s)
}

// condition is a comparison.
func (g *Generator) condition(s *scope) string {
	t := pick(g, allTypes)
	x := func(t value.Type) string { return g.expr(t, s) }
	switch g.r.IntN(9) {
	case 0, 1:
		if t == value.Dynamic {
			return x(t) + " " + g.word("== != < > <= >=") + " " + x(pick(g, allTypes))
		}
		return x(t) + " " + g.word("== != < > <= >= <>") + " " + x(t)
	case 2, 3:
		op := g.word("=~ !~ has !has has_cs !has_cs contains !contains contains_cs !contains_cs startswith !startswith startswith_cs endswith !endswith endswith_cs !endswith_cs hasprefix !hasprefix hasprefix_cs hassuffix !hassuffix hassuffix_cs notcontains containscs")
		return x(pick(g, []value.Type{value.String, value.String, value.Dynamic})) + " " + op + " " + x(value.String)
	case 4:
		return "(" + x(value.Bool) + " " + g.word("and or") + " " + x(value.Bool) + ")"
	case 5:
		return "not(" + x(value.Bool) + ")"
	case 6:
		return x(t) + " " + g.word("in !in in~ !in~ has_any has_all") + " (" + g.list(3, func() string { return g.literal(t) }) + ")"
	case 7:
		t := pick(g, []value.Type{value.Long, value.Int, value.Real, value.DateTime, value.TimeSpan})
		return x(t) + " " + g.word("between !between") + " (" + g.leaf(t, s) + " .. " + g.leaf(t, s) + ")"
	}
	return x(value.String) + " " + pick(g, []string{"matches regex @'\\d+'", "in (dynamic(['a','b']))", "in~ ((T | project s))", "has_any (dynamic(['a']))", "!in ('a')"})
}

// invoke makes a call that gives t, where the overload leaves that open.
func (g *Generator) invoke(c call, t value.Type, s *scope) string {
	var args []string
	for i, p := range c.Parameters {
		n := p.Least
		if most := min(p.Most, p.Least+2); most > n && (n > 0 || g.chance(50)) {
			n += g.r.IntN(most - n + 1)
		}
		if n == 0 && i < len(c.Parameters)-1 && p.Least == 0 {
			break // what follows an argument that is left out is left out too
		}
		for range n {
			args = append(args, g.argument(&p, c.Returns, t, s))
		}
		if n == 0 {
			break
		}
	}
	return c.name + "(" + strings.Join(args, ", ") + ")"
}

// argument makes one argument; of overloads that give their argument's type
// the open ones are of type t.
func (g *Generator) argument(p *Parameter, returns string, t value.Type, s *scope) string {
	switch {
	case p.Argument == "StarOnly", p.Argument == "StarAllowed" && g.chance(30):
		return "*"
	case len(p.Values) > 0:
		v := pick(g, p.Values)
		if slices.Contains(p.Types, "string") {
			return "'" + v + "'"
		}
		return v
	case slices.Contains(p.Types, "type"):
		return "typeof(" + pick(g, allTypes).String() + ")"
	case p.Argument == "Aggregate":
		return "count()"
	}
	if all := meant(p.Name); all != nil {
		return pick(g, all)
	}
	types := p.allowed()
	if len(types) == 0 {
		types = allTypes
	}
	want := pick(g, types)
	if slices.Contains(types, t) && p.Kind != "Declared" && returns != "Declared" {
		want = t
	}
	switch p.Argument {
	case "Constant", "Literal", "LiteralNotEmpty":
		return g.literal(want)
	case "Column":
		if names := g.known(want, s); len(names) > 0 {
			return pick(g, names)
		}
	}
	if want == value.Dynamic && (g.chance(60) || p.Kind == "DynamicArray" || p.Kind == "DynamicBag") {
		return g.container(p.Kind, s)
	}
	return g.expr(want, s)
}

// meant are the arguments that a parameter of a name takes, whatever its type
// allows.
func meant(name string) []string {
	switch strings.ToLower(name) {
	case "percentile", "percentiles":
		return []string{"50", "95", "99.9", "5"}
	case "level", "resolution", "precision":
		return []string{"5", "int(7)", "9"}
	case "use_spheroid":
		return []string{"true", "false"}
	case "accuracy":
		return []string{"1", "2", "0", "4"}
	case "timezone":
		return []string{"'UTC'", "'Europe/Berlin'", "'US/Pacific'"}
	case "format":
		return []string{"'hh:mm:ss'", "'dd.hh:mm'", "'ss.fff'"}
	case "jsonpath":
		return []string{"'$.a'", "'$.a.b'", "'$[0]'"}
	case "regex":
		return []string{"'(a)'", `@"(\d+)-(\w*)"`, "'(x|y)z'"}
	}
	return nil
}

// column is a column of a type, or of any of several; "" when there is none.
func (g *Generator) column(s *scope, types ...value.Type) string {
	var names []string
	for _, c := range s.cols {
		if slices.Contains(types, c.typ) {
			names = append(names, c.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return pick(g, names)
}

// container is an array or a bag.
func (g *Generator) container(kind string, s *scope) string {
	if kind == "DynamicBag" || kind != "DynamicArray" && g.chance(30) {
		return pick(g, []string{"dynamic({'a':1,'b':'x'})", "bag_pack('k', " + g.leaf(pick(g, allTypes), s) + ")", "pack('k', 1, 'l', 'm')", "parse_json('{\"a\":1}')"})
	}
	return pick(g, []string{"dynamic([1,2,3])", "dynamic(['a','b'])", "pack_array(" + g.leaf(pick(g, allTypes), s) + ", 2)", "split('a,b', ',')", "dynamic([1.5,2.5])", "range(1, 5)"})
}

// literal writes a constant of a type in one of its forms.
func (g *Generator) literal(t value.Type) string {
	return pick(g, literals[t])
}

var literals = map[value.Type][]string{
	value.Bool:    {"true", "false", "True", "bool(true)", "bool(null)", "bool(1)", "FALSE"},
	value.Int:     {"int(3)", "int(null)", "int(-2)", "int(0x1f)", "int32(7)", "int( 5 )"},
	value.Long:    {"1", "0", "42", "0x1f", "long(5)", "long(null)", "long(-1)", "123456789012", "int64(9)", "2", "10"},
	value.Real:    {"1.5", "1e3", "2.5e-2", "real(1)", "real(null)", "double(3.2)", "real(nan)", "real(-inf)", "0.1", "real(2.5)"},
	value.Decimal: {"decimal(1.5)", "decimal(null)", "decimal(1e3)", "decimal(0.1)", "decimal(-3)"},
	value.String:  {`"a"`, "'b'", `@"c\d"`, `h"e"`, "h@'f'", "```multi\nline```", `"a" "b"`, `'it\'s'`, `"\t\u0041\x42"`, "''", `"x y"`, "@'it''s'", "~~~z~~~", "'a,b'", `H"g"`, `'[1,2]'`, `"\101"`},
	value.DateTime: {"datetime(2024-01-01)", "datetime('2024-01-01 10:00')", "datetime(null)", "date(2024-02-03)", "datetime(2024-01-01T10:00:00.123Z)",
		"datetime(2024-12-31 23:59:59.9999999)", "datetime(2024-05)", "now()", "ago(1d)", "datetime(2024-01-01 10:00)"},
	value.TimeSpan: {"1d", "2h", "1.5m", "10s", "100ms", "1microsecond", "1tick", "time(1.02:03:04)", "timespan(1h)", "time(null)", "5min", "timespan('0.00:10')", "3days", "2hours", "time(5)", "7seconds"},
	value.GUID:     {"guid(74be27de-1e4e-49d9-b579-fe0b331d3642)", "guid(null)", "new_guid()"},
	value.Dynamic: {"dynamic(null)", "dynamic([1,2,3])", `dynamic({"a":1,"b":[true,null,{"c":"d"}]})`, "dynamic('x')", "dynamic(1.5)", "dynamic(datetime(2024-01-01))",
		"dynamic([])", "dynamic({})", "dynamic(1d)", "dynamic(-1)", "dynamic(guid(74be27de-1e4e-49d9-b579-fe0b331d3642))", "dynamic([dynamic({'x':1}), h'y'])", "dynamic(true)", "dynamic(long(null))"},
}
