package decode

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzUnescape holds it to encoding/json where that reads the text.
func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"", "plain", `a\"b`, `\\\\`, `{\"kind\":\"Event\",\"level\":\"Metadata\"}`, `\u00e9\ud83d\ude00\ud800x`, `\`, `1234567\`, `12345678\n`, `\q\u12`, "\u00e9\\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := []byte("kept")
		got := string(appendUnescaped(kept, s))
		if got[:4] != "kept" || len(got) > 4+len(s) {
			t.Fatalf("%q from %q", got, s)
		}
		if got = got[4:]; !strings.Contains(s, "\\") && got != s {
			t.Fatalf("%q from %q", got, s)
		}
		var want string
		if utf8.ValidString(s) && json.Unmarshal([]byte(`"`+s+`"`), &want) == nil && got != want {
			t.Fatalf("%q from %q, want %q", got, s, want)
		}
	})
}
