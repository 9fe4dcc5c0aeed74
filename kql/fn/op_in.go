package fn

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// BindIn chooses the code of `x op (list...)`, op one of in, in~, !in, !in~,
// has_any, has_all. Eval's arguments are x and then the list. A dynamic array
// in the list stands for its elements. A constant list is prepared once.
func BindIn(op string, x Arg, list []Arg) (Bound, error) {
	switch op {
	case "in", "!in":
		return bindMember(op, exactKey, x, list)
	case "in~", "!in~":
		if err := wantText(op, x); err != nil {
			return Bound{}, err
		}
		return bindMember(op, foldedKey, x, list)
	case "has_any", "has_all":
		if err := wantText(op, x); err != nil {
			return Bound{}, err
		}
		return bindHasSome(op == "has_all", list)
	}
	return Bound{}, fmt.Errorf("unknown operator %q", op)
}

// isListOp says whether an operator has a list on its right.
func isListOp(op string) bool {
	switch op {
	case "in", "!in", "in~", "!in~", "has_any", "has_all":
		return true
	}
	return false
}

// constants returns the elements of a list that is constant as a whole.
func constants(list []Arg) ([]value.Value, bool) {
	var all []value.Value
	for _, a := range list {
		if a.Const == nil {
			return nil, false
		}
		all = appendElements(all, *a.Const)
	}
	return all, true
}

// appendElements appends a value, or an array's elements.
func appendElements(dst []value.Value, v value.Value) []value.Value {
	if v.IsArray() {
		return append(dst, v.Elems()...)
	}
	return append(dst, v)
}

// A keyFunc gives a text that is the same for values which `in` holds equal.
type keyFunc func(v value.Value) string

// exactKey writes numbers of all types alike, so that dynamic 5 is in (5), and
// 5.0 too; other values as their text.
func exactKey(v value.Value) string {
	switch v.Kind() {
	case value.KString:
		return v.Str()
	case value.KReal:
		if f := v.Real(); f == float64(int64(f)) {
			return strconv.FormatInt(int64(f), 10)
		}
	}
	return v.String()
}

func foldedKey(v value.Value) string { return value.FoldString(text(v)) }

func bindMember(op string, key keyFunc, x Arg, list []Arg) (Bound, error) {
	for i, a := range list {
		if a.Type != value.Dynamic && !comparable(x.Type, a.Type) && a.Type != value.String && x.Type != value.String {
			return Bound{}, &ArgError{i + 1, fmt.Sprintf("operator %s cannot compare %s with %s", op, x.Type, a.Type)}
		}
	}
	not := strings.HasPrefix(op, "!")
	b := Bound{Result: value.Bool}
	all, ok := constants(list)
	if !ok {
		b.Eval = func(_ *Context, a []value.Value) value.Value {
			return value.BoolOf(inArgs(key, a[0], a[1:]) != not)
		}
		return b, nil
	}
	set := make(map[string]struct{}, len(all))
	for _, v := range all {
		if v = memberAs(x.Type, v); !v.IsNull() {
			set[key(v)] = struct{}{}
		}
	}
	b.Eval = func(_ *Context, a []value.Value) value.Value {
		if a[0].IsNull() {
			return value.BoolOf(not)
		}
		_, found := set[key(a[0])]
		return value.BoolOf(found != not)
	}
	return b, nil
}

// memberAs turns an element of a list into the type it is compared with, so
// that "2020-01-01" finds a datetime. Numbers stay as they are: 5.5 is not in
// longs because 5 is.
func memberAs(t value.Type, v value.Value) value.Value {
	v = v.Inner()
	if t == value.Dynamic || t == value.Unknown || v.Type() == t || t.IsNumeric() && v.Type().IsNumeric() {
		return v
	}
	return v.To(t)
}

func inArgs(key keyFunc, x value.Value, list []value.Value) bool {
	if x.IsNull() {
		return false
	}
	want := key(x)
	for _, v := range list {
		if !v.IsArray() {
			if v = memberAs(x.Type(), v); !v.IsNull() && key(v) == want {
				return true
			}
			continue
		}
		for _, e := range v.Elems() {
			if e = memberAs(x.Type(), e); !e.IsNull() && key(e) == want {
				return true
			}
		}
	}
	return false
}

// bindHasSome is has_any and has_all.
func bindHasSome(all bool, list []Arg) (Bound, error) {
	b := Bound{Result: value.Bool}
	terms, ok := constants(list)
	if !ok {
		b.Eval = func(_ *Context, a []value.Value) value.Value {
			var terms []value.Value
			for _, v := range a[1:] {
				terms = appendElements(terms, v)
			}
			return value.BoolOf(hasSome(all, needles(terms), text(a[0])))
		}
		return b, nil
	}
	prepared := needles(terms)
	b.Test = func(s string) bool { return hasSome(all, prepared, s) }
	b.Eval = func(_ *Context, a []value.Value) value.Value {
		return value.BoolOf(hasSome(all, prepared, text(a[0])))
	}
	return b, nil
}

func needles(terms []value.Value) []*value.Needle {
	out := make([]*value.Needle, 0, len(terms))
	for _, t := range terms {
		if !t.IsNull() {
			out = append(out, value.NewNeedle(t.String(), true))
		}
	}
	return out
}

func hasSome(all bool, needles []*value.Needle, s string) bool {
	for _, n := range needles {
		if n.Has(s) != all {
			return !all
		}
	}
	return all
}
