//go:build !linux

package wal

import "os"

// openPast opens a file to be written past the system's cache; nil where that
// does not go.
func openPast(string) *os.File { return nil }
