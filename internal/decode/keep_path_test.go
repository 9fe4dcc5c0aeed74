package decode

import (
	"testing"

	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func TestKeptPath(t *testing.T) {
	for _, c := range []struct {
		path Path
		want string
	}{
		{Path{"Record", []string{"requestObject", "spec", "hostPID"}}, "Record.requestObject.spec.hostPID"},
		{Path{"Annotations", []string{"a.b/c", `x"y`}}, `Annotations["a.b/c"]["x\"y"]`},
		{Path{"Record", nil}, ""}, {Path{"Record", []string{""}}, ""},
		{Path{"User", []string{"a"}}, ""}, {Path{"Change", []string{"a"}}, ""},
	} {
		if got := KeptPath(c.path); got != c.want {
			t.Errorf("%v: %q, want %q", c.path, got, c.want)
		}
	}
}

// TestMemberText checks what is kept of a path x.y; "?" is what is not known.
func TestMemberText(t *testing.T) {
	for json, want := range map[string]string{
		`{"x":{"y":"A b"}}`: "A b", `{"x":{"y":true}}`: "true", `{"x":{"y":7}}`: "7", `{"x":{"y":-7}}`: "-7", `{"x":{"y":1e3}}`: "1000",
		`{"x":{"y":"7"}}`: "7", `{"x":{"y":"007"}}`: "007",
		`{}`: "", `{"x":null}`: "", `{"x":{"y":null}}`: "", `{"x":{"y":""}}`: "", `{"x":1}`: "", `{"x":"text"}`: "", `7`: "",
		`{"x":{"y":1.5}}`: "?", `{"x":{"y":1e300}}`: "?", `{"x":{"y":12345678901234567890}}`: "?",
		`{"x":{"y":"1.0"}}`: "?", `{"x":{"y":"+1"}}`: "?", `{"x":{"y":" 1"}}`: "?", `{"x":{"y":"1e3"}}`: "?",
		`{"x":{"y":[1]}}`: "?", `{"x":{"y":{}}}`: "?", `{"x":[{"y":1}]}`: "?", `[{"x":{"y":1}}]`: "?",
		`{"x":"{\"y\":1}"}`: "?", `{"x":{"y":"[1]"}}`: "?", `{"x":{"y":" {}"}}`: "?",
	} {
		v, ok := value.LazyJSON(json)
		if !ok {
			t.Fatal(json)
		}
		got := "?"
		if m := memberText(v, []string{"x", "y"}); !m.IsNull() {
			got = m.Str()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", json, got, want)
		}
	}
}
