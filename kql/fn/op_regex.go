package fn

import (
	"regexp"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// bindRegex is `x matches regex y`.
func bindRegex(x, y Arg) (Bound, error) {
	if err := wantText("matches regex", x, y); err != nil {
		return Bound{}, err
	}
	re, err := regexOf(y, 1)
	if err != nil {
		return Bound{}, err
	}
	b := Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
		r := re(a[1])
		return value.BoolOf(r != nil && r.matches(text(a[0])))
	}}
	if y.Const != nil {
		b.Test = re(*y.Const).matches
	}
	return b, nil
}

// bindLike is `x like y`: * and % stand for any text, ? for any character.
func bindLike(not bool, x, y Arg) (Bound, error) {
	if err := wantText("like", x, y); err != nil {
		return Bound{}, err
	}
	match := func(pattern string) func(string) bool {
		re, err := regexp.Compile("(?is)^" + likePattern(pattern) + "$")
		if err != nil {
			return func(string) bool { return false }
		}
		return re.MatchString
	}
	if y.Const != nil {
		m := match(y.Const.String())
		return Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
			return value.BoolOf(m(text(a[0])) != not)
		}}, nil
	}
	return Bound{Result: value.Bool, Eval: func(_ *Context, a []value.Value) value.Value {
		return value.BoolOf(match(text(a[1]))(text(a[0])) != not)
	}}, nil
}

func likePattern(p string) string {
	var b strings.Builder
	for _, r := range p {
		switch r {
		case '*', '%':
			b.WriteString(".*")
		case '?', '_':
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}
