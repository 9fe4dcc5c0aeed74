package fn

import (
	"fmt"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A stringTest is what one string operator asks of a text.
type stringTest struct {
	fold bool
	test func(n *value.Needle, s string) bool
}

// stringOp reads an operator's name: a leading ! negates, a trailing _cs makes
// case matter.
func stringOp(op string) (t stringTest, not, ok bool) {
	name, not := strings.CutPrefix(op, "!")
	switch name {
	case "~": // of !~
		return stringTest{true, (*value.Needle).Equals}, true, not
	case "=~":
		return stringTest{true, (*value.Needle).Equals}, false, !not
	}
	name, cs := strings.CutSuffix(name, "_cs")
	t.test, ok = stringTests[name]
	t.fold = !cs
	return t, not, ok
}

var stringTests = map[string]func(n *value.Needle, s string) bool{
	"contains":   (*value.Needle).Contains,
	"has":        (*value.Needle).Has,
	"hasprefix":  (*value.Needle).HasPrefix,
	"hassuffix":  (*value.Needle).HasSuffix,
	"startswith": (*value.Needle).StartsWith,
	"endswith":   (*value.Needle).EndsWith,
}

// bindString is every operator that looks for one text in another.
func bindString(op string, t stringTest, not bool, x, y Arg) (Bound, error) {
	if err := wantText(op, x, y); err != nil {
		return Bound{}, err
	}
	b := Bound{Result: value.Bool}
	if y.Const != nil {
		needle := value.NewNeedle(y.Const.String(), t.fold)
		b.Test = func(s string) bool { return t.test(needle, s) != not }
		b.Eval = func(_ *Context, a []value.Value) value.Value {
			return value.BoolOf(t.test(needle, text(a[0])) != not)
		}
		return b, nil
	}
	b.Eval = func(_ *Context, a []value.Value) value.Value {
		needle := value.NewNeedle(text(a[1]), t.fold)
		return value.BoolOf(t.test(needle, text(a[0])) != not)
	}
	return b, nil
}

// text is what a string operator sees of a value.
func text(v value.Value) string {
	if v.Kind() == value.KString {
		return v.Str()
	}
	return v.String()
}

func wantText(op string, args ...Arg) error {
	for i, a := range args {
		switch a.Type {
		case value.String, value.Dynamic, value.Unknown:
		default:
			return &ArgError{i, fmt.Sprintf("operator %s wants a string, not %s: use tostring()", op, a.Type)}
		}
	}
	return nil
}
