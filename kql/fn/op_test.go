package fn

import (
	"math"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// evalBinary binds and runs `x op y`, with y as a constant and not; both must
// agree.
func evalBinary(t *testing.T, op string, x, y value.Value) (value.Value, error) {
	t.Helper()
	var got [2]value.Value
	for i, constant := range []*value.Value{nil, &y} {
		b, err := BindBinary(op, Arg{Type: x.Type()}, Arg{Type: y.Type(), Const: constant})
		if err != nil {
			return value.Value{}, err
		}
		got[i] = b.Eval(&Context{}, []value.Value{x, y})
		if got[i].Type() != b.Result {
			t.Errorf("%v %s %v is a %s, want %s", x, op, y, got[i].Type(), b.Result)
		}
	}
	if !alike(got[0], got[1]) {
		t.Errorf("%v %s %v is %v, and %v with a constant", x, op, y, got[0], got[1])
	}
	return got[0], nil
}

// alike is equal, NaN with itself too.
func alike(x, y value.Value) bool {
	return x.Type() == y.Type() && x.IsNull() == y.IsNull() && (value.Compare(x, y) == 0)
}

func day(s string) value.Value {
	ticks, ok := value.ParseDateTime(s)
	if !ok {
		panic(s)
	}
	return value.DateTimeOf(ticks)
}

var (
	yes, no  = value.BoolOf(true), value.BoolOf(false)
	long     = value.LongOf
	aReal    = value.RealOf
	str      = value.StringOf
	span     = value.TimeSpanOf
	noBool   = value.NullOf(value.Bool)
	noLong   = value.NullOf(value.Long)
	noThing  = value.NullOf(value.Dynamic)
	dynamic  = value.DynamicOf
	december = "2020-12-31"
)

func TestBinaryOperators(t *testing.T) {
	for _, c := range []struct {
		x    value.Value
		op   string
		y    value.Value
		want value.Value
	}{
		{long(1), "/", long(2), long(0)}, {long(-7), "/", long(2), long(-3)}, {value.IntOf(1), "+", value.IntOf(2), long(3)},
		{long(1), "/", aReal(2), aReal(0.5)}, {long(1), "/", long(0), noLong}, {aReal(1), "/", long(0), aReal(math.Inf(1))},
		{long(-14), "%", long(12), long(10)}, {long(14), "%", long(-12), long(2)}, {long(math.MinInt64), "%", long(math.MinInt64), long(0)},
		{long(math.MinInt64), "/", long(-1), long(math.MinInt64)}, {noLong, "+", long(1), noLong},
		{value.DecimalOf("0.1"), "+", value.DecimalOf("0.2"), value.DecimalOf("0.3")},
		{day("2020-12-31"), "-", day("2020-12-30"), span(value.Day)}, {day("2020-12-30"), "+", span(value.Day), day(december)},
		{span(value.Day), "+", day("2020-12-30"), day(december)}, {day("9999-12-31"), "+", span(value.Day), value.NullOf(value.DateTime)},
		{long(3), "*", span(value.Hour), span(3 * value.Hour)}, {span(value.Hour), "*", aReal(1.5), span(90 * value.Minute)},
		{span(value.Day), "/", span(value.Hour), aReal(24)}, {span(value.Day), "/", long(2), span(12 * value.Hour)},
		{span(value.Day + 1), "%", span(value.Hour), span(1)}, {span(math.MaxInt64), "+", span(1), value.NullOf(value.TimeSpan)},
		{dynamic(long(4)), "+", long(1), long(5)}, {dynamic(long(4)), "*", dynamic(aReal(0.5)), dynamic(aReal(2))}, {dynamic(str("x")), "+", long(1), noLong},

		{noLong, "==", long(1), no}, {noLong, "!=", long(1), yes}, {noLong, "==", noLong, noBool}, {noLong, "!=", noLong, noBool},
		{noLong, "<", long(1), noBool}, {long(1), ">=", noLong, noBool}, {str(""), "==", str(""), yes},
		{str("a"), "==", str("A"), no}, {str("a"), "=~", str("A"), yes}, {str("a"), "!~", str("A"), no}, {str("a"), "!=", str("A"), yes},
		{long(1), "==", aReal(1), yes}, {long(1), "<", aReal(1.5), yes}, {yes, "==", long(1), yes}, {aReal(math.NaN()), "==", aReal(math.NaN()), no},
		{aReal(math.NaN()), "<", aReal(1), no}, {aReal(math.NaN()), ">=", aReal(1), no}, {long(math.MaxInt64), "==", aReal(1 << 63), no},
		{dynamic(str("create")), "==", str("create"), yes}, {dynamic(long(403)), ">", long(200), yes}, {dynamic(long(403)), "==", str("403"), yes},
		{dynamic(str("403")), "==", long(403), yes}, {noThing, "==", str("x"), no}, {noThing, "!=", str("x"), yes}, {value.JSONOf("[1]"), "==", str("[1]"), yes}, {str("5"), "==", long(5), yes}, {day(december), "!=", str("never"), yes},
		{value.JSONOf(`{"a":1,"b":2}`), "==", value.JSONOf(`{"b":2,"a":1}`), yes}, {dynamic(str("2020-12-31")), "==", day(december), yes},

		{yes, "and", noBool, noBool}, {no, "and", noBool, no}, {yes, "or", noBool, yes}, {noBool, "or", no, noBool}, {no, "or", yes, yes},

		{str("KubernetesSecrets"), "contains", str("secret"), yes}, {str("a Secret"), "contains_cs", str("secret"), no}, {noThing, "contains", str("x"), no},
		{str(""), "!contains", str("x"), yes}, {noThing, "!has", str("x"), yes}, {noThing, "!~", str("x"), yes}, {str("x y"), "!has", str("y"), no},
		{str("get secrets/list now"), "has", str("secrets/list"), yes}, {str("secretsx"), "has", str("secrets"), no}, {str("Exec"), "has_cs", str("exec"), no},
		{str("kube-system"), "startswith", str("KUBE"), yes}, {str("kube-system"), "startswith_cs", str("KUBE"), no}, {str("kube-system"), "!endswith", str("SYSTEM"), no},
		{str("an execution"), "hasprefix", str("exec"), yes}, {str("an execution"), "!hassuffix", str("tion"), no}, {str("a execution"), "hassuffix_cs", str("Tion"), no},
		{value.JSONOf(`{"a":["exec"]}`), "has", str("EXEC"), yes}, {value.JSONOf(`{ "a" : 1 }`), "contains", str(`"a":1`), yes},
		{str("pods/exec"), "matches regex", str(`^pods/(exec|attach)$`), yes}, {str("Exec"), "matches regex", str("exec"), no}, {str("x"), "matches regex", noThing, yes},
		{str("pods-exec"), "like", str("pods*e?ec"), yes}, {str("pods"), "notlike", str("nodes%"), yes},
	} {
		got, err := evalBinary(t, c.op, c.x, c.y)
		if err != nil {
			t.Errorf("%s %v %s %v: %v", c.x.Type(), c.x, c.op, c.y, err)
		} else if !alike(got, c.want) {
			t.Errorf("%s %v %s %v is %q, want %q", c.x.Type(), c.x, c.op, c.y, got, c.want)
		}
	}
}

func TestOperatorsRefuse(t *testing.T) {
	for _, c := range []struct {
		x    value.Type
		op   string
		y    value.Type
		want string
	}{
		{value.String, "+", value.String, "not defined"}, {value.String, "<", value.String, "strcmp"}, {value.DateTime, "==", value.Long, "cannot compare"},
		{value.Long, "contains", value.String, "tostring()"}, {value.String, "and", value.Bool, "wants a bool"}, {value.DateTime, ">", value.String, "cannot compare"},
		{value.DateTime, "*", value.DateTime, "not defined"}, {value.GUID, "<", value.GUID, "cannot compare"},
	} {
		if _, err := BindBinary(c.op, Arg{Type: c.x}, Arg{Type: c.y}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %s: %v, want an error with %q", c.x, c.op, c.y, err, c.want)
		}
	}
	bad := str("a(")
	if _, err := BindBinary("matches regex", Arg{Type: value.String}, Arg{Type: value.String, Const: &bad}); err == nil {
		t.Error("a broken regular expression is taken")
	}
}

func TestIn(t *testing.T) {
	list := value.JSONOf(`["Get","LIST",5,null]`)
	for _, c := range []struct {
		x    value.Value
		op   string
		list []value.Value
		want bool
	}{
		{str("a"), "in", []value.Value{str("b"), str("a")}, true}, {str("A"), "in", []value.Value{str("a")}, false}, {str("A"), "in~", []value.Value{str("a")}, true},
		{str("x"), "!in", []value.Value{str("a")}, true}, {str("A"), "!in~", []value.Value{str("a")}, false}, {str("list"), "in~", []value.Value{list}, true},
		{str("list"), "in", []value.Value{list}, false}, {long(5), "in", []value.Value{list}, true}, {long(5), "in", []value.Value{long(4), aReal(5)}, true},
		{long(5), "in", []value.Value{aReal(5.5)}, false}, {aReal(5), "in", []value.Value{long(5)}, true}, {dynamic(str("Get")), "in", []value.Value{list}, true},
		{noThing, "in", []value.Value{list}, false}, {noThing, "!in", []value.Value{list}, true}, {noLong, "in", []value.Value{noLong}, false},
		{str("\u212Aube"), "in~", []value.Value{str("kube")}, true}, {day(december), "in", []value.Value{day(december)}, true},
		{str("an exec into a pod"), "has_any", []value.Value{str("attach"), str("EXEC")}, true}, {str("executed"), "has_any", []value.Value{str("exec")}, false},
		{str("an exec into a pod"), "has_all", []value.Value{str("pod"), str("exec")}, true}, {str("an exec"), "has_all", []value.Value{value.JSONOf(`["exec","pod"]`)}, false},
		{str("get LIST"), "has_any", []value.Value{list}, true}, {str("x"), "has_any", []value.Value{value.JSONOf("[]")}, false},
	} {
		for _, constant := range []bool{false, true} {
			args, vals := make([]Arg, len(c.list)), []value.Value{c.x}
			for i := range c.list {
				args[i] = Arg{Type: c.list[i].Type()}
				if constant {
					args[i].Const = &c.list[i]
				}
				vals = append(vals, c.list[i])
			}
			b, err := BindIn(c.op, Arg{Type: c.x.Type()}, args)
			if err != nil {
				t.Errorf("%v %s %v: %v", c.x, c.op, c.list, err)
				continue
			}
			if got := b.Eval(&Context{}, vals); got != value.BoolOf(c.want) {
				t.Errorf("%v %s %v is %v, want %v (constant: %v)", c.x, c.op, c.list, got, c.want, constant)
			}
		}
	}
}

func TestBetween(t *testing.T) {
	for _, c := range []struct{ x, low, high, want value.Value }{
		{long(5), long(1), long(5), yes}, {long(6), long(1), long(5), no}, {aReal(1.5), long(1), long(2), yes}, {noLong, long(1), long(2), noBool},
		{day("2020-12-30"), day("2020-12-29"), span(value.Day), yes}, {day(december), day("2020-12-29"), span(value.Day), no},
		{dynamic(long(5)), long(1), long(9), yes}, {span(2), span(1), span(3), yes},
	} {
		for _, not := range []bool{false, true} {
			b, err := BindBetween(not, Arg{Type: c.x.Type()}, Arg{Type: c.low.Type()}, Arg{Type: c.high.Type()})
			if err != nil {
				t.Errorf("%v between %v and %v: %v", c.x, c.low, c.high, err)
				continue
			}
			want := c.want
			if not && !want.IsNull() {
				want = value.BoolOf(!want.Bool())
			}
			if got := b.Eval(&Context{}, []value.Value{c.x, c.low, c.high}); got != want {
				t.Errorf("%v between %v and %v is %v, want %v (not: %v)", c.x, c.low, c.high, got, want, not)
			}
		}
	}
}

func TestRegexFlavour(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{`^\w+$`, "größe_1", true}, {`^\d$`, "٣", true}, {`^[\w.]+$`, "é.x", true}, {`^\W$`, "é", false}, {`^\s$`, "\u00a0", true}, {`^\S$`, "\u2003", false},
		{`^[^\s]+$`, "ab", true}, {`^[\D]$`, "٣", false}, {`\Qa.b\E`, "a.b", true}, {`\Qa.b\E`, "axb", false}, {`a\/b`, "a/b", true}, {`(?i)EXEC`, "exec", true},
		{`(?P<n>a)(?<m>b)`, "ab", true}, {`[]a]`, "]", true}, {`[[:alpha:]]\d`, "x1", true}, {`^\x41\p{Lu}$`, "AB", true}, {`a{2,3}`, "aa", true}, {`x\"y`, `x"y`, true},
		{`^[a-z&&[^b]]$`, "b", false}, {`^[a-z&&[^b]]$`, "c", true}, {`^[0-9--4]$`, "4", false}, {`^[0-9--4]$`, "5", true},
		{`^[a-g~~b-h]$`, "a", true}, {`^[a-g~~b-h]$`, "h", true}, {`^[a-g~~b-h]$`, "c", false}, {`[a&&b]`, "ab", false},
		{`^[x[^xyz]]$`, "x", true}, {`^[x[^xyz]]$`, "y", false}, {`^[x[^xyz]]$`, "q", true}, {`^[^a-c&&b]$`, "b", false},
		{`^[^a-c&&b]$`, "a", true}, {`^[\pL--\p{Greek}&&\p{Lu}]$`, "A", true}, {`^[\pL--\p{Greek}&&\p{Lu}]$`, "Λ", false},
		{`^[^\W_]$`, "é", true}, {`^[\W]$`, "é", false}, {`^[\S]$`, "\u00a0", false}, {`^[--a[x]]$`, "-", true}, {`^[]a[b]]$`, "]", true},
		{`(?i)^[a-z--k]$`, "K", false}, {`(?i)^[a-z--k]$`, "B", true}, {`^[\W-]$`, "-", true}, {`^[\d]\w$`, "1a", true}, {`^[\d]\s[\w]\W$`, "1 a-", true}, {`^[^\s]\s\w$`, "x y", true}, {`^[\]]\w$`, "]a", true}, {`^\u0061\u{62}\U00000063\U{64}$`, "abcd", true}, {`^[\u0061-\u{63}]$`, "b", true}, {`^[\u{61}-\u0063&&b-z]$`, "a", false}, {`^[\x{61}-\x{63}&&b-z]$`, "b", true},
	} {
		re, err := CompileRegex(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		} else if got := re.MatchString(c.s); got != c.want {
			t.Errorf("%s on %q is %v, want %v", c.pattern, c.s, got, c.want)
		}
	}
	for pattern, want := range map[string]string{
		`(a)\1`: "backreference", `a(?=b)`: "looking around", `(?<!a)b`: "looking around", `\<a`: "start or end of a word", `\b{start}a`: "start or end of a word", `[a[b]`: "no end", `[b-a&&c]`: "later one", `(?i)[a[^b]]`: "case is ignored", `a(`: "missing", `[a`: "missing",
	} {
		if _, err := CompileRegex(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", pattern, err, want)
		}
	}
}

