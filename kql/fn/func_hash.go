package fn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func hashFuncs() []Func {
	source := param("source", tScalars, "the value")
	return []Func{
		{
			Name: "hash", Aliases: []string{"hash_xxhash64"}, Category: encodingCategory, Result: value.Long,
			Params:   []Param{source, optional("mod", tLong, "when given, the hash is taken modulo it")},
			Doc:      "Gives the xxHash64 of a value.",
			Examples: []string{`hash("World") == 1846988464401551951`, `hash("World", 100) == 51`},
			Eval:     xxhash,
		},
		digest("hash_sha256", "SHA-256", `hash_sha256("World") == "78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524"`,
			func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }),
		digest("hash_sha1", "SHA-1", `hash_sha1("World") == "70c07ec18ef89c5309bbb0937f3a6342411e1fdd"`,
			func(s string) string { h := sha1.Sum([]byte(s)); return hex.EncodeToString(h[:]) }),
		digest("hash_md5", "MD5", `hash_md5("World") == "f5a7924e621e84c9280a9a27e1bcb7f6"`,
			func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }),
		{
			Name: "new_guid", Category: encodingCategory, Result: value.GUID, Volatile: true,
			Doc: "Makes a random guid.", Examples: []string{`strlen(tostring(new_guid())) == 36`},
			Eval: newGUID,
		},
	}
}

func digest(name, what, example string, f func(string) string) Func {
	return Func{
		Name: name, Category: encodingCategory, Result: value.String,
		Params: []Param{param("source", tScalars, "the value")},
		Doc:    "Gives the " + what + " of a value's text, in hexadecimal.", Examples: []string{example},
		Eval: func(_ *Context, a []value.Value) value.Value { return value.StringOf(f(text(a[0]))) },
	}
}

// hashBytes are the bytes that Kusto hashes: text as it is, numbers and times
// as they lie in memory.
func hashBytes(v value.Value) []byte {
	switch v = v.Inner(); v.Kind() {
	case value.KInt:
		return binary.LittleEndian.AppendUint32(nil, uint32(v.Int()))
	case value.KLong, value.KDateTime, value.KTimeSpan:
		return binary.LittleEndian.AppendUint64(nil, uint64(v.Int()))
	case value.KReal:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v.Real()))
	case value.KBool:
		return []byte{byte(v.Int())}
	case value.KGUID:
		return guidBytes(v.Str())
	}
	return []byte(v.String())
}

func xxhash(_ *Context, a []value.Value) value.Value {
	h := int64(xxhash64(hashBytes(a[0])))
	if len(a) < 2 {
		return value.LongOf(h)
	}
	if a[1].IsNull() || a[1].Int() <= 0 {
		return value.NullOf(value.Long)
	}
	return value.LongOf(modulo(h, a[1].Int()))
}
