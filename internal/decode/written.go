package decode

import "unsafe"

// written is a table of so many elements, each page of which was written to. Memory that
// is read first is mapped twice, the second time when it is written to, and all processors
// are interrupted then.
func written[T any](n int) []T {
	const page = 4096
	var none T
	s := make([]T, n)
	for i := 0; i < n; i += max(1, page/int(unsafe.Sizeof(none))) {
		s[i] = none
	}
	return s
}
