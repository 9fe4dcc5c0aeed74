package plan

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// ExprKeys tell whether expressions of different queries over the same columns are
// the same: those that have one key have the same value for every row.
type ExprKeys struct {
	ids   map[string]int
	known map[Expr]int // -1: it has no key
	// buf is what is written of the expressions that are looked at, one inside another.
	buf keyText
}

// NewExprKeys returns an empty ExprKeys.
func NewExprKeys() *ExprKeys { return &ExprKeys{ids: map[string]int{}, known: map[Expr]int{}} }

// Of is the key of an expression, from 0 on; some have none. scalar is what
// subqueries give.
func (k *ExprKeys) Of(e Expr, scalar func(*Scalar) (value.Value, bool)) (key int, ok bool) {
	if key, seen := k.known[e]; seen {
		return key, key >= 0
	}
	from := len(k.buf)
	w := keyer{keyText: &k.buf, keys: k, scalar: scalar}
	w.node(e)
	key = -1
	if text := k.buf[from:]; !w.unknown {
		if key, ok = k.ids[string(text)]; !ok {
			key = len(k.ids)
			k.ids[string(text)] = key
		}
	}
	k.buf, k.known[e] = k.buf[:from], key
	return key, key >= 0
}

// A keyer writes what tells an expression from others, whose parts have keys.
type keyer struct {
	*keyText
	keys    *ExprKeys
	scalar  func(*Scalar) (value.Value, bool)
	unknown bool
}

// What a key begins with says what it is of.
const (
	ofConst byte = iota
	ofCol
	ofCall
	ofLogic
	ofChoose
	ofMember
	ofElement
	ofScalar
	ofTable
	ofRows
	ofProject
	ofWhere
	ofScan
	ofSummarize
	ofSort
	ofTake
	ofJoin
	ofUnion
	ofMvExpand
	ofShared
	ofCrowd
	ofResult
)

// keyedCalls are the functions that are known by their names and arguments:
// nothing else of the query goes into them. `between` is not among them, as
// `!between` bears its name.
var keyedCalls = map[string]bool{
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "=~": true, "!~": true,
	"+": true, "-": true, "*": true, "/": true, "%": true,
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
	"ago": true, "now": true, "bin": true, "range": true, "bag_pack": true, "todatetime": true, "totimespan": true,
	"toreal": true, "format_datetime": true,
}

// A keyText is what is written of something that is to have a key.
type keyText []byte

func (t *keyText) byte(b byte) { *t = append(*t, b) }

func (t *keyText) int(n int) { *t = binary.AppendVarint(*t, int64(n)) }

// text is written with its length: what follows it is nothing of it.
func (t *keyText) text(s string) {
	t.int(len(s))
	*t = append(*t, s...)
}

func (t *keyText) bool(yes bool) {
	if yes {
		t.byte(1)
	} else {
		t.byte(0)
	}
}

// constant writes a value, if it can be told from others.
func (t *keyText) constant(v value.Value) (ok bool) {
	t.byte(byte(v.Type()))
	t.byte(byte(v.Kind()))
	switch {
	case v.IsNull():
	case v.Kind() == value.KString:
		t.text(v.Str())
	case v.Type() == value.Dynamic:
		t.text(v.String())
	case v.Kind() == value.KBool, wholeNumber(v):
		t.int(int(v.Int()))
	case v.Kind() == value.KReal:
		t.int(int(math.Float64bits(v.Real())))
	default:
		return false
	}
	return true
}

// expr writes the key of a part.
func (k *keyer) expr(e Expr) {
	key, ok := k.keys.Of(e, k.scalar)
	k.unknown = k.unknown || !ok
	k.int(key)
}

// scalarOf writes what a subquery gives: functions may not do with it what they do
// with a constant.
func (k *keyer) scalarOf(e *Scalar) {
	v, ok := k.scalar(e)
	k.unknown = !ok || !k.constant(v) || k.unknown
}

func (k *keyer) node(e Expr) {
	if c, ok := e.(*Call); ok && c.Bound.Timed {
		k.unknown = true
	}
	k.unknown = !k.write(e, k) || k.unknown
}

func (k *keyer) list(all ...Expr) { k.exprs(all, k) }

// keyParts write the parts of an expression.
type keyParts interface {
	expr(Expr)
	scalarOf(*Scalar)
	rows(Node)
}

// write writes an expression, if it can be told from others as far as its parts can.
func (t *keyText) write(e Expr, parts keyParts) (ok bool) {
	switch e := e.(type) {
	case *Const:
		t.byte(ofConst)
		return t.constant(e.V)
	case *Col:
		t.byte(ofCol)
		t.int(e.Index)
		t.byte(byte(e.Typ))
	case *Call:
		return t.call(e, parts)
	case *Logic:
		t.byte(ofLogic)
		t.bool(e.Or)
		t.exprs([]Expr{e.X, e.Y}, parts)
	case *Choose:
		t.byte(ofChoose)
		t.byte(byte(e.Typ))
		t.exprs(e.When, parts)
		t.exprs(e.Then, parts)
		parts.expr(e.Else)
	case *Member:
		t.byte(ofMember)
		t.text(e.Key)
		parts.expr(e.X)
	case *Element:
		t.byte(ofElement)
		t.exprs([]Expr{e.X, e.I}, parts)
	case *Scalar:
		t.byte(ofScalar)
		parts.scalarOf(e)
	case *InTable:
		t.byte(ofTable)
		t.text(e.Op)
		parts.rows(e.Sub)
		parts.expr(e.X)
	default:
		return false
	}
	return true
}

// call writes a function. Operators of one name may be different functions by their
// arguments' types.
func (t *keyText) call(e *Call, parts keyParts) (ok bool) {
	t.byte(ofCall)
	t.text(e.Name)
	if !keyedCalls[e.Name] || e.Bound.Volatile || e.Bound.Eval == nil {
		return false
	}
	t.int(int(reflect.ValueOf(e.Bound.Eval).Pointer()))
	t.byte(byte(e.Bound.Result))
	t.exprs(e.Args, parts)
	return true
}

func (t *keyText) exprs(all []Expr, parts keyParts) {
	t.int(len(all))
	for _, e := range all {
		parts.expr(e)
	}
}

func wholeNumber(v value.Value) bool {
	switch v.Type() {
	case value.Int, value.Long, value.DateTime, value.TimeSpan:
		return true
	}
	return false
}

// values writes the rows of a list, which all queries that read it share.
func (t *keyText) values(n *Values) {
	t.byte(ofRows)
	t.int(len(n.Rows))
	t.int(int(reflect.ValueOf(n.Rows).Pointer()))
}

// rows are those of a list, as it is or with its columns chosen.
func (k *keyer) rows(n Node) {
	switch n := n.(type) {
	case *Values:
		k.values(n)
	case *Project:
		k.unknown = k.unknown || n.Ordered
		k.byte(ofProject)
		k.list(n.Exprs...)
		k.rows(n.In)
	case *Where:
		k.byte(ofWhere)
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
