package fn

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/adler32"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

const encodingCategory = "Encoding"

func encodingFuncs() []Func {
	base64Text := []Param{param("base64_string", tText, "the text in base64")}
	plain := []Param{param("string", tText, "the text")}
	return []Func{
		{
			Name: "base64_encode_tostring", Aliases: []string{"base64_encodestring"}, Category: encodingCategory, Result: value.String, Params: plain,
			Doc:      "Writes a text in base64.",
			Examples: []string{`base64_encode_tostring("Kusto") == "S3VzdG8="`},
			Eval: eachText(value.String, func(s string) value.Value {
				return value.StringOf(base64.StdEncoding.EncodeToString([]byte(s)))
			}),
		},
		{
			Name: "base64_decode_tostring", Aliases: []string{"base64_decodestring"}, Category: encodingCategory, Result: value.String, Params: base64Text,
			Doc:      "Reads text in base64; the empty string when it is not, or is not UTF-8.",
			Examples: []string{`base64_decode_tostring("S3VzdG8=") == "Kusto"`, `base64_decode_tostring("????") == ""`},
			Eval: eachText(value.String, func(s string) value.Value {
				if b, ok := decode64(s); ok && utf8.Valid(b) {
					return value.StringOf(string(b))
				}
				return value.StringOf("")
			}),
		},
		{
			Name: "base64_decode_toarray", Category: encodingCategory, Result: value.Dynamic, Params: base64Text,
			Doc:      "Reads text in base64 as an array of bytes; null when it is not.",
			Examples: []string{`tostring(base64_decode_toarray("S3U=")) == "[75,117]"`},
			Eval: eachText(value.Dynamic, func(s string) value.Value {
				b, ok := decode64(s)
				if !ok {
					return value.NullOf(value.Dynamic)
				}
				elems := make([]value.Value, len(b))
				for i, c := range b {
					elems[i] = value.LongOf(int64(c))
				}
				return value.ArrayOf(elems)
			}),
		},
		{
			Name: "base64_encode_fromarray", Category: encodingCategory, Result: value.String,
			Params:   []Param{param("array", tDynamic, "an array of bytes")},
			Doc:      "Writes an array of bytes in base64.",
			Examples: []string{`base64_encode_fromarray(dynamic([75, 117])) == "S3U="`},
			Eval:     base64FromArray,
		},
		{
			Name: "base64_decode_toguid", Category: encodingCategory, Result: value.GUID, Params: base64Text,
			Doc:      "Reads a guid in base64; null when it is none.",
			Examples: []string{`isnull(base64_decode_toguid("abcd1231"))`},
			Eval: eachText(value.GUID, func(s string) value.Value {
				b, ok := decode64(s)
				if !ok || len(b) != 16 {
					return value.NullOf(value.GUID)
				}
				return guidOfBytes(b)
			}),
		},
		{
			Name: "base64_encode_fromguid", Category: encodingCategory, Result: value.String,
			Params:   []Param{param("guid", tGUID, "the guid")},
			Doc:      "Writes a guid in base64.",
			Examples: []string{`base64_decode_toguid(base64_encode_fromguid(guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb))) == guid(ae3133f2-6e22-49ae-b06a-16e6a9b212eb)`},
			Eval: func(_ *Context, a []value.Value) value.Value {
				if a[0].IsNull() {
					return value.StringOf("")
				}
				return value.StringOf(base64.StdEncoding.EncodeToString(guidBytes(a[0].Str())))
			},
		},
		decompress("gzip_decompress_from_base64_string", "gzip", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			`gzip_decompress_from_base64_string(gzip_compress_to_base64_string("abc")) == "abc"`),
		decompress("zlib_decompress_from_base64_string", "zlib", func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
			`zlib_decompress_from_base64_string("eJxLTEoGAAJNASc=") == "abc"`),
		compress("gzip_compress_to_base64_string", "gzip", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, storedGzip,
			`gzip_compress_to_base64_string("1234567890qwertyuiop") == "H4sIAAAAAAAA/wEUAOv/MTIzNDU2Nzg5MHF3ZXJ0eXVpb3A6m7f2FAAAAA=="`),
		compress("zlib_compress_to_base64_string", "zlib", func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, storedZlib,
			`zlib_compress_to_base64_string("1234567890qwertyuiop") == "eAEBFADr/zEyMzQ1Njc4OTBxd2VydHl1aW9wOAkGdw=="`),
	}
}

