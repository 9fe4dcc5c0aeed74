package fn

import "github.com/dogwatch-dev/dogwatch/kql/value"

// The types that parameters have, by short names: the tables below are read
// more often than this list.
var (
	tText    = []value.Type{value.String}
	tLong    = []value.Type{value.Long}
	tReal    = []value.Type{value.Real}
	tBool    = []value.Type{value.Bool}
	tTime    = []value.Type{value.DateTime}
	tSpan    = []value.Type{value.TimeSpan}
	tGUID    = []value.Type{value.GUID}
	tDynamic = []value.Type{value.Dynamic}
	tNumber  = []value.Type{value.Long, value.Int, value.Real, value.Decimal}
	tJSON    = []value.Type{value.String, value.Dynamic}
	tScalars = []value.Type{value.Bool, value.Int, value.Long, value.Real, value.Decimal,
		value.String, value.DateTime, value.TimeSpan, value.GUID}
	// tWritten is a text, or another scalar as it is written.
	tWritten = append([]value.Type{value.String}, tScalars...)
)

// param is a parameter that must be given.
func param(name string, types []value.Type, doc string) Param {
	return Param{Name: name, Types: types, Doc: doc}
}

// optional is a parameter that may be left out.
func optional(name string, types []value.Type, doc string) Param {
	return Param{Name: name, Types: types, Doc: doc, Optional: true}
}

// repeated is a last parameter that may be given again.
func repeated(name string, types []value.Type, doc string) Param {
	return Param{Name: name, Types: types, Doc: doc, Repeat: true}
}

// constant is a parameter that must be known before the query runs.
func constant(name string, types []value.Type, doc string) Param {
	return Param{Name: name, Types: types, Doc: doc, Const: true}
}

// each makes the code of a function of one argument. Null stays null, of the
// result's type; strings have no null.
func each(result value.Type, f func(v value.Value) value.Value) Eval {
	return func(_ *Context, a []value.Value) value.Value {
		if a[0].IsNull() {
			return value.NullOf(result)
		}
		return f(a[0])
	}
}

// eachText is each for a function of one text.
func eachText(result value.Type, f func(s string) value.Value) Eval {
	return func(_ *Context, a []value.Value) value.Value { return f(text(a[0])) }
}

// typeOfFirst is the result type of functions that keep their argument's type.
func typeOfFirst(args []Arg) value.Type { return args[0].Type }

// longArg reads an optional whole number.
func longArg(args []value.Value, i int, otherwise int64) (n int64, ok bool) {
	if i >= len(args) {
		return otherwise, true
	}
	v := args[i].To(value.Long)
	return v.Int(), !v.IsNull()
}

// textArg reads an optional text.
func textArg(args []value.Value, i int, otherwise string) string {
	if i >= len(args) {
		return otherwise
	}
	return text(args[i])
}

// families lists the tables of functions, in the order of the reference.
func families() [][]Func {
	return [][]Func{
		logicFuncs(), convertFuncs(), textFuncs(), searchFuncs(), regexFuncs(),
		mathFuncs(), betaFuncs(), unitFuncs(), binFuncs(), bitFuncs(), timeFuncs(), calendarFuncs(), zoneFuncs(), timeTextFuncs(),
		jsonFuncs(), arrayFuncs(), bagFuncs(), setFuncs(),
		urlFuncs(), encodingFuncs(), hashFuncs(), punycodeFuncs(), parseFuncs(), userAgentFuncs(), ipFuncs(), seriesFuncs(), countSketchFuncs(), digestFuncs(), geoFuncs(), specialFuncs(),
	}
}
