package fn

import (
	"fmt"
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func binFuncs() []Func {
	binnable := param("value", nil, "a number, datetime or timespan")
	size := param("roundTo", nil, "the size of a bin: a number, or a timespan")
	return []Func{
		{
			Name: "bin", Aliases: []string{"floor"}, Category: mathCategory, ResultOf: binType, Check: checkBin,
			Params:   []Param{binnable, size},
			Doc:      "Rounds down to a multiple of a size. The bin of null, or of a size that is not positive, is null.",
			Examples: []string{`bin(4.5, 1) == 4.0`, `bin(datetime(1970-05-11 13:45:07), 1d) == datetime(1970-05-11)`, `bin(16d, 7d) == 14d`, `bin(-7, 5) == -10`},
			Prepare:  prepareBin,
		},
		{
			Name: "bin_at", NameFromArg: true, Category: mathCategory, ResultOf: binType, Check: checkBin,
			Params: []Param{
				binnable, param("bin_size", nil, "the size of a bin: a number, or a timespan"),
				param("fixed_point", nil, "a value at which a bin begins"),
			},
			Doc:      "Rounds down to bins that begin at a given point.",
			Examples: []string{`bin_at(6.5, 2.5, 7) == 4.5`, `bin_at(datetime(2017-05-15 10:20:00.0), 1d, datetime(1970-01-01 12:00:00.0)) == datetime(2017-05-14 12:00)`},
			Prepare:  prepareBin,
		},
	}
}

func binType(args []Arg) value.Type {
	x, y := known(args[0].Type), known(args[1].Type)
	if len(args) > 2 && y.IsNumeric() && args[2].Type.IsNumeric() {
		y = widest(y, args[2].Type)
	}
	switch {
	case x == value.DateTime, x == value.TimeSpan:
		return x
	case x == value.Dynamic && y == value.TimeSpan:
		return value.DateTime
	case x == value.Dynamic:
		return widest(value.Long, y)
	default:
		return widest(x, y)
	}
}

func checkBin(args []Arg) error {
	x, y := known(args[0].Type), known(args[1].Type)
	isTime := x == value.DateTime || x == value.TimeSpan
	ok := x.IsNumeric() && (y.IsNumeric() || y == value.Dynamic) ||
		isTime && (y == value.TimeSpan || y == value.Dynamic || x == y) || x == value.Dynamic && (y.IsNumeric() || y == value.TimeSpan)
	if !ok {
		return fmt.Errorf("bin() is not defined for %s and %s", args[0].Type, args[1].Type)
	}
	return nil
}

func prepareBin(args []Arg) (Eval, error) {
	t := binType(args)
	st := t // of the size
	if t == value.DateTime {
		st = value.TimeSpan
	}
	return func(_ *Context, a []value.Value) value.Value {
		v, size := a[0].To(t), a[1].To(st)
		if a[1].Kind() == value.KDateTime { // as long as its distance from the first day
			size = value.TimeSpanOf(a[1].Int())
		}
		from := value.LongOf(0).To(t)
		if len(a) > 2 {
			from = a[2].To(t)
		}
		if v.IsNull() || size.IsNull() || from.IsNull() {
			return value.NullOf(t)
		}
		return binOf(t, v, size, from)
	}, nil
}

func binOf(t value.Type, v, size, from value.Value) value.Value {
	switch t {
	case value.Real:
		if !(size.Real() > 0) {
			return value.NullOf(t)
		}
		return value.RealOf(from.Real() + math.Floor((v.Real()-from.Real())/size.Real())*size.Real())
	case value.Decimal:
		if value.CompareDecimals(size.Str(), "0") <= 0 {
			return value.NullOf(t)
		}
		return value.DecimalOp('-', v, value.DecimalOp('%', value.DecimalOp('-', v, from), size))
	}
	if size.Int() <= 0 {
		return value.NullOf(t)
	}
	n := v.Int() - modulo(v.Int()-from.Int(), size.Int())
	if t == value.Long {
		return value.LongOf(n)
	}
	return ticksOf(t, n)
}
