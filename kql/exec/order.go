package exec

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An ordering sorts row numbers by the values of keys.
type ordering struct {
	keys []plan.SortKey
	vals [][]value.Value // by key, by row
}

// A placed row has its first keys as numbers that sort alike: comparing reads
// nothing else.
type placed struct {
	codes [coded]uint64
	row   int32
}

// coded is how many keys become numbers.
const coded = 2

// sort gives the rows in order, the first of them when there is a limit. Equal
// rows stay as they came.
func (o *ordering) sort(rows []int32, limit int) []int32 {
	all := make([]placed, len(rows))
	for i, row := range rows {
		all[i].row = row
	}
	var exact [coded]bool
	for k := range min(coded, len(o.keys)) {
		exact[k] = o.encode(k, rows, all)
	}
	slices.SortFunc(all, func(x, y placed) int { return o.compare(&x, &y, &exact) })
	if limit >= 0 && limit < len(all) {
		all = all[:limit]
	}
	out := make([]int32, len(all))
	for i := range all {
		out[i] = all[i].row
	}
	return out
}

func (o *ordering) compare(x, y *placed, exact *[coded]bool) int {
	for k := range o.keys {
		if k < coded {
			if x.codes[k] != y.codes[k] {
				return cmp.Compare(x.codes[k], y.codes[k])
			}
			if exact[k] {
				continue
			}
		}
		if c := compareKeys(o.vals[k][x.row], o.vals[k][y.row], o.keys[k]); c != 0 {
			return c
		}
	}
	return cmp.Compare(x.row, y.row)
}

// encode writes key k of the rows as numbers and says whether equal numbers are
// equal values.
func (o *ordering) encode(k int, rows []int32, all []placed) (exact bool) {
	key, vals := o.keys[k], o.vals[k]
	if t := key.X.Type(); t == value.Dynamic || t == value.Decimal {
		return false // of several kinds, or too long: left to compare
	}
	rank := func(v value.Value) uint64 { return textPrefix(v.Str()) }
	if t := key.X.Type(); len(rows) > batchRows && (t == value.String || t == value.GUID) {
		rank, exact = ranks(rows, vals), true
	} else {
		exact = t != value.String && t != value.GUID
	}
	for i, row := range rows {
		v := vals[row]
		code, plain := codeOf(v, rank)
		if !key.Asc {
			code = ^code
		}
		if class := isLast(v); class != 0 { // beside the values at that end
			code = uint64(2 - class)
			if !key.NullsFirst {
				code = ^code
			}
		}
		all[i].codes[k] = code
		exact = exact && plain
	}
	return exact
}

// codeOf is a number that sorts as a value does; plain says that no other value
// has it.
func codeOf(v value.Value, text func(value.Value) uint64) (code uint64, plain bool) {
	const sign = 1 << 63
	switch v.Kind() {
	case value.KInt, value.KLong, value.KBool, value.KDateTime, value.KTimeSpan:
		code = uint64(v.Int()) ^ sign
		return code, code > 1 && code < ^uint64(1) // nulls stand there
	case value.KReal:
		f := v.Real()
		bits := math.Float64bits(f)
		switch {
		case f == 0: // of both zeros
			return sign, true
		case bits&sign != 0:
			return ^bits, true
		}
		return bits | sign, true
	case value.KString, value.KGUID:
		return text(v), true
	}
	return 0, false
}

// ranks numbers the different texts of rows in their order.
func ranks(rows []int32, vals []value.Value) func(value.Value) uint64 {
	number := map[string]uint64{}
	for _, row := range rows {
		number[vals[row].Str()] = 0
	}
	for i, text := range slices.Sorted(maps.Keys(number)) {
		number[text] = uint64(i) + 2
	}
	return func(v value.Value) uint64 { return number[v.Str()] }
}

// textPrefix is the first eight bytes of a text.
func textPrefix(s string) uint64 {
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}

func compareKeys(x, y value.Value, k plan.SortKey) int {
	nx, ny := isLast(x), isLast(y)
	switch {
	case nx != 0 || ny != 0:
		if k.NullsFirst {
			return ny - nx
		}
		return nx - ny
	case k.Asc:
		return value.Compare(x, y)
	}
	return -value.Compare(x, y)
}

// isLast: nulls stand at an end, NaN beside them.
func isLast(v value.Value) int {
	switch {
	case v.IsNull():
		return 2
	case v.Kind() == value.KReal && v.Real() != v.Real():
		return 1
	}
	return 0
}
