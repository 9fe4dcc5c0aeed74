package decode

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// sawn are texts that scanners are started from.
var sawn = []string{
	`{}`, `{"a":1}`, `{"a":{"b":[1,2,{"c":"}\"]"}]},"d":"\\"}`, ` { "a" : [ ] , "a" : null } `,
	`{"k\u0065y":"v","":{},"x":-1.5e+3,"t":true,"f":false}`, `{"a":"é😀\ud83d\ude00"}`, `[1,2]`, `{"a":`, `{"a" "b"}`, `{"a":1,}`,
	`{"a":tru}`, `{"a":01}`, `{"a":"` + strings.Repeat("x", 30) + `\n"}`,
}

func FuzzScanObject(f *testing.F) {
	for _, s := range append(sawn, wholeEvents...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !json.Valid([]byte(s)) || !utf8.ValidString(s) {
			members, end := scanObject(s, 0, nil) // must end, and within the text
			for _, m := range members {
				_ = s[m.start:m.end] + m.key(s)
			}
			if end > len(s) {
				t.Fatalf("end %d of %d", end, len(s))
			}
			return
		}
		start := skipSpace(s, 0)
		if s[start] != '{' {
			return
		}
		members, end := scanObject(s, start, nil)
		if skipSpace(s, end) != len(s) {
			t.Fatalf("ends at %d of %q", end, s)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s), &want); err != nil {
			t.Skip() // deeper than encoding/json goes
		}
		got := map[string]string{}
		for _, m := range members {
			got[m.key(s)] = s[m.start:m.end]
		}
		if len(got) != len(want) {
			t.Fatalf("members %q, want %q", got, want)
		}
		for k, v := range want {
			if got[k] != string(v) {
				t.Errorf("member %q is %q, want %q", k, got[k], v)
			}
			if v := string(v); v != "null" && get(s[start:], k) != v {
				t.Errorf("get %q gives %q, want %q", k, get(s[start:], k), v)
			}
			checkString(t, string(v))
		}
	})
}

// checkString holds str to encoding/json.
func checkString(t *testing.T, token string) {
	if token[0] != '"' {
		return
	}
	var want string
	if err := json.Unmarshal([]byte(token), &want); err != nil {
		t.Fatal(err)
	}
	if got := str(token); got != want {
		t.Errorf("string %s is %q, want %q", token, got, want)
	}
}

func FuzzRepair(f *testing.F) {
	for _, s := range append(sawn, wholeEvents...) {
		f.Add(s, len(s)/2)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		fixed, whole, ok := repair(s)
		if ok && utf8.ValidString(s) && !json.Valid([]byte(fixed.text)) && depth(s) < 5000 {
			t.Fatalf("repaired %q to %q", s, fixed.text)
		}
		if valid := json.Valid([]byte(s)); ok && valid != whole && depth(s) < 5000 {
			t.Fatalf("whole is %t of %q", whole, s)
		}
		if !json.Valid([]byte(s)) || n < 0 || n > len(s) || !utf8.ValidString(s[:n]) {
			return
		}
		checkRepair(t, s, s[:n])
	})
}

func depth(s string) int { return strings.Count(s, "[") + strings.Count(s, "{") }

// checkRepair says whether what was cut off and repaired says nothing that the
// whole does not.
func checkRepair(t *testing.T, whole, cut string) {
	fixed, _, ok := repair(cut)
	if !ok || cut == "" || cut[0] != '{' && cut[0] != '[' {
		return
	}
	var w, p any
	if json.Unmarshal([]byte(whole), &w) != nil || json.Unmarshal([]byte(fixed.text), &p) != nil {
		t.Fatalf("repaired %q to %q", cut, fixed.text)
	}
	if fixed.cutKey == "" && !repeatsKey(whole) && !partOf(w, p) {
		t.Errorf("repaired %q to %q, which says more than %q", cut, fixed.text, whole)
	}
}

// repeatsKey says whether an object has a key twice: the later member would
// replace the earlier one.
func repeatsKey(s string) bool {
	var open []map[string]bool // nil for an array
	isKey := false
	d := json.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('{'):
			open, isKey = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, isKey = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		default:
			if k, ok := token.(string); ok && isKey {
				if open[len(open)-1][k] {
					return true
				}
				open[len(open)-1][k], isKey = true, false
				continue
			}
		}
		isKey = len(open) > 0 && open[len(open)-1] != nil
	}
}

func partOf(whole, part any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for k, v := range p {
			if !ok || !partOf(w[k], v) {
				return false
			}
		}
		return ok
	case []any:
		w, ok := whole.([]any)
		if !ok || len(p) > len(w) {
			return false
		}
		for i := range p {
			if !partOf(w[i], p[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(whole, part)
}

func TestRepairAtEveryByte(t *testing.T) {
	for _, s := range wholeEvents {
		for n := range s {
			if utf8.ValidString(s[:n]) {
				checkRepair(t, s, s[:n])
			}
		}
	}
}

func TestRepair(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":{"b":[1,2`:                `{"a":{"b":[1]}}`,
		`{"a":{"b":[1,2,`:               `{"a":{"b":[1,2]}}`,
		`{"a":"b`:                       `{}`,
		`{"a":1,"log":"{\"x\":\"y\\u00`: `{"a":1,"log":"{\"x\":\"y\\u00"}`,
		`{"log":"ab\u00`:                `{"log":"ab"}`,
		`{"log":"ab\ud83d\ude`:          `{"log":"ab"}`,
		`{"log":"ab\`:                   `{"log":"ab"}`,
		"{\"log\":\"ab\xc3":             `{"log":"ab"}`,
		"{\"log\":\"ab\ncd\"}":          `{"log":"ab"}`,
		`{"a":tru`:                      `{}`,
		`{"a":true`:                     `{"a":true}`,
		`{"a":1 x`:                      `{"a":1}`,
		`{"a":1}}`:                      `{"a":1}`,
		`[[[`:                           `[[[]]]`,
		`{"a":[{"b":{`:                  `{"a":[{"b":{}}]}`,
	} {
		if got, _, ok := repair(in); !ok || got.text != want {
			t.Errorf("%s: got %s, want %s", in, got.text, want)
		}
	}
	for _, in := range []string{"", " ", "x", "}", "tru"} {
		if got, _, ok := repair(in); ok {
			t.Errorf("%q: got %q", in, got.text)
		}
	}
}

func TestArenaKeepsWhatItGaveOut(t *testing.T) {
	var a arena
	long := strings.Repeat(`a\n`, arenaBlock/2)
	one, two := a.unescape(`x\ty`), a.unescape(long)
	three := a.unescape(`\u00e9`)
	if one != "x\ty" || two != strings.Repeat("a\n", arenaBlock/2) || three != "é" {
		t.Errorf("got %q, %d bytes, %q", one, len(two), three)
	}
	if plain := a.unescape("plain"); plain != "plain" {
		t.Errorf("got %q", plain)
	}
}
