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
// column or path it is made from, or "" when there is none. cols are the columns
// that column_ifexists may find.
func autoName(x syntax.Expr, cols value.Schema) string {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name.Text
	case *syntax.Paren:
		return autoName(x.X, cols)
	case *syntax.Path:
		return joinName(autoName(x.X, cols), x.Name.Text)
	case *syntax.Index:
		if key, ok := literalKey(x.I); ok {
			return joinName(autoName(x.X, cols), key)
		}
		return joinName(autoName(x.X, cols), "")
	case *syntax.Call:
		return callName(x, cols)
	}
	return ""
}

// callName is the automatic name of a function's or an aggregate's result.
func callName(x *syntax.Call, cols value.Schema) string {
	name := x.Func.Text
	switch {
	case name == "ingestion_time":
		return "$IngestionTime"
	case len(x.Args) == 0:
	case name == "column_ifexists" || name == "columnifexists":
		key, _ := literalKey(x.Args[0])
		if cols.Index(key) < 0 {
			return ""
		}
		return key
	case len(x.Args) > 1 && (name == "make_datetime" || name == "make_timespan"):
		return ""
	}
	if a, ok := fn.LookupAgg(name); ok {
		return aggName(a, x, cols)
	}
	if f, ok := fn.Lookup(name); ok && f.NameFromArg && len(x.Args) > 0 {
		return f.NamePrefix + autoName(x.Args[0], cols)
	}
	return ""
}

func joinName(base, part string) string {
	if base == "" {
		return part
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
func aggName(a *fn.Agg, call *syntax.Call, cols value.Schema) string {
	prefix, ok := aggPrefixes[call.Func.Text]
	if !ok {
		prefix = a.Prefix
	}
	if len(call.Args) == 0 {
		return prefix
	}
	name := prefix + autoName(call.Args[0], cols)
	switch {
	case call.Func.Text == "percentile" && len(call.Args) == 2:
		return name + "_" + percentText(call.Args[1])
	case call.Func.Text == "percentilew" && len(call.Args) == 3:
		return name + "_" + percentText(call.Args[2])
	case strings.HasPrefix(call.Func.Text, "covariance") && len(call.Args) > 1:
		return name + "_" + autoName(call.Args[1], cols)
	}
	return name
}

// aggPrefixes are of spellings whose columns are called otherwise than those
// of the aggregate that they mean; "" leaves the argument's name.
var aggPrefixes = map[string]string{
	"cnt": "cnt_", "make_dictionary": "dictionary_", "any": "any_", "anyif": "anyif_", "take_anyif": "",
	"binary_all_and": "", "binary_all_or": "", "binary_all_xor": "",
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
	used    map[string]bool
	input   value.Schema    // columns that stay
	written map[string]bool // names that the author gave
	auto    *int
}

func (b *binder) newNames() *names {
	return &names{used: map[string]bool{}, written: map[string]bool{}, auto: &b.anonymous}
}

// ownNumbers begins the numbering of Column1 anew, for a function's body, and
// returns what ends that.
func (b *binder) ownNumbers() (end func()) {
	outer := b.anonymous
	b.anonymous = 0
	return func() { b.anonymous = outer }
}

// write notes a name that the author gave; false when it was given before.
func (n *names) write(name string) bool {
	fresh := !n.written[name]
	n.written[name] = true
	return fresh
}

func (n *names) take(name string) string {
	if name == "" {
		return n.anonymous()
	}
	unique := name
	for i := 1; n.used[unique] || n.input.Index(unique) >= 0; i++ {
		unique = fmt.Sprintf("%s%d", name, i)
	}
	n.used[unique] = true
	return unique
}

// unique renames columns of one name, but for the first of them: x, x, x1
// become x, x2, x1, so that no column loses its name to a renamed one.
func unique(s value.Schema) {
	taken := map[string]bool{}
	for _, f := range s {
		taken[f.Name] = true
	}
	seen := map[string]bool{}
	for i, f := range s {
		if seen[f.Name] {
			s[i].Name = firstFree(f.Name, taken)
		}
		seen[f.Name] = true
	}
}

// firstFree is a name with the first number behind it that makes it new.
func firstFree(name string, taken map[string]bool) string {
	for i := 1; ; i++ {
		if fresh := fmt.Sprintf("%s%d", name, i); !taken[fresh] {
			taken[fresh] = true
			return fresh
		}
	}
}

// anonymous gives Column1, Column2, ...: the numbers run through the query.
func (n *names) anonymous() string {
	for {
		*n.auto++
		if name := fmt.Sprintf("Column%d", *n.auto); n.input.Index(name) < 0 {
			return n.take(name)
		}
	}
}
