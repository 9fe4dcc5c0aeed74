package fn

import (
	"math"
	"math/rand/v2"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const mathCategory = "Mathematics"

func mathFuncs() []Func {
	always := func(float64) bool { return true }
	positive := func(f float64) bool { return f >= 0 }
	unit := func(f float64) bool { return f >= -1 && f <= 1 }
	return []Func{
		realFunc("sqrt", "Gives the square root; null for negative numbers.", `sqrt(256) == 16.0`, positive, math.Sqrt),
		realFunc("exp", "Gives e to the power of a number.", `exp(0) == 1.0`, always, math.Exp),
		realFunc("exp2", "Gives 2 to the power of a number.", `exp2(3) == 8.0`, always, math.Exp2),
		realFunc("exp10", "Gives 10 to the power of a number.", `exp10(2) == 100.0`, always, func(f float64) float64 { return math.Pow(10, f) }),
		realFunc("log", "Gives the natural logarithm; null for negative numbers.", `log(1) == 0.0`, positive, math.Log),
		realFunc("log2", "Gives the logarithm to base 2; null for negative numbers.", `log2(8) == 3.0`, positive, math.Log2),
		realFunc("log10", "Gives the logarithm to base 10; null for negative numbers.", `log10(100) == 2.0`, positive, math.Log10),
		realFunc("sin", "Gives the sine.", `sin(0) == 0.0`, always, math.Sin),
		realFunc("cos", "Gives the cosine.", `cos(0) == 1.0`, always, math.Cos),
		realFunc("tan", "Gives the tangent.", `tan(0) == 0.0`, always, math.Tan),
		realFunc("cot", "Gives the cotangent.", `cot(1) > 0.64 and cot(1) < 0.65`, always, func(f float64) float64 { return 1 / math.Tan(f) }),
		realFunc("asin", "Gives the angle of a sine; null outside -1 to 1.", `asin(0) == 0.0`, unit, math.Asin),
		realFunc("acos", "Gives the angle of a cosine; null outside -1 to 1.", `acos(1) == 0.0`, unit, math.Acos),
		realFunc("atan", "Gives the angle of a tangent.", `atan(0) == 0.0`, always, math.Atan),
		realFunc("degrees", "Turns radians into degrees.", `degrees(pi()) == 180.0`, always, func(f float64) float64 { return f * 180 / math.Pi }),
		realFunc("radians", "Turns degrees into radians.", `radians(180) == pi()`, always, func(f float64) float64 { return f * math.Pi / 180 }),
		realFunc("gamma", "Gives the gamma function.", `gamma(5) == 24.0`, always, math.Gamma),
		realFunc("loggamma", "Gives the logarithm of the gamma function's absolute value.", `loggamma(1) == 0.0`, always,
			func(f float64) float64 { l, _ := math.Lgamma(f); return l }),
		realFunc("erf", "Gives the error function.", `erf(0) == 0.0`, always, math.Erf),
		realFunc("erfc", "Gives the complementary error function.", `erfc(0) == 1.0`, always, math.Erfc),
		realFunc("sign", "Gives -1, 0 or 1 by the sign of a number.", `sign(-42) == -1.0`, always, sign),
		realPair("pow", "base", "exponent", "Gives a number to the power of another.", `pow(2, 3) == 8.0`, math.Pow),
		realPair("atan2", "y", "x", "Gives the angle between the x axis and the point (x, y).", `atan2(0, 1) == 0.0`, math.Atan2),
		realTest("isnan", "Says whether a real is not a number.", `isnan(0.0 / 0.0)`, math.IsNaN),
		realTest("isinf", "Says whether a real is infinite.", `isinf(1.0 / 0.0)`, func(f float64) bool { return math.IsInf(f, 0) }),
		realTest("isfinite", "Says whether a real is neither infinite nor NaN.", `isfinite(1.0)`, func(f float64) bool { return f-f == 0 }),
		{
			Name: "pi", Category: mathCategory, Result: value.Real,
			Doc: "Gives the number pi.", Examples: []string{`pi() > 3.14`},
			Eval: func(*Context, []value.Value) value.Value { return value.RealOf(math.Pi) },
		},
		{
			Name: "abs", Category: mathCategory, ResultOf: absType,
			Params:   []Param{param("number", []value.Type{value.Real, value.Long, value.Int, value.Decimal, value.TimeSpan}, "a number or timespan")},
			Doc:      "Gives a number or timespan without its sign.",
			Examples: []string{`abs(-5) == 5`, `abs(-1h) == 1h`},
			Eval:     each(value.Unknown, absolute),
		},
		{
			Name: "ceiling", Category: mathCategory, ResultOf: typeOfFirst,
			Params:   []Param{param("number", []value.Type{value.Real, value.Long, value.Int, value.Decimal}, "the number")},
			Doc:      "Gives the least whole number that is not smaller.",
			Examples: []string{`ceiling(1.2) == 2.0`, `ceiling(-1.2) == -1.0`},
			Eval:     each(value.Unknown, ceiling),
		},
		{
			Name: "round", Category: mathCategory, ResultOf: typeOfFirst,
			Params: []Param{
				param("number", []value.Type{value.Real, value.Long, value.Int, value.Decimal}, "the number"),
				optional("precision", tLong, "how many digits after the point; 0 when left out"),
			},
			Doc:      "Rounds a number.",
			Examples: []string{`round(2.98765, 3) == 2.988`, `round(2.5) == 3.0`},
			Eval:     round,
		},
		{
			Name: "rand", Category: mathCategory, Result: value.Real, Volatile: true,
			Params:   []Param{optional("number", tLong, "when given, a whole number below it is drawn")},
			Doc:      "Draws a random number: from 0 to 1, or a whole one below its argument.",
			Examples: []string{`rand() < 1`, `rand(10) <= 9`},
			Eval:     random,
		},
	}
}

func realFunc(name, doc, example string, defined func(float64) bool, f func(float64) float64) Func {
	return Func{
		Name: name, Category: mathCategory, Result: value.Real, Doc: doc, Examples: []string{example},
		Params: []Param{param("number", tReal, "the number")},
		Eval: each(value.Real, func(v value.Value) value.Value {
			if !defined(v.Real()) {
				return value.NullOf(value.Real)
			}
			return value.RealOf(f(v.Real()))
		}),
	}
}

func realPair(name, x, y, doc, example string, f func(x, y float64) float64) Func {
	return Func{
		Name: name, Category: mathCategory, Result: value.Real, Doc: doc, Examples: []string{example},
		Params: []Param{param(x, tReal, "a number"), param(y, tReal, "a number")},
		Eval: func(_ *Context, a []value.Value) value.Value {
			if a[0].IsNull() || a[1].IsNull() {
				return value.NullOf(value.Real)
			}
			return value.RealOf(f(a[0].Real(), a[1].Real()))
		},
	}
}

func realTest(name, doc, example string, f func(float64) bool) Func {
	return Func{
		Name: name, Category: mathCategory, Result: value.Bool, Doc: doc, Examples: []string{example},
		Params: []Param{param("number", tReal, "the number")},
		Eval:   each(value.Bool, func(v value.Value) value.Value { return value.BoolOf(f(v.Real())) }),
	}
}

func sign(f float64) float64 {
	switch {
	case f > 0:
		return 1
	case f < 0:
		return -1
	}
	return f
}

func absType(args []Arg) value.Type {
	if args[0].Type == value.Int {
		return value.Long
	}
	return args[0].Type
}

func absolute(v value.Value) value.Value {
	switch v.Kind() {
	case value.KReal:
		return value.RealOf(math.Abs(v.Real()))
	case value.KDecimal:
		if v.Str()[0] == '-' {
			return value.DecimalOf(v.Str()[1:])
		}
		return v
	}
	if v.Int() < 0 {
		return negate(v)
	}
	return v.To(absType([]Arg{{Type: v.Type()}}))
}

func ceiling(v value.Value) value.Value {
	switch v.Kind() {
	case value.KReal:
		return value.RealOf(math.Ceil(v.Real()))
	case value.KDecimal:
		down := value.DecimalOp('-', v, value.DecimalOp('%', v, value.DecimalOf("1")))
		if value.Compare(down, v) < 0 {
			return value.DecimalOp('+', down, value.DecimalOf("1"))
		}
		return down
	}
	return v
}

func round(_ *Context, a []value.Value) value.Value {
	digits, ok := longArg(a, 1, 0)
	v := a[0]
	if v.IsNull() || !ok {
		return value.NullOf(v.Type())
	}
	digits = min(max(digits, -300), 300)
	switch v.Kind() {
	case value.KReal:
		return value.RealOf(roundTo(v.Real(), int(digits)))
	case value.KDecimal:
		return value.RealOf(roundTo(v.To(value.Real).Real(), int(digits))).To(value.Decimal)
	}
	if digits >= 0 {
		return v
	}
	return value.RealOf(roundTo(float64(v.Int()), int(digits))).To(v.Type())
}

func roundTo(f float64, digits int) float64 {
	if digits < 0 {
		scale := math.Pow10(-digits)
		return math.Round(f/scale) * scale
	}
	scale := math.Pow10(digits)
	if r := math.Round(f*scale) / scale; !math.IsInf(r, 0) && !math.IsNaN(r) {
		return r
	}
	return f
}

func random(_ *Context, a []value.Value) value.Value {
	if n, ok := longArg(a, 0, 0); ok && n > 0 {
		return value.RealOf(float64(rand.Int64N(n)))
	}
	return value.RealOf(rand.Float64())
}
