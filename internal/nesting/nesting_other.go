//go:build !amd64

package nesting

const best = none

func nestedAVX2(*byte, int, *State) int { panic("no AVX2") }

func escapedAVX2(*byte, int, *State) int { panic("no AVX2") }

func nestedAVX512(*byte, int, *State) int { panic("no AVX-512") }

func escapedAVX512(*byte, int, *State) int { panic("no AVX-512") }