func FuzzCompileRegex(f *testing.F) {
	for _, s := range []string{`^\w+\d[\s\S]*$`, `\Qa\Eb[^\W]`, `[\d-z]`, `(?P<a>x)+?`, `[[:alpha:]`} {
		f.Add(s, "some text 123")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 1000 {
			return
		}
		if re, err := CompileRegex(pattern); err == nil {
			re.MatchString(s)
		}
	})
}

func TestBindComplains(t *testing.T) {
	for _, c := range []struct {
		name string
		args []value.Type
		want string
	}{
		{"strlen", nil, "takes 1 argument, not 0"}, {"strlen", []value.Type{value.Long}, "wants string for string, not long"},
		{"substring", []value.Type{value.String}, "at least 2 arguments"}, {"now", []value.Type{value.TimeSpan, value.TimeSpan}, "at most 1 argument"},
		{"case", []value.Type{value.Bool, value.Long, value.Bool, value.Long}, "odd number"}, {"bag_pack", []value.Type{value.String, value.Long, value.String}, "no value"},
		{"bin", []value.Type{value.DateTime, value.Long}, "not defined"}, {"prev", []value.Type{value.Long}, "cannot be used here"},
	} {
		f, ok := Lookup(c.name)
		if !ok {
			t.Fatalf("no function %s", c.name)
		}
		args := make([]Arg, len(c.args))
		for i := range args {
			args[i].Type = c.args[i]
		}
		if _, err := Bind(f, args); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%v: %v, want an error with %q", c.name, c.args, err, c.want)
		}
	}
}

