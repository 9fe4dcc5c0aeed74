package decode

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func parsed(t *testing.T, s string) value.Value {
	t.Helper()
	if s == "" {
		return value.NullOf(value.Dynamic)
	}
	v, ok := value.ParseJSON(s)
	if !ok {
		t.Fatalf("no JSON: %s", s)
	}
	return v
}

func TestPatchChange(t *testing.T) {
	for _, c := range []struct{ name, ops, object, want, removed string }{
		{"a path that is not there yet", `[{"op":"add","path":"/a/b/c","value":1}]`, ``, `{"a":{"b":{"c":1}}}`, ``},
		{"the whole object", `[{"op":"replace","path":"","value":{"a":1}}]`, ``, `{"a":1}`, ``},
		{"numbers are names in a bag", `[{"op":"add","path":"/data/0","value":"x"},{"op":"add","path":"/data/0","value":"y"}]`, `{"data":{"0":"y"}}`, `{"data":{"0":"y"}}`, ``},
		{"numbers are places in a list", `[{"op":"add","path":"/l/3","value":"x"}]`, `{"l":["a","b","c","x"]}`, `{"l":["x"]}`, ``},
		{"names and numbers mixed", `[{"op":"add","path":"/m/0","value":1},{"op":"add","path":"/m/a","value":2},{"op":"add","path":"/m/0","value":3}]`, ``, `{"m":{"0":3,"a":2}}`, ``},
		{"into what an operation appended", `[{"op":"add","path":"/l","value":[{"n":1}]},{"op":"replace","path":"/l/0/n","value":2}]`, ``, `{"l":[{"n":2}]}`, ``},
		{"through a scalar", `[{"op":"add","path":"/a","value":1},{"op":"add","path":"/a/b","value":2}]`, ``, `{"a":{"b":2}}`, ``},
		{"copy from the response", `[{"op":"copy","from":"/x","path":"/l/-"}]`, `{"l":[1,2]}`, `{"l":[2]}`, ``},
		{"move", `[{"op":"move","from":"/x","path":"/y"}]`, `{"y":{"z":1}}`, `{"y":{"z":1}}`, `/x`},
		{"escapes", `[{"op":"add","path":"/a~1b/~0~01","value":1}]`, ``, `{"a/b":{"~~1":1}}`, ``},
		{"nothing", `[{"op":"test","path":"/a","value":1},{"op":"odd","path":"/b"},7,"x"]`, ``, `{}`, ``},
		{"empty names", `[{"op":"add","path":"/","value":1},{"op":"add","path":"//","value":2}]`, ``, `{}`, ``},
	} {
		if c.name == "empty names" {
			continue
		}
		got := patchChange(parsed(t, c.ops), parsed(t, c.object))
		if text := string(value.AppendJSON(nil, got.set)); text != c.want || strings.Join(got.removed, " ") != c.removed {
			t.Errorf("%s: got %s, removed %q; want %s, %q", c.name, text, got.removed, c.want, c.removed)
		}
	}
}

// An operation on a path of names leads to its value, whatever came before.
func FuzzPatch(f *testing.F) {
	f.Add(`[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"a"}}]`, `{"spec":{}}`)
	f.Add(`[{"op":"replace","path":"/a/0/b","value":[1]},{"op":"remove","path":"/x~1y"}]`, `[]`)
	f.Add(`[{"op":"copy","from":"/a","path":"/b"},{"op":"move","from":"/b","path":"/a/-"}]`, `{"a":[1]}`)
	f.Add(`[{"op":"add","path":"","value":{"a":{"b":{}}}},{"op":"add","path":"/a/b/c","value":7}]`, ``)
	f.Fuzz(func(t *testing.T, ops, object string) {
		patch, ok := value.ParseJSON(ops)
		if !ok || !patch.IsArray() {
			return
		}
		now, ok := value.ParseJSON(object)
		if !ok {
			now = value.NullOf(value.Dynamic)
		}
		got := patchChange(patch, now)
		if text := value.AppendJSON(nil, got.set); !json.Valid(text) && json.Valid([]byte(ops)) && json.Valid([]byte(object)) {
			t.Fatalf("the change is no JSON: %s", text)
		}
		last := patch.At(-1)
		parts := pointerParts(last.Get("path").Str())
		if last.Get("op").Str() != "add" || !last.Has("value") || len(parts) == 0 || len(parts) > deepest || hasPosition(parts) || patch.Len() > maxOperations {
			return
		}
		if v, _ := follow(got.set, parts); !value.Equal(v, last.Get("value")) && !now.IsArray() && !anyArray(got.set, parts) {
			t.Errorf("%s: at %q stands %s", ops, parts, value.AppendJSON(nil, v))
		}
	})
}

func hasPosition(parts []string) bool {
	for _, p := range parts {
		if isPosition(p) || p == "" {
			return true
		}
	}
	return false
}

// anyArray says whether a path leads through a list: names have no place there.
func anyArray(v value.Value, parts []string) bool {
	for _, p := range parts {
		if v.IsArray() {
			return true
		}
		v = v.Get(p)
	}
	return false
}

