//go:build !amd64

package nesting

const hasAVX2 = false

func nestedAVX2(*byte, int, *State) int { panic("no AVX2") }

func escapedAVX2(*byte, int, *State) int { panic("no AVX2") }
