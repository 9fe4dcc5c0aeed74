package detect

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

func aBody() *held {
	n := 3
	h := &held{
		of:   &keptTable{columns: []int{1, 4}, at: []int{-1, 0, -1, -1, 1}},
		vals: []value.Value{value.StringOf("x"), value.LongOf(5)},
	}
	h.at.Store(&dogwatch.Evidence{Table: "T", AuditID: "a", Stage: "s", Time: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), Source: "f", Line: 9, Record: &n})
	return h
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
		all = append(all, &shelved{of: h.of.onShelf(s, nil), at: at, n: int32(len(b))})
	}
	if err := s.settle(); err != nil {
		t.Fatal(err)
	}
	for _, b := range all {
		e := b.evidence()
		if b.value(1).Str() != "x" || b.value(4).Int() != 5 || e.Compare(h.evidence()) != 0 || e.Source != "f" || *e.Record != 3 || !e.Time.Equal(h.evidence().Time) {
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

// A toldRow is a row that tells where it was read, and how often it was asked.
type toldRow struct {
	at    dogwatch.Evidence
	asked int
}

func (r *toldRow) Value(int) value.Value { return value.NullOf(value.DateTime) }
func (r *toldRow) Size() int             { return 0 }
func (r *toldRow) Evidence() dogwatch.Evidence {
	r.asked++
	return r.at
}

type toldRows []*toldRow

func (r toldRows) Value(row, col int) value.Value { return r[row].Value(col) }
func (r toldRows) Keep(row int) value.Row         { return r[row] }

// Where a row that is kept as it is was read is only worked out where it is asked for,
// and is what its batch says.
func TestRowsTellWhereTheyWereRead(t *testing.T) {
	in := batches([]request{{at: "08:00:00", user: "ann"}, {at: "09:00:00", user: "bob"}}, 2)[0]
	rows := toldRows{{at: in.Evidence(0)}, {at: in.Evidence(1)}}
	rows[1].at.Time = time.Time{} // then it is that of the row
	evidence := in.Evidence
	in.Evidence = func(row int) dogwatch.Evidence {
		e := evidence(row)
		e.Time = rows[row].at.Time
		return e
	}
	columns := make([]int, maxCopied+1)
	wide := &keptTable{name: "Requests", columns: columns}
	in.Rows = value.NewLazyBatch(2, len(columns), rows)
	s := newSource(in, world{}, nil)
	found := findings{passed: []passing{{row: 0}, {row: 1}}}
	wide.take(s, &found)
	for i, k := range found.kept {
		if rows[i].asked > 0 {
			t.Error("a row was asked where it was read before that was needed")
		}
		want := *s.at(i)
		if got := k.evidence(); got.Compare(want) != 0 || got.Time.IsZero() != want.Time.IsZero() {
			t.Errorf("a row was read at %v, not %v", got, want)
		}
		if k.evidence(); rows[i].asked != 1 {
			t.Errorf("a row was asked %d times where it was read", rows[i].asked)
		}
	}
}

// A row that is kept holds no memory of the rows that came with it, of which other
// windows let go.
func TestRowsThatAreKeptShareNoMemory(t *testing.T) {
	for _, columns := range [][]int{make([]int, maxCopied+1), {0, 1}} {
		in := batches([]request{{at: "08:00:00", user: "ann"}, {at: "09:00:00", user: "bob"}}, 2)[0]
		in.Rows = value.NewLazyBatch(2, len(columns), toldRows{{at: in.Evidence(0)}, {at: in.Evidence(1)}})
		found := findings{passed: []passing{{row: 0}, {row: 1}}}
		(&keptTable{name: "Requests", columns: columns}).take(newSource(in, world{}, nil), &found)
		first, second := found.kept[0].held, found.kept[1].held
		body, row, vals := weak.Make(second), weak.Pointer[toldRow]{}, weak.Pointer[value.Value]{}
		if second.row != nil {
			row = weak.Make(second.row.(*toldRow))
		} else {
			vals = weak.Make(&second.vals[0])
		}
		in, found, second = dogwatch.Batch{}, findings{}, nil
		runtime.GC()
		if body.Value() != nil || row.Value() != nil || vals.Value() != nil {
			t.Errorf("of %d columns, a row that nobody keeps stays with the one beside it", len(columns))
		}
		runtime.KeepAlive(first)
	}
}
