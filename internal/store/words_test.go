package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// keysOf is a record's index as a set.
func keysOf(raw string) func(uint64) bool {
	keys := map[uint64]bool{}
	Index(raw, func(k uint64) { keys[k] = true })
	return func(k uint64) bool { return keys[k] }
}

func TestWhatARecordHoldsIsFound(t *testing.T) {
	const id = "550e8400-e29b-41d4-a716-446655440000"
	for _, c := range []struct {
		raw, text string
		found     bool
	}{
		{`{"image":"evil/XMRig:1"}`, "xmrig", true},
		{`{"image":"evil/xmrigs"}`, "xmrig", false},
		{`{"a":"line\nfoo"}`, "foo", true},
		{`{"a":"line\u003cfoo"}`, "foo", true},
		{`{"a":"\u0066oo"}`, "foo", true},          // opaque
		{`{"uri":"/exec?c=%63url"}`, "curl", true}, // opaque
		{`{"uri":"/exec?c=a%20curl"}`, "curl", true},
		{`{"log":"{\"verb\":\"get\",\"x\":\"a\\nfoo\"}"}`, "foo", true},
		{`{"a":"Straße Łódź"}`, "łódź", true},
		{`{"a":"Straße—Łódź"}`, "straße", true},
		{"{\"a\":\"\u212aube\"}", "kube", true}, // the Kelvin sign
		{`{"id":"` + id + `"}`, id, true},
		{`{"id":"` + strings.ToUpper(id) + `"}`, id, true},
		{`{"id":"` + id + `—"}`, id, true},
		{`{"id":"` + id + `ä"}`, id, false},
		{`{"id":"550e8400-e29b-41d4-a716-446655440001"}`, id, false},
		{`{"id":"` + id + `"}`, "550e8400", true}, // not told apart
		{`{"a":"kube-system"}`, "kube-system", true},
		{`{"a":"kube"}`, "kube-system", false},
		{`{"a":1000}`, "1000.0", true}, // numbers are not told apart
	} {
		p := Words(c.text, true, true)
		if got := mayHold(p, keysOf(c.raw)); got != c.found {
			t.Errorf("%q in %s: %v", c.text, c.raw, got)
		}
	}
}

func TestLeavesAreFound(t *testing.T) {
	for _, c := range []struct {
		raw, key, value string
		found           bool
	}{
		{`{"spec":{"hostPID":true}}`, "hostPID", "true", true},
		{`{"spec":{"hostPID": false}}`, "hostPID", "true", false},
		{`{"spec":{"hostPID":"true"}}`, "hostPID", "true", true},
		{`{"a":[1,{"b":2},3]}`, "a", "3", true},
		{`{"a":[[1],{"b":2}]}`, "a", "1", true},
		{`{"a":{"b":2},"c":1}`, "b", "1", false},
		{`{"a":1.0}`, "a", "1", true},
		{`{"a":"1e2"}`, "a", "100", true},
		{`{"a":-0}`, "a", "0", true},
		{`{"log":"{\"a\":{\"b\":\"X\"}}"}`, "b", "x", true},
		{`{"log":"{\"a\":{\"b\":\"X"}`, "b", "zzz", true}, // cut off
		{`{"k\u0065y":"v"}`, "key", "v", true},
		{`{"a":"` + strings.Repeat("long", 100) + `"}`, "a", strings.Repeat("long", 100), true},
		{`{"at":"2026-01-01T00:00:00Z"}`, "at", "2027-01-01T00:00:00Z", true}, // not kept
	} {
		p := Leaf{c.key, c.value}
		if got := mayHold(p, keysOf(c.raw)); got != c.found {
			t.Errorf("%s=%s in %s: %v", c.key, c.value, c.raw, got)
		}
	}
}

// FuzzNothingHides checks that a text is found in every record that holds it,
// by the index and row by row.
func FuzzNothingHides(f *testing.F) {
	f.Add("kube-system", "a", "b")
	f.Add("550e8400-e29b-41d4-a716-446655440000", "x-", "-")
	f.Add("20T10 Z1", "é", "—")
	f.Add(`\u0041%41`, `\`, `%`)
	f.Add("1e3", "-", ".")
	f.Fuzz(func(t *testing.T, text, before, after string) {
		held := before + text + after
		if !utf8.ValidString(held) || !utf8.ValidString(text) {
			t.Skip("it is not kept in JSON as it is")
		}
		for _, raw := range []string{
			`{"a":{"key":` + string(value.AppendQuoted(nil, held)) + `}}`,
			`{"log":` + string(value.AppendQuoted(nil, `{"key":`+string(value.AppendQuoted(nil, held))+`}`)) + `}`,
		} {
			has := keysOf(raw)
			needle := value.NewNeedle(text, true)
			if needle.Has(held) {
				mustHold(t, Words(text, true, true), raw, has)
			}
			if needle.HasPrefix(held) {
				mustHold(t, Words(text, true, false), raw, has)
			}
			mustHold(t, Parts(text), raw, has)
			mustHold(t, Leaf{"key", held}, raw, has)
		}
	})
}

func mustHold(t *testing.T, p Predicate, raw string, has func(uint64) bool) {
	if !mayHold(p, has) {
		t.Fatalf("the index denies %#v of %q", p, raw)
	}
	rows, err := NewMatcher(p).Rows([]int32{0}, nil, func(string) *Column { return nil }, func(int32) (string, error) { return raw, nil })
	if err != nil || len(rows) != 1 {
		t.Fatalf("row by row denied: %#v of %q (%v)", p, raw, err)
	}
}

// mayHold asks of one block.
func mayHold(p Predicate, has func(uint64) bool) bool {
	set, _ := Holding(p, func(key uint64) (Set, error) {
		if has(key) {
			return Set{1}, nil
		}
		return Set{0}, nil
	})
	return set.Has(0)
}

// TestHexDigits tries every byte at every place.
func TestHexDigits(t *testing.T) {
	const some = "0129abefABEF"
	for c := range 256 {
		for at := range 8 {
			b := []byte(some[:8])
			b[at] = byte(c)
			want := kinds[c] == digit || kinds[c] == hexLetter
			if got := areHex(load(string(b), 0)); got != want {
				t.Errorf("%q: %t", b, got)
			}
		}
	}
}
