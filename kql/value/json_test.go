package value

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONNumbers(t *testing.T) {
	for in, want := range map[string]Value{
		"0": LongOf(0), "-0": LongOf(0), "9223372036854775807": LongOf(math.MaxInt64), "-9223372036854775808": LongOf(math.MinInt64),
		"9223372036854775808": RealOf(9223372036854775808), "118.0": RealOf(118), "1e2": RealOf(100), "-1.5E-3": RealOf(-0.0015),
		"18446744073709551616000": RealOf(18446744073709551616000), "1e999": RealOf(math.Inf(1)),
	} {
		got, ok := ParseJSON(in)
		if !ok || got != DynamicOf(want) {
			t.Errorf("ParseJSON(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestNotJSON(t *testing.T) {
	for _, in := range []string{
		"", " ", "{", "[1,]", "{,}", `{"a":1,}`, "01", "1.", ".5", "+1", "tru", "nul", "nan", `"a`, "\"\n\"", `"\x"`, `"\u12"`,
		"[1 2]", `{"a" 1}`, "{a:1}", "[1}", `{"a":}`, "1 2", "[]]", `{'a':1}`, "-", "1e", strings.Repeat("[", 200_000),
	} {
		if v, ok := ParseJSON(in); ok {
			t.Errorf("ParseJSON(%.20q) = %v, want no value", in, v)
		}
	}
}

func TestDeepJSON(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat("]}", n/2) }
	v, ok := ParseJSON(deep(MaxDepth))
	if !ok || string(AppendJSON(nil, v)) != deep(MaxDepth) {
		t.Error("JSON as deep as is allowed is not read back")
	}
	if _, ok := ParseJSON(deep(MaxDepth + 2)); ok {
		t.Error("JSON deeper than is allowed is read")
	}
	// Text that nobody checked must not overflow the stack either.
	unchecked := JSONOf(strings.Repeat("[", 2_000_000))
	if got := unchecked.Resolve().Own().String(); len(got) > 4*MaxDepth {
		t.Errorf("%d bytes of unchecked nesting", len(got))
	}
}

func TestJSONAccess(t *testing.T) {
	const text = ` {"a": 1, "b" : {"c":[10, 20 ,{"d":"e\u0041\n"}]}, "x\"y": true, "n":null, "s":"plain", "dup":1, "dup":{"z":2}, "empty":{}, "none":[] } `
	lazy, ok := LazyJSON(text)
	if !ok {
		t.Fatal("the text is valid")
	}
	for _, v := range []Value{lazy, lazy.Resolve()} {
		for path, want := range map[string]string{
			"a": "1", "b": `{"c":[10,20,{"d":"eA\n"}]}`, "b.c.0": "10", "b.c.-1.d": "eA\n", "b.c.-4": "", "b.c.3": "",
			`x"y`: "true", "n": "", "s": "plain", "dup.z": "2", "missing": "", "a.b": "", "s.x": "", "empty": "{}", "none": "[]", "none.0": "",
		} {
			got := v
			for _, step := range strings.Split(path, ".") {
				if i, err := strconv.Atoi(step); err == nil {
					got = got.At(i)
				} else {
					got = got.Get(step)
				}
			}
			if got.String() != want || got.Type() != Dynamic {
				t.Errorf("%v at %q is %q of type %s, want %q", v.Kind(), path, got, got.Type(), want)
			}
		}
		if keys := v.Keys(); !reflect.DeepEqual(keys, []string{"a", "b", `x"y`, "n", "s", "dup", "empty", "none"}) || v.Len() != len(keys) {
			t.Errorf("keys of %v are %q, length %d", v.Kind(), keys, v.Len())
		}
		if !v.Has("n") || v.Has("N") || v.Has("zz") {
			t.Errorf("Has of %v is wrong", v.Kind())
		}
	}
}

func TestFindingAllocatesNothing(t *testing.T) {
	v := JSONOf(`{"kind":"Event","user":{"username":"ann","groups":["a","b"]},"verb":"get","requestObject":{"spec":{"x":1}}}`)
	n := testing.AllocsPerRun(100, func() {
		if v.Get("user").Get("username").Str() != "ann" || v.Get("user").Get("groups").At(-1).Str() != "b" || v.Get("requestObject").Kind() != JSON {
			t.Fatal("wrong member")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// FuzzParseJSON holds the parser against encoding/json, which replaces bytes
// that are not UTF-8 and knows no limit of ours on depth.
func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9\ud83d\ude00"],"b":{"c":null}}`, `[true,false,"\ud800"]`, " 1e5 ", `{"a":1,"a":2}`, `"\/\b"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := ParseJSON(s)
		if want := json.Valid([]byte(s)); ok != want && strings.Count(s, "[")+strings.Count(s, "{") < MaxDepth {
			t.Fatalf("ParseJSON(%q) is %v, encoding/json says %v", s, ok, want)
		}
		if !ok || !utf8.ValidString(s) {
			return
		}
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var want, got any
		if err := d.Decode(&want); err != nil {
			return // a number out of range
		}
		out := AppendJSON(nil, v)
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%q is written %q: %v", s, out, err)
		}
		if !likeJSON(want, got) {
			t.Fatalf("%q is read as %q", s, out)
		}
	})
}

// likeJSON compares a value with exact numbers to one with real numbers.
func likeJSON(want, got any) bool {
	switch w := want.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(w), 64)
		if err != nil { // beyond what a real holds: written as text
			return true
		}
		return got == f
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !likeJSON(w[i], g[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if !likeJSON(w[k], g[k]) {
				return false
			}
		}
		return true
	}
	return want == got
}

// FuzzAccess holds the search in text against the parsed tree.
func FuzzAccess(f *testing.F) {
	f.Add(`{"a":{"b":[1,"x"]},"a\u0062":2}`, "ab", 1)
	f.Add(`[[1,2],{"k":"v"}]`, "k", -1)
	f.Add(`{"k":1.50,"\u0041":"\n\/","k":2,"z":[1E5,-0,0.1,"\u001f"]}`, "k", 2)
	f.Fuzz(func(t *testing.T, s, key string, i int) {
		lazy, ok := LazyJSON(s)
		if !ok {
			// Text that is not JSON must still end.
			JSONOf(s).Get(key).At(i)
			JSONOf(s).Resolve()
			JSONOf(s).Keys()
			return
		}
		tree, _ := ParseJSON(s)
		sameAccess(t, lazy, tree, key, i, 0)
	})
}

func sameAccess(t *testing.T, lazy, tree Value, key string, i, depth int) {
	t.Helper()
	if got, want := string(AppendJSON(nil, lazy)), string(AppendJSON(nil, tree)); got != want {
		t.Fatalf("text gives %s, tree %s", got, want)
	}
	if lazy.Len() != tree.Len() || lazy.IsArray() != tree.IsArray() || lazy.IsBag() != tree.IsBag() || lazy.Has(key) != tree.Has(key) {
		t.Fatalf("text and tree differ in shape: %s", lazy)
	}
	if Compare(lazy, tree) != 0 || string(lazy.GroupKey(nil)) != string(tree.GroupKey(nil)) {
		t.Fatalf("text and tree are not equal: %s", lazy)
	}
	if depth > 50 || tree.IsNull() {
		return
	}
	sameAccess(t, lazy.Get(key), tree.Get(key), key, i, depth+1)
	sameAccess(t, lazy.At(i), tree.At(i), key, i, depth+1)
	keys, elems := lazy.Members()
	for n, k := range keys {
		if Compare(elems[n], tree.Get(k)) != 0 {
			t.Fatalf("member %q differs", k)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	v := JSONOf(auditEvent)
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if v.Get("user").Get("username").Str() != "system:serviceaccount:kube-system:generic-garbage-collector" {
			b.Fatal("wrong member")
		}
	}
}

func BenchmarkValidJSON(b *testing.B) {
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if !ValidJSON(auditEvent) {
			b.Fatal("the event is valid")
		}
	}
}

func BenchmarkJSONText(b *testing.B) {
	v := JSONOf(auditEvent)
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if len(v.String()) != len(auditEvent) {
			b.Fatal("the event is compact")
		}
	}
}

