package decode

import (
	"slices"
	"strings"
	"testing"
)

// What was known by its number is known anew after all was forgotten.
func TestSifterForgets(t *testing.T) {
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	f, text := r.siftings.single, string(corpus(t, "attacks.ndjson"))
	text = strings.Join(strings.SplitAfterN(text, "\n", 500)[:499], "")
	look := func(text string) {
		c := &chunk{text: text, atEOF: true}
		if f.look(c); len(c.items) != strings.Count(text, "\n") {
			t.Fatalf("%d events were looked at", len(c.items))
		}
		for i := range c.items {
			it := &c.items[i]
			want, _ := f.callerKey(it)
			if got := f.caller.entries[it.caller].key; got != want {
				t.Fatalf("the caller of %s is %s", it.text, got)
			}
			if got := f.verdict.entries[it.verdict].key; got != it.raw(fAnnotations) {
				t.Fatalf("the annotations of %s are %s", it.text, got)
			}
			key := f.deedKey
			if it.isPathed() {
				key = f.addressKey
			}
			if got := f.deedOf(it.kindred.pathed).entries[it.kindred.deed].key; got != key(it) {
				t.Fatalf("the deed of %s is %s", it.text, got)
			}
		}
	}
	look(text)
	callers := len(f.caller.entries)
	f.caller.bytes = maxFactorBytes + 1
	last := text[strings.LastIndexByte(text[:len(text)-1], '\n')+1:]
	if look(last); len(f.caller.entries) != 1 || callers < 5 {
		t.Errorf("%d callers are known, %d were before", len(f.caller.entries), callers)
	}
	look(text)

	// An event in an envelope is seen before it is time to forget.
	r.ledger = &Ledger{}
	rec := &record{in: r.ledger, number: -1, shape: shapeEvent, seen: true, event: *r.glanceAt(strings.TrimSpace(last))}
	if r.enveloped[0].caller < 0 {
		t.Error("the caller is not known")
	}
	f.caller.bytes = maxFactorBytes + 1
	if it := &r.enveloped[0]; !r.siftRecord(rec) || it.caller != 0 || len(f.caller.entries) != 1 {
		t.Errorf("the caller is %d of %d", it.caller, len(f.caller.entries))
	}

	f.kindreds.count = maxKindreds + 1
	if look(text); f.kindreds.count < 20 || f.kindreds.count > 500 {
		t.Errorf("%d kindreds", f.kindreds.count)
	}
}

// A row of a part that was dropped says what it said before.
func TestRowsOfPartsAreDropped(t *testing.T) {
	r, err := NewReader(Options{Sieve: aSieve{}}, "KubeAudit")
	if err != nil {
		t.Fatal(err)
	}
	j := newJudges(r, aSieve{})
	verb := slices.IndexFunc(tableOf("KubeAudit").columns, func(c column) bool { return c.name == "Verb" })
	p := j.newJudged(part{members: `,"verb":"get"`})
	before := j.rowOfPart(p)
	if j.dropRows(); p.row.Load() != before || before.Value(verb).Str() != "get" {
		t.Fatalf("the row says %v", before.Value(verb))
	}
	for range maxDrawn {
		j.rowOfPart(j.newJudged(part{}))
	}
	if j.dropRows(); p.row.Load() != nil || len(j.drawn) != 0 {
		t.Fatalf("%d rows are left", len(j.drawn))
	}
	if after := j.rowOfPart(p); after == before || after.Value(verb).Str() != "get" {
		t.Errorf("the new row says %v", after.Value(verb))
	}
}
