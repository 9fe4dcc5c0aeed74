package fn

import (
	"fmt"
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func bindArithmetic(op byte, x, y Arg) (Bound, error) {
	t := arithmeticType(op, known(x.Type), known(y.Type))
	if t == value.Unknown {
		return Bound{}, fmt.Errorf("operator %c is not defined for %s and %s", op, x.Type, y.Type)
	}
	xt, yt := operandTypes(op, t, known(x.Type), known(y.Type))
	return Bound{Result: t, Eval: func(_ *Context, a []value.Value) value.Value {
		p, q := a[0].To(xt), a[1].To(yt)
		if p.IsNull() || q.IsNull() {
			return value.NullOf(t)
		}
		return arithmetic(op, p, q).To(t)
	}}, nil
}

// known takes a bare null for a long.
func known(t value.Type) value.Type {
	if t == value.Unknown {
		return value.Long
	}
	return t
}

// arithmeticType is the type of `x op y`; Unknown when there is none.
func arithmeticType(op byte, x, y value.Type) value.Type {
	switch {
	case x == value.Dynamic && y == value.Dynamic:
		return value.Dynamic
	case x == value.Dynamic:
		return dynamicWith(op, y)
	case y == value.Dynamic:
		return dynamicWith(op, x)
	case x.IsNumeric() && y.IsNumeric():
		return widest(x, y)
	}
	return timeType(op, x, y)
}

// dynamicWith is the type of an operation of a dynamic value and a t.
func dynamicWith(op byte, t value.Type) value.Type {
	switch {
	case t == value.Int:
		return value.Long
	case t.IsNumeric():
		return t
	case t == value.TimeSpan && (op == '+' || op == '-'):
		return value.TimeSpan
	case t == value.DateTime && op == '+':
		return value.DateTime
	case t == value.DateTime && op == '-':
		return value.TimeSpan
	}
	return value.Unknown
}

func widest(x, y value.Type) value.Type {
	switch {
	case x == value.Decimal || y == value.Decimal:
		return value.Decimal
	case x == value.Real || y == value.Real:
		return value.Real
	}
	return value.Long
}

// timeType is the type of an operation of datetimes and timespans.
func timeType(op byte, x, y value.Type) value.Type {
	isTime := func(t value.Type) bool { return t == value.DateTime || t == value.TimeSpan }
	switch op {
	case '+':
		if isTime(x) && isTime(y) {
			if x == value.DateTime || y == value.DateTime {
				return value.DateTime
			}
			return value.TimeSpan
		}
	case '-':
		if isTime(x) && isTime(y) {
			if x == y {
				return value.TimeSpan
			}
			return value.DateTime
		}
	case '*':
		if x.IsNumeric() && isTime(y) {
			return y
		}
		if isTime(x) && y.IsNumeric() {
			return x
		}
	case '/':
		if isTime(x) && y.IsNumeric() {
			return x
		}
		if isTime(x) && isTime(y) && (x == value.DateTime || y == value.TimeSpan) {
			return value.Real
		}
	case '%':
		if isTime(x) && y.IsNumeric() {
			return x
		}
		if isTime(x) && isTime(y) && (x == value.DateTime || y == value.TimeSpan) {
			return value.TimeSpan
		}
	}
	return value.Unknown
}

// operandTypes says what the operands are turned into before they meet.
func operandTypes(op byte, result, x, y value.Type) (value.Type, value.Type) {
	if result.IsNumeric() && (x.IsNumeric() || x == value.Dynamic) && (y.IsNumeric() || y == value.Dynamic) {
		return result, result
	}
	partner := func(other value.Type) value.Type { // of a dynamic operand
		if other == value.DateTime && op == '-' {
			return value.DateTime
		}
		return value.TimeSpan
	}
	switch {
	case x == value.Dynamic && y != value.Dynamic:
		return partner(y), y
	case y == value.Dynamic && x != value.Dynamic:
		return x, partner(x)
	}
	return x, y
}

func arithmetic(op byte, x, y value.Value) value.Value {
	x, y = x.Inner(), y.Inner()
	xt, yt := x.Type(), y.Type()
	if xt.IsNumeric() && yt.IsNumeric() {
		switch t := widest(xt, yt); t {
		case value.Long:
			return longOp(op, x.Int(), y.Int())
		case value.Real:
			return value.RealOf(realOp(op, x.To(t).Real(), y.To(t).Real()))
		default:
			return value.DecimalOp(op, x.To(t), y.To(t))
		}
	}
	switch t := timeType(op, xt, yt); t {
	case value.Unknown:
		return value.NullOf(value.Dynamic) // dynamic values that do not go together
	case value.Real:
		return value.RealOf(float64(x.Int()) / float64(y.Int()))
	default:
		return timeOp(op, t, x, y)
	}
}

// longOp wraps on overflow; division by zero is null. The remainder is never
// negative.
func longOp(op byte, x, y int64) value.Value {
	switch op {
	case '+':
		return value.LongOf(x + y)
	case '-':
		return value.LongOf(x - y)
	case '*':
		return value.LongOf(x * y)
	}
	if y == 0 {
		return value.NullOf(value.Long)
	}
	if op == '/' {
		return value.LongOf(x / y)
	}
	return value.LongOf(modulo(x, y))
}

func modulo(x, y int64) int64 {
	m := x % y
	if m < 0 {
		if y < 0 {
			return m - y
		}
		return m + y
	}
	return m
}

func realOp(op byte, x, y float64) float64 {
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '/':
		return x / y
	}
	m := math.Mod(x, y)
	if m < 0 {
		m += math.Abs(y)
	}
	return m
}

// timeOp computes in ticks. A result that is out of range is null.
func timeOp(op byte, t value.Type, x, y value.Value) value.Value {
	fractional := x.Kind() == value.KReal || y.Kind() == value.KReal ||
		x.Kind() == value.KDecimal || y.Kind() == value.KDecimal
	if fractional {
		f := realOp(op, x.To(value.Real).Real(), y.To(value.Real).Real())
		if math.IsNaN(f) || math.Abs(f) >= 1<<63 {
			return value.NullOf(t)
		}
		return ticksOf(t, int64(math.Round(f)))
	}
	v := longOp(op, x.Int(), y.Int())
	if v.IsNull() || overflows(op, x.Int(), y.Int(), v.Int()) {
		return value.NullOf(t)
	}
	return ticksOf(t, v.Int())
}

func ticksOf(t value.Type, ticks int64) value.Value {
	if t == value.TimeSpan {
		return value.TimeSpanOf(ticks)
	}
	if ticks < value.MinDateTime || ticks > value.MaxDateTime {
		return value.NullOf(value.DateTime)
	}
	return value.DateTimeOf(ticks)
}

func overflows(op byte, x, y, result int64) bool {
	switch op {
	case '+':
		return x > 0 && y > 0 && result < 0 || x < 0 && y < 0 && result >= 0
	case '-':
		return x >= 0 && y < 0 && result < 0 || x < 0 && y > 0 && result >= 0
	case '*':
		return x != 0 && (result/x != y || x == -1 && y == math.MinInt64)
	}
	return false
}