func BenchmarkParseJSON(b *testing.B) {
	b.SetBytes(int64(len(auditEvent)))
	for b.Loop() {
		if _, ok := ParseJSON(auditEvent); !ok {
			b.Fatal("the event is valid")
		}
	}
}

const auditEvent = `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"0f4c2a3e-9f5f-4f0b-8a0b-6f1b2c3d4e5f","stage":"ResponseComplete","requestURI":"/apis/apps/v1/namespaces/default/replicasets/web-5d4f8c7b9?limit=500","verb":"delete","user":{"username":"system:serviceaccount:kube-system:generic-garbage-collector","uid":"c0ffee00-1111-2222-3333-444455556666","groups":["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]},"sourceIPs":["172.18.0.2"],"userAgent":"kube-controller-manager/v1.31.0 (linux/amd64) kubernetes/9edcffc/system:serviceaccount:kube-system:generic-garbage-collector","objectRef":{"resource":"replicasets","namespace":"default","name":"web-5d4f8c7b9","apiGroup":"apps","apiVersion":"v1"},"responseStatus":{"metadata":{},"status":"Success","details":{"name":"web-5d4f8c7b9","group":"apps","kind":"replicasets","uid":"1b2c3d4e-0000-1111-2222-333344445555"},"code":200},"requestReceivedTimestamp":"2026-11-20T10:00:00.000001Z","stageTimestamp":"2026-11-20T10:00:00.012345Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"system:controller:generic-garbage-collector\" of ClusterRole \"system:controller:generic-garbage-collector\" to ServiceAccount \"generic-garbage-collector/kube-system\""}}`

