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

// While what was decompressed is used, so many blocks of this size are decompressed
// already, where there is a processor for it.
const (
	aheadBlocks = 4
	aheadSize   = 256 << 10
)

// decompress returns the plain bytes of r; done, if any, frees what reading
// them took.
func decompress(r io.Reader) (plain io.Reader, done func(), err error) {
	plain, free, err := decompressed(r)
	z, ok := plain.(*named)
	if !ok || runtime.GOMAXPROCS(0) == 1 {
		return plain, free, err
	}
	ahead, err := readahead.NewReaderSize(z, aheadBlocks, aheadSize)
	if err != nil {
		return nil, nil, err
	}
	return ahead, func() {
		_ = ahead.Close() // waits for the decompressor; it returns nil
		if free != nil {
			free()
		}
	}, nil
}

func decompressed(r io.Reader) (plain io.Reader, done func(), err error) {
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
