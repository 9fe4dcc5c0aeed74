package plan

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ExprKeys tell whether expressions of different queries over the same columns are
// the same: those that have one key have the same value for every row.
type ExprKeys struct {
	ids   map[string]int
	known map[Expr]int // -1: it has no key
}

// NewExprKeys returns an empty ExprKeys.
func NewExprKeys() *ExprKeys { return &ExprKeys{ids: map[string]int{}, known: map[Expr]int{}} }

// Of is the key of an expression, from 0 on; some have none. scalar is what
// subqueries give.
func (k *ExprKeys) Of(e Expr, scalar func(*Scalar) (value.Value, bool)) (key int, ok bool) {
	if key, seen := k.known[e]; seen {
		return key, key >= 0
	}
	w := keyer{keys: k, scalar: scalar}
	w.node(e)
	key = -1
	if !w.unknown {
		text := w.b.String()
		if key, ok = k.ids[text]; !ok {
			key = len(k.ids)
			k.ids[text] = key
		}
	}
	k.known[e] = key
	return key, key >= 0
}

// A keyer writes what tells an expression from others, whose parts have keys.
type keyer struct {
	keys    *ExprKeys
	scalar  func(*Scalar) (value.Value, bool)
	b       strings.Builder
	unknown bool
}

// keyedCalls are the functions that are known by their names and arguments:
// nothing else of the query goes into them. `between` is not among them, as
// `!between` bears its name.
var keyedCalls = map[string]bool{
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "=~": true, "!~": true,
	"in": true, "!in": true, "in~": true, "!in~": true, "has_any": true, "has_all": true,
	"has": true, "!has": true, "has_cs": true, "!has_cs": true,
	"contains": true, "!contains": true, "contains_cs": true, "!contains_cs": true,
	"startswith": true, "!startswith": true, "startswith_cs": true, "!startswith_cs": true,
	"endswith": true, "!endswith": true, "endswith_cs": true, "!endswith_cs": true,
	"hasprefix": true, "!hasprefix": true, "hassuffix": true, "!hassuffix": true,
	"matches regex": true, "not": true, "isempty": true, "isnotempty": true, "isnull": true, "isnotnull": true,
	"tolower": true, "toupper": true, "tostring": true, "parse_json": true, "todynamic": true, "strcat": true,
	"toint": true, "tolong": true, "tobool": true, "strcat_array": true, "extract_all": true, "parse_url": true,
	"strlen": true, "array_length": true, "extract": true, "replace_regex": true, "replace_string": true, "split": true,
	"substring": true, "indexof": true, "trim": true, "coalesce": true, "set_has_element": true,
	"set_union": true, "set_intersect": true, "set_difference": true, "pack_array": true, "trim_start": true, "trim_end": true,
	"ipv4_is_private": true, "ipv4_is_in_any_range": true, "ipv4_is_in_range": true,
	"ipv6_is_in_any_range": true, "ipv6_is_in_range": true,
}

// expr writes the key of a part.
func (k *keyer) expr(e Expr) {
	key, ok := k.keys.Of(e, k.scalar)
	k.unknown = k.unknown || !ok
	fmt.Fprintf(&k.b, "%d", key)
}

func (k *keyer) node(e Expr) {
	switch e := e.(type) {
	case *Const:
		k.constant(e.V)
	case *Col:
		fmt.Fprintf(&k.b, "#%d:%d", e.Index, e.Typ)
	case *Call:
		// Operators of one name may be different functions by their arguments'
		// types.
		k.unknown = k.unknown || !keyedCalls[e.Name] || e.Bound.Volatile || e.Bound.Timed || e.Bound.Eval == nil
		fmt.Fprintf(&k.b, "%s:%x:%d", e.Name, reflect.ValueOf(e.Bound.Eval).Pointer(), e.Bound.Result)
		k.list(e.Args)
	case *Logic:
		fmt.Fprintf(&k.b, "logic:%t", e.Or)
		k.list([]Expr{e.X, e.Y})
	case *Choose:
		fmt.Fprintf(&k.b, "choose:%d", e.Typ)
		k.list(Children(e))
	case *Member:
		fmt.Fprintf(&k.b, "member:%q", e.Key)
		k.list([]Expr{e.X})
	case *Element:
		k.b.WriteString("element")
		k.list([]Expr{e.X, e.I})
	case *Scalar:
		v, ok := k.scalar(e)
		k.unknown = k.unknown || !ok
		k.b.WriteString("scalar:") // functions may not do with it what they do with a constant
		k.constant(v)
	case *InTable:
		fmt.Fprintf(&k.b, "table:%s", e.Op)
		k.rows(e.Sub)
		k.list([]Expr{e.X})
	default:
		k.unknown = true
	}
}

func (k *keyer) list(all []Expr) {
	k.b.WriteByte('(')
	for _, e := range all {
		k.expr(e)
		k.b.WriteByte(',')
	}
	k.b.WriteByte(')')
}

func (k *keyer) constant(v value.Value) {
	fmt.Fprintf(&k.b, "%d:%d:", v.Type(), v.Kind())
	switch {
	case v.IsNull():
	case v.Kind() == value.KString:
		k.b.WriteString(strconv.Quote(v.Str()))
	case v.Type() == value.Dynamic:
		k.b.WriteString(strconv.Quote(v.String()))
	case v.Kind() == value.KBool, wholeNumber(v):
		k.b.WriteString(strconv.FormatInt(v.Int(), 10))
	default:
		k.unknown = true
	}
}

func wholeNumber(v value.Value) bool {
	switch v.Type() {
	case value.Int, value.Long, value.DateTime, value.TimeSpan:
		return true
	}
	return false
}

// rows are those of a list, as it is or with its columns chosen.
func (k *keyer) rows(n Node) {
	switch n := n.(type) {
	case *Values:
		// A list's rows are shared by all queries that read it.
		fmt.Fprintf(&k.b, "rows:%d:%p", len(n.Rows), n.Rows)
	case *Project:
		k.unknown = k.unknown || n.Ordered
		k.list(n.Exprs)
		k.rows(n.In)
	case *Where:
		k.expr(n.P)
		k.rows(n.In)
	case *Shared:
		k.rows(n.In)
	default:
		k.unknown = true
	}
}

// Larger says whether an expression has more than n parts.
func Larger(e Expr, n int) bool { return size(e, n+1) > n }
