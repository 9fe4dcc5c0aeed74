//go:build !linux && !darwin

package embedded

// maxFiles is how many files the process may have open.
func maxFiles() uint64 { return 1024 }
