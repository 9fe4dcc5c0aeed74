package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/fn"
	"github.com/dogwatch-dev/dogwatch/kql/syntax"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// autoName is the name a column gets when its author gives none: that of the
// column or path it is made from, or "" when there is none.
func autoName(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name.Text
	case *syntax.Paren:
		return autoName(x.X)
	case *syntax.Path:
		return joinName(autoName(x.X), x.Name.Text)
	case *syntax.Index:
		if key, ok := literalKey(x.I); ok {
			return joinName(autoName(x.X), key)
		}
		return joinName(autoName(x.X), "")
	case *syntax.Call:
		if f, ok := fn.Lookup(x.Func.Text); ok && f.NameFromArg && len(x.Args) > 0 {
			return autoName(x.Args[0])
		}
	}
	return ""
}

func joinName(base, part string) string {
	if base == "" {
		return ""
	}
	return base + "_" + part
}

func literalKey(x syntax.Expr) (string, bool) {
	l, ok := x.(*syntax.Literal)
	if !ok {
		return "", false
	}
	switch l.Value.Kind() {
	case value.KString:
		return l.Value.Str(), true
	case value.KLong, value.KInt:
		return strconv.FormatInt(l.Value.Int(), 10), true
	}
	return "", false
}

// aggName is the automatic name of an aggregate: its prefix and its first
// argument's name.
func aggName(a *fn.Agg, call *syntax.Call) string {
	prefix := a.Prefix
	if len(call.Args) == 0 {
		return prefix
	}
	name := autoName(call.Args[0])
	switch {
	case call.Func.Text == "countif":
		return prefix
	case call.Func.Text == "percentile" && len(call.Args) == 2:
		return prefix + name + "_" + percentText(call.Args[1])
	case strings.HasPrefix(call.Func.Text, "covariance") && len(call.Args) > 1:
		return prefix + name + "_" + autoName(call.Args[1])
	}
	return prefix + name
}

func percentText(x syntax.Expr) string {
	if l, ok := x.(*syntax.Literal); ok {
		text := l.Value.String()
		return strings.ReplaceAll(text, ".", "_")
	}
	return ""
}

// names hands out column names so that none comes twice: a second x is x1.
type names struct {
	used map[string]bool
	auto int
}

func newNames() *names { return &names{used: map[string]bool{}} }

func (n *names) take(name string) string {
	if name == "" {
		return n.anonymous()
	}
	unique := name
	for i := 1; n.used[unique]; i++ {
		unique = fmt.Sprintf("%s%d", name, i)
	}
	n.used[unique] = true
	return unique
}

// anonymous gives Column1, Column2, ...
func (n *names) anonymous() string {
	for {
		n.auto++
		name := fmt.Sprintf("Column%d", n.auto)
		if !n.used[name] {
			n.used[name] = true
			return name
		}
	}
}
