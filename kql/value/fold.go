package value

import (
	"unicode"
	"unicode/utf8"
)

// Fold maps the spellings of a letter that differ only in case to one of them.
// It is Unicode's simple case folding, in which the Kelvin sign is k and the
// long s is s. Everything that ignores case folds by this, so that a value
// cannot be passed over by one part and matched by another.
func Fold(r rune) rune {
	if r < utf8.RuneSelf {
		return rune(foldASCII[r])
	}
	low := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		low = min(low, o)
	}
	if low < utf8.RuneSelf {
		return rune(foldASCII[low])
	}
	return low
}

var foldASCII = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if 'A' <= i && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

// FoldString folds every letter. Bytes that are not UTF-8 stay.
func FoldString(s string) string {
	for i := range len(s) {
		if foldASCII[s[i]] != s[i] || s[i] >= utf8.RuneSelf {
			return string(AppendFold(make([]byte, 0, len(s)), s))
		}
	}
	return s
}

// AppendFold is FoldString into a buffer.
func AppendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			dst = append(dst, foldASCII[s[i]])
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[i])
		} else {
			dst = utf8.AppendRune(dst, Fold(r))
		}
		i += size
	}
	return dst
}

// EqualFold says whether two texts are the same but for case.
func EqualFold(a, b string) bool {
	for len(a) > 0 && len(b) > 0 {
		if x, y := a[0], b[0]; x < utf8.RuneSelf && y < utf8.RuneSelf {
			if foldASCII[x] != foldASCII[y] {
				return false
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, m := utf8.DecodeRuneInString(a)
		y, n := utf8.DecodeRuneInString(b)
		if x == utf8.RuneError && m == 1 || y == utf8.RuneError && n == 1 {
			if m != n || a[0] != b[0] {
				return false
			}
		} else if Fold(x) != Fold(y) {
			return false
		}
		a, b = a[m:], b[n:]
	}
	return len(a) == len(b)
}