func TestTablesAreSound(t *testing.T) {
	seen := map[string]bool{}
	check := func(name string, aliases []string, doc string, params []Param) {
		for _, n := range append([]string{name}, aliases...) {
			if seen[n] {
				t.Errorf("%s is there twice", n)
			}
			seen[n] = true
			if !Known(n) && n != "_GetWatchlist" && n != "toscalar" && n != "materialize" { // those are syntax
				t.Errorf("%s is no name of the language", n)
			}
		}
		if doc == "" || !strings.HasSuffix(doc, ".") {
			t.Errorf("%s has no whole sentence for help", name)
		}
		for i, p := range params {
			if p.Name == "" || p.Doc == "" {
				t.Errorf("parameter %d of %s has no name or no help", i+1, name)
			}
			if p.Repeat && i < len(params)-1 {
				t.Errorf("parameter %s of %s is repeated, but not the last", p.Name, name)
			}
		}
	}
	for _, f := range Funcs() {
		check(f.Name, f.Aliases, f.Doc, f.Params)
		if f.Category == "" || !f.Special && f.Name != "bag_pack_columns" && len(f.Examples) == 0 {
			t.Errorf("%s has no category or no example", f.Name)
		}
		if f.Special != (f.Eval == nil && f.Prepare == nil) {
			t.Errorf("%s has code and should not, or has none", f.Name)
		}
	}
	clear(seen) // functions and aggregates may share a name
	for _, a := range Aggs() {
		check(a.Name, a.Aliases, a.Doc, a.Params)
		if a.New != nil && len(a.Examples) == 0 {
			t.Errorf("%s has no example", a.Name)
		}
	}
}

func BenchmarkHasAny(b *testing.B) {
	var list []Arg
	for _, s := range []string{"exec", "attach", "portforward", "proxy", "secrets", "clusterrolebindings"} {
		v := str(s)
		list = append(list, Arg{Type: value.String, Const: &v})
	}
	bound, err := BindIn("has_any", Arg{Type: value.String}, list)
	if err != nil {
		b.Fatal(err)
	}
	args := []value.Value{str("/apis/apps/v1/namespaces/default/replicasets/web-5d4f8c7b9?limit=500")}
	for b.Loop() {
		bound.Eval(nil, args)
	}
}

func BenchmarkInSet(b *testing.B) {
	list := value.JSONOf(`["create","update","patch","delete","deletecollection"]`)
	bound, err := BindIn("in", Arg{Type: value.Dynamic}, []Arg{{Type: value.Dynamic, Const: &list}})
	if err != nil {
		b.Fatal(err)
	}
	args := []value.Value{dynamic(str("get"))}
	for b.Loop() {
		bound.Eval(nil, args)
	}
}
