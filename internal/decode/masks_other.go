//go:build !amd64

package decode

const hasAVX2 = false

func lineMasksAVX2(*byte, int, *block, *maskState) int { panic("no AVX2") }
