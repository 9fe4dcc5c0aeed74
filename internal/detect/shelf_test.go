package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dogwatch-dev/dogwatch"
	"github.com/dogwatch-dev/dogwatch/kql/value"
)

// A row that another rule keeps too counts little in what a rule's window takes,
// but stays in memory as long as the rule keeps it there.
func TestSharedRowsArePutOnDisk(t *testing.T) {
	shared := &unit{window: &window{mem: 5000, resident: 10}}
	few := &unit{window: &window{mem: 50, resident: 50}}
	alone := &unit{window: &window{mem: 6000, resident: 6000}}
	e := &Engine{units: []*unit{shared, few, alone, {}}}
	e.opt.Resident = 6400
	if got, want := e.largest(), []*unit{alone, shared}; !slices.Equal(got, want) {
		t.Errorf("%d rules' rows are put on disk, want those of two", len(got))
	}
}

// The more rules count, the more rows lie in memory before any are put on disk.
func TestManyRulesKeepMoreInMemory(t *testing.T) {
	counts := compile(t, "Requests | summarize n = count() by User", func(r *dogwatch.Rule) { r.Period = time.Hour })
	plain := compile(t, "Requests", nil)
	for _, c := range []struct {
		counting int
		want     int64
	}{{1, 12 << 20}, {64, 12 << 20}, {200, 200 * 192 << 10}} {
		rules := slices.Concat(slices.Repeat([]*dogwatch.Rule{counts}, c.counting), slices.Repeat([]*dogwatch.Rule{plain}, 200))
		if e := New(rules, Options{Catalog: world{}}); e.opt.Resident != c.want || e.shelveAt != c.want {
			t.Errorf("%d rules that count keep %d bytes in memory, want %d", c.counting, e.opt.Resident, c.want)
		}
	}
}

// What several windows keep of a row lies in memory once, and on disk once.
func TestWindowsShareWhatTheyKeep(t *testing.T) {
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	kept := keptTables{}
	schema := value.Schema{{Name: "Text", Type: value.String}, {Name: "Number", Type: value.Long}}
	same := []*window{{}, {}}
	for _, w := range same {
		w.tables = map[string]*keptTable{"T": kept.table("T", schema, []int{0})}
	}
	other := &window{tables: map[string]*keptTable{"T": kept.table("T", schema, []int{0, 1})}}
	rows := value.NewBatch(2, []value.Column{
		value.ColumnOf([]value.Value{value.StringOf(strings.Repeat("a", 1000)), value.StringOf(strings.Repeat("b", 1000))}),
		value.ColumnOf([]value.Value{value.LongOf(1), value.LongOf(2)}),
	})
	all := newSource(dogwatch.Batch{Table: "T", Rows: rows, Evidence: func(int) dogwatch.Evidence { return dogwatch.Evidence{} }}, world{}, nil)
	keep := func(w *window, rows ...int32) {
		var found findings
		for _, row := range rows {
			found.passed = append(found.passed, passing{row: row})
		}
		w.tables["T"].take(all, &found)
		w.add(found.kept, &RuleStats{})
	}
	for _, w := range append(same, other) {
		w.maxRows, w.maxMem = 10, 1<<20
	}
	keep(same[0], 0)
	keep(same[1], 0, 1)
	keep(other, 1)
	if same[0].rows[0].held != same[1].rows[0].held || same[1].rows[1].held == other.rows[0].held {
		t.Fatal("windows share what they do not both keep, or do not share what they do")
	}
	if n := same[1].resident; n < 1000 || n > 1800 || other.resident < 1000 {
		t.Errorf("a row that is kept twice and one that is not take %d bytes more, another window's %d", n, other.resident)
	}
	var stats [2]RuleStats
	for i, w := range same {
		if _, err := w.shelve(s, &stats[i]); err != nil {
			t.Fatal(err)
		}
	}
	if stats[0].Shelved < 1000 || stats[1].Shelved < 1000 || stats[1].Shelved > 1800 {
		t.Errorf("%d and %d bytes were put on disk", stats[0].Shelved, stats[1].Shelved)
	}
	for _, w := range same {
		if r := &w.rows[0]; r.held != nil || r.value(0).Str()[0] != 'a' {
			t.Errorf("a row reads %v", r.value(0))
		}
	}
	if n := same[0].resident + same[1].resident; n != 3*keptSize {
		t.Errorf("what lies on disk takes %d bytes of memory", n)
	}
}

// A tellingOf is a row that is written as it is, and of which the first column is told
// beside it.
type tellingOf struct{ value.Row }

func (tellingOf) AppendBinary(b []byte) []byte { return append(b, "written"...) }
func (r tellingOf) Told() value.Told           { return &firstOf{r} }

type firstOf struct{ value.Row }

func (r *firstOf) Value(col int) (value.Value, bool) { return r.Row.Value(col), col == 0 }

type texts []string

func (r texts) Value(col int) value.Value { return value.StringOf(r[col]) }
func (texts) Size() int                   { return 0 }

// Of a row on disk what is told beside it is not read, nor its time.
func TestWhatIsToldIsNotReadFromDisk(t *testing.T) {
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	reads := 0
	schema := value.Schema{{Name: "A", Type: value.String}, {Name: "B", Type: value.String}, {Name: "TimeGenerated", Type: value.DateTime}}
	table := (&keptTables{}).table("T", schema, []int{0, 1, 2})
	table.rows = func(_, written string) (value.Row, error) {
		reads++
		return texts{"not told", written, "no time"}, nil
	}
	for _, timed := range []bool{true, false} {
		h := &held{of: table, ticks: 5, timed: timed, row: tellingOf{texts{"told", "b", "c"}}}
		h.at.Store(&dogwatch.Evidence{Table: "T"})
		w := &window{rows: []kept{{ticks: 5, held: h}}}
		if _, err := w.shelve(s, &RuleStats{}); err != nil {
			t.Fatal(err)
		}
		k := &keptBatches{w: w, hi: 1}
		b := k.batch(table, []int32{0})
		if got := b.At(0, 0).Str(); got != "told" || reads != 0 || k.held != 0 {
			t.Errorf("reads %q, %d times from disk", got, reads)
		}
		if got := b.At(0, 2); timed && (got.Kind() != value.KDateTime || got.Int() != 5 || reads != 0) || !timed && got.Str() != "no time" {
			t.Errorf("the time reads %v, %d times from disk", got, reads)
		}
		if got := b.At(0, 1).Str(); got != "written" || reads != 1 || k.held == 0 {
			t.Errorf("reads %q, %d times from disk", got, reads)
		}
		reads = 0
	}
}

// Rows on disk hold on to so many things that are told of them, and no more.
func TestWhatIsToldIsBounded(t *testing.T) {
	s, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	table, told := &keptTable{}, map[value.Told]bool{}
	for i := range 2 * maxTold {
		row := &firstOf{texts{fmt.Sprint(i)}}
		for range 2 {
			if of := table.onShelf(s, row); of.told != nil {
				told[of.told] = true
			}
		}
	}
	if len(told) != maxTold || len(table.shelves) != maxTold+1 {
		t.Errorf("%d things are told, want %d", len(told), maxTold)
	}
	other, err := newShelf()
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	if of := table.onShelf(other, nil); of.shelf != other || len(table.shelves) != 1 {
		t.Error("what lay on another shelf is still told")
	}
}
