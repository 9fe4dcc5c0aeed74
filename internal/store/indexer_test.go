package store

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func setOf(keys []uint64) map[uint64]bool {
	set := map[uint64]bool{}
	for _, k := range keys {
		set[k] = true
	}
	return set
}

// mustAgree checks that an Indexer knows of records what Index gives of each,
// and nothing else where they are JSON.
func mustAgree(t *testing.T, raws ...string) {
	t.Helper()
	x, want := NewIndexer(), map[uint64]bool{}
	x.Add(`{"before":"it is emptied"}`)
	for _, raw := range raws { // what was seen before is no less found
		x.Add(raw)
	}
	x.Reset()
	valid := true
	for _, raw := range raws {
		valid = valid && json.Valid([]byte(raw))
		x.Add(raw)
		Index(raw, func(k uint64) { want[k] = true })
	}
	got := setOf(x.Keys())
	if len(got) != len(x.Keys()) || valid && len(got) != len(want) {
		t.Errorf("%d keys, %d of them distinct, and not %d: %.200q", len(x.Keys()), len(got), len(want), raws)
	}
	for k := range want {
		if !got[k] {
			t.Errorf("a key is missing: %.200q", raws)
		}
	}
}

func sample(t testing.TB) []string {
	text, err := os.ReadFile("../../testdata/corpora/sample.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func TestIndexerFindsWhatIndexDoes(t *testing.T) {
	mustAgree(t, sample(t)...)
	for _, raws := range [][]string{
		{},
		{``, `{}`, `"word"`, `12 true`, `no json`, `{"a":`},
		{`{"a":"b"}`, `{"b":"a"}`, `{"a":"a"}`, `["a","b"]`},
		{`{"a":1}`, `{"a":"1"}`, `{"a":1.0,"b":[1,{"a":2},3]}`},
		{`{"a":true}`, `{"a":"true"}`, `{"b":true}`},
		{`{"a":"kube%73ystem"}`, `{"a":"\u0061bc"}`, `{"a\u0062":"x"}`},
		{`{"a":"{\"b\":\"c\\nd\"}"}`, `{"b":"c"}`},
		{`{"a":"x"}`, `{"a":"x`, `{"a":"x"}}`, `{"a":"\q"}`, `{"\q":"a"}`},
		{`{"a":"1234567"}`, `{"a":"12345678"}`, `{"a":"x234567","b":"x2345678","c":"x23456789"}`},
		{`{"a":"2026-03-01T00:00:00.000000Z","b":"2026-03-01T00:00:00Z","c":"2026-03-01T00:00:00.Z","d":"2026-03-01T00:00:00-Z"}`},
		{`{"a":"2026-03-01X00:00:00Z","b":"2026-03-01T00:00:00.0x0Z","c":"2026-03-01t00:00:00Z","d":"2026-03-01T00:00:00+01:00"}`},
		{`{"a":123456,"b":"00000012","c":"550e8400-e29b-41d4-a716-446655440000","d":"550E8400-e29b-41d4-a716-446655440000","e":123456.5}`},
		{"{\"a\":\n\"b\"}", "{\"a\":\"b\"}\n"},
		{`{"a":"x\\"}`, `{"a":"x\\\\\"y"}`, `{"a":"12345\"89","b":"1234567\\"}`},
		{`{"a":"A Word, two words: x-550e8400-e29b-41d4-a716-446655440000,550e8400-e29b-41d4-a716-446655440000","b":"café au lait","c":"a%41b","d":"x\\ny"}`},
		{`{"a":"2x","b":"e5","c":"00e5","d":"abcd","e":"abcdabcd","f":"word1-2-3-abcdef01","g":"-","h":" x","i":"X"}`},
		{`{"a":"say \"a word\" twice","b":"\"","c":"\"x\"","d":"x\"","e":"say a word","f":"1\"2","g":"\"550e8400-e29b-41d4-a716-446655440000\""}`},
		{`{"a":"` + strings.Repeat(`\"`, 20) + strings.Repeat("x", 236) + `","b":"` + strings.Repeat(`\"`, 20) + strings.Repeat("x", 237) + `"}`},
		{`{"a":"10.244.0.17","b":"10.5","c":"1e3","d":"1.5e3","e":"12:30","f":"10.0.0.1\"x","g":"fe80::1","h":"100","i":"10.","j":"2.0.x","k":"1.0"}`},
		{`{"b":10.5,"c":1000,"d":1500,"h":100.0,"i":10,"k":1,"a":"10.244.0.18"}`},
		nestedOnes(),
		{`{"a":["first text","second text","third text"]}`, `{"b":["first text","second text","third text"],"a":["first text","second text","third text"]}`},
		{`{"a":{"b":{"c":"a text that is long enough"}}}`, `{"x":{"b":{"c":"a text that is long enough"}},"a":{"b":{"c":"a text that is long enough"},"d":1}}`},
		{strings.Repeat("[", 70) + `"deep"` + strings.Repeat("]", 70)},
	} {
		mustAgree(t, raws...)
	}
	for _, raw := range nestedOnes() {
		mustAgree(t, raw)
	}
}

// nestedOnes are records in a string of another, as Azure has them.
func nestedOnes() (all []string) {
	long := strings.Repeat("long ", 60)
	for _, inner := range []string{
		`{"kind":"Event","x":"` + long + `","auditID":"550e8400-e29b-41d4-a716-446655440000","n":[1,true,null,1234567,"a"]}`,
		`{"x":"` + long + `"}` + "\n", `{"x":"` + long + `"} ` + "\n", `{"x":"` + long + `"}` + "\n\n", `{"x":"` + long + `\\\\n`,
		`{"a":"line\\nbreak \"quoted\" back\\slash \\\\nfoo","x":"` + long + `"}`,
		`{"a":"\u003cfoo\u0041 %41","b\n":"c","x":"` + long + `"}`,
		`{"a":"{\"b\":\"{\\\"c\\\":\\\"deep\\\"}\"}","x":"` + long + `"}`,
		`{"short":"one"}`, `{"x":"` + long + `"`, `{"x":"` + long + `","y":}`, `{"x":"` + long + `","y":"\q"}`, `{"x":"` + long + `"} and more`,
	} {
		text, err := json.Marshal(map[string]string{"log": inner})
		if err != nil {
			panic(err)
		}
		all = append(all, string(text), `{"properties":{"log":`+string(text[len(`{"log":`):]))
		all = append(all, inner)
	}
	return all
}

// TestOnlyTimestampsGiveNothing holds each byte of a timestamp to what it may be.
func TestOnlyTimestampsGiveNothing(t *testing.T) {
	for _, v := range []string{"2026-03-01T09:58:47Z", "2026-03-01T09:58:47.123456Z", "2026-03-01T09:58:47.9Z"} {
		if !givesNothing(v) {
			t.Errorf("%q gives something", v)
		}
		for i := range len(v) {
			for c := range 256 {
				text := []byte(v)
				text[i] = byte(c)
				isDigit := '0' <= c && c <= '9'
				want := '0' <= v[i] && v[i] <= '9' && isDigit || v[i] == byte(c)
				if got := givesNothing(string(text)); got != want {
					t.Fatalf("%q gives nothing: %v", text, got)
				}
			}
		}
	}
}

func FuzzIndexer(f *testing.F) {
	for _, raw := range nestedOnes() {
		f.Add(raw, "{}")
	}
	f.Add(`{"a":"b","c":[1,"x"]}`, `{"a":"b\n","a":{"b":true}}`)
	f.Add(`{"u":"550e8400-e29b-41d4-a716-446655440000%41"}`, `"\u0041\\"`)
	f.Fuzz(func(t *testing.T, a, b string) { mustAgree(t, a, b) })
}

func BenchmarkIndexer(b *testing.B) {
	lines := sample(b)
	x := NewIndexer()
	for _, l := range lines {
		b.SetBytes(int64(len(l)))
	}
	n := 0
	for b.Loop() {
		if n++; n%256 == 0 {
			x.Reset()
		}
		x.Add(lines[n%len(lines)])
	}
}
