//go:build unix

package embedded

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of a folder: alone, or with others who only read.
func lockFile(f *os.File, alone bool) (taken bool, err error) {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
