//go:build linux || darwin

package embedded

import "syscall"

// maxFiles is how many files the process may have open; Go has made that as many
// as it can be.
func maxFiles() uint64 {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 1024
	}
	return l.Cur
}
