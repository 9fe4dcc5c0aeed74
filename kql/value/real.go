package value

import (
	"math"
	"strconv"
)

// AppendReal writes a real as Kusto does: the shortest digits that read back
// the same, always with a fraction or an exponent, NaN and infinities by name.
func AppendReal(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		return append(dst, "0.0"...)
	}
	if a := math.Abs(f); a < 1e-5 || a >= 1e15 {
		return strconv.AppendFloat(dst, f, 'E', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}
