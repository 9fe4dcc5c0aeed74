// Package value holds Kusto's scalars and rows: typed values, dynamic values,
// columns and batches. It knows nothing of queries.
//
// Strings inside a Value may point into the bytes of the record that they were
// read from; whoever keeps a value beyond its batch takes Own.
package value

import "math"

// A Type is one of Kusto's scalar types.
type Type uint8

// The scalar types.
const (
	Unknown Type = iota // not known: never the type of a bound column
	Bool
	Int
	Long
	Real
	Decimal
	String
	DateTime
	TimeSpan
	GUID
	Dynamic
)

var typeNames = [...]string{"unknown", "bool", "int", "long", "real", "decimal", "string", "datetime", "timespan", "guid", "dynamic"}

// String is Kusto's name of the type.
func (t Type) String() string { return typeNames[t] }

// IsNumeric says whether arithmetic contaminates as with numbers.
func (t Type) IsNumeric() bool { return t == Int || t == Long || t == Real || t == Decimal }

// A Kind says what a value holds: Null, one of the scalar types, or, inside
// dynamic only, Array, Bag or JSON (text that is valid JSON of an array or an
// object, not parsed yet).
type Kind uint8

// What a value may hold.
const (
	Null      Kind = 0
	KBool          = Kind(Bool)
	KInt           = Kind(Int)
	KLong          = Kind(Long)
	KReal          = Kind(Real)
	KDecimal       = Kind(Decimal)
	KString        = Kind(String)
	KDateTime      = Kind(DateTime)
	KTimeSpan      = Kind(TimeSpan)
	KGUID          = Kind(GUID)
	Array     Kind = 32
	Bag       Kind = 33
	JSON      Kind = 34
)

// A Value is one scalar. The zero Value is a null of unknown type. A string
// has no null: NullOf(String) is "".
//
// Datetimes are ticks of 100 ns since 0001-01-01T00:00:00Z (as .NET has them),
// timespans ticks of 100 ns.
type Value struct {
	typ  Type
	kind Kind
	n    int64  // bool, int, long, datetime, timespan; bits of a real
	s    string // string, guid (lower case, with dashes), decimal text, JSON
	ref  *node  // Array, Bag
}

// node is what an array or a bag holds; keys is nil for an array. It never
// changes once a Value refers to it.
type node struct {
	keys  []string
	elems []Value
	size  int // see Size
}

// NullOf returns the null of a type; for String the empty string.
func NullOf(t Type) Value {
	if t == String {
		return Value{typ: String, kind: KString}
	}
	return Value{typ: t}
}

// BoolOf returns a bool.
func BoolOf(b bool) Value {
	v := Value{typ: Bool, kind: KBool}
	if b {
		v.n = 1
	}
	return v
}

// IntOf returns an int (32 bits).
func IntOf(n int32) Value { return Value{typ: Int, kind: KInt, n: int64(n)} }

// LongOf returns a long.
func LongOf(n int64) Value { return Value{typ: Long, kind: KLong, n: n} }

// RealOf returns a real.
func RealOf(f float64) Value {
	return Value{typ: Real, kind: KReal, n: int64(math.Float64bits(f))}
}

// StringOf returns a string.
func StringOf(s string) Value { return Value{typ: String, kind: KString, s: s} }

// DateTimeOf returns a datetime of ticks since 0001-01-01.
func DateTimeOf(ticks int64) Value { return Value{typ: DateTime, kind: KDateTime, n: ticks} }

// TimeSpanOf returns a timespan of ticks.
func TimeSpanOf(ticks int64) Value { return Value{typ: TimeSpan, kind: KTimeSpan, n: ticks} }

// GUIDOf returns a guid; s is in lower case with dashes (ParseGUID makes it so).
func GUIDOf(s string) Value { return Value{typ: GUID, kind: KGUID, s: s} }

// DecimalOf returns a decimal from its canonical text.
func DecimalOf(s string) Value { return Value{typ: Decimal, kind: KDecimal, s: s} }

// ArrayOf returns a dynamic array. It takes the slice; elements are stored as
// dynamic values.
func ArrayOf(elems []Value) Value {
	for i := range elems {
		elems[i].typ = Dynamic
	}
	return Value{typ: Dynamic, kind: Array, ref: (&node{elems: elems}).weighed()}
}

// BagOf returns a dynamic property bag in the order of keys. It takes both
// slices; keys are distinct.
func BagOf(keys []string, elems []Value) Value {
	if keys == nil {
		keys = []string{}
	}
	for i := range elems {
		elems[i].typ = Dynamic
	}
	return Value{typ: Dynamic, kind: Bag, ref: (&node{keys: keys, elems: elems}).weighed()}
}

// JSONOf returns a dynamic array or object from text that is known to be valid
// JSON of one ('[' or '{' first). It is parsed when looked into.
func JSONOf(text string) Value {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return NullOf(Dynamic)
	}
	return Value{typ: Dynamic, kind: JSON, s: text}
}

// DynamicOf returns v as a dynamic value holding the same.
func DynamicOf(v Value) Value {
	v.typ = Dynamic
	return v
}

// Type is the static type.
func (v Value) Type() Type { return v.typ }

// Kind says what the value holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull says whether the value is null. Strings never are.
func (v Value) IsNull() bool { return v.kind == Null }

// Bool is the truth of a bool; false for null.
func (v Value) Bool() bool { return v.n != 0 }

// Int is the number of an int, long, bool, or the ticks of a datetime or timespan.
func (v Value) Int() int64 { return v.n }

// Real is the number of a real.
func (v Value) Real() float64 { return math.Float64frombits(uint64(v.n)) }

// Str is the text of a string, guid, decimal or unparsed JSON.
func (v Value) Str() string { return v.s }

// Inner returns what a dynamic scalar holds as a value of its own type; other
// values, arrays and bags are returned as they are.
func (v Value) Inner() Value {
	if v.typ == Dynamic && v.kind > Null && v.kind < Array {
		v.typ = Type(v.kind)
	}
	return v
}

// TypeByName finds a type by any of the names that Kusto has for it.
func TypeByName(name string) (Type, bool) {
	t, ok := typesByName[name]
	return t, ok
}

var typesByName = map[string]Type{
	"bool": Bool, "boolean": Bool, "int": Int, "int32": Int, "long": Long, "int64": Long,
	"real": Real, "double": Real, "float": Real, "decimal": Decimal, "string": String,
	"datetime": DateTime, "date": DateTime, "timespan": TimeSpan, "time": TimeSpan,
	"guid": GUID, "uuid": GUID, "uniqueid": GUID, "dynamic": Dynamic,
}
