package decode

import (
	"strings"
	"testing"
)

func TestVersionsAreBounded(t *testing.T) {
	v := newVersions()
	key := func(i int) versionKey { return versionKey{uint64(i), uint64(i)} }
	for i := range maxVersions + 100 {
		v.put(key(i), "text")
		v.get(key(0)) // in use: stays
	}
	if len(v.byKey) != maxVersions || len(v.list) != maxVersions+1 {
		t.Errorf("%d keys, %d places", len(v.byKey), len(v.list))
	}
	if v.get(key(0)) != "text" || v.get(key(1)) != "" || v.get(key(maxVersions+99)) != "text" {
		t.Error("the wrong ones went")
	}
	big := strings.Repeat("x", maxVersionBytes/20)
	for i := range 100 {
		v.put(key(-i), big)
	}
	if v.bytes > maxVersionBytes || v.get(key(-99)) != big {
		t.Errorf("%d bytes", v.bytes)
	}
	v.put(key(1e9), strings.Repeat("x", maxVersionBytes/10))
	if v.has(key(1e9)) {
		t.Error("one object fills the cache")
	}
	for key := range v.byKey {
		v.drop(key)
	}
	if v.bytes != 0 || v.list[0].next != 0 || v.list[0].last != 0 {
		t.Errorf("%d bytes left", v.bytes)
	}
}

func TestVersionsUseTheirMemoryAgain(t *testing.T) {
	v := newVersions()
	text := strings.Repeat("x", 5000)
	r := ref{resource: "pods", namespace: "a", name: "b"}
	v.put(v.keyOf("c", &r), text)
	if n := testing.AllocsPerRun(100, func() {
		v.put(v.keyOf("c", &r), text)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestVersionKeysTellObjectsApart(t *testing.T) {
	v, seen := newVersions(), map[versionKey]bool{}
	for _, r := range []ref{
		{}, {group: "a"}, {resource: "a"}, {namespace: "a"}, {name: "a"}, {group: "a", resource: "b"}, {group: "ab"}, {resource: "ab"},
		{namespace: "a", name: "b"}, {namespace: "b", name: "a"},
	} {
		for _, cluster := range []string{"", "a"} {
			key := v.keyOf(cluster, &r)
			if seen[key] {
				t.Errorf("%+v of %q has another's key", r, cluster)
			}
			seen[key] = true
		}
	}
}

// A state remembers keys: they must stay what they were.
func TestKeysOfVersions(t *testing.T) {
	v := newVersions()
	r := ref{group: "apps", version: "v1", resource: "deployments", namespace: "shop", name: "web"}
	var want versionKey
	for i := range want {
		for _, part := range [...]string{"cluster", r.group, r.resource, r.namespace, r.name} {
			want[i] = want[i]*0x9e3779b97f4a7c15 + v.seeds[i].text(part)
		}
	}
	if got := v.keyOf("cluster", &r); got != want {
		t.Errorf("the key is %x, not %x", got, want)
	}
}
