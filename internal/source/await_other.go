//go:build !unix

package source

import (
	"context"
	"os"
)

// await is not known on this system: reading waits.
func await(context.Context, *os.File) {}
