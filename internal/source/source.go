// Package source says where the bytes of logs come from. It stands at the start
// of the flow: it finds files, opens them, takes off compression, and hands on
// plain bytes with the name of their place. What the bytes mean is decode's.
package source

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// Stdin is the name of the standard input, and the argument that stands for it
// is "-".
const Stdin = "stdin"

// An Input is one file or stream that can be read.
type Input struct {
	Name string // as the user wrote it, or the path below a directory that the user wrote
	Size int64  // bytes of the file, still compressed; -1 when not known

	open func(ctx context.Context) (io.ReadCloser, error)
}

// Open returns the input's bytes, decompressed, until ctx ends: see Until. It may be
// called again, but for the standard input.
func (in Input) Open(ctx context.Context) (*Stream, error) {
	raw, err := in.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", in.Name, cause(err))
	}
	s := &Stream{raw: raw}
	if s.plain, s.done, err = decompress(countReader{raw, &s.read}); err != nil {
		raw.Close()
		return nil, fmt.Errorf("open %q: %w", in.Name, err)
	}
	return s, nil
}

// File returns the input that reads one file.
func File(name string) Input {
	in := Input{Name: name, Size: -1, open: func(ctx context.Context) (io.ReadCloser, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{Until(ctx, f), f}, nil
	}}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		in.Size = info.Size()
	}
	return in
}

// Reader returns an input of bytes that are already there, such as the standard
// input. It can be opened once.
func Reader(name string, r io.Reader) Input {
	return Input{Name: name, Size: -1, open: func(ctx context.Context) (io.ReadCloser, error) {
		return io.NopCloser(Until(ctx, r)), nil
	}}
}

// A Stream is an opened input.
type Stream struct {
	raw   io.ReadCloser
	plain io.Reader
	done  func()
	read  atomic.Int64
}

// Read reads decompressed bytes.
func (s *Stream) Read(p []byte) (int, error) { return s.plain.Read(p) }

// Offset is how many bytes of the file, still compressed, were read so far. It
// may be called from another goroutine, to show progress.
func (s *Stream) Offset() int64 { return s.read.Load() }

// Close closes the input.
func (s *Stream) Close() error {
	if s.done != nil {
		s.done()
	}
	return s.raw.Close()
}

type countReader struct {
	r io.Reader
	n *atomic.Int64
}

func (c countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}
