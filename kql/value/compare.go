package value

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// Compare orders two values for sorting: null first, then NaN, then by value.
// Numbers of different types compare as numbers; otherwise unlike kinds have a
// fixed order.
func Compare(x, y Value) int {
	if x.kind == y.kind {
		return compareSame(x, y)
	}
	rx, ry := rank(x.kind), rank(y.kind)
	if rx != ry || rx == 0 {
		return cmp.Compare(rx, ry)
	}
	if rx == rankNumber {
		return compareNumbers(x, y)
	}
	return strings.Compare(string(canonical(nil, x)), string(canonical(nil, y)))
}

const rankNumber = 2

// rank groups the kinds that compare with each other.
func rank(k Kind) int {
	switch k {
	case Null:
		return 0
	case KBool:
		return 1
	case KInt, KLong, KReal, KDecimal:
		return rankNumber
	case KDateTime:
		return 3
	case KTimeSpan:
		return 4
	case KString:
		return 5
	case KGUID:
		return 6
	}
	return 7
}

func compareSame(x, y Value) int {
	switch x.kind {
	case Null:
		return 0
	case KReal:
		return cmp.Compare(x.Real(), y.Real()) // NaN first
	case KString, KGUID:
		return strings.Compare(x.s, y.s)
	case KDecimal:
		return CompareDecimals(x.s, y.s)
	case Array, Bag, JSON:
		return bytes.Compare(canonical(nil, x), canonical(nil, y))
	}
	return cmp.Compare(x.n, y.n)
}

// compareNumbers orders numbers of two types.
func compareNumbers(x, y Value) int {
	switch {
	case x.kind == KDecimal || y.kind == KDecimal:
		if x.kind == KReal || y.kind == KReal {
			return cmp.Compare(x.asReal(), y.asReal())
		}
		return CompareDecimals(x.String(), y.String())
	case x.kind == KReal:
		return compareRealLong(x.Real(), y.n)
	case y.kind == KReal:
		return -compareRealLong(y.Real(), x.n)
	}
	return cmp.Compare(x.n, y.n)
}

// compareRealLong is exact: a long beyond 2^53 has no equal real.
func compareRealLong(f float64, n int64) int {
	switch {
	case math.IsNaN(f), f < -(1 << 63):
		return -1
	case f >= 1<<63:
		return 1
	}
	whole := math.Floor(f)
	if c := cmp.Compare(int64(whole), n); c != 0 {
		return c
	}
	return cmp.Compare(f, whole)
}

func (v Value) asReal() float64 {
	switch v.kind {
	case KReal:
		return v.Real()
	case KDecimal:
		f, _ := decimalReal(v.s)
		return f
	}
	return float64(v.n)
}

// Equal says whether two values are the same: numbers of any type by value,
// arrays and bags by content, whatever the order of a bag's members. Null
// equals null here; the operator == knows better.
func Equal(x, y Value) bool {
	if SameText(x, y) {
		return true
	}
	if x.kind == KReal && y.kind == KReal {
		return x.Real() == y.Real()
	}
	return Compare(x, y) == 0
}

// SameText says whether two values are JSON text that was not read yet, and the
// same.
func SameText(x, y Value) bool { return x.kind == JSON && y.kind == JSON && x.s == y.s }

// GroupKey appends bytes that are equal for values that belong to one group,
// and cannot be confused with what is appended next.
func (v Value) GroupKey(dst []byte) []byte {
	switch v.kind {
	case Null:
		return append(dst, byte(Null))
	case KInt, KLong:
		return binary.LittleEndian.AppendUint64(append(dst, byte(KLong)), uint64(v.n))
	case KReal:
		return binary.LittleEndian.AppendUint64(append(dst, byte(KReal)), realBits(v.Real()))
	case KBool, KDateTime, KTimeSpan:
		return binary.LittleEndian.AppendUint64(append(dst, byte(v.kind)), uint64(v.n))
	case KString, KGUID, KDecimal:
		dst = binary.AppendUvarint(append(dst, byte(v.kind)), uint64(len(v.s)))
		return append(dst, v.s...)
	}
	text := canonical(nil, v)
	dst = binary.AppendUvarint(append(dst, byte(JSON)), uint64(len(text)))
	return append(dst, text...)
}

// realBits is the same for all NaNs and for both zeros.
func realBits(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case math.IsNaN(f):
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

// canonical writes v as JSON with the members of bags sorted by name.
func canonical(dst []byte, v Value) []byte {
	switch v = v.Resolve(); v.kind {
	case Array:
		dst = append(dst, '[')
		for i, e := range v.ref.elems {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = canonical(dst, e)
		}
		return append(dst, ']')
	case Bag:
		order := make([]int, len(v.ref.keys))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return strings.Compare(v.ref.keys[a], v.ref.keys[b]) })
		dst = append(dst, '{')
		for n, i := range order {
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendQuoted(dst, v.ref.keys[i]), ':')
			dst = canonical(dst, v.ref.elems[i])
		}
		return append(dst, '}')
	}
	return AppendJSON(dst, v)
}

// Hash is a hash of GroupKey.
func (v Value) Hash(seed maphash.Seed) uint64 {
	if v.kind == KString {
		return maphash.String(seed, v.s)
	}
	var few [32]byte
	return maphash.Bytes(seed, v.GroupKey(few[:0]))
}

// AppendCanonical writes a value as JSON in the one form that equal values
// share: the members of bags in order of their names.
func AppendCanonical(dst []byte, v Value) []byte { return canonical(dst, v) }
