package fn

import (
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const convertCategory = "Conversion"

func convertFuncs() []Func {
	return []Func{
		conversion("tostring", nil, value.String, "a string: compact JSON for arrays and bags, the empty string for null",
			`tostring(123) == "123"`, `tostring(dynamic({"a": [1, "b"]})) == '{"a":[1,"b"]}'`),
		conversion("tobool", []string{"toboolean"}, value.Bool, "a bool", `tobool("true")`, `tobool(1)`),
		conversion("toint", nil, value.Int, "an int, the fraction cut off", `toint("123") == 123`, `toint(2.3) == 2`),
		conversion("tolong", nil, value.Long, "a long, the fraction cut off", `tolong("0x1F") == 31`, `isnull(tolong("x"))`),
		conversion("toreal", []string{"todouble"}, value.Real, "a real", `toreal("1.5") == 1.5`),
		conversion("todecimal", nil, value.Decimal, "a decimal", `todecimal("123.45678") == decimal(123.45678)`),
		conversion("todatetime", nil, value.DateTime, "a datetime; ISO 8601, RFC 822 and US forms are read",
			`todatetime("2015-12-31 23:59:59.9") == datetime(2015-12-31 23:59:59.9)`),
		conversion("totimespan", []string{"totime"}, value.TimeSpan, "a timespan", `totimespan("0.00:01:00") == 1m`),
		conversion("toguid", nil, value.GUID, "a guid",
			`toguid("70fc66f7-8279-44fc-9092-d364d70fce44") == guid(70fc66f7-8279-44fc-9092-d364d70fce44)`),
		{
			Name: "gettype", Category: convertCategory, Result: value.String,
			Params:   []Param{param("value", nil, "the value looked at")},
			Doc:      "Names the type of a value; of a dynamic value the type of what it holds: array, dictionary, string, long and so on.",
			Examples: []string{`gettype("a") == "string"`, `gettype(dynamic([1])) == "array"`, `gettype(parse_json('{"a":1}')) == "dictionary"`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.StringOf(typeName(a[0])) },
		},
		{
			Name: "estimate_data_size", Category: convertCategory, Result: value.Long,
			Params:   []Param{repeated("columns", nil, "the columns; * for all")},
			Doc:      "Counts the bytes of values: 8 of a number or a time, 4 of an int, of a text as many as it has in UTF-8.",
			Examples: []string{`estimate_data_size(1, "1234567890") == 18`},
			Prepare:  prepareDataSize,
		},
		{
			Name: "tohex", Category: convertCategory, Result: value.String,
			Params: []Param{
				param("value", tLong, "the number"),
				optional("minLength", tLong, "the least number of digits, filled up with zeros"),
			},
			Doc:      "Writes a whole number in hexadecimal; a negative one as its 64 bits.",
			Examples: []string{`tohex(256) == "100"`, `tohex(-256) == "ffffffffffffff00"`, `tohex(256, 8) == "00000100"`},
			Eval:     tohex,
		},
	}
}

// conversion is a function that turns anything into one type, or null.
func conversion(name string, aliases []string, t value.Type, doc string, examples ...string) Func {
	return Func{
		Name: name, Aliases: aliases, Category: convertCategory, Result: t,
		Params:   []Param{param("value", nil, "the value to convert")},
		Doc:      "Turns a value into " + doc + "; what cannot be converted becomes null.",
		Examples: examples, NameFromArg: true,
		Eval: func(_ *Context, a []value.Value) value.Value { return a[0].To(t) },
	}
}

func typeName(v value.Value) string {
	switch {
	case v.IsArray():
		return "array"
	case v.IsBag():
		return "dictionary"
	case v.IsNull() && (v.Type() == value.Dynamic || v.Type() == value.Unknown):
		return "null"
	}
	return v.Inner().Type().String()
}

// dataSizes are the bytes of a value of a type; 0 for those that depend on the
// value. How much others take is not documented.
var dataSizes = map[value.Type]int64{
	value.Int: 4, value.Long: 8, value.Real: 8, value.DateTime: 8, value.TimeSpan: 8, value.String: 0,
}

func prepareDataSize(args []Arg) (Eval, error) {
	for _, a := range args {
		if _, ok := dataSizes[a.Type]; !ok {
			return nil, Unsupported("estimate_data_size() of " + a.Type.String() + " values")
		}
	}
	return func(_ *Context, a []value.Value) value.Value {
		var n int64
		for i, v := range a {
			n += dataSizes[args[i].Type]
			if args[i].Type == value.String {
				n += int64(len(v.Str()))
			}
		}
		return value.LongOf(n)
	}, nil
}

func tohex(_ *Context, a []value.Value) value.Value {
	least, ok := longArg(a, 1, 0)
	if a[0].IsNull() || !ok {
		return value.StringOf("")
	}
	s := strconv.FormatUint(uint64(a[0].Int()), 16)
	if n := int(min(max(least, 0), 1024)) - len(s); n > 0 {
		s = strings.Repeat("0", n) + s
	}
	return value.StringOf(s)
}