// decode64 forgives missing padding.
func decode64(s string) ([]byte, bool) {
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return b, err == nil
}

func base64FromArray(_ *Context, a []value.Value) value.Value {
	if !a[0].IsArray() {
		return value.StringOf("")
	}
	elems := a[0].Elems()
	b := make([]byte, len(elems))
	for i, e := range elems {
		n := e.To(value.Long)
		if n.IsNull() || n.Int() < 0 || n.Int() > 255 {
			return value.StringOf("")
		}
		b[i] = byte(n.Int())
	}
	return value.StringOf(base64.StdEncoding.EncodeToString(b))
}

// guidOrder is how Windows lays a guid's bytes: the first three groups with
// the lowest byte first.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

func guidOfBytes(b []byte) value.Value {
	var laid [16]byte
	for i, at := range guidOrder {
		laid[at] = b[i]
	}
	g, _ := value.ParseGUID(hex.EncodeToString(laid[:]))
	return value.GUIDOf(g)
}

func guidBytes(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	laid := make([]byte, 16)
	if err != nil || len(b) != 16 {
		return laid
	}
	for i, at := range guidOrder {
		laid[i] = b[at]
	}
	return laid
}

func decompress(name, format string, open func(io.Reader) (io.Reader, error), example string) Func {
	return Func{
		Name: name, Category: encodingCategory, Result: value.String,
		Params: []Param{param("string", tText, "the compressed text in base64")},
		Doc:    "Reads what was compressed with " + format + " and written in base64; the empty string when it cannot, or is larger than 4 MiB.", Examples: []string{example},
		Eval: eachText(value.String, func(s string) value.Value {
			b, ok := decode64(s)
			if !ok {
				return value.StringOf("")
			}
			r, err := open(bytes.NewReader(b))
			if err != nil {
				return value.StringOf("")
			}
			// A few bytes can say that gigabytes follow.
			out, err := io.ReadAll(io.LimitReader(r, maxText+1))
			if err != nil || len(out) > maxText || !utf8.Valid(out) {
				return value.StringOf("")
			}
			return value.StringOf(string(out))
		}),
	}
}

// maxStored is how long a text may be to be kept as it is inside gzip and zlib:
// the tables that the engine's compressor writes are longer than what they save.
const maxStored = 100

// stored is a text as the last block of a deflate stream, uncompressed.
func stored(dst []byte, s string) []byte {
	n := uint16(len(s))
	dst = append(dst, 1)
	dst = binary.LittleEndian.AppendUint16(dst, n)
	dst = binary.LittleEndian.AppendUint16(dst, ^n)
	return append(dst, s...)
}

func storedGzip(s string) []byte {
	b := stored([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}, s)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(s)))
	return binary.LittleEndian.AppendUint32(b, uint32(len(s)))
}

func storedZlib(s string) []byte {
	return binary.BigEndian.AppendUint32(stored([]byte{0x78, 1}, s), adler32.Checksum([]byte(s)))
}

func compress(name, format string, open func(io.Writer) io.WriteCloser, stored func(string) []byte, example string) Func {
	return Func{
		Name: name, Category: encodingCategory, Result: value.String,
		Params: []Param{param("string", tText, "the text")},
		Doc:    "Compresses a text with " + format + " and writes it in base64.", Examples: []string{example},
		Eval: eachText(value.String, func(s string) value.Value {
			if len(s) <= maxStored {
				return value.StringOf(base64.StdEncoding.EncodeToString(stored(s)))
			}
			var b bytes.Buffer
			w := open(&b)
			_, err1 := io.WriteString(w, s)
			if err2 := w.Close(); err1 != nil || err2 != nil {
				return value.StringOf("")
			}
			return value.StringOf(base64.StdEncoding.EncodeToString(b.Bytes()))
		}),
	}
}
