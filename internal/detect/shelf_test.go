package detect

import (
	"slices"
	"testing"
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
