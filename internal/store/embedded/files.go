package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/dogwatch-dev/dogwatch/internal/store/sha"
)

// failpoint is where tests stop the process or make the disk fail.
var failpoint = func(string) error { return nil }

// syncDir makes what was created, renamed or removed in a folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}

// writeBeside writes a file under another name, and gives it its own when it is
// on disk whole.
func writeBeside(name string, data []byte) error {
	f, err := createTemp(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return f.finish(name, err)
}

// A tempFile is a file that is being written beside its place, and summed.
//
// It is no *os.File itself: that has more ways to write than would be summed.
type tempFile struct {
	f    *os.File
	sum  sha.Pieces
	size int64
}

const tempSuffix = ".tmp"

func createTemp(name string) (*tempFile, error) {
	if err := failpoint("create"); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name+tempSuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &tempFile{f: f}, nil
}

// Write writes and sums.
func (f *tempFile) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	_, _ = f.sum.Write(p[:n]) // it never fails
	f.size += int64(n)
	return n, err
}

// digest is noted of a file that is finished.
func (f *tempFile) digest() string { return piecewise + hexSum(f.sum.Sum()) }

// finish syncs the file and gives it its name, or removes it when something
// went wrong before.
func (f *tempFile) finish(name string, err error) error {
	if err == nil {
		err = f.f.Sync()
	}
	if closed := f.f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.f.Name())
		return err
	}
	return syncDir(filepath.Dir(name))
}

// piecewise stands before the digest of a file that was summed in pieces. Others
// were summed as a whole.
const piecewise = "pieces:"

func hexSum(sum sha.Sum) string { return hex.EncodeToString(sum[:]) }

// sameDigest says whether a file has a digest that was noted of it.
func sameDigest(name, noted string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	if !strings.HasPrefix(noted, piecewise) {
		whole := sha256.New()
		_, err := io.Copy(whole, f)
		return hex.EncodeToString(whole.Sum(nil)) == noted, err
	}
	pieces := &sha.Pieces{}
	_, err = io.Copy(pieces, f)
	return piecewise+hexSum(pieces.Sum()) == noted, err
}
