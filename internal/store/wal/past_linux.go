package wal

import (
	"os"
	"syscall"
)

// openPast opens a file to be written past the system's cache; nil where that
// does not go.
func openPast(name string) *os.File {
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_DIRECT, 0)
	if err != nil {
		return nil
	}
	return f
}
