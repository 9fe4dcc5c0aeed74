package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/klauspost/readahead"
)

// Compression is told by the first bytes, never by the name: logs are renamed.
var (
	gzipMagic  = []byte{0x1f, 0x8b}
	zstdMagic  = []byte{0x28, 0xb5, 0x2f, 0xfd}
	bzip2Magic = []byte("BZh")
)

// unreadable are formats that we know but do not read.
var unreadable = []struct {
	magic []byte
	name  string
}{
	{[]byte("\xfd7zXZ\x00"), "xz"},
	{[]byte("PK\x03\x04"), "zip"},
	{[]byte("7z\xbc\xaf\x27\x1c"), "7z"},
	{[]byte("\x04\x22\x4d\x18"), "lz4"},
	{[]byte("PAR1"), "Parquet"},
	{[]byte("Obj\x01"), "Avro"},
}

// maxWindow bounds the memory that compressed data may ask for.
const maxWindow = 128 << 20

// What is left of a long input is decompressed ahead, so many blocks of this size, while
// what was decompressed is used. For a short one their memory would cost more time than
// that saves.
const (
	aheadFrom   = 8 << 20
	aheadBlocks = 4
	aheadSize   = 1 << 20
)

// An aheadReader reads plain, and once it is long, reads it ahead.
type aheadReader struct {
	plain io.Reader
	ahead io.ReadCloser // of plain; nil: it was not long yet
	read  int
}

func (a *aheadReader) Read(p []byte) (int, error) {
	if a.ahead != nil {
		return a.ahead.Read(p)
	}
	n, err := a.plain.Read(p)
	if a.read += n; err == nil && a.read >= aheadFrom {
		a.ahead, err = readahead.NewReaderSize(a.plain, aheadBlocks, aheadSize)
	}
	return n, err
}

// stop waits until plain is not read any more.
func (a *aheadReader) stop() {
	if a.ahead != nil {
		_ = a.ahead.Close() // it returns nil
	}
}

// decompress returns the plain bytes of r; done, if any, frees what reading
// them took. Where there is a processor for it, they are read ahead.
func decompress(r io.Reader) (plain io.Reader, done func(), err error) {
	plain, free, err := decompressor(r)
	if _, ok := plain.(*named); !ok || runtime.GOMAXPROCS(0) == 1 {
		return plain, free, err
	}
	a := &aheadReader{plain: plain}
	return a, func() {
		a.stop()
		if free != nil {
			free()
		}
	}, nil
}

// decompressor is decompress, but that nothing is read ahead.
func decompressor(r io.Reader) (plain io.Reader, done func(), err error) {
	in := bufio.NewReaderSize(r, 256<<10)
	head, _ := in.Peek(8) // an error comes back when reading
	switch {
	case bytes.HasPrefix(head, gzipMagic):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip: %w", unexpected(err))
		}
		return &named{z, "gzip"}, nil, nil
	case bytes.HasPrefix(head, zstdMagic), isSkippable(head):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return &named{z, "zstd"}, z.Close, nil
	case bytes.HasPrefix(head, bzip2Magic):
		return &named{bzip2.NewReader(in), "bzip2"}, nil, nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return newUTF16(in), nil, nil
	}
	for _, f := range unreadable {
		if bytes.HasPrefix(head, f.magic) {
			return nil, nil, fmt.Errorf("%s data: unpack it first", f.name)
		}
	}
	return in, nil, nil
}

// isSkippable finds the frames that may stand before zstd data.
func isSkippable(head []byte) bool {
	return len(head) >= 4 && head[0]>>4 == 5 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// named says in errors which format was being read.
type named struct {
	r    io.Reader
	name string
}

func (n *named) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("%s data is damaged or cut off: %w", n.name, err)
	}
	return k, err
}

// unexpected names an end inside of a header for what it is.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
