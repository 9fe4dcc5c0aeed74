package skeleton

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasPOPCNT

//go:noescape
func lineMasksAVX2(p *byte, blocks int, out *block, st *maskState) (end int)

//go:noescape
func quoteAVX2(p *byte, n int) (at int)

//go:noescape
func nameEndsAVX2(p *byte, blocks int, out *uint64) (spelt int)

// quotesAVX2 fills in all but the last of out. others is not 0 if there are
// backslashes or line breaks.
//
//go:noescape
func quotesAVX2(p *byte, out *[quotesBlocks + 1]uint64) (others int)
