//go:build unix

package source

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// awhile is how many milliseconds pass at most before an end of the context is seen.
const awhile = 100

// await returns when there is something to read of f, its end or an error included, or
// when ctx ends.
func await(ctx context.Context, f *os.File) {
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for ctx.Err() == nil {
		n, err := unix.Poll(fds, awhile)
		if n > 0 || err != nil && err != unix.EINTR {
			return
		}
	}
}
