//go:build !amd64

package value

const hasNestedAVX2 = false

func nestedAVX2(*byte, int, *nesting) int { panic("no AVX2") }
