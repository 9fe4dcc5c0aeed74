package segment

import (
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// A codec compresses the pages of columns, and reads those of all, with zstd at
// its fastest level: others take twice the time and more for a tenth of the space. The library's own keeps 8 MB for each
// encoder, to look back further than a page is long.
type codec struct{}

// window is how far an encoder looks back.
const window = 1 << 20

// String is its name.
func (codec) String() string { return "ZSTD" }

// CompressionCodec is its number in files.
func (codec) CompressionCodec() format.CompressionCodec { return format.Zstd }

// Encode compresses src.
func (c codec) Encode(dst, src []byte) ([]byte, error) { return c.append(dst[:0], src), nil }

// append compresses src behind what dst holds.
func (codec) append(dst, src []byte) []byte {
	e, _ := encoders.Get().(*zstd.Encoder)
	defer encoders.Put(e)
	return e.EncodeAll(src, dst)
}

// Decode is the opposite.
func (codec) Decode(dst, src []byte) ([]byte, error) {
	d, _ := decoders.Get().(*zstd.Decoder)
	defer decoders.Put(d)
	return d.DecodeAll(src, dst[:0])
}

// mostPage bounds what a page may hold.
const mostPage = 1 << 30

var (
	encoders = sync.Pool{New: func() any {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(window), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false)) // pages have sums of their own
		if err != nil {
			panic(err) // the options are right
		}
		return e
	}}
	decoders = sync.Pool{New: func() any {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostPage))
		if err != nil {
			panic(err)
		}
		return d
	}}
)
