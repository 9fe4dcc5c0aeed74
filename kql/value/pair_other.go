//go:build !amd64

package value

const hasAVX2 = false

func pairAVX2(*byte, *byte, int, uint32) int { panic("no AVX2") }
