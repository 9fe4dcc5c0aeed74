package decode

import (
	"encoding/json"
	"slices"
	"testing"
)

// What counts of a body is where the words stand that columns are made of.
func TestWordsThatCountInBodies(t *testing.T) {
	w := &bodyWords{needs: make([]wordSet, 1), rules: make([]uint64, 1)}
	w.applied = w.bit("kind") | w.bit("apiVersion")
	image, slash := w.bit("image"), w.bit("kubernetes.io/config.mirror")
	const spec = `{"spec":{"image":"a"}}`
	for _, c := range []struct {
		name, verb, request, response string
		word                          uint64
		either, change, newPod        bool
	}{
		{"in no body", "patch", `{"spec":{"images":"image"}}`, `{}`, image, false, false, false},
		{"in the request", "patch", spec, `{}`, image, true, true, true},
		{"in the answer to a patch", "patch", `{"spec":{}}`, spec, image, true, false, false},
		{"in the answer to an apply", "patch", `{"kind":"Pod","apiVersion":"v1"}`, spec, image, true, true, false},
		{"in the answer to an update", "update", `{}`, spec, image, true, true, false},
		{"in the answer, without a request", "update", ``, spec, image, true, true, true},
		{"among the fields of a manager", "patch", `{"f:spec":{"k:{\"uid\":\"image\"}":{}}}`, ``, image, false, false, false},
		{"behind such fields", "patch", `{"k:{\"uid\":\"1\"}":{},"image":1}`, ``, image, true, true, true},
		{"a letter as a number", "patch", `{"im\u0061ge":1}`, ``, image, true, true, true},
		{"a value with such a letter", "patch", `{"a":"\u003cimage\u003e","im\\age":"x:"}`, ``, image, false, false, false},
		{"a word of a letter", "patch", `{"a":"image","x":"image:","":1}`, ``, image, false, false, false},
		{"a slash with an escape", "patch", `{"kubernetes.io\/config.mirror":1}`, ``, slash, true, true, true},
		{"a JSON patch", "patch", `[{"op":"add"}]`, ``, image, true, true, true},
	} {
		text := `{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"` + c.verb + `"`
		if c.request != "" {
			text += `,"requestObject":` + c.request
		}
		if c.response != "" {
			text += `,"responseObject":` + c.response
		}
		text += `}`
		var it item
		var k skeleton
		if end, ok := k.Read(text); !ok || end != len(text) || !it.read(text, &k, nil) {
			t.Fatalf("%s: not seen: %s", c.name, text)
		}
		got := w.in(&it, new(bodyMemory), allWords)
		if got.either&c.word != 0 != c.either || got.change&c.word != 0 != c.change || got.newPod&c.word != 0 != c.newPod {
			t.Errorf("%s: either %v, change %v, new %v", c.name, got.either&c.word != 0, got.change&c.word != 0, got.newPod&c.word != 0)
		}
	}
	if w.bit(`a"b`) != otherWords {
		t.Error(`a word that is written with an escape has a bit of its own`)
	}
}

// A deed that tells of no pods makes columns of pods say nothing.
func TestDeedsThatTellOfPods(t *testing.T) {
	for _, c := range []struct {
		verb, resource, sub string
		pod, isNew          bool
	}{
		{"create", "pods", "", true, true}, {"get", "pods", "", true, false}, {"delete", "pods", "", false, false},
		{"patch", "pods", "status", false, false}, {"patch", "pods", "ephemeralcontainers", true, true},
		{"update", "things", "", true, true}, {"create", "", "", false, false},
	} {
		rec := &record{in: &Ledger{}, facts: &facts{}}
		rec.event.text = `{"verb":"` + c.verb + `","objectRef":{"resource":"` + c.resource + `","subresource":"` + c.sub + `"}}`
		members, _ := scanObject(rec.event.text, 0, nil)
		rec.event.set(members)
		if got := rec.mayTell(); got.pod != 0 != c.pod || got.newPod != 0 != c.isNew || got.either == 0 || got.change == 0 {
			t.Errorf("%s %s/%s: tells %x", c.verb, c.resource, c.sub, got)
		}
	}
}

// FuzzWords: no key of a body is overlooked that encoding/json finds there.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		`{"a":1}`, `{"image":{"im\u0061ge2":[{"k" : 1}]}}`, `{"x":"\\u","kubernetes.io\/config.mirror":2}`, `{"x":"\u003ca","image":"\\"}`, `{"":{"i":1}}`, `{":1}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := &bodyWords{}
		for _, word := range []string{"i", "image", "image2", "kubernetes.io/config.mirror", "k"} {
			w.bit(word)
		}
		found := w.keys(body, ^uint64(0), new(names))
		var tree map[string]any
		if json.Unmarshal([]byte(body), &tree) == nil {
			needKeys(t, w, tree, found)
		}
	})
}

func needKeys(t *testing.T, w *bodyWords, tree any, found uint64) {
	switch x := tree.(type) {
	case map[string]any:
		for key, value := range x {
			if i := slices.Index(w.names, key); i >= 0 && found&(1<<i) == 0 {
				t.Fatalf("the key %q is not found", key)
			}
			needKeys(t, w, value, found)
		}
	case []any:
		for _, value := range x {
			needKeys(t, w, value, found)
		}
	}
}
