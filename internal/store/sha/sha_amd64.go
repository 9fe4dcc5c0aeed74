package sha

import "golang.org/x/sys/cpu"

var hasAVX512 = cpu.X86.HasAVX512F

//go:noescape
func blocks16(state *[8][lanes]uint32, base *byte, offsets *[lanes]uint32, n int)
