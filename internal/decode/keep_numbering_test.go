package decode

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Keys are told apart that have the same slot, and the same part of them in it.
func TestNumbering(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var n numbering
	for range 3 {
		want := map[uint64]int{}
		for range 4 * (maxNumbers + maxKept) {
			key := r.Uint64N(64)<<58 | r.Uint64N(16)<<32 | r.Uint64N(4)<<16 | r.Uint64N(4)
			at, isNew := n.of(key)
			if was, ok := want[key]; ok == isNew || ok && was != at || isNew && at != len(want) {
				t.Fatalf("%x is %d (new: %v), and was %d (%v)", key, at, isNew, was, ok)
			}
			want[key] = at
		}
		if len(want) < maxNumbers {
			t.Fatalf("%d keys", len(want))
		}
		n.forget()
	}
}

// TestKeeperForgets reads more callers and objects than are remembered.
func TestKeeperForgets(t *testing.T) {
	const records = 3 * maxNumbers
	name := func(i int) string { return fmt.Sprintf("n%d", i*7919%20_011) }
	var lines strings.Builder
	for i := range records {
		fmt.Fprintf(&lines, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"%d","stage":"ResponseComplete","verb":"get",`, i)
		fmt.Fprintf(&lines, `"user":{"username":"u%d"},"sourceIPs":["%s"],"objectRef":{"resource":"pods","name":%q}}`+"\n", i/2, name(i), name(i))
	}
	k, err := NewKeeper(Options{}, Further{})
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	err = k.Read(t.Context(), "x", strings.NewReader(lines.String()), func(b *Kept) error {
		for i := range b.Records {
			want := map[string]string{"User": fmt.Sprintf("u%d", next/2), "ClientIP": name(next), "Name": name(next), "Verb": "get", "Resource": "pods"}
			for _, c := range b.Columns {
				if w, ok := want[c.Name]; ok && c.Dict[c.Codes[i]].Str() != w {
					t.Fatalf("%s of record %d is %q, want %q", c.Name, next, c.Dict[c.Codes[i]].Str(), w)
				}
			}
			next++
		}
		return nil
	})
	if err != nil || next != records {
		t.Fatalf("%d records: %v", next, err)
	}
	for _, f := range k.families {
		if n := len(f.known.list); n > maxNumbers+maxKept {
			t.Errorf("%d are remembered", n)
		}
	}
}
