package nesting

import "golang.org/x/sys/cpu"

// best are the instructions that the machine has. AVX-512 is taken from the generation
// on that has VBMI2 (Intel's Ice Lake, AMD's Zen 4): the ones before lower their clock
// where it is used.
var best = func() vectors {
	switch x := &cpu.X86; {
	case !x.HasAVX2 || !x.HasBMI1 || !x.HasBMI2 || !x.HasPCLMULQDQ || !x.HasPOPCNT:
		return none
	case x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VBMI2:
		return avx512
	}
	return avx2
}()

//go:noescape
func nestedAVX2(p *byte, blocks int, st *State) (end int)

//go:noescape
func escapedAVX2(p *byte, blocks int, st *State) (end int)

//go:noescape
func nestedAVX512(p *byte, blocks int, st *State) (end int)

//go:noescape
func escapedAVX512(p *byte, blocks int, st *State) (end int)
