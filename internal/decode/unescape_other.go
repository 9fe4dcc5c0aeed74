//go:build !amd64

package decode

const hasBlocks = false

func unescapeBlocks(*byte, *byte, int) (read, wrote int) { return 0, 0 }
