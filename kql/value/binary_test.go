package value

import (
	"bytes"
	"reflect"
	"testing"
)

func samples() []Value {
	lazy, _ := LazyJSON(`{"a":[1,2.5,{"b":null}]}`)
	all := []Value{
		{}, NullOf(Int), NullOf(Dynamic), NullOf(String), BoolOf(true), IntOf(-7), LongOf(1 << 62), RealOf(-0.5), StringOf("a\x00\xff"),
		DateTimeOf(639_000_000_000_000_000), TimeSpanOf(-1), GUIDOf("00000000-0000-0000-0000-000000000001"), DecimalOf("1.50"), lazy,
	}
	return append(all, ArrayOf([]Value{LongOf(1), StringOf("x"), lazy}), BagOf([]string{"k", "l"}, []Value{DateTimeOf(5), ArrayOf(nil)}))
}

func TestBinaryReadsWhatWasWritten(t *testing.T) {
	var b []byte
	for _, v := range samples() {
		b = v.AppendBinary(b)
	}
	for _, want := range samples() {
		var got Value
		var err error
		if got, b, err = ReadBinary(b); err != nil || got.Type() != want.Type() || got.Kind() != want.Kind() || got.String() != want.String() || got.Size() != want.Size() {
			t.Fatalf("%#v came back as %#v: %v", want, got, err)
		}
	}
	if len(b) > 0 {
		t.Errorf("%d bytes are left", len(b))
	}
}

// Whatever the bytes are, they are a value that is written as it was read, or
// an error.
func FuzzReadBinary(f *testing.F) {
	for _, v := range samples() {
		f.Add(v.AppendBinary(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, _, err := ReadBinary(b)
		if err != nil {
			return
		}
		again := v.AppendBinary(nil)
		w, rest, err := ReadBinary(again)
		if err != nil || len(rest) > 0 || !reflect.DeepEqual(v, w) || !bytes.Equal(again, w.AppendBinary(nil)) {
			t.Fatalf("%#v came back as %#v: %v", v, w, err)
		}
	})
}
