package sha

import "golang.org/x/sys/cpu"

var together = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW

//go:noescape
func blocks16(state *[8][lanes]uint32, at *places, n int)
