package source

import (
	"context"
	"io"
	"os"
)

// Until reads from r until ctx ends, and gives ctx's error from then on. It does not
// wait for a pipe, a socket or a terminal that has nothing to give meanwhile, where
// the system can tell.
func Until(ctx context.Context, r io.Reader) io.Reader {
	u := &until{ctx: ctx, r: r}
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
			u.waits = f
		}
	}
	return u
}

type until struct {
	ctx   context.Context
	r     io.Reader
	waits *os.File // r, where it may have nothing to give
}

func (u *until) Read(p []byte) (int, error) {
	if u.waits != nil {
		await(u.ctx, u.waits)
	}
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
