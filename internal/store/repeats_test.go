package store

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/internal/store/zst"
)

// mustAgreeAsPage is mustAgree for records that stand in a page, behind what is
// no record and may be just like one.
func mustAgreeAsPage(t *testing.T, before string, raws ...string) {
	t.Helper()
	text, sizes := []byte(before), []int32(nil)
	want, valid := map[uint64]bool{}, true
	for _, raw := range raws {
		text, sizes = append(text, raw...), append(sizes, int32(len(raw)))
		valid = valid && json.Valid([]byte(raw))
		Index(raw, func(k uint64) { want[k] = true })
	}
	var e zst.Encoder
	e.Append(nil, text)
	x := NewIndexer()
	for range 2 { // what was in a page before is no less found
		x.Reset()
		x.AddPage(text, len(before), sizes, e.Repeats())
		got := setOf(x.Keys())
		if valid && len(got) != len(want) {
			t.Errorf("%d keys and not %d: %.300q", len(got), len(want), raws)
		}
		for k := range want {
			if !got[k] {
				t.Errorf("a key is missing: %.300q", raws)
				return
			}
		}
	}
}

func TestRepeatsHideNothing(t *testing.T) {
	mustAgreeAsPage(t, "", sample(t)...)
	mustAgreeAsPage(t, strings.Join(sample(t), ""), sample(t)...)
	mustAgreeAsPage(t, "", append(sample(t), nestedOnes()...)...)
	const long = `"name of it":"a value that is long enough"`
	for _, raws := range [][]string{
		{`{"a":1,` + long + `}`, `{"b":1,` + long + `}`, `{"c":[1,` + long[13:] + `]}`},
		{`{"names":["first of the names","second of the names"]}`, `{"games":["first of the names","second of the names"]}`},
		{`{"names":["first of the names","second of the names","x"]}`, `{"names":["first of the names","second of the names","y"],"z":"y"}`},
		{`{"x":{"y":{"number of them":123456,"others of them":true}}}`, `{"x":{"y":{"number of them":123456,"others of them":true1}}}`},
		{`{"x":{"number of them all":12}}`, `{"x":{"number of them all":123}}`, `{"x":{"number of them all":1}}`},
		// The same bytes, once between strings and once inside of them.
		{`{"a,",true,"x":"a value that is long enough,":","}`, `{"a":",","true":1,",true,":",x:","x":"a value that is long enough,"}`},
		{`["a,",1234567,",",1234567,",",1234567,","]`, `{",1234567,":",1234567,",",1234567,":",1234567,"}`},
		{`{"a":"b`, `,"name of it":"a value that is long enough"`, `{"c":1,"name of it":"a value that is long enough"}`},
		{`{"a":"b\",` + long[1:] + `}`, `{"a":1,` + long + `}`},
		{`{"log":"{\"a\":1,\"name of it\":\"a value that is long enough\"}"}`, `{"a":1,` + long + `}`},
		{`{"a":{"b":"some text that is long"}}`, `{"c":{"d":{"a":{"b":"some text that is long"}}}}`, `{"a":{"b":"some text that is long"},"e":"some text that is long"}`},
	} {
		mustAgreeAsPage(t, "", raws...)
		mustAgreeAsPage(t, raws[len(raws)-1], raws...)
		mustAgreeAsPage(t, `{"a":1,"b":"`, append(raws, raws...)...)
	}
}

// TestRepeatsSaveWork checks that what repeats is passed over.
func TestRepeatsSaveWork(t *testing.T) {
	const raw = `{"first":"a value of the first","second":{"third":["some text","some more"],"fourth":true}}`
	text := []byte(raw + raw)
	x, sizes := NewIndexer(), []int32{int32(len(raw)), int32(len(raw))}
	x.AddPage(text, 0, sizes, nil)
	want := len(x.Keys())
	x.Reset()
	// Nobody looks at what is said to be seen: that of the second record is not.
	copy(text[len(raw):], strings.ReplaceAll(raw, "value", "other"))
	x.AddPage(text, 0, sizes, []zst.Repeat{{From: uint32(len(raw)), To: uint32(2*len(raw) - 1), Back: uint32(len(raw))}})
	if got := len(x.Keys()); got != want {
		t.Errorf("%d keys and not %d", got, want)
	}
}

func FuzzRepeats(f *testing.F) {
	f.Add(`{"x":"`, `{"a":1,"name of it":"a value that is long"}`, `{"b":{"name of it":"a value that is long"}}`)
	f.Add("", `["a,",1234567,",",1234567,",",1234567,","]`, `{",1234567,":",1234567,",",1234567,":",1234567,"}`)
	f.Fuzz(func(t *testing.T, before, a, b string) {
		mustAgreeAsPage(t, before, a, b, a, b+a, b)
	})
}
