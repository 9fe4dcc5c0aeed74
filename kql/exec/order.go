package exec

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/dogwatch-dev/dogwatch/kql/plan"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// An ordering sorts row numbers by the values of keys.
//
// Values become numbers that sort like them, and the numbers are sorted by
// their digits; only what has equal numbers, and may still differ, is compared.
type ordering struct {
	keys []plan.SortKey
	vals [][]value.Value // by key, by row
}

// A placed row is the number of one of its keys and its place among the rows.
type placed struct {
	code uint64
	at   int32
}

// sort gives the rows in order, the first of them when there is a limit. Equal
// rows stay as they came.
func (o *ordering) sort(rows []int32, limit int) []int32 {
	codes, exact := o.encodeAll(rows)
	order := make([]placed, len(rows))
	for i := range order {
		order[i].at = int32(i)
	}
	if len(rows) < fewRows {
		slices.SortFunc(order, func(x, y placed) int { return o.compare(rows, codes, x.at, y.at) })
	} else {
		order = byDigits(order, codes)
		if !exact {
			o.settle(rows, codes, order)
		}
	}
	if limit >= 0 && limit < len(order) {
		order = order[:limit]
	}
	out := make([]int32, len(order))
	for i := range order {
		out[i] = rows[order[i].at]
	}
	return out
}

// fewRows are sorted faster by comparing.
const fewRows = 256

// encodeAll gives the numbers of the keys, by place, up to the first key of
// which equal numbers may be different values: what follows it must not be
// looked at before. exact says that there is none.
func (o *ordering) encodeAll(rows []int32) (codes [][]uint64, exact bool) {
	for k := range o.keys {
		list := make([]uint64, len(rows))
		exact = o.encode(k, rows, list)
		codes = append(codes, list)
		if !exact {
			return codes, false
		}
	}
	return codes, true
}

// compare compares the rows at two places; codes may be of the first keys only.
func (o *ordering) compare(rows []int32, codes [][]uint64, x, y int32) int {
	for _, list := range codes {
		if list[x] != list[y] {
			return cmp.Compare(list[x], list[y])
		}
	}
	for k := max(len(codes)-1, 0); k < len(o.keys); k++ { // those before are exact
		if c := compareKeys(o.vals[k][rows[x]], o.vals[k][rows[y]], o.keys[k]); c != 0 {
			return c
		}
	}
	return cmp.Compare(x, y)
}

// settle sorts the runs of rows with equal numbers by their values.
func (o *ordering) settle(rows []int32, codes [][]uint64, order []placed) {
	same := func(x, y int32) bool {
		for _, list := range codes {
			if list[x] != list[y] {
				return false
			}
		}
		return true
	}
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && same(order[start].at, order[end].at) {
			end++
		}
		if end-start > 1 {
			slices.SortFunc(order[start:end], func(x, y placed) int { return o.compare(rows, codes, x.at, y.at) })
		}
		start = end
	}
}

// byDigits sorts by the numbers of the last key, then by those of the one
// before, and so on; each time rows with equal numbers stay as they are.
func byDigits(order []placed, codes [][]uint64) []placed {
	other := make([]placed, len(order))
	for _, list := range slices.Backward(codes) {
		for i := range order {
			order[i].code = list[order[i].at]
		}
		order, other = radix(order, other)
	}
	return order
}

// radix sorts by code, a byte at a time from the least one; bytes that all have
// alike are passed over. The other slice is for the work.
func radix(order, other []placed) (sorted, free []placed) {
	var counts [8][256]int32
	for i := range order {
		code := order[i].code
		for d := range counts {
			counts[d][byte(code>>(8*d))]++
		}
	}
	for d := range counts {
		count := &counts[d]
		if int(count[byte(order[0].code>>(8*d))]) == len(order) {
			continue
		}
		var start [256]int32
		for i, sum := 0, int32(0); i < 256; i++ {
			start[i], sum = sum, sum+count[i]
		}
		for i := range order {
			digit := byte(order[i].code >> (8 * d))
			other[start[digit]] = order[i]
			start[digit]++
		}
		order, other = other, order
	}
	return order, other
}

// encode writes key k of the rows as numbers and says whether equal numbers are
// equal values.
func (o *ordering) encode(k int, rows []int32, codes []uint64) (exact bool) {
	key, vals := o.keys[k], o.vals[k]
	skip := 0
	switch key.X.Type() {
	case value.Dynamic, value.Decimal:
		return false // of several kinds, or too long: left to compare
	case value.String, value.GUID:
		skip = sharedPrefix(rows, vals)
	}
	return codesOf(vals, rows, skip, key, codes)
}

// codesOf writes the numbers of values and says whether equal ones are of equal
// values.
func codesOf(vals []value.Value, rows []int32, skip int, key plan.SortKey, codes []uint64) (exact bool) {
	exact = true
	if wholeKind(key.X.Type()) == value.Unknown {
		for k, i := range rows {
			code, plain := codeOf(&vals[i], skip, key)
			codes[k] = code
			exact = exact && plain
		}
		return exact
	}
	var flip uint64
	if !key.Asc {
		flip = ^flip
	}
	for k, i := range rows {
		v := &vals[i]
		code := uint64(v.Int()) ^ 1<<63
		if v.IsNull() || code+2 < 4 { // the ends, where nulls stand
			var plain bool
			codes[k], plain = codeOf(v, 0, key)
			exact = exact && plain
			continue
		}
		codes[k] = code ^ flip
	}
	return exact
}

// codeOf is a number that sorts as a value does, whose text begins with skip
// bytes that all texts have; plain says that no other value has it.
func codeOf(v *value.Value, skip int, key plan.SortKey) (code uint64, plain bool) {
	if class := isLast(v); class != 0 { // beside the values at that end
		code = uint64(2 - class)
		if !key.NullsFirst {
			code = ^code
		}
		return code, class == 2 || v.Kind() == value.KReal
	}
	code, plain = plainCode(v, skip)
	if !key.Asc {
		code = ^code
	}
	return code, plain
}

// plainCode is that of a value that is not null, ascending.
func plainCode(v *value.Value, skip int) (code uint64, plain bool) {
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
	}
	return textCode(v.Str()[skip:])
}

// textCode is the first eight bytes of a text.
func textCode(s string) (code uint64, plain bool) {
	if len(s) >= 8 {
		return binary.BigEndian.Uint64([]byte(s[:8])), len(s) == 8 && s[7] != 0
	}
	var b [8]byte
	copy(b[:], s)
	// a zero byte at the end does not show
	return binary.BigEndian.Uint64(b[:]), s == "" || s[len(s)-1] != 0
}

// sharedPrefix is how many bytes all texts begin with alike. Of each at least one
// is left, so that what is left of a guid is not the number of null.
func sharedPrefix(rows []int32, vals []value.Value) int {
	var first string
	n := -1
	for _, row := range rows {
		if vals[row].IsNull() {
			continue
		}
		s := vals[row].Str()
		if n < 0 {
			first, n = s, len(s)
		}
		n = min(n, max(len(s)-1, 0))
		for i := 0; i < n; i++ {
			if s[i] != first[i] {
				n = i
			}
		}
		if n == 0 {
			break
		}
	}
	return max(n, 0)
}

func compareKeys(x, y value.Value, k plan.SortKey) int {
	nx, ny := isLast(&x), isLast(&y)
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
func isLast(v *value.Value) int {
	switch {
	case v.IsNull():
		return 2
	case v.Kind() == value.KReal && v.Real() != v.Real():
		return 1
	}
	return 0
}