func TestGetPathIsGetAfterGet(t *testing.T) {
	texts := []string{
		`{"a":{"b":{"c":1}}}`, `{"a":{"b":1},"a":{"b":2}}`, `{"a":{"b":1},"a":3}`, `{"a":3,"a":{"b":1}}`, `{"a":{"b":1},"a":{"c":2}}`,
		`{"a":{"b":{"c":1},"b":{"d":2}}}`, `{ "a" : { "b" : "x" } , "z" : [1,{"a":{"b":2}}] }`, `{"\u0061":{"b":1}}`, `{"a":{}}`, `{}`, `[{"a":{"b":1}}]`,
		`{"a":{"b":"}\"{"},"c":{"b":2}}`, `{"a":{"x":"{","b":[{"b":1}]}}`, `{"a":{"b":1}`, `{"a":`, `{"a":{"b":`,
	}
	for _, text := range texts {
		for _, path := range [][]string{{"a"}, {"a", "b"}, {"a", "b", "c"}, {"z"}, {"a", "c"}} {
			v := JSONOf(text)
			want := v
			for _, key := range path {
				want = want.Get(key)
			}
			if got := v.GetPath(path); string(AppendCanonical(nil, got)) != string(AppendCanonical(nil, want)) {
				t.Errorf("%s %v: %s, want %s", text, path, AppendCanonical(nil, got), AppendCanonical(nil, want))
			}
			if got := v.Resolve().GetPath(path); string(AppendCanonical(nil, got)) != string(AppendCanonical(nil, want)) {
				t.Errorf("%s %v, parsed: %s, want %s", text, path, AppendCanonical(nil, got), AppendCanonical(nil, want))
			}
		}
	}
}

func FuzzGetPath(f *testing.F) {
	f.Add(`{"a":{"b":1},"a":{"b":"\\u0061"}}`, "a", "b")
	f.Fuzz(func(t *testing.T, text, one, other string) {
		v, ok := LazyJSON(text)
		if !ok {
			t.Skip()
		}
		want := v.Get(one).Get(other)
		if got := v.GetPath([]string{one, other}); string(AppendCanonical(nil, got)) != string(AppendCanonical(nil, want)) {
			t.Errorf("%s .%q.%q: %s, want %s", text, one, other, AppendCanonical(nil, got), AppendCanonical(nil, want))
		}
	})
}

func TestEachDifferingMember(t *testing.T) {
	for _, c := range []struct {
		old, now, want string
		ok             bool
	}{
		{`{}`, `{}`, "", true},
		{`{"a":1,"b":{"c":[1,2]},"d":"x"}`, `{"a":1,"b":{"c":[1,2]},"d":"x"}`, "", true},
		{`{"a":1,"b":{"c":[1,2]},"d":"x"}`, `{"a":12,"b":{"c":[1]},"d":"x"}`, `a 1 12; b {"c":[1,2]} {"c":[1]}; `, true},
		{`{"a":12}`, `{"a":1}`, `a 12 1; `, true},
		{`{"a" : 1 , "b":2}`, `{"a":1,"b":3}`, `b 2 3; `, true},
		{`{"a":"x\""}`, `{"a":"x"}`, `a x" x; `, true},
		{`{"a":1}`, `{"a":1,"b":2}`, "", false},
		{`{"a":1,"b":2}`, `{"a":1}`, "", false},
		{`{"a":1,"b":2}`, `{"b":2,"a":1}`, "", false},
		{`{"a":1,"a":2}`, `{"a":1,"a":2}`, "", false},
		{`{"\u0061":1}`, `{"\u0061":1}`, "", false},
		{`[1]`, `[1]`, "", false},
	} {
		got := ""
		ok := EachDiffering(JSONOf(c.old), JSONOf(c.now), func(name string, old, now Value) {
			got += name + " " + old.String() + " " + now.String() + "; "
		})
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s, %s: %q, %v", c.old, c.now, got, ok)
		}
	}
}

// TestPick: several names are found as one by one, the last of a name.
func TestPick(t *testing.T) {
	names := []string{"a", "b", "none", "c"}
	for _, text := range []string{
		`{}`, `{"a":1}`, `{"b":{"a":2},"a":[1,"a"],"c":null}`, `{"a":1,"\u0061":2}`, `{"c":1,"b":2,"c":3}`, `["a","b"]`,
	} {
		lazy, _ := LazyJSON(text)
		for _, v := range []Value{lazy, lazy.Resolve(), StringOf("a"), NullOf(Dynamic)} {
			found := make([]Value, len(names))
			v.Pick(names, found)
			for i, name := range names {
				if want := v.Get(name); found[i].Kind() != want.Kind() || found[i].String() != want.String() {
					t.Errorf("%s: %s is %s, want %s", text, name, found[i], want)
				}
			}
		}
	}
}
