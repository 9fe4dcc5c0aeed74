package nesting

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasPOPCNT

//go:noescape
func nestedAVX2(p *byte, blocks int, st *State) (end int)

//go:noescape
func escapedAVX2(p *byte, blocks int, st *State) (end int)
