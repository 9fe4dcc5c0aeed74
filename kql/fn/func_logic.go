package fn

import (
	"fmt"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func logicFuncs() []Func {
	return []Func{
		{
			Name: "not", Category: logicCategory, Result: value.Bool,
			Params:   []Param{param("value", tBool, "what to negate")},
			Doc:      "Turns true into false and false into true; null stays null.",
			Examples: []string{`not(1 == 2)`},
			Eval:     each(value.Bool, func(v value.Value) value.Value { return value.BoolOf(!v.Bool()) }),
		},
		{
			Name: "iff", Aliases: []string{"iif"}, Category: logicCategory, ResultOf: commonOfRest(1),
			Params: []Param{
				param("if", tBool, "the condition"),
				param("then", nil, "the result when it is true"),
				param("else", nil, "the result when it is false or null"),
			},
			Doc:      "Chooses between two values by a condition.",
			Examples: []string{`iff(2 > 1, "yes", "no") == "yes"`, `iff(bool(null), 1, 2) == 2`},
			Prepare:  prepareIff,
		},
		{
			Name: "case", Category: logicCategory, ResultOf: caseType, Check: checkCase,
			Params: []Param{
				param("predicate", tBool, "the first condition"),
				param("then", nil, "the result when it is true"),
				repeated("else", nil, "further pairs of condition and result, then the result when none is true"),
			},
			Doc:      "Goes through conditions in order and gives the result beside the first that is true, else the last argument.",
			Examples: []string{`case(1 > 2, "a", 2 > 1, "b", "c") == "b"`, `case(false, 1, 2) == 2`},
			Prepare:  prepareCase,
		},
		{
			Name: "coalesce", Category: logicCategory, ResultOf: commonOfRest(0),
			Params:   []Param{repeated("arg", nil, "values in order of preference")},
			Doc:      "Gives the first argument that is not null (for strings: not empty).",
			Examples: []string{`coalesce(tolong("x"), tolong("42"), 33) == 42`, `coalesce("", "a") == "a"`},
			Prepare:  prepareCoalesce,
		},
		{
			Name: "isnull", Category: logicCategory, Result: value.Bool,
			Params:   []Param{param("expression", nil, "the value looked at")},
			Doc:      "Says whether a value is null. A string never is: see isempty.",
			Examples: []string{`isnull(toint("x"))`, `not(isnull(""))`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.BoolOf(a[0].IsNull()) },
		},
		{
			Name: "isnotnull", Aliases: []string{"notnull"}, Category: logicCategory, Result: value.Bool,
			Params:   []Param{param("expression", nil, "the value looked at")},
			Doc:      "Says whether a value is not null.",
			Examples: []string{`isnotnull(1)`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.BoolOf(!a[0].IsNull()) },
		},
		{
			Name: "isempty", Category: logicCategory, Result: value.Bool,
			Params:   []Param{param("value", nil, "the value looked at")},
			Doc:      "Says whether a value is null or an empty string.",
			Examples: []string{`isempty("")`, `isempty(dynamic(null))`, `not(isempty(dynamic([])))`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.BoolOf(isEmpty(a[0])) },
		},
		{
			Name: "isnotempty", Aliases: []string{"notempty"}, Category: logicCategory, Result: value.Bool,
			Params:   []Param{param("value", nil, "the value looked at")},
			Doc:      "Says whether a value is neither null nor an empty string.",
			Examples: []string{`isnotempty("x")`},
			Eval:     func(_ *Context, a []value.Value) value.Value { return value.BoolOf(!isEmpty(a[0])) },
		},
		{
			Name: "max_of", Category: logicCategory, ResultOf: commonOfRest(0),
			Params:   []Param{repeated("arg", nil, "the values compared")},
			Doc:      "Gives the greatest of its arguments; nulls do not count.",
			Examples: []string{`max_of(3, 10, 7) == 10`, `max_of(1, 2.5) == 2.5`},
			Prepare:  prepareExtreme(1),
		},
		{
			Name: "min_of", Category: logicCategory, ResultOf: commonOfRest(0),
			Params:   []Param{repeated("arg", nil, "the values compared")},
			Doc:      "Gives the least of its arguments; nulls do not count.",
			Examples: []string{`min_of(3, -10, 7) == -10`},
			Prepare:  prepareExtreme(-1),
		},
		{
			Name: "around", Category: logicCategory, Result: value.Bool,
			Params: []Param{
				param("value", nil, "a number, datetime or timespan"),
				param("center", nil, "the middle of the range"),
				param("delta", nil, "how far off it may be"),
			},
			Doc:      "Says whether a value is within a distance of another.",
			Examples: []string{`around(11, 10, 1)`, `not(around(datetime(2021-01-01 02:00), datetime(2021-01-01), 1h))`},
			Eval:     around,
		},
	}
}

const logicCategory = "Conditions"

func isEmpty(v value.Value) bool { return v.IsNull() || v.Kind() == value.KString && v.Str() == "" }

// commonType is the type that holds values of all the given types; Dynamic
// when they have nothing in common.
func commonType(args []Arg) value.Type {
	t := value.Unknown
	for _, a := range args {
		switch {
		case a.Type == value.Unknown || a.Type == t:
		case t == value.Unknown, t == value.Dynamic && a.Type != value.Dynamic:
			t = a.Type
		case a.Type == value.Dynamic:
		case t.IsNumeric() && a.Type.IsNumeric():
			t = widest(t, a.Type)
		default:
			return value.Dynamic
		}
	}
	if t == value.Unknown {
		return value.Dynamic
	}
	return t
}

func commonOfRest(from int) func([]Arg) value.Type {
	return func(args []Arg) value.Type { return commonType(args[from:]) }
}

func prepareIff(args []Arg) (Eval, error) {
	t := commonType(args[1:])
	return func(_ *Context, a []value.Value) value.Value {
		if a[0].Bool() {
			return a[1].To(t)
		}
		return a[2].To(t)
	}, nil
}

// caseResults are the arguments of case() that can be its result.
func caseResults(args []Arg) []Arg {
	var out []Arg
	for i := 1; i < len(args); i += 2 {
		out = append(out, args[i])
	}
	return append(out, args[len(args)-1])
}

func caseType(args []Arg) value.Type { return commonType(caseResults(args)) }

func checkCase(args []Arg) error {
	if len(args)%2 == 0 {
		return fmt.Errorf("case() takes pairs of condition and result, then one result: an odd number of arguments, not %d", len(args))
	}
	for i := 0; i+1 < len(args); i += 2 {
		if t := args[i].Type; t != value.Bool && t != value.Dynamic && t != value.Unknown {
			return &ArgError{i, fmt.Sprintf("case() wants a bool for a condition, not %s", t)}
		}
	}
	return nil
}

func prepareCase(args []Arg) (Eval, error) {
	t := caseType(args)
	return func(_ *Context, a []value.Value) value.Value {
		for i := 0; i+1 < len(a); i += 2 {
			if a[i].To(value.Bool).Bool() {
				return a[i+1].To(t)
			}
		}
		return a[len(a)-1].To(t)
	}, nil
}

func prepareCoalesce(args []Arg) (Eval, error) {
	t := commonType(args)
	return func(_ *Context, a []value.Value) value.Value {
		for _, v := range a {
			if v = v.To(t); !v.IsNull() && (t != value.String || v.Str() != "") {
				return v
			}
		}
		return value.NullOf(t)
	}, nil
}

func prepareExtreme(sign int) func(args []Arg) (Eval, error) {
	return func(args []Arg) (Eval, error) {
		t := commonType(args)
		return func(_ *Context, a []value.Value) value.Value {
			best := value.NullOf(t)
			found := false
			for _, v := range a {
				if v = v.To(t); v.IsNull() {
					continue
				}
				if !found || value.Compare(v, best)*sign > 0 {
					best, found = v, true
				}
			}
			return best
		}, nil
	}
}

func around(_ *Context, a []value.Value) value.Value {
	low := arithmetic('-', a[1], a[2])
	high := arithmetic('+', a[1], a[2])
	from, ok1 := order(a[0], low)
	to, ok2 := order(a[0], high)
	if !ok1 || !ok2 {
		return value.NullOf(value.Bool)
	}
	return value.BoolOf(from >= 0 && from != unordered && to <= 0)
}