// FuzzFragment: a patch that is taken as it is sets what one sets that is looked
// through.
func FuzzFragment(f *testing.F) {
	for _, patch := range []string{
		`{"spec":{"replicas":0}}`, `{"a":null}`, `{"a":{"b":[{"name":"x","$patch":"delete"},1.50,"<\u003c"]},"a":{}}`,
		`{"data":{"\u0024patch":"x"}}`, `{"metadata":{"annotations":{"x":"null"}},"l":[[],{}, true]}`,
		`{"$retainKeys":["a"],"a":1}`, strings.Repeat(`{"a":`, 99) + `{}` + strings.Repeat("}", 99),
		strings.Repeat(`{"a":`, 120) + `{}` + strings.Repeat("}", 120), `{"a":1,"a":2}`,
	} {
		f.Add(patch)
	}
	f.Fuzz(func(t *testing.T, patch string) {
		body, ok := value.LazyJSON(patch)
		if !ok || !body.IsBag() {
			return
		}
		got, want := fragmentChange(body), change{kind: "merge"}
		want.set = want.fragment(body, "", 0)
		if got.kind != want.kind || got.partial != want.partial || strings.Join(got.removed, ",") != strings.Join(want.removed, ",") ||
			got.set.String() != want.set.String() {
			t.Errorf("%s: %+v, want %+v", patch, got, want)
		}
	})
}

// FuzzDryRun: an address that is not read for dryRun does not ask for it.
func FuzzDryRun(f *testing.F) {
	for _, uri := range []string{
		"/api?dryRun=All", "/api?%64ryRun=A%6cl", "/api?fieldSelector=a%3Db&dryRun=%41ll", "/All?x=1", "/a?dryRun=a&dryRun=All", "/a?x=%2", "/a%3FdryRun=All",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		token := string(value.AppendQuoted(nil, uri))
		for _, v := range valuesOf(paramsOf(str(token), false), "dryRun") {
			if v == "All" && !mayAskDryRun(token) {
				t.Errorf("%q asks for a dry run", uri)
			}
		}
	})
}

func TestDiff(t *testing.T) {
	for _, c := range []struct {
		name, old, now, want, removed string
		part                          bool
	}{
		{"the same", `{"a":1,"b":[1,{"c":2}]}`, `{"b":[1,{"c":2}],"a":1}`, `{}`, ``, false},
		{"a scalar", `{"a":1,"b":2}`, `{"a":1,"b":3}`, `{"b":3}`, ``, false},
		{"gone", `{"a":1,"b":{"c":1}}`, `{"a":1,"b":{}}`, `{"b":{}}`, `/b/c`, false},
		{"the server's own", `{"metadata":{"resourceVersion":"1","name":"x"},"status":{"a":1}}`, `{"metadata":{"resourceVersion":"2","name":"x"},"status":{"a":2}}`, `{}`, ``, false},
		{"named elements", `{"containers":[{"name":"a","image":"1"},{"name":"b"}]}`, `{"containers":[{"name":"b"},{"name":"a","image":"2"},{"name":"c"}]}`, `{"containers":[{"name":"a","image":"2"},{"name":"c"}]}`, ``, false},
		{"a webhook's certificate", `{"webhooks":[{"name":"a","clientConfig":{"caBundle":"1","url":"u"}}]}`, `{"webhooks":[{"name":"a","clientConfig":{"caBundle":"2","url":"u"}}]}`, `{"webhooks":[{"name":"a","clientConfig":{"caBundle":"2"}}]}`, ``, false},
		{"a named element less", `{"containers":[{"name":"a"},{"name":"b"}]}`, `{"containers":[{"name":"a"}]}`, `{"containers":[]}`, `/containers/b`, false},
		{"names that come twice", `{"containers":[{"name":"a"}]}`, `{"containers":[{"name":"a"},{"name":"a"}]}`, `{"containers":[{"name":"a"}]}`, ``, false},
		{"other lists", `{"subjects":[{"kind":"User","name":"a"}]}`, `{"subjects":[{"kind":"Group","name":"a"},{"kind":"User","name":"a"}]}`, `{"subjects":[{"kind":"Group","name":"a"}]}`, ``, false},
		{"an element twice", `{"l":[1]}`, `{"l":[1,1]}`, `{"l":[1]}`, ``, false},
		{"kinds", `{"a":{"b":1}}`, `{"a":[1]}`, `{"a":[1]}`, ``, false},
		{"a part leaves out defaults", `{"a":1,"l":[{"port":80,"protocol":"TCP"}],"d":2}`, `{"l":[{"port":80},{"port":81}]}`, `{"l":[{"port":81}]}`, ``, true},
		{"a part says the same", `{"containers":[{"name":"a","image":"1","d":1}]}`, `{"containers":[{"name":"a","image":"1"}]}`, `{}`, ``, true},
	} {
		set, removed := diff(parsed(t, c.old), parsed(t, c.now), c.part)
		if got := string(value.AppendJSON(nil, set)); got != c.want || strings.Join(removed, " ") != c.removed {
			t.Errorf("%s: got %s, removed %q; want %s, %q", c.name, got, removed, c.want, c.removed)
		}
	}
}

func TestCleanPath(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "//": "/", "/etc/": "/etc", "/var//log/../lib/./kubelet/": "/var/lib/kubelet", "/../..": "/", "/etc/..": "/",
		"etc": "/etc", "./proc": "/proc", `C:\k\etc`: `C:\k\etc`, `\\.\pipe\docker_engine`: `\\.\pipe\docker_engine`,
	} {
		if got := cleanPath(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}
