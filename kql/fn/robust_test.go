package fn

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// samples are values of every type, the ugly ones above all.
var samples = []value.Value{
	value.NullOf(value.Bool), value.BoolOf(true), value.NullOf(value.Int), value.IntOf(-7), value.IntOf(math.MinInt32),
	value.NullOf(value.Long), value.LongOf(0), value.LongOf(1), value.LongOf(-1), value.LongOf(3), value.LongOf(1 << 40),
	value.LongOf(math.MaxInt64), value.LongOf(math.MinInt64),
	value.NullOf(value.Real), value.RealOf(0), value.RealOf(-2.5), value.RealOf(math.NaN()), value.RealOf(math.Inf(1)), value.RealOf(math.MaxFloat64),
	value.NullOf(value.Decimal), value.DecimalOf("-1.5"), value.DecimalOf("9E6000"),
	value.StringOf(""), value.StringOf("a b"), value.StringOf("\xff\xfeé"), value.StringOf("10.0.0.1/8"), value.StringOf("month"),
	value.StringOf(`{"a":[1,{"b":null}]}`), value.StringOf("<a b='1'>x</a>"), value.StringOf("(a|b)+"), value.StringOf("$.a[0]"),
	value.StringOf("S3VzdG8="), value.StringOf("fe80::1%eth0/999"), value.StringOf("yyyy-MM"), value.StringOf("Europe/Paris"),
	value.NullOf(value.DateTime), value.DateTimeOf(0), value.DateTimeOf(value.MaxDateTime), value.DateTimeOf(637134336000000000),
	value.NullOf(value.TimeSpan), value.TimeSpanOf(0), value.TimeSpanOf(math.MinInt64), value.TimeSpanOf(value.Hour),
	value.NullOf(value.GUID), value.GUIDOf("01234567-89ab-cdef-0123-456789abcdef"),
	value.NullOf(value.Dynamic), value.DynamicOf(value.LongOf(5)), value.DynamicOf(value.StringOf("x")), value.DynamicOf(value.RealOf(math.NaN())),
	value.JSONOf(`[]`), value.JSONOf(`{}`), value.JSONOf(`[3,"a",null,[1],{"k":2.5},true]`), value.JSONOf(`{"a":{"b":[1,2]},"a":3,"c":"d"}`),
	value.ArrayOf([]value.Value{value.DateTimeOf(5), value.LongOf(math.MaxInt64)}),
}

// tryAll calls do with every choice of n samples, thinned out for many.
func tryAll(n int, do func(args []value.Value)) {
	args := make([]value.Value, n)
	step := []int{1, 1, 1, 5, 11, 17, 23}[min(n, 6)]
	var choose func(i, from int)
	choose = func(i, from int) {
		if i == n {
			do(args)
			return
		}
		for k := from % step; k < len(samples); k += step {
			args[i] = samples[k]
			choose(i+1, from+k+1)
		}
	}
	choose(0, 0)
}

// checked calls a bound function and complains about a result of another type.
func checked(t *testing.T, name string, b Bound, args []value.Value) {
	t.Helper()
	copied := append([]value.Value(nil), args...)
	v := b.Eval(&Context{Now: 638_000_000_000_000_000, Room: 1 << 30}, copied)
	if v.Type() != b.Result && !v.IsNull() && b.Result != value.Unknown && b.Result != value.Dynamic {
		t.Fatalf("%s of %v is a %s, want %s", name, args, v.Type(), b.Result)
	}
	_ = v.String() // must not panic either
	if b.Result == value.String && v.IsNull() {
		t.Fatalf("%s of %v is null, and strings have no null", name, args)
	}
}

func TestFunctionsTakeAnything(t *testing.T) {
	for _, f := range Funcs() {
		if f.Special {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			least, most := 0, len(f.Params)
			for _, p := range f.Params {
				if !p.Optional {
					least++
				}
			}
			for n := least; n <= most; n++ {
				tryAll(n, func(args []value.Value) {
					if (f.Name == "range" || f.Name == "repeat") && slices.ContainsFunc(args, isHuge) {
						return // an array of a million elements, each time
					}
					for _, constant := range []bool{false, true} {
						info := make([]Arg, n)
						for i := range args {
							info[i] = Arg{Type: args[i].Type(), Name: strings.Repeat("n", i+1)}
							if constant {
								v := args[i]
								info[i].Const = &v
							}
						}
						if b, err := Bind(f, info); err == nil {
							checked(t, f.Name, b, args)
						}
					}
				})
			}
		})
	}
}

