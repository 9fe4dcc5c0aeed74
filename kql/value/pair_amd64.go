package value

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// pairAVX2 finds the first of 32 times blocks places at which both bytes stand;
// behind them all if there is none.
//
//go:noescape
func pairAVX2(first, second *byte, blocks int, want uint32) (at int)
