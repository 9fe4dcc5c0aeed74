//go:build !amd64

package sha

const together = false

func blocks16(*[8][lanes]uint32, *places, int) { panic("no AVX-512") }