func isHuge(v value.Value) bool {
	if v.Kind() == value.KDecimal {
		return len(v.Str()) > 5
	}
	n := v.To(value.Real)
	return !n.IsNull() && math.Abs(n.Real()) > 1000
}

func TestRangeEnds(t *testing.T) {
	f, _ := Lookup("range")
	for _, args := range [][]value.Value{
		{value.LongOf(math.MaxInt64 - 2), value.LongOf(math.MaxInt64)},
		{value.LongOf(math.MinInt64 + 2), value.LongOf(math.MinInt64), value.LongOf(-1)},
		{value.RealOf(1e300), value.RealOf(math.Inf(1)), value.RealOf(1)},
		{value.DateTimeOf(value.MaxDateTime - 2*value.Hour), value.DateTimeOf(value.MaxDateTime)},
		{value.LongOf(0), value.LongOf(math.MaxInt64)},
	} {
		b, err := Bind(f, []Arg{{Type: args[0].Type()}, {Type: args[0].Type()}, {Type: args[0].Type()}}[:len(args)])
		if err != nil {
			t.Fatal(err)
		}
		if n := b.Eval(&Context{Room: 1 << 30}, args).Len(); n < 1 || n > maxArray {
			t.Errorf("range of %v has %d elements", args, n)
		}
	}
}

func TestOperatorsTakeAnything(t *testing.T) {
	ops := strings.Fields("+ - * / % == != < <= > >= =~ !~ and or contains !contains contains_cs has !has has_cs hasprefix " +
		"!hasprefix_cs hassuffix startswith !startswith_cs endswith endswith_cs like notlike")
	ops = append(ops, "matches regex")
	tryAll(2, func(args []value.Value) {
		x, y := Arg{Type: args[0].Type()}, Arg{Type: args[1].Type()}
		fixed := y
		fixed.Const = &args[1]
		for _, op := range ops {
			for _, second := range []Arg{y, fixed} {
				if b, err := BindBinary(op, x, second); err == nil {
					checked(t, op, b, args)
				}
			}
		}
		for _, op := range []string{"in", "in~", "!in", "!in~", "has_any", "has_all"} {
			var results []value.Value
			for _, second := range []Arg{y, fixed} {
				if b, err := BindIn(op, x, []Arg{second}); err == nil {
					checked(t, op, b, args)
					results = append(results, b.Eval(&Context{}, append([]value.Value(nil), args...)))
				}
			}
			if len(results) == 2 && results[0] != results[1] {
				t.Fatalf("%v %s (%v): a constant list gives %v, another %v", args[0], op, args[1], results[1], results[0])
			}
		}
	})
	tryAll(3, func(args []value.Value) {
		if b, err := BindBetween(true, Arg{Type: args[0].Type()}, Arg{Type: args[1].Type()}, Arg{Type: args[2].Type()}); err == nil {
			checked(t, "between", b, args)
		}
	})
	tryAll(1, func(args []value.Value) {
		if b, err := BindUnary("-", Arg{Type: args[0].Type()}); err == nil {
			checked(t, "-", b, args)
		}
	})
}

func TestAggregatesTakeAnything(t *testing.T) {
	for _, a := range Aggs() {
		if a.New == nil {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			tryAll(len(a.Params), func(args []value.Value) {
				info := make([]Arg, len(args))
				for i := range args {
					info[i] = Arg{Type: args[i].Type()}
					if a.Params[i].Const {
						info[i].Const = &args[i]
					}
				}
				result, err := CheckAgg(a, info)
				if err != nil {
					return
				}
				empty := a.New(info)
				if v := empty.Result(); v.Type() != result && !v.IsNull() {
					t.Fatalf("%s of nothing is a %s, want %s", a.Name, v.Type(), result)
				}
				s := a.New(info)
				s.Add(args)
				s.Add(args)
				if s.Size() <= 0 {
					t.Fatalf("%s holds %d bytes", a.Name, s.Size())
				}
				if v := s.Result(); v.Type() != result && !v.IsNull() && result != value.Dynamic {
					t.Fatalf("%s of %v is a %s, want %s", a.Name, args, v.Type(), result)
				}
			})
		})
	}
}
