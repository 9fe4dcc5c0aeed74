package decode

import (
	"fmt"
	"strings"
	"testing"
)

func TestVersionsAreBounded(t *testing.T) {
	v := newVersions()
	for i := range maxVersions + 100 {
		v.put(fmt.Sprint(i), "text")
		v.get("0") // in use: stays
	}
	if v.used.Len() != maxVersions || len(v.byKey) != maxVersions {
		t.Errorf("%d versions, %d keys", v.used.Len(), len(v.byKey))
	}
	if v.get("0") != "text" || v.get("1") != "" || v.get(fmt.Sprint(maxVersions+99)) != "text" {
		t.Error("the wrong ones went")
	}
	big := strings.Repeat("x", maxVersionBytes/20)
	for i := range 100 {
		v.put(fmt.Sprint("big", i), big)
	}
	if v.bytes > maxVersionBytes {
		t.Errorf("%d bytes", v.bytes)
	}
	v.put("huge", strings.Repeat("x", maxVersionBytes/10))
	if v.get("huge") != "" {
		t.Error("one object fills the cache")
	}
	for key := range v.byKey {
		v.drop(key)
	}
	if v.bytes != 0 || v.used.Len() != 0 {
		t.Errorf("%d bytes in %d versions left", v.bytes, v.used.Len())
	}
}
