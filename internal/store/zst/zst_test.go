package zst

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func decoder(t testing.TB) *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// mustReturn checks that what is compressed comes back.
func mustReturn(t *testing.T, d *zstd.Decoder, e *Encoder, src []byte) []byte {
	t.Helper()
	packed := e.Append([]byte("before"), src)
	if !bytes.HasPrefix(packed, []byte("before")) {
		t.Fatal("what stood before is gone")
	}
	packed = packed[len("before"):]
	got, err := d.DecodeAll(packed, nil)
	if err != nil || !bytes.Equal(got, src) {
		t.Fatalf("%d bytes became %d: %v", len(src), len(got), err)
	}
	return packed
}

func sample(t testing.TB) []byte {
	text, err := os.ReadFile("../../../testdata/corpora/sample.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	var many []byte // as one record is like another, but not quite
	for n := 0; len(many) < 3*blockSize; n++ {
		many = append(many, bytes.ReplaceAll(text, []byte("0"), []byte{byte('0' + n%10)})...)
	}
	return many
}

func TestEverythingComesBack(t *testing.T) {
	d, e := decoder(t), &Encoder{}
	text := sample(t)
	for _, src := range [][]byte{
		nil, []byte("a"), []byte("12345678"), []byte(strings.Repeat("a", 9)), []byte(strings.Repeat("ab", 40)),
		[]byte(strings.Repeat("a", 3*blockSize)), text, text[:blockSize], text[:blockSize+1], text[:blockSize-1],
		bytes.Repeat(text[:5000], 400), noise(4 * blockSize), append(noise(blockSize), text...),
		append(append(bytes.Clone(text[:50000]), noise(window)...), text[:50000]...),
	} {
		mustReturn(t, d, e, src)
	}
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestLongLengths checks lengths around those that codes change at.
func TestLongLengths(t *testing.T) {
	d, e := decoder(t), &Encoder{}
	random := noise(2 * blockSize)
	for _, n := range []int{1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 130, 131, 132, 258, 259, 1 << 10, 1 << 14, 1<<16 - 1, 1 << 16, 1<<16 + 3, 1<<17 - 10, 1 << 17} {
		var src []byte
		src = append(src, random[:n]...)
		src = append(src, random[:n]...)
		src = append(src, random[n:min(2*n, len(random))]...)
		src = append(src, random[:n]...)
		mustReturn(t, d, e, src)
	}
}

func TestNoiseGrowsLittle(t *testing.T) {
	src := noise(10 * blockSize)
	if n := len(mustReturn(t, decoder(t), &Encoder{}, src)); n > len(src)+100 {
		t.Errorf("%d bytes became %d", len(src), n)
	}
}

func TestLogsBecomeSmall(t *testing.T) {
	src := sample(t)
	if n := len(mustReturn(t, decoder(t), &Encoder{}, src)); n > len(src)/4 {
		t.Errorf("%d bytes became %d", len(src), n)
	}
}

// TestPlacesOfOtherTexts checks that a text is not looked for in one before,
// also when places begin anew.
func TestPlacesOfOtherTexts(t *testing.T) {
	d, e := decoder(t), &Encoder{}
	text := sample(t)
	mustReturn(t, d, e, text)
	e.finder.next = ^uint32(0) - uint32(len(text)) - 5
	for range 3 {
		mustReturn(t, d, e, text)
	}
}

func FuzzEncoder(f *testing.F) {
	f.Add([]byte(`{"a":"b"}{"a":"b"}{"a":"c"}`), uint(3))
	f.Add(noise(300), uint(500))
	d := decoder(f)
	f.Fuzz(func(t *testing.T, text []byte, times uint) {
		mustReturn(t, d, &Encoder{}, bytes.Repeat(text, int(times%512)))
		mustReturn(t, d, &Encoder{}, text)
	})
}

func BenchmarkEncoder(b *testing.B) {
	text := sample(b)
	var e Encoder
	var out []byte
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		out = e.Append(out[:0], text)
	}
	b.ReportMetric(float64(len(out))/float64(len(text)), "ratio")
}
