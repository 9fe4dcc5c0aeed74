//go:build !amd64

package skeleton

const hasAVX2 = false

func lineMasksAVX2(*byte, int, *block, *maskState) int { panic("no AVX2") }

func quoteAVX2(*byte, int) int { panic("no AVX2") }

func nameEndsAVX2(*byte, int, *uint64) int { panic("no AVX2") }

func quotesAVX2(*byte, *[quotesBlocks + 1]uint64) int { panic("no AVX2") }
