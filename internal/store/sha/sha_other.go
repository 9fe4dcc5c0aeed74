//go:build !amd64

package sha

const hasAVX512 = false

func blocks16(*[8][lanes]uint32, *byte, *[lanes]uint32, int) { panic("no AVX-512") }
