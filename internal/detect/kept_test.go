package detect

import (
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func aBody() *held {
	n := 3
	return &held{
		of:   &keptTable{columns: []int{1, 4}, at: []int{-1, 0, -1, -1, 1}},
		at:   dogwatch.Evidence{Table: "T", AuditID: "a", Stage: "s", Time: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), Source: "f", Line: 9, Record: &n},
		vals: []value.Value{value.StringOf("x"), value.LongOf(5)},
	}
}

func TestABodyIsReadAsItWasWritten(t *testing.T) {
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	h := aBody()
	var all []*shelved
	for range 30_000 { // more than a chunk
		b := h.append(nil)
		at, err := s.put(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &shelved{of: &shelfOf{h.of, s}, at: at, n: int32(len(b))})
	}
	if err := s.settle(); err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		e := b.evidence()
		if b.value(1).Str() != "x" || b.value(4).Int() != 5 || e.Compare(h.at) != 0 || e.Source != "f" || *e.Record != 3 || !e.Time.Equal(h.at.Time) {
			t.Fatalf("%v, %v, %v", b.value(1), b.value(4), e)
		}
	}
}

// Bytes that are no body are an error, whatever they are.
func FuzzReadBody(f *testing.F) {
	f.Add(aBody().append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := aBody().of.readBody(b); err == nil {
			h.append(nil)
		}
		for place := range 2 {
			if v, err := readValue(b, place); err == nil {
				v.AppendBinary(nil)
			}
		}
	})
}
