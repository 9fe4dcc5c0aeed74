package value

import "golang.org/x/sys/cpu"

var hasNestedAVX2 = hasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasPOPCNT

// nestedAVX2 goes over so many times 64 bytes. It returns the offset behind the
// bracket that closes all of st; else how far it came, negated, with what is open
// there in st.
//
//go:noescape
func nestedAVX2(p *byte, blocks int, st *nesting) (at int)
